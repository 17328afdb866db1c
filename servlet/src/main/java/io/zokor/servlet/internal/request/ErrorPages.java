package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;

import io.zokor.http.AbortHandlerException;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.LogLimit;
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
public final class ErrorPages {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet");

    private static final int MAX_CAUSES = 50;

    private final Map<Integer, String> byStatus;

    private final Map<Class<?>, String> byException;

    private final LogLimit failures = new LogLimit(LOGGER, Level.WARNING);

    private final @Nullable String global;

    /**
     * @param byStatus pages within the application by status
     * @param byException pages by class of what was thrown
     * @param global the page for all else, or {@code null}
     */
    public ErrorPages(Map<Integer, String> byStatus, Map<Class<?>, String> byException, @Nullable String global) {
        this.byStatus = Map.copyOf(byStatus);
        this.byException = Map.copyOf(byException);
        this.global = global;
    }

    /** Reports a failure of the application; what the client caused is none. */
    public void report(RequestCycle cycle, Throwable thrown) {
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
    public void answer(RequestCycle cycle, Throwable thrown) throws Exception {
        report(cycle, thrown);
        rethrow(find(thrown, AbortHandlerException.class));
        rethrow(find(thrown, PeerGoneException.class));
        rethrow(find(thrown, DeadlineExceededException.class));
        Throwable root = rootCause(thrown);
        if (cycle.response().isWhole()) {
            // The client has a complete response: what the application did wrong afterwards is reported, and is no concern of its
            // connection's, which goes on if the request is whole as well.
            return;
        }
        if (cycle.response().isSent()) {
            rethrow(root);
        }
        RejectedRequestException refusal = find(thrown, RejectedRequestException.class);
        if (refusal != null) {
            LOGGER.log(Level.DEBUG, () -> "request refused with " + refusal.status() + ": " + refusal.getMessage());
            cycle.response().controller().refused(refusal);
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

    /**
     * Answers {@code sendError}.
     *
     * @return whether that was possible: not where bytes have left
     */
    public boolean answer(RequestCycle cycle, ZokorServletResponse.PendingError error) throws Exception {
        if (!cycle.response().prepareErrorUnlessSent(error.status())) {
            return false;
        }
        page(cycle, error.status(), error.message(), null);
        return true;
    }

    private void page(RequestCycle cycle, int status, @Nullable String message, @Nullable Throwable thrown)
            throws Exception {
        Page page = find(status, thrown);
        Dispatcher dispatcher = page.location() == null ? null : Dispatcher.of(cycle.application(), page.location());
        ZokorServletResponse response = cycle.response();
        if (dispatcher == null) {
            OwnErrorPage.answer(cycle, status, thrown == null ? message : null);
            return;
        }
        setAttributes(cycle, status, message, page.exception());
        cycle.request().content().forgive();
        try {
            Dispatcher.Target target = dispatcher.target();
            cycle.beginDispatch();
            Dispatcher.run(cycle, DispatcherType.ERROR, target,
                    new DispatchRequest(cycle.request(), DispatcherType.ERROR, cycle, target), response);
            ZokorServletResponse.PendingError second = response.takePendingError();
            if (second != null && !response.isSent()) {
                OwnErrorPage.answer(cycle, second.status(), null);
            }
        } catch (IOException | ServletException | RuntimeException | Error e) {
            report(cycle, e);
            rethrow(find(e, PeerGoneException.class));
            rethrow(find(e, DeadlineExceededException.class));
            if (response.isWhole()) {
                return;
            }
            if (response.isSent()) {
                throw e;
            }
            failures.log(() -> "the error page " + page.location() + " failed", e);
            OwnErrorPage.answer(cycle, status, null);
        }
    }

    /**
     * The page for an error.
     *
     * @param location path of the page within the application, {@code null} where the application has none
     * @param exception what the page is told of as the exception, {@code null} for an error without one
     */
    private record Page(@Nullable String location, @Nullable Throwable exception) {
    }

    /**
     * Page by exception, its own class before its superclasses; then that of what a ServletException wraps, level by level; then
     * by status; then any.
     */
    private Page find(int status, @Nullable Throwable thrown) {
        Throwable candidate = thrown;
        for (int i = 0; i < MAX_CAUSES && candidate != null; i++) {
            String found = byType(candidate.getClass());
            if (found != null) {
                return new Page(found, candidate == thrown ? rootCause(candidate) : candidate);
            }
            candidate = candidate instanceof ServletException e ? e.getRootCause() : null;
        }
        String found = byStatus.get(status);
        return new Page(found != null ? found : global, thrown == null ? null : rootCause(thrown));
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
            @Nullable Throwable exception) {
        ZokorServletRequest request = cycle.request();
        request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, status);
        request.setAttribute(RequestDispatcher.ERROR_MESSAGE, message == null ? "" : message);
        request.setAttribute(RequestDispatcher.ERROR_REQUEST_URI, request.getRequestURI());
        request.setAttribute(RequestDispatcher.ERROR_SERVLET_NAME, cycle.servletName());
        request.setAttribute(RequestDispatcher.ERROR_METHOD, request.getMethod());
        request.setAttribute(RequestDispatcher.ERROR_QUERY_STRING, request.getQueryString());
        if (exception != null) {
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION, exception);
            request.setAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE, exception.getClass());
        }
    }

    /** What a ServletException wraps, if anything. */
    public static Throwable rootCause(Throwable thrown) {
        Throwable root = thrown;
        for (int i = 0; i < MAX_CAUSES && root instanceof ServletException e && e.getRootCause() != null; i++) {
            root = e.getRootCause();
        }
        return root;
    }

    public static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
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
