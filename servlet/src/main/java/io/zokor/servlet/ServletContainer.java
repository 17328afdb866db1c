package io.zokor.servlet;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.RequestTarget;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;
import io.zokor.http.ServerErrorBody;
import io.zokor.net.Interrupts;
import io.zokor.servlet.internal.field.PathText;
import io.zokor.servlet.internal.registry.ApplicationPhase;
import io.zokor.servlet.internal.registry.ServletHolder;
import io.zokor.servlet.internal.request.Application;
import io.zokor.servlet.internal.request.Dispatcher;
import io.zokor.servlet.internal.request.ErrorPages;
import io.zokor.servlet.internal.request.RequestCycle;
import io.zokor.servlet.internal.request.ZokorServletContext;
import io.zokor.servlet.mapping.CanonicalPath;
import io.zokor.servlet.mapping.ServletMappings;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.MappingMatch;

/**
 * One web application of Jakarta Servlet 6.1 as a {@link Handler}. Its life: {@link #builder()}, {@link #initialize()},
 * {@link #start()}, requests, {@link #destroy()}. The steps of its life are called by one thread after the other; requests come
 * on any number of threads between start and destroy.
 */
public final class ServletContainer implements Handler {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

    private final Application application;

    private final ErrorPages errorPages;

    private final ApplicationPhase phase;

    private final Lifecycle lifecycle;

    private final AtomicInteger active = new AtomicInteger();

    private final ReentrantLock idleLock = new ReentrantLock();

    /** No request is being served, while the application ends. */
    private final Condition idle = idleLock.newCondition();

    ServletContainer(ContainerSettings settings) {
        this.application = new Application(settings.application(), ZokorServletContext::new);
        this.errorPages = ErrorPage.all(settings.errorPages());
        this.phase = application.phase();
        this.lifecycle = new Lifecycle(application, settings.start());
    }

    /** {@return a builder with the defaults} */
    public static ServletContainerBuilder builder() {
        return new ServletContainerBuilder();
    }

    /** {@return the application's context, the same for its whole life} */
    public ServletContext context() {
        return application.servletContext();
    }

    /**
     * Builds the application: declared listeners, initializers, {@code contextInitialized}, filters. No servlet is initialised
     * yet. What had been started is ended again where this fails.
     *
     * @throws ServletException if the application cannot start
     * @throws IllegalStateException if it was initialised before
     */
    public void initialize() throws ServletException {
        lifecycle.initialize();
    }

    /**
     * Initialises the servlets that load on startup, in their order. May be called again: what is initialised stays as it is.
     *
     * @throws ServletException if a servlet fails
     * @throws IllegalStateException if the application is not initialised
     */
    public void start() throws ServletException {
        lifecycle.start();
    }

    /** Ends the application as {@link #destroy(Duration)} does, with five seconds for the requests that are being served. */
    public void destroy() {
        destroy(DEFAULT_GRACE);
    }

    /**
     * Ends the application. From now on requests are answered with 503. Those that are being served, the started asynchronous
     * ones included, may end; what is left after the time given is not waited for, and asynchronous ones are cut. Then come
     * servlets, filters, {@code contextDestroyed}; sessions are stored. A second call does nothing. Not to be called by a request
     * of this application, which would wait for itself.
     *
     * @param grace how long to wait for requests at most (the "server-defined time limit" of Servlet 6.1 section 2.3.4); zero for
     *        not at all
     */
    public void destroy(Duration grace) {
        if (phase.is(ApplicationPhase.Step.READY)) {
            phase.advance(ApplicationPhase.Step.ENDING);
            awaitRequests(grace);
        }
        lifecycle.destroy();
    }

    private void awaitRequests(Duration grace) {
        boolean interrupted = false;
        long deadline = System.nanoTime() + grace.toNanos();
        idleLock.lock();
        try {
            long left = grace.toNanos();
            while (active.get() > 0 && left > 0) {
                try {
                    idle.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                left = deadline - System.nanoTime();
            }
        } finally {
            idleLock.unlock();
        }
        int cut = active.get();
        if (cut > 0) {
            LOGGER.log(Level.INFO, "the application ends while " + cut + " requests are being served");
        }
        Interrupts.restore(interrupted);
    }

    /** {@return requests that are being served now, the started asynchronous ones included} */
    public int activeRequests() {
        return active.get();
    }

    /** {@return how many sessions there are now} */
    public int activeSessions() {
        return application.sessions().active();
    }

    /** {@return how many sessions were created; restored ones do not count} */
    public long createdSessions() {
        return application.sessions().created();
    }

    /** {@return how many sessions have expired} */
    public long expiredSessions() {
        return application.sessions().expired();
    }

    /** {@return how many sessions were not created because there were too many} */
    public long rejectedSessions() {
        return application.sessions().rejected();
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        // Counted first, so that destroy() either sees the request or the request sees the end.
        active.incrementAndGet();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            if (!phase.is(ApplicationPhase.Step.READY)) {
                throw new RejectedRequestException(503, RejectReason.OVERLOAD, "the application is not running");
            }
            thread.setContextClassLoader(application.settings().classLoader());
            serve(request, response);
        } finally {
            thread.setContextClassLoader(before);
            if (active.decrementAndGet() == 0 && phase.is(ApplicationPhase.Step.ENDING)) {
                signalIdle();
            }
        }
    }

    private void signalIdle() {
        idleLock.lock();
        try {
            idle.signalAll();
        } finally {
            idleLock.unlock();
        }
    }

    /** The path is made canonical here, once, before anything decides by it (Servlet 6.1 section 3.5). */
    private void serve(Request request, ResponseWriter response) throws Exception {
        if (request.method().equals("CONNECT") && request.connectProtocol() == null) {
            // For proxies; filters and servlets never see it (section 2.1.3).
            throw new RejectedRequestException(501, RejectReason.TARGET, "CONNECT is not implemented");
        }
        if (request.target() instanceof RequestTarget.Asterisk) {
            // A question to the server and no resource of it (RFC 9110 section 9.3.7): an empty 200 says "I am here".
            return;
        }
        String raw = request.path();
        String path = raw.startsWith("/") ? CanonicalPath.of(raw, application.settings().uris().encodedSlash())
                : "/" + raw;
        String contextPath = application.settings().names().contextPath();
        if (!contextPath.isEmpty()) {
            if (path.equals(contextPath) && isMappedAsRoot()) {
                path += "/";
            } else if (path.equals(contextPath)) {
                String query = request.query();
                response.status(302);
                // Not the raw path: "//host/../app" would lead to another host (CVE-2018-11784).
                response.headers().set("Location", PathText.encode(contextPath) + (query == null ? "/" : "/?" + query));
                return;
            }
            if (!path.startsWith(contextPath) || path.charAt(contextPath.length()) != '/') {
                answerOutside(response);
                return;
            }
            path = path.substring(contextPath.length());
        }
        Dispatcher.Target target = Dispatcher.Target.of(application, path, PathText.encode(path), null);
        String id = request.connection().id() + "-" + request.number();
        new RequestCycle(application, errorPages, request, response, rawContextPath(raw), target, id).run();
    }

    /** Counted as refused, but nothing is wrong with the connection: probes of balancers ask for "/" again and again. */
    private static void answerOutside(ResponseWriter response) throws IOException {
        ResponseController controller = response.controller();
        controller.refused(
                new RejectedRequestException(404, RejectReason.TARGET, "the path is outside of the application"));
        ServerErrorBody body = controller.renderError(404);
        response.status(404);
        response.headers().set("Content-Type", body.contentType());
        response.write(body.content());
    }

    /** {@return whether a servlet has the empty pattern, which is the context path with and without a slash (section 12.2)} */
    private boolean isMappedAsRoot() {
        ServletMappings.Match<ServletHolder> match = application.registry().paths().match("/");
        return match != null && match.kind() == MappingMatch.CONTEXT_ROOT;
    }

    /** {@return as much of the path as names the application, as the client wrote it} */
    private String rawContextPath(String raw) throws RejectedRequestException {
        String contextPath = application.settings().names().contextPath();
        if (contextPath.isEmpty() || raw.startsWith(contextPath + "/")) {
            return contextPath;
        }
        int segments = (int) contextPath.chars().filter(c -> c == '/').count();
        int end = 0;
        for (int i = 0; i < segments && end >= 0; i++) {
            end = raw.indexOf('/', end + 1);
        }
        // Applications redirect to it and something: what begins another host's URL must not come out (CVE-2018-11784).
        String asWritten = end < 0 ? contextPath : raw.substring(0, end);
        return CanonicalPath.of(asWritten, application.settings().uris().encodedSlash()).equals(contextPath) ? asWritten
                : contextPath;
    }
}
