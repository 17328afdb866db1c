package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.util.List;

import io.zokor.http.RejectedRequestException;
import io.zokor.servlet.internal.field.PathText;
import io.zokor.servlet.internal.registry.FilterHolder;
import io.zokor.servlet.internal.registry.ServletHolder;
import io.zokor.servlet.internal.registry.ServletMapping;
import io.zokor.servlet.mapping.CanonicalPath;
import io.zokor.servlet.mapping.ServletMappings;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;

/** Leads requests to servlets (Servlet 6.1 chapter 9). Immutable, for any thread. */
public final class Dispatcher implements RequestDispatcher {

    /**
     * Where a dispatch leads.
     *
     * @param servlet the servlet
     * @param path canonical path within the context, or {@code null} for a servlet by its name
     * @param uri path within the context, encoded: what {@code getRequestURI} answers behind the context path
     * @param query query of the dispatch, or {@code null}
     * @param servletPath the part of the path that the mapping matched
     * @param pathInfo the part behind it, or {@code null}
     * @param mapping how the servlet was found
     */
    public record Target(ServletHolder servlet, @Nullable String path, String uri, @Nullable String query,
            String servletPath,
            @Nullable String pathInfo, ServletMapping mapping) {

        boolean isNamed() {
            return path == null;
        }

        static Target named(ServletHolder servlet) {
            return new Target(servlet, null, "", null, "", null, new ServletMapping("", "", servlet.getName(), null));
        }

        /** Finds what serves a path; where no servlet does, the one that answers 404, so that filters see the request. */
        public static Target of(Application application, String path, String uri, @Nullable String query) {
            ServletMappings.Match<ServletHolder> match = application.registry().paths().match(path);
            if (match == null) {
                ServletHolder none = application.registry().notFound();
                return new Target(none, path, uri, query, path, null,
                        new ServletMapping("", "", none.getName(), null));
            }
            return new Target(match.target(), path, uri, query, match.servletPath(), match.pathInfo(),
                    new ServletMapping(match.matchValue(), match.pattern(), match.target().getName(), match.kind()));
        }
    }

    private final Target target;

    public Dispatcher(Target target) {
        this.target = target;
    }

    /**
     * A dispatcher for a path as an application gives it: encoded, perhaps with a query.
     *
     * @return the dispatcher, or {@code null} where the path cannot be one of this application
     */
    public static @Nullable Dispatcher of(Application application, @Nullable String path) {
        if (path == null || !path.startsWith("/") && !path.isEmpty()) {
            return null;
        }
        int mark = path.indexOf('?');
        String raw = mark < 0 ? path : path.substring(0, mark);
        String query = mark < 0 ? null : path.substring(mark + 1);
        try {
            String canonical = raw.isEmpty() ? "/"
                    : CanonicalPath.of(raw, application.settings().uris().encodedSlash());
            boolean plain = !raw.contains("/.") && !raw.contains("//")
                    && raw.chars().allMatch(c -> c > ' ' && c < 0x7f);
            String uri = plain ? raw : PathText.encode(canonical);
            return new Dispatcher(Target.of(application, canonical, uri, query));
        } catch (RejectedRequestException e) {
            return null;
        }
    }

    /** A dispatcher for a path that may be relative to a request's (section 9.1). */
    public static @Nullable Dispatcher relative(Application application, @Nullable String path,
            HttpServletRequest request) {
        if (path == null || path.startsWith("/")) {
            return of(application, path);
        }
        String info = request.getPathInfo();
        String current = info == null ? request.getServletPath() : request.getServletPath() + info;
        return of(application, PathText.encode(current.substring(0, current.lastIndexOf('/') + 1)) + path);
    }

    public Target target() {
        return target;
    }

    @Override
    public void forward(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        if (response.isCommitted()) {
            throw new IllegalStateException("the response is committed: it is too late to forward");
        }
        response.resetBuffer();
        RequestCycle cycle = cycleOf(request);
        DispatchWrapping wrapping = new DispatchWrapping(request, DispatcherType.FORWARD, cycle, target);
        try {
            run(cycle, DispatcherType.FORWARD, target, wrapping.request(), response);
        } finally {
            wrapping.undo();
        }
        if (!cycle.isAsyncStarted()) {
            close(response);
        }
    }

    /** The response is closed when a forward returns (section 9.4). */
    private static void close(ServletResponse response) throws IOException {
        if (response instanceof ZokorServletResponse own) {
            if (!own.hasPendingError()) {
                own.close();
            }
            return;
        }
        try {
            response.getWriter().close();
        } catch (IllegalStateException e) {
            response.getOutputStream().close();
        }
    }

    @Override
    public void include(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        RequestCycle cycle = cycleOf(request);
        DispatchWrapping wrapping = new DispatchWrapping(request, DispatcherType.INCLUDE, cycle, target);
        wrapping.include(response);
        try {
            run(cycle, DispatcherType.INCLUDE, target, wrapping.request(), wrapping.response());
        } finally {
            wrapping.undo();
        }
    }

    /** Runs filters and servlet of a dispatch. */
    public static void run(RequestCycle cycle, DispatcherType type, Target target, ServletRequest request,
            ServletResponse response) throws ServletException, IOException {
        ServletHolder before = cycle.enter(target.servlet());
        try {
            List<FilterHolder> filters = cycle.application().registry().filterMappings().select(type, target.path(),
                    target.servlet().getName());
            new FilterPipeline(cycle, filters, 0, target.servlet()).doFilter(request, response);
        } finally {
            cycle.leave(before);
        }
    }

    /** {@return the exchange that a request belongs to, through all wrappers} */
    public static RequestCycle cycleOf(ServletRequest request) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            inner = wrapper.getRequest();
        }
        if (inner instanceof ZokorServletRequest own) {
            return own.cycle();
        }
        throw new IllegalArgumentException("not a request of this container, nor a wrapper of one");
    }

    /** Takes off the wrappers that the container itself has put on. */
    public static ServletRequest withoutOwnWrappers(ServletRequest request) {
        ServletRequest inner = request;
        while (inner instanceof DispatchRequest wrapper) {
            inner = wrapper.getRequest();
        }
        return inner;
    }

    /** Takes off the wrappers that the container itself has put on. */
    public static ServletResponse withoutOwnWrappers(ServletResponse response) {
        ServletResponse inner = response;
        while (inner instanceof IncludeResponse wrapper) {
            inner = ((ServletResponseWrapper) wrapper).getResponse();
        }
        return inner;
    }
}
