package io.zokor.servlet;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.zokor.http.ResponseController;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Asynchronous processing of one request (Servlet 6.1 section 2.3.3.3). Any thread may complete or dispatch; the connection's
 * thread waits for that and does everything: dispatches, timeout, listeners, callbacks of streams. What happens next is
 * decided under the wait point's lock, once, so that complete, timeout, dispatch and error cannot overtake each other.
 */
final class AsyncCycle implements AsyncContext {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    /** How long a request waits before a helper watches for the client's leaving: most need no helper. */
    private static final long WATCH_AFTER = TimeUnit.MILLISECONDS.toNanos(200);

    /** A blocked helper reads on for at most this after the exchange's end. */
    private static final java.time.Duration HELPER_END = java.time.Duration.ofMillis(1);

    /** What the connection's thread does next. */
    private enum Step {
        READ, WRITE, ERROR, DISPATCH, COMPLETE, TIMEOUT
    }

    /** A listener with what it is to be told. */
    private record Listening(AsyncListener listener, @Nullable ServletRequest request,
            @Nullable ServletResponse response) {
    }

    private final RequestCycle cycle;

    private final WaitPoint point;

    private final ContainerInput input;

    private final ContainerOutput output;

    // All that follows is guarded by the wait point's lock.

    /** A cycle has begun that has neither been dispatched nor completed. */
    private boolean started;

    /** A dispatch or callback runs on the connection's thread: what is decided meanwhile waits for its return. */
    private boolean inDispatch = true;

    /** The exchange has had a cycle and is not over. */
    private boolean open;

    private boolean completeCalled;

    private Dispatcher.@Nullable Target dispatch;

    private @Nullable Throwable failure;

    private boolean failureSeen;

    private long timeoutMillis;

    /** {@link System#nanoTime()} of the timeout; counts only with {@link #timed}. */
    private long deadline;

    private boolean timed;

    private boolean watching;

    private long waitingSince;

    private @Nullable ServletRequest request;

    private @Nullable ServletResponse response;

    /** Request and response were given with startAsync: they stay (6.1 Javadoc of startAsync). */
    private boolean given;

    /** Where the container's last dispatch led; the first one's path for as long as there is no other. */
    private Dispatcher.Target last;

    private List<Listening> listeners = new ArrayList<>();

    AsyncCycle(RequestCycle cycle) {
        this.cycle = cycle;
        this.point = cycle.point();
        this.input = cycle.request().content().input();
        this.output = cycle.response().output();
        this.last = cycle.target();
        this.timeoutMillis = cycle.context().asyncTimeoutMillis();
    }

    // ---- start

    void start(@Nullable ServletRequest startRequest, @Nullable ServletResponse startResponse) {
        List<Listening> former;
        AsyncEvent event;
        point.lock.lock();
        try {
            if (started) {
                throw new IllegalStateException("asynchronous processing has started already");
            }
            if (!inDispatch) {
                throw new IllegalStateException("startAsync() was called outside of a dispatch");
            }
            started = true;
            open = true;
            completeCalled = false;
            dispatch = null;
            timed = false;
            timeoutMillis = cycle.context().asyncTimeoutMillis();
            if (startRequest != null) {
                request = startRequest;
                response = startResponse;
                given = true;
            } else if (!given) {
                request = cycle.request();
                response = cycle.response();
            }
            former = listeners;
            listeners = new ArrayList<>();
            event = new AsyncEvent(this, request, response);
        } finally {
            point.lock.unlock();
        }
        cycle.context().asyncCycles().add(this);
        for (Listening listening : former) {
            tell(listening, event, AsyncListener::onStartAsync);
        }
    }

    boolean isOpen() {
        point.lock.lock();
        try {
            return open;
        } finally {
            point.lock.unlock();
        }
    }

    boolean isStarted() {
        point.lock.lock();
        try {
            return started && (inDispatch || !completeCalled && dispatch == null);
        } finally {
            point.lock.unlock();
        }
    }

    // ---- AsyncContext, for any thread

    @Override
    public ServletRequest getRequest() {
        point.lock.lock();
        try {
            checkUndecidedLocked();
            assert request != null : "set by start";
            return request;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public ServletResponse getResponse() {
        point.lock.lock();
        try {
            checkUndecidedLocked();
            assert response != null : "set by start";
            return response;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        point.lock.lock();
        try {
            return request != null && response != null && Dispatcher.withoutOwnWrappers(request) == cycle.request()
                    && Dispatcher.withoutOwnWrappers(response) == cycle.response();
        } finally {
            point.lock.unlock();
        }
    }

    private void checkUndecidedLocked() {
        if (!started) {
            throw new IllegalStateException("the asynchronous processing is over");
        }
        if (completeCalled) {
            throw new IllegalStateException("complete() was called already");
        }
        if (dispatch != null) {
            throw new IllegalStateException("dispatch() was called already");
        }
    }

    @Override
    public void complete() {
        point.lock.lock();
        try {
            checkUndecidedLocked();
            completeCalled = true;
            shutListeningOutputLocked();
            point.changed.signalAll();
        } finally {
            point.lock.unlock();
        }
    }

    /** A stream with a WriteListener is closed by complete and dispatch; a pending write still goes out (6.1 Javadoc). */
    private void shutListeningOutputLocked() {
        if (output.isListening()) {
            output.shut();
        }
    }

    @Override
    public void dispatch() {
        Dispatcher.Target target;
        point.lock.lock();
        try {
            checkUndecidedLocked();
            if (given && request instanceof HttpServletRequest http) {
                Dispatcher found = Dispatcher.of(cycle.context(),
                        http.getRequestURI().substring(http.getContextPath().length()));
                target = found == null ? last : found.target();
            } else {
                target = new Dispatcher.Target(last.servlet(), last.path(), last.uri(), null, last.servletPath(),
                        last.pathInfo(), last.mapping());
            }
            dispatchLocked(target);
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public void dispatch(String path) {
        dispatch(cycle.context(), path);
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        if (context != cycle.context()) {
            throw new IllegalArgumentException("there is one application only: requests cannot go to another context");
        }
        point.lock.lock();
        try {
            checkUndecidedLocked();
            ServletRequest current = request;
            Dispatcher found = current instanceof HttpServletRequest http
                    ? Dispatcher.relative(cycle.context(), path, http)
                    : Dispatcher.of(cycle.context(), path);
            if (found == null) {
                throw new IllegalArgumentException("not a path of this application");
            }
            dispatchLocked(found.target());
        } finally {
            point.lock.unlock();
        }
    }

    private void dispatchLocked(Dispatcher.Target target) {
        dispatch = target;
        shutListeningOutputLocked();
        point.changed.signalAll();
    }

    @Override
    public void start(Runnable run) {
        point.lock.lock();
        try {
            if (!started) {
                throw new IllegalStateException("the asynchronous processing is over");
            }
        } finally {
            point.lock.unlock();
        }
        cycle.startHelper("async", () -> {
            try {
                run.run();
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.WARNING, "a task of AsyncContext.start failed", e);
            }
        });
    }

    @Override
    public void addListener(AsyncListener listener) {
        point.lock.lock();
        try {
            checkInDispatchLocked("addListener");
            listeners.add(new Listening(listener, request, response));
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest suppliedRequest, ServletResponse suppliedResponse) {
        point.lock.lock();
        try {
            checkInDispatchLocked("addListener");
            listeners.add(new Listening(listener, suppliedRequest, suppliedResponse));
        } finally {
            point.lock.unlock();
        }
    }

    private void checkInDispatchLocked(String method) {
        if (!started || !inDispatch) {
            throw new IllegalStateException(
                    method + " must be called before the dispatch that called startAsync returns");
        }
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return cycle.context().instantiate(type);
    }

    @Override
    public void setTimeout(long timeout) {
        point.lock.lock();
        try {
            checkInDispatchLocked("setTimeout");
            timeoutMillis = timeout;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public long getTimeout() {
        point.lock.lock();
        try {
            return timeoutMillis;
        } finally {
            point.lock.unlock();
        }
    }

    /** Lets the request fail, unless it is decided already. Called by any thread. */
    void fail(Throwable cause) {
        point.lock.lock();
        try {
            if (open && failure == null) {
                failure = cause;
                point.changed.signalAll();
            }
        } finally {
            point.lock.unlock();
        }
    }

    // ---- the connection's thread

    /** Waits and acts until the request is complete. */
    void run(@Nullable Throwable thrown) throws Exception {
        try {
            returned(thrown);
            while (true) {
                switch (next()) {
                    case READ -> callback(input::callback);
                    case WRITE -> callback(output::callback);
                    case ERROR -> error();
                    case TIMEOUT -> timeout();
                    case DISPATCH -> runDispatch();
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
        List<Listening> told;
        AsyncEvent event;
        point.lock.lock();
        try {
            started = false;
            open = false;
            told = listeners;
            listeners = new ArrayList<>();
            event = new AsyncEvent(this, request, response);
        } finally {
            point.lock.unlock();
        }
        cycle.context().asyncCycles().remove(this);
        for (Listening listening : told) {
            tell(listening, event, AsyncListener::onComplete);
        }
    }

    /** A dispatch or callback has returned. */
    private void returned(@Nullable Throwable thrown) throws Exception {
        boolean over;
        point.lock.lock();
        try {
            inDispatch = false;
            over = !started;
            waitingSince = System.nanoTime();
            if (started && !timed && timeoutMillis > 0) {
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
        if (input.hasCallbackLocked() && !completeCalled && dispatch == null) {
            return Step.READ;
        }
        if (output.hasCallbackLocked() && !completeCalled && dispatch == null) {
            return Step.WRITE;
        }
        if (failure != null && !failureSeen && !completeCalled && dispatch == null) {
            return Step.ERROR;
        }
        if (!output.isWritingLocked()) {
            if (completeCalled) {
                return Step.COMPLETE;
            }
            if (dispatch != null) {
                return Step.DISPATCH;
            }
        }
        if (timed && !completeCalled && dispatch == null && deadline - System.nanoTime() <= 0) {
            return Step.TIMEOUT;
        }
        return null;
    }

    /** How long to wait at most; after a while a helper begins to watch for the client's leaving. */
    private long waitNanosLocked() {
        long now = System.nanoTime();
        long nanos = timed ? deadline - now : Long.MAX_VALUE;
        if (!watching && input.isExhausted()) {
            long watchIn = waitingSince + WATCH_AFTER - now;
            if (watchIn <= 0) {
                watching = true;
                cycle.response().controller().onPeerGone(
                        () -> fail(new PeerGoneException("the client left while its request was waiting", null)));
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

    private void callback(Callback callback) throws Exception {
        point.lock.lock();
        try {
            inDispatch = true;
        } finally {
            point.lock.unlock();
        }
        Throwable thrown = null;
        try {
            callback.run();
        } catch (Exception | Error e) {
            thrown = e;
        }
        returned(thrown);
    }

    private void runDispatch() throws Exception {
        Dispatcher.Target target;
        ServletRequest from;
        ServletResponse to;
        point.lock.lock();
        try {
            target = dispatch;
            from = request;
            to = response;
            dispatch = null;
            started = false;
            inDispatch = true;
            timed = false;
            if (target != null) {
                last = target;
            }
        } finally {
            point.lock.unlock();
        }
        if (target == null || from == null || to == null) {
            throw new IllegalStateException("nothing to dispatch");
        }
        Throwable thrown = null;
        try {
            cycle.beginDispatch();
            ServletRequest dispatched = from instanceof HttpServletRequest http
                    ? new DispatchRequest(http, DispatcherType.ASYNC, cycle, target)
                    : from;
            Dispatcher.run(cycle, DispatcherType.ASYNC, target, dispatched, to);
        } catch (IOException | ServletException | RuntimeException | Error e) {
            thrown = e;
        }
        returned(thrown);
    }

    private void timeout() throws Exception {
        point.lock.lock();
        try {
            timed = false;
            inDispatch = true;
        } finally {
            point.lock.unlock();
        }
        tellAll(null, AsyncListener::onTimeout);
        if (leftUndecided()) {
            // Servlet 6.1 section 2.3.3.3: an error dispatch with 500, then the container completes.
            if (cycle.response().isSent()) {
                cycle.response().controller().abort(new TimeoutException("asynchronous request timed out"));
            } else {
                cycle.response().takePendingError();
                context().errorPages().answer(cycle, new ZokorServletResponse.PendingError(500, null));
            }
            decideCompletion();
        }
    }

    private ZokorServletContext context() {
        return cycle.context();
    }

    /** A read or write failed on another thread, the client has left, or the application is being stopped. */
    private void error() throws Exception {
        Throwable cause;
        point.lock.lock();
        try {
            cause = failure == null ? new IOException("unknown failure") : failure;
            failureSeen = true;
            input.failLocked(cause);
            output.failLocked(cause);
        } finally {
            point.lock.unlock();
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
        context().errorPages().report(cycle, thrown);
        point.lock.lock();
        try {
            // The listeners may still decide, whatever the failed dispatch had decided (section 2.3.3.3, dispatch errors).
            started = true;
            completeCalled = false;
            dispatch = null;
        } finally {
            point.lock.unlock();
        }
        failed(thrown);
    }

    private void failed(Throwable cause) throws Exception {
        point.lock.lock();
        try {
            inDispatch = true;
        } finally {
            point.lock.unlock();
        }
        tellAll(cause, AsyncListener::onError);
        if (leftUndecided()) {
            cycle.settle(cause);
            decideCompletion();
        }
    }

    /** Ends a round of listeners; answers whether none of them completed or dispatched. */
    private boolean leftUndecided() {
        point.lock.lock();
        try {
            inDispatch = false;
            return !completeCalled && dispatch == null;
        } finally {
            point.lock.unlock();
        }
    }

    private void decideCompletion() {
        point.lock.lock();
        try {
            if (!completeCalled && dispatch == null) {
                completeCalled = true;
            }
        } finally {
            point.lock.unlock();
        }
    }

    // ---- listeners

    /** A method of {@link AsyncListener}. */
    private interface Telling {
        void tell(AsyncListener listener, AsyncEvent event) throws IOException;
    }

    private void tellAll(@Nullable Throwable cause, Telling telling) {
        List<Listening> told;
        AsyncEvent event;
        point.lock.lock();
        try {
            told = List.copyOf(listeners);
            event = new AsyncEvent(this, request, response, cause);
        } finally {
            point.lock.unlock();
        }
        for (Listening listening : told) {
            tell(listening, event, telling);
        }
    }

    /** What a listener throws is logged and does not keep the others from being told (section 2.3.3.3). */
    private static void tell(Listening listening, AsyncEvent event, Telling telling) {
        try {
            telling.tell(listening.listener(), new AsyncEvent(event.getAsyncContext(), listening.request(),
                    listening.response(), event.getThrowable()));
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.WARNING, "an AsyncListener failed", e);
        }
    }

    // ---- end

    /**
     * Waits until no helper uses the streams any more. A blocked read is woken by its deadline, which costs the connection: its
     * client is in the middle of a body that nobody wants.
     */
    void awaitHelpers(ResponseController controller, boolean served) {
        point.lock.lock();
        try {
            if (!served && output.isWritingLocked()) {
                controller.abort(null);
            }
            if (input.isReadingLocked()) {
                controller.readDeadline(HELPER_END);
            }
            while (input.isReadingLocked() || output.isWritingLocked()) {
                point.changed.awaitUninterruptibly();
            }
        } finally {
            point.lock.unlock();
        }
    }
}
