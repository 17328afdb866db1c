package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.zokor.http.ResponseController;
import io.zokor.net.PeerGoneException;
import io.zokor.servlet.internal.stream.ContainerInput;
import io.zokor.servlet.internal.stream.ContainerOutput;
import io.zokor.servlet.internal.stream.WaitPoint;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;

/**
 * What the connection's thread does for an asynchronous request: it waits until something is decided or due, and does it -
 * dispatches, timeout, listeners, callbacks of streams - until the request is complete (Servlet 6.1 section 2.3.3.3). Its own
 * state belongs to that thread; the decisions are {@link AsyncCycle}'s.
 */
public final class AsyncLoop {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    /** How long a request waits before a helper watches for the client's leaving: most need no helper. */
    private static final long WATCH_AFTER = TimeUnit.MILLISECONDS.toNanos(200);

    /** What is done next. */
    private enum Step {
        READ, WRITE, ERROR, DISPATCH, COMPLETE, TIMEOUT
    }

    private final RequestCycle cycle;

    private final AsyncCycle decisions;

    private final WaitPoint point;

    private final ContainerInput input;

    private final ContainerOutput output;

    /** {@link System#nanoTime()} of the timeout; counts only with {@link #timed}. */
    private long deadline;

    private boolean timed;

    private boolean watching;

    private long waitingSince;

    public AsyncLoop(RequestCycle cycle, AsyncCycle decisions) {
        this.cycle = cycle;
        this.decisions = decisions;
        this.point = cycle.point();
        this.input = cycle.request().content().input();
        this.output = cycle.response().output();
    }

    /** Waits and acts until the request is complete. */
    public void run(@Nullable Throwable thrown) throws Exception {
        try {
            returned(thrown);
            while (true) {
                switch (next()) {
                    case READ -> callbackUnlessDecided(input::callback);
                    case WRITE -> callbackUnlessDecided(output::callback);
                    case ERROR -> error();
                    case TIMEOUT -> timeout();
                    case DISPATCH -> dispatch();
                    case COMPLETE -> {
                        cycle.settle(null);
                        return;
                    }
                }
            }
        } finally {
            over();
        }
    }

    private void over() {
        AsyncListeners.Round listening;
        point.lock.lock();
        try {
            listening = decisions.endLocked();
        } finally {
            point.lock.unlock();
        }
        cycle.application().ended(decisions);
        listening.tell(null, AsyncListener::onComplete);
    }

    /** A dispatch or callback has returned. */
    private void returned(@Nullable Throwable thrown) throws Exception {
        boolean over;
        point.lock.lock();
        try {
            decisions.leaveLocked();
            over = !decisions.isStartedLocked();
            waitingSince = System.nanoTime();
            long timeoutMillis = decisions.timeoutMillisLocked();
            if (!over && !timed && timeoutMillis > 0) {
                timed = true;
                deadline = waitingSince + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            }
        } finally {
            point.lock.unlock();
        }
        if (thrown != null) {
            applicationFailed(thrown);
        } else if (over) {
            decideCompletion();
        } else if (cycle.response().hasPendingError()) {
            // sendError in a dispatch that also started asynchronous processing ends it.
            cycle.settle(null);
            decideCompletion();
        }
    }

    /** The thread's interrupt flag belongs to the application, whose code does not run now: an interrupt means nothing here. */
    private Step next() {
        point.lock.lock();
        try {
            Step step = dueLocked();
            while (step == null) {
                try {
                    long nanos = waitNanosLocked();
                    if (nanos > 0) {
                        point.changed.awaitNanos(nanos);
                    }
                } catch (InterruptedException e) {
                    LOGGER.log(Level.DEBUG, "interrupted while waiting for an asynchronous request; it goes on");
                }
                step = dueLocked();
            }
            return step;
        } finally {
            point.lock.unlock();
        }
    }

    private @Nullable Step dueLocked() {
        boolean undecided = decisions.isUndecidedLocked();
        if (undecided && input.hasCallbackLocked()) {
            return Step.READ;
        }
        if (undecided && output.hasCallbackLocked()) {
            return Step.WRITE;
        }
        if (undecided && decisions.hasFailureLocked()) {
            return Step.ERROR;
        }
        if (!output.isWriting()) {
            if (decisions.isCompleteLocked()) {
                return Step.COMPLETE;
            }
            if (decisions.isDispatchedLocked()) {
                return Step.DISPATCH;
            }
        }
        return undecided && timed && deadline - System.nanoTime() <= 0 ? Step.TIMEOUT : null;
    }

    /** How long to wait at most; after a while a helper begins to watch for the client's leaving. */
    private long waitNanosLocked() {
        long now = System.nanoTime();
        // A decision that waits for a pending write has no deadline: waiting for a time that is over would be a loop that keeps
        // the lock, and so the write from ending.
        long nanos = timed && decisions.isUndecidedLocked() ? deadline - now : Long.MAX_VALUE;
        if (!watching && input.isExhausted()) {
            long watchIn = waitingSince + WATCH_AFTER - now;
            if (watchIn <= 0) {
                watching = true;
                cycle.response().controller().onPeerGone(
                        () -> decisions
                                .fail(new PeerGoneException("the client left while its request was waiting", null)));
                return 0;
            }
            nanos = Math.min(nanos, watchIn);
        }
        return nanos;
    }

    /** A callback of a stream's listener. */
    private interface Callback {
        void run() throws Exception;
    }

    /** Between the choice of a step and its beginning another thread may decide: then there is nothing to call any more. */
    private void callbackUnlessDecided(Callback callback) throws Exception {
        if (enterUnlessDecided()) {
            entered(callback);
        }
    }

    private boolean enterUnlessDecided() {
        point.lock.lock();
        try {
            boolean undecided = decisions.isUndecidedLocked();
            if (undecided) {
                decisions.enterLocked();
            }
            return undecided;
        } finally {
            point.lock.unlock();
        }
    }

    private void callback(Callback callback) throws Exception {
        point.lock.lock();
        try {
            decisions.enterLocked();
        } finally {
            point.lock.unlock();
        }
        entered(callback);
    }

    private void entered(Callback callback) throws Exception {
        Throwable thrown = null;
        try {
            callback.run();
        } catch (Exception | Error e) {
            thrown = e;
        }
        returned(thrown);
    }

    private void dispatch() throws Exception {
        AsyncCycle.Dispatch taken;
        point.lock.lock();
        try {
            taken = decisions.takeDispatchLocked();
        } finally {
            point.lock.unlock();
        }
        timed = false;
        Throwable thrown = null;
        try {
            cycle.beginDispatch();
            // Never undone: the request stays that of this dispatch until the next.
            ServletRequest dispatched = new DispatchWrapping(taken.request(), DispatcherType.ASYNC, cycle,
                    taken.target()).request();
            Dispatcher.run(cycle, DispatcherType.ASYNC, taken.target(), dispatched, taken.response());
        } catch (IOException | ServletException | RuntimeException | Error e) {
            thrown = e;
        }
        returned(thrown);
    }

    private void timeout() throws Exception {
        timed = false;
        if (!enterUnlessDecided()) {
            return;
        }
        tellListeners(null, AsyncListener::onTimeout);
        if (leftUndecided()) {
            // Servlet 6.1 section 2.3.3.3: an error dispatch with 500, then the container completes.
            ZokorServletResponse response = cycle.response();
            response.takePendingError();
            if (!cycle.errorPages().answer(cycle, new ZokorServletResponse.PendingError(500, null))
                    && !response.isWhole()) {
                response.abort(new TimeoutException("asynchronous request timed out"));
            }
            decideCompletion();
        }
    }

    /** A read, a write or a task failed on another thread, the client has left, or the application is being stopped. */
    private void error() throws Exception {
        Throwable cause;
        boolean ofTask;
        point.lock.lock();
        try {
            if (!decisions.isUndecidedLocked()) {
                return;
            }
            ofTask = decisions.isFailureOfTaskLocked();
            Throwable taken = decisions.takeFailureLocked();
            cause = taken == null ? new IOException("unknown failure") : taken;
            input.failLocked(cause);
            output.failLocked(cause);
        } finally {
            point.lock.unlock();
        }
        if (ofTask) {
            cycle.errorPages().report(cycle, cause);
        }
        try {
            callback(input::callback);
            callback(output::callback);
        } finally {
            failed(cause);
        }
    }

    /** What an application's dispatch or callback threw. */
    private void applicationFailed(Throwable thrown) throws Exception {
        cycle.errorPages().report(cycle, thrown);
        point.lock.lock();
        try {
            decisions.reopenLocked();
        } finally {
            point.lock.unlock();
        }
        failed(thrown);
    }

    private void failed(Throwable cause) throws Exception {
        tellListeners(cause, AsyncListener::onError);
        if (leftUndecided()) {
            cycle.settle(cause);
            decideCompletion();
        }
    }

    private void tellListeners(@Nullable Throwable cause, AsyncListeners.Telling telling) {
        AsyncListeners.Round listening;
        point.lock.lock();
        try {
            decisions.enterLocked();
            listening = decisions.listeningLocked();
        } finally {
            point.lock.unlock();
        }
        listening.tell(cause, telling);
    }

    /** Ends a round of listeners; answers whether none of them completed or dispatched. */
    private boolean leftUndecided() {
        point.lock.lock();
        try {
            decisions.leaveLocked();
            return decisions.isUndecidedLocked();
        } finally {
            point.lock.unlock();
        }
    }

    private void decideCompletion() {
        point.lock.lock();
        try {
            decisions.completeIfUndecidedLocked();
        } finally {
            point.lock.unlock();
        }
    }

    /**
     * Waits until no helper writes any more, and lets none begin to read. One that reads is left to the core, which does not end the
     * exchange before it has left.
     */
    public void awaitWriter(ResponseController controller, boolean served) {
        point.lock.lock();
        try {
            input.sealLocked();
            if (!served && output.isWriting()) {
                controller.writeDeadline(ResponseBody.LAST_WRITE);
            }
            while (output.isWriting()) {
                point.changed.awaitUninterruptibly();
            }
        } finally {
            point.lock.unlock();
        }
    }
}
