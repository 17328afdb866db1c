package io.zokor.servlet.internal.request;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

import io.zokor.http.AbortHandlerException;
import io.zokor.servlet.internal.stream.ContainerOutput;
import io.zokor.servlet.internal.stream.WaitPoint;

/**
 * Asynchronous processing of one request as the application sees it (Servlet 6.1 section 2.3.3.3). Any thread may complete or
 * dispatch; what happens is decided here, under the wait point's lock, once, so that complete, timeout, dispatch and error
 * cannot overtake each other. {@link AsyncLoop} does it, on the connection's thread. Long, because every decision and every question
 * about one stands beside the state that the one lock guards.
 */
public final class AsyncCycle implements AsyncContext, Application.OpenWork {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private final RequestCycle cycle;

    private final WaitPoint point;

    private final ContainerOutput output;

    private final AsyncLoop loop;

    // All that follows is guarded by the wait point's lock.

    private final AsyncListeners listeners = new AsyncListeners(this);

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

    /** The failure is one of the application's own code. */
    private boolean failureOfTask;

    private long timeoutMillis;

    private @Nullable ServletRequest request;

    private @Nullable ServletResponse response;

    /** Request and response were given with startAsync: they stay (6.1 Javadoc of startAsync). */
    private boolean given;

    /** Where the container's last dispatch led; the first one's path for as long as there is no other. */
    private Dispatcher.Target last;

    public AsyncCycle(RequestCycle cycle) {
        this.cycle = cycle;
        this.point = cycle.point();
        this.output = cycle.response().output();
        this.last = cycle.target();
        this.timeoutMillis = cycle.application().asyncTimeoutMillis();
        this.loop = new AsyncLoop(cycle, this);
    }

    public AsyncLoop loop() {
        return loop;
    }

    // ---- start

    public void start(@Nullable ServletRequest startRequest, @Nullable ServletResponse startResponse) {
        AsyncListeners.Round former;
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
            if (failureSeen) {
                // An earlier cycle has dealt with it; this one may fail anew, at the latest when the application ends.
                failure = null;
                failureSeen = false;
                failureOfTask = false;
            }
            timeoutMillis = cycle.application().asyncTimeoutMillis();
            if (startRequest != null) {
                request = startRequest;
                response = startResponse;
                given = true;
            } else if (!given) {
                request = cycle.request();
                response = cycle.response();
            }
            former = listeners.lastRoundLocked();
            cycle.application().began(this);
        } finally {
            point.lock.unlock();
        }
        former.tell(null, AsyncListener::onStartAsync);
    }

    public boolean isOpen() {
        point.lock.lock();
        try {
            return open;
        } finally {
            point.lock.unlock();
        }
    }

    public boolean isStarted() {
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
        ServletRequest currentRequest;
        ServletResponse currentResponse;
        point.lock.lock();
        try {
            currentRequest = request;
            currentResponse = response;
        } finally {
            point.lock.unlock();
        }
        return currentRequest != null && currentResponse != null
                && Dispatcher.withoutOwnWrappers(currentRequest) == cycle.request()
                && Dispatcher.withoutOwnWrappers(currentResponse) == cycle.response();
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
        ServletRequest wrapper;
        Dispatcher.Target before;
        point.lock.lock();
        try {
            checkUndecidedLocked();
            wrapper = given ? request : null;
            before = last;
        } finally {
            point.lock.unlock();
        }
        Dispatcher.Target target;
        if (wrapper instanceof HttpServletRequest http) {
            Dispatcher found = Dispatcher.of(cycle.application(),
                    http.getRequestURI().substring(http.getContextPath().length()));
            target = found == null ? before : found.target();
        } else {
            target = new Dispatcher.Target(before.servlet(), before.path(), before.uri(), null, before.servletPath(),
                    before.pathInfo(), before.mapping());
        }
        decideDispatch(target);
    }

    @Override
    public void dispatch(String path) {
        dispatch(cycle.application().servletContext(), path);
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        if (context != cycle.application().servletContext()) {
            throw new IllegalArgumentException("there is one application only: requests cannot go to another context");
        }
        ServletRequest current = getRequest();
        Dispatcher found = current instanceof HttpServletRequest http
                ? Dispatcher.relative(cycle.application(), path, http)
                : Dispatcher.of(cycle.application(), path);
        if (found == null) {
            throw new IllegalArgumentException("not a path of this application");
        }
        decideDispatch(found.target());
    }

    /** The target was found without the lock, as wrappers of the application's were asked: another thread may have decided. */
    private void decideDispatch(Dispatcher.Target target) {
        point.lock.lock();
        try {
            checkUndecidedLocked();
            dispatch = target;
            shutListeningOutputLocked();
            point.changed.signalAll();
        } finally {
            point.lock.unlock();
        }
    }

    /** What the task throws is the request's failure at once: nobody else would decide it before its timeout, if it has one. */
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
                taskFailed(e);
            }
        });
    }

    private void taskFailed(Throwable thrown) {
        boolean taken;
        point.lock.lock();
        try {
            taken = open && started && isUndecidedLocked() && failure == null;
            if (taken) {
                failure = thrown;
                failureOfTask = true;
                point.changed.signalAll();
            }
        } finally {
            point.lock.unlock();
        }
        if (!taken) {
            LOGGER.log(Level.WARNING, "a task of AsyncContext.start failed when its request was decided", thrown);
        }
    }

    @Override
    public void addListener(AsyncListener listener) {
        point.lock.lock();
        try {
            checkInDispatchLocked("addListener");
            listeners.addLocked(listener, request, response);
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest suppliedRequest, ServletResponse suppliedResponse) {
        point.lock.lock();
        try {
            checkInDispatchLocked("addListener");
            listeners.addLocked(listener, suppliedRequest, suppliedResponse);
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
        return cycle.application().instantiate(type);
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
    public void fail(Throwable cause) {
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

    @Override
    public void applicationEnds() {
        fail(new AbortHandlerException());
    }

    // ---- for the loop, which takes what was decided

    /** {@return whether the cycle is started: it has been neither dispatched nor ended by the loop} */
    public boolean isStartedLocked() {
        return started;
    }

    /** {@return whether neither {@code complete} nor {@code dispatch} was called} */
    public boolean isUndecidedLocked() {
        return !completeCalled && dispatch == null;
    }

    public boolean isCompleteLocked() {
        return completeCalled;
    }

    public boolean isDispatchedLocked() {
        return dispatch != null;
    }

    /** {@return whether there is a failure that nobody has dealt with} */
    public boolean hasFailureLocked() {
        return failure != null && !failureSeen;
    }

    /** {@return whether the failure is what a task of the application's threw, and so is to be reported} */
    public boolean isFailureOfTaskLocked() {
        return failureOfTask;
    }

    /** {@return the failure, which counts as dealt with from now on} */
    @Nullable
    public Throwable takeFailureLocked() {
        failureSeen = true;
        return failure;
    }

    /** A dispatch, a callback or a round of listeners begins: now the application may configure the cycle. */
    public void enterLocked() {
        inDispatch = true;
    }

    public void leaveLocked() {
        inDispatch = false;
    }

    /** {@return what tells the listeners of a timeout or an error, who may decide} */
    public AsyncListeners.Round listeningLocked() {
        return listeners.roundLocked();
    }

    public long timeoutMillisLocked() {
        return timeoutMillis;
    }

    /** The dispatch that was decided for, with the request and response that it gets. */
    public record Dispatch(Dispatcher.Target target, ServletRequest request, ServletResponse response) {
    }

    /** Begins the dispatch that was decided for: it ends this cycle, and may start another. */
    public Dispatch takeDispatchLocked() {
        Dispatcher.Target target = dispatch;
        if (target == null || request == null || response == null) {
            throw new IllegalStateException("nothing to dispatch");
        }
        dispatch = null;
        started = false;
        inDispatch = true;
        last = target;
        return new Dispatch(target, request, response);
    }

    /** After a failed dispatch listeners may still decide, whatever it had decided (section 2.3.3.3, dispatch errors). */
    public void reopenLocked() {
        started = true;
        completeCalled = false;
        dispatch = null;
    }

    /** Completes, unless something is decided already. */
    public void completeIfUndecidedLocked() {
        if (isUndecidedLocked()) {
            completeCalled = true;
        }
    }

    /** Ends it for good. */
    public AsyncListeners.Round endLocked() {
        started = false;
        open = false;
        return listeners.lastRoundLocked();
    }
}
