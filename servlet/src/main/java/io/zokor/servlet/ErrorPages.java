package io.zokor.servlet;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.zokor.http.AbortHandlerException;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Status;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.UnavailableException;

/**
 * Decides what becomes of errors: which page, which status, and whether it is a panic (Servlet 6.1 section 10.9; "Errors" in
 * the project's design). Immutable, for any thread.
 */
final class ErrorPages {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private static final int MAX_CAUSES = 50;

    private final Map<Integer, String> byStatus = new HashMap<>();

    private final Map<Class<?>, String> byException = new HashMap<>();

    private @Nullable String global;

    ErrorPages(List<ErrorPage> pages) {
        for (ErrorPage page : pages) {
            Class<? extends Throwable> exception = page.exception();
            if (exception != null) {
                byException.put(exception, page.path());
            } else if (page.status() != 0) {
                byStatus.put(page.status(), page.path());
            } else {
                global = page.path();
            }
        }
    }

    /** Reports a failure of the application; what the client caused is none. */
    void report(RequestCycle cycle, Throwable thrown) {
        if (find(thrown, RejectedRequestException.class) == null && find(thrown, AbortHandlerException.class) == null
                && find(thrown, DeadlineExceededException.class) == null
                && !(rootCause(thrown) instanceof UnavailableException)) {
            cycle.response().controller().panic(rootCause(thrown));
        }
    }

    /**
     * Answers what left the filter chain.
     *
     * @throws Exception what only the core can answer: the client has gone, time is over, or half a response was sent, which
     *         must not look whole
     */
    void answer(RequestCycle cycle, Throwable thrown) throws Exception {
        report(cycle, thrown);
        rethrow(find(thrown, AbortHandlerException.class));
        rethrow(find(thrown, PeerGoneException.class));
        rethrow(find(thrown, DeadlineExceededException.class));
        Throwable root = rootCause(thrown);
        if (cycle.response().isSent()) {
            rethrow(root);
        }
        RejectedRequestException refusal = find(thrown, RejectedRequestException.class);
        if (refusal != null) {
            LOGGER.log(Level.DEBUG, () -> "request refused with " + refusal.status() + ": " + refusal.getMessage());
            cycle.response().prepareError(refusal.status());
            page(cycle, refusal.status(), null, thrown);
        } else if (root instanceof UnavailableException unavailable) {
            int status = unavailable.isPermanent() ? 404 : 503;
            cycle.response().prepareError(status);
            if (!unavailable.isPermanent()) {
                cycle.response().setHeader("Retry-After",
                        Integer.toString(Math.max(1, unavailable.getUnavailableSeconds())));
            }
            page(cycle, status, null, null);
        } else {
            cycle.response().prepareError(500);
            page(cycle, 500, root.getMessage(), thrown);
        }
    }

    /** Answers {@code sendError}. */
    void answer(RequestCycle cycle, ZokorServletResponse.PendingError error) throws Exception {
        if (cycle.response().isSent()) {
            return;
        }
        cycle.response().prepareError(error.status());
        page(cycle, error.status(), error.message(), null);
    }

    private void page(RequestCycle cycle, int status, @Nullable String message, @Nullable Throwable thrown)
            throws Exception {
        String location = location(status, thrown);
        Dispatcher dispatcher = location == null ? null : Dispatcher.of(cycle.context(), location);
        ZokorServletResponse response = cycle.response();
        if (dispatcher != null) {
            setAttributes(cycle, status, message, thrown);
            cycle.request().content().forgive();
            try {
                Dispatcher.Target target = dispatcher.target();
                cycle.beginDispatch();
                Dispatcher.run(cycle, DispatcherType.ERROR, target,
                        new DispatchRequest(cycle.request(), DispatcherType.ERROR, cycle, target), response);
                ZokorServletResponse.PendingError second = response.takePendingError();
                if (second == null) {
                    return;
                }
                if (!response.isSent()) {
                    plain(cycle, second.status());
                }
                return;
            } catch (IOException | ServletException | RuntimeException | Error e) {
                report(cycle, e);
                rethrow(find(e, PeerGoneException.class));
                rethrow(find(e, DeadlineExceededException.class));
                if (response.isSent()) {
                    throw e;
                }
                LOGGER.log(Level.WARNING, "the error page " + location + " failed", e);
            }
        }
        plain(cycle, status);
    }

    /** The container's own page: a constant text that tells nothing of request, application or server. */
    private static void plain(RequestCycle cycle, int status) throws IOException {
        String reason = Status.reason(status);
        String accept = cycle.core().headers().get("Accept");
        boolean json = accept != null && accept.contains("json") && !accept.contains("text/");
        String body = json
                ? "{\"title\":\"" + (reason.isEmpty() ? "Error" : reason) + "\",\"status\":" + status + "}\n"
                : (status + " " + reason).strip() + "\n";
        cycle.response().answer(status, json ? "application/problem+json" : "text/plain;charset=utf-8",
                body.getBytes(StandardCharsets.US_ASCII));
    }

    /** Page by exception, its own class before its superclasses; then that of its root cause; then by status; then any. */
    private @Nullable String location(int status, @Nullable Throwable thrown) {
        if (thrown != null) {
            String found = byType(thrown.getClass());
            if (found == null && thrown instanceof ServletException) {
                found = byType(rootCause(thrown).getClass());
            }
            if (found != null) {
                return found;
            }
        }
        String found = byStatus.get(status);
        return found != null ? found : global;
    }

    private @Nullable String byType(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            String found = byException.get(c);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static void setAttributes(RequestCycle cycle, int status, @Nullable String message,
            @Nullable Throwable thrown) {
        ZokorServletRequest request = cycle.request();
        request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, status);
        request.setAttribute(RequestDispatcher.ERROR_MESSAGE, message == null ? "" : message);
        request.setAttribute(RequestDispatcher.ERROR_REQUEST_URI, request.getRequestURI());
        request.setAttribute(RequestDispatcher.ERROR_SERVLET_NAME, cycle.servletName());
        request.setAttribute(RequestDispatcher.ERROR_METHOD, request.getMethod());
        request.setAttribute(RequestDispatcher.ERROR_QUERY_STRING, request.getQueryString());
        if (thrown != null) {
            Throwable exception = thrown instanceof ServletException ? rootCause(thrown) : thrown;
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, exception);
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE, exception.getClass());
        }
    }

    /** What a ServletException wraps, if anything. */
    static Throwable rootCause(Throwable thrown) {
        Throwable root = thrown;
        for (int i = 0; i < MAX_CAUSES && root instanceof ServletException e && e.getRootCause() != null; i++) {
            root = e.getRootCause();
        }
        return root;
    }

    static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static void rethrow(@Nullable Throwable cause) throws Exception {
        switch (cause) {
            case null -> {
                // Nothing of that kind.
            }
            case Error e -> throw e;
            case Exception e -> throw e;
            default -> throw new ServletException(cause);
        }
    }
}
