package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.http.Upgrade;
import io.zokor.servlet.internal.registry.ServletHolder;
import io.zokor.servlet.internal.stream.StreamOwner;
import io.zokor.servlet.internal.stream.WaitPoint;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;

/**
 * One exchange in the container: from the core's request to the end of its response, all dispatches included. Run by the
 * connection's thread, which owns all state but what says otherwise.
 */
public final class RequestCycle implements StreamOwner {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private final Application application;

    private final ErrorPages errorPages;

    private final Request core;

    private final Thread thread = Thread.currentThread();

    private final WaitPoint point = new WaitPoint();

    private final String id;

    private final String rawContextPath;

    private final Dispatcher.Target target;

    private final ZokorServletRequest request;

    private final ZokorServletResponse response;

    private final SessionTracking session;

    /** The exchange is over: its objects answer nobody any more. */
    private volatile boolean completed;

    /** The servlet of the current dispatch. */
    private volatile ServletHolder servlet;

    private volatile boolean asyncSupported = true;

    private volatile @Nullable AsyncCycle async;

    private @Nullable HttpUpgradeHandler upgradeHandler;

    /** What confirms the switch to a protocol of the container's own. */
    private @Nullable Headers upgradeFields;

    /** Helper threads of streams that have begun. */
    private final AtomicLong helpers = new AtomicLong();

    public RequestCycle(Application application, ErrorPages errorPages, Request core, ResponseWriter writer,
            String rawContextPath,
            Dispatcher.Target target, String id) {
        this.application = application;
        this.errorPages = errorPages;
        this.core = core;
        this.rawContextPath = rawContextPath;
        this.target = target;
        this.servlet = target.servlet();
        this.id = id;
        this.request = new ZokorServletRequest(this, core, target);
        this.response = new ZokorServletResponse(this, writer);
        this.session = new SessionTracking(this);
    }

    /** Serves the request to its end. */
    public void run() throws Exception {
        boolean served = false;
        try {
            session.begin();
            serve();
            served = true;
        } finally {
            end(served);
        }
    }

    private void serve() throws Exception {
        ServletRequestEvent event = new ServletRequestEvent(application.servletContext(), request);
        try {
            Throwable failure = null;
            try {
                application.registry().listeners().requestInitialized(event);
                if (target.servlet().permits(core.method(), request.isSecure())) {
                    Dispatcher.run(this, DispatcherType.REQUEST, target, request, response);
                } else {
                    // Before filters, and for clients' requests alone, not for dispatches (Servlet 6.1 section 13.2).
                    response.sendError(HttpServletResponse.SC_FORBIDDEN);
                }
            } catch (IOException | ServletException | RuntimeException | Error e) {
                failure = e;
            }
            if (!runAsync(failure)) {
                settle(failure);
                // An error page may start asynchronous processing as well.
                runAsync(null);
            }
        } finally {
            application.registry().listeners().requestDestroyed(event,
                    e -> LOGGER.log(Level.WARNING, "a request listener failed", e));
        }
        HttpUpgradeHandler handler = upgradeHandler;
        if (handler == null) {
            response.complete();
        } else {
            UpgradedConnection.start(application, handler, response.controller().hijack(), id);
        }
    }

    private boolean runAsync(@Nullable Throwable failure) throws Exception {
        AsyncCycle cycle = async;
        if (cycle == null || !cycle.isOpen()) {
            return false;
        }
        cycle.loop().run(failure);
        return true;
    }

    /** Answers what a dispatch left behind: an exception, or a call of {@code sendError}. */
    public void settle(@Nullable Throwable failure) throws Exception {
        if (failure != null) {
            dropUpgrade();
            response.takePendingError();
            errorPages.answer(this, failure);
            return;
        }
        ZokorServletResponse.PendingError error = response.takePendingError();
        if (error != null) {
            dropUpgrade();
            errorPages.answer(this, error);
        }
    }

    /** @param served whether the response is to reach the client; otherwise nobody waits for a write that is blocked */
    private void end(boolean served) {
        AsyncCycle cycle = async;
        if (cycle != null) {
            cycle.loop().awaitWriter(response.controller(), served);
        }
        completed = true;
        response.seal(served);
        session.end();
        try {
            request.content().end();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "a temporary file of an upload could not be deleted", e);
        }
    }

    // ---- facts

    public Application application() {
        return application;
    }

    ErrorPages errorPages() {
        return errorPages;
    }

    public Request core() {
        return core;
    }

    public ZokorServletRequest request() {
        return request;
    }

    public ZokorServletResponse response() {
        return response;
    }

    public SessionTracking session() {
        return session;
    }

    public WaitPoint point() {
        return point;
    }

    public String id() {
        return id;
    }

    public String rawContextPath() {
        return rawContextPath;
    }

    public Dispatcher.Target target() {
        return target;
    }

    public String servletName() {
        return servlet.getName();
    }

    @Nullable
    public MultipartConfigElement multipart() {
        return servlet.multipart();
    }

    // ---- dispatches

    /** A dispatch of the container begins anew with what asynchronous support the application has. */
    public void beginDispatch() {
        asyncSupported = true;
    }

    public ServletHolder enter(ServletHolder next) {
        ServletHolder before = servlet;
        servlet = next;
        return before;
    }

    public void leave(ServletHolder before) {
        // The last servlet is the one that an error is attributed to, and whose parts are asked for; only an inner dispatch
        // gives way to the one around it.
        servlet = before;
    }

    public boolean narrowAsync(boolean supported) {
        boolean before = asyncSupported;
        asyncSupported = before && supported;
        return before;
    }

    public void restoreAsync(boolean before) {
        asyncSupported = before;
    }

    // ---- asynchronous processing

    public boolean isAsyncSupported() {
        return asyncSupported;
    }

    public boolean isAsyncStarted() {
        AsyncCycle cycle = async;
        return cycle != null && cycle.isStarted();
    }

    public AsyncContext asyncContext() {
        AsyncCycle cycle = async;
        if (cycle == null) {
            throw new IllegalStateException("startAsync() was not called");
        }
        return cycle;
    }

    public AsyncContext startAsync(@Nullable ServletRequest startRequest, @Nullable ServletResponse startResponse) {
        if (!asyncSupported) {
            throw new IllegalStateException("asynchronous processing is not supported by servlet " + servlet.getName()
                    + " or a filter before it: setAsyncSupported(true) is missing");
        }
        // The API allows to refuse it for a response that is closed, and libraries do not expect that: whether a task has closed
        // the response before its framework starts the asynchronous processing is a race.
        AsyncCycle cycle = async;
        if (cycle == null) {
            cycle = new AsyncCycle(this);
            async = cycle;
        }
        cycle.start(startRequest, startResponse);
        response.controller().requestDeadline(null);
        return cycle;
    }

    // ---- upgrade

    public <T extends HttpUpgradeHandler> T upgrade(Class<T> type) throws ServletException {
        if (response.isSent()) {
            throw new IllegalStateException("the response is committed: it is too late to upgrade");
        }
        T handler = application.instantiate(type);
        response.setStatus(101);
        upgradeHandler = handler;
        return handler;
    }

    public void upgrade(int status, Headers fields, Upgrade next) {
        if (response.isSent()) {
            throw new IllegalStateException("the response is committed: it is too late to upgrade");
        }
        response.setStatus(status);
        fields.forEach(response::setHeader);
        upgradeFields = fields;
        response.controller().upgrade(next);
    }

    /** What answers instead has a status of its own, by which the core knows. */
    private void dropUpgrade() {
        upgradeHandler = null;
        Headers fields = upgradeFields;
        if (fields != null && !response.isSent()) {
            upgradeFields = null;
            response.removeFields(fields.names());
        }
    }

    // ---- StreamOwner

    @Override
    public void checkOpen() {
        if (completed) {
            throw new IllegalStateException("the request is over: neither it nor its response may be used any more");
        }
    }

    @Override
    public boolean mayListen() {
        return isAsyncStarted();
    }

    @Override
    public boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void startHelper(String purpose, Runnable task) {
        application.newThread("zokor-" + purpose + "-" + id + "-" + helpers.incrementAndGet(), task).start();
    }

    /** A failure on the connection's own thread reaches the application by the exception itself. */
    @Override
    public void ioFailed(Throwable cause) {
        AsyncCycle cycle = async;
        if (cycle != null && !isOwnThread()) {
            cycle.fail(cause);
        }
    }
}
