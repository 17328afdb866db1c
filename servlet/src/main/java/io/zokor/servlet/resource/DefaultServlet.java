package io.zokor.servlet.resource;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.zokor.servlet.mapping.ServletMappings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;

/**
 * Serves static resources: the container's default servlet. Stateless but for its settings; any thread.
 *
 * <p>
 * It only reads (CVE-2025-24813 began with a writable default servlet), lists no directories and serves nothing from WEB-INF
 * and META-INF. The resource is that of servlet path and path info together, wherever it is mapped.
 */
public final class DefaultServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String ALLOWED = "GET, HEAD, OPTIONS";

    private final transient ResourceResolver resolver;

    private final transient Function<String, @Nullable String> contentTypes;

    private final transient List<String> welcomeFiles;

    private final transient ResourceWriter writer;

    /**
     * Makes the servlet.
     *
     * @param resolver where resources come from
     * @param contentTypes content type of a file by its name, {@code null} for unknown; for example
     *        {@code ServletContext::getMimeType}
     * @param welcomeFiles what is looked for in a directory, in this order, without slashes at their ends
     * @param sender sends large files, {@code null} for the response's stream alone
     */
    public DefaultServlet(ResourceResolver resolver, Function<String, @Nullable String> contentTypes,
            List<String> welcomeFiles, @Nullable FileSender sender) {
        this.resolver = resolver;
        this.contentTypes = contentTypes;
        this.welcomeFiles = List.copyOf(welcomeFiles);
        this.writer = new ResourceWriter(sender);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        DispatcherType dispatch = request.getDispatcherType();
        String path = path(request);
        StaticResource found = resolver.servable(path);
        if (found == null && path.equals("/") && (dispatch != DispatcherType.REQUEST || isRead(request.getMethod()))) {
            // The root is a directory of every application; its welcome file may be a servlet.
            serveDirectory(path, request, response);
        } else if (found == null) {
            if (dispatch == DispatcherType.INCLUDE) {
                // Servlet 6.1 section 9.3 wants this exception from an include.
                throw new FileNotFoundException("no static resource at " + path);
            }
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (dispatch == DispatcherType.REQUEST && !isRead(request.getMethod())) {
            answerOtherMethod(request, response);
        } else if (found.directory()) {
            serveDirectory(path, request, response);
        } else if (dispatch == DispatcherType.INCLUDE || dispatch == DispatcherType.ERROR) {
            // The status is another's: no conditions, no ranges.
            writer.writeWhole(found, contentType(path), dispatch == DispatcherType.INCLUDE, request, response);
        } else {
            serveFile(found, path, request, response);
        }
    }

    /** The path of an include is in attributes, but for one by the servlet's name (Servlet 6.1 section 9.3.1). */
    private static String path(HttpServletRequest request) {
        if (request.getDispatcherType() == DispatcherType.INCLUDE
                && request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH) instanceof String servletPath) {
            Object pathInfo = request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO);
            return slashed(pathInfo == null ? servletPath : servletPath + pathInfo);
        }
        String pathInfo = request.getPathInfo();
        return slashed(pathInfo == null ? request.getServletPath() : request.getServletPath() + pathInfo);
    }

    private static String slashed(String path) {
        return path.isEmpty() ? "/" : path;
    }

    private static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Other dispatches than the client's own come with any method: a POST may be forwarded to a static page. */
    private static void answerOtherMethod(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getMethod().equals("PUT") && request.getHeader("Content-Range") != null) {
            // RFC 9110 section 14.5.
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        response.setHeader("Allow", ALLOWED);
        if (request.getMethod().equals("OPTIONS")) {
            response.setContentLength(0);
        } else {
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        }
    }

    private void serveDirectory(String path, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        boolean direct = request.getDispatcherType() == DispatcherType.REQUEST;
        String directory = path.endsWith("/") ? path : path + "/";
        if (direct && isContextWithoutSlash(request) || direct && !path.endsWith("/")) {
            response.sendRedirect(location(request, directory));
            return;
        }
        String welcome = welcomeFile(directory);
        RequestDispatcher dispatcher = welcome == null
                ? null
                : request.getRequestDispatcher(ResourcePaths.encode(welcome));
        if (dispatcher == null) {
            if (request.getDispatcherType() == DispatcherType.INCLUDE) {
                throw new FileNotFoundException("no welcome file in " + directory);
            }
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            dispatcher.include(request, response);
        } else {
            dispatcher.forward(request, response);
        }
    }

    private static boolean isContextWithoutSlash(HttpServletRequest request) {
        return request.getServletPath().isEmpty() && request.getPathInfo() == null;
    }

    /**
     * Made from canonical paths, never from the request's URI or its context path as written: {@code //host} in front would lead to another host
     * (CVE-2018-11784).
     */
    private String location(HttpServletRequest request, String directory) {
        String query = request.getQueryString();
        String location = ResourcePaths.encode(getServletContext().getContextPath() + directory);
        return query == null ? location : location + "?" + query;
    }

    /** The first welcome file that is there, else the first that a servlet is mapped to (Servlet 6.1 section 10.10). */
    private @Nullable String welcomeFile(String directory) {
        for (String name : welcomeFiles) {
            StaticResource found = resolver.servable(directory + name);
            if (found != null && !found.directory()) {
                return directory + name;
            }
        }
        ServletMappings<String> mappings = new ServletMappings<>();
        getServletContext().getServletRegistrations().values()
                .forEach(registration -> addMappings(mappings, registration));
        for (String name : welcomeFiles) {
            ServletMappings.Match<String> match = mappings.match(directory + name);
            if (match != null && match.kind() != MappingMatch.DEFAULT) {
                return directory + name;
            }
        }
        return null;
    }

    /** A servlet for everything is no servlet for a welcome file: it would have got the directory's own request. */
    private static void addMappings(ServletMappings<String> mappings, ServletRegistration registration) {
        for (String pattern : registration.getMappings()) {
            if (!pattern.equals("/*")) {
                mappings.add(pattern, registration.getName());
            }
        }
    }

    private void serveFile(StaticResource file, String path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Preconditions.Fields conditions = new Preconditions.Fields(joined(request, "If-Match"),
                joined(request, "If-None-Match"), request.getHeader("If-Modified-Since"),
                request.getHeader("If-Unmodified-Since"));
        String etag = file.etag();
        switch (Preconditions.evaluate(conditions, etag, file.lastModified())) {
            case FAILED -> response.sendError(HttpServletResponse.SC_PRECONDITION_FAILED);
            case NOT_MODIFIED -> {
                setValidators(file, etag, response);
                response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            }
            case PROCEED -> {
                setValidators(file, etag, response);
                serveContent(file, etag, contentType(path), request, response);
            }
        }
    }

    private void serveContent(StaticResource file, String etag, @Nullable String type, HttpServletRequest request,
            HttpServletResponse response) throws IOException {
        boolean ranges = file.size() >= 0 && !ResourceWriter.hasContent(response);
        if (ranges) {
            response.setHeader("Accept-Ranges", "bytes");
        }
        String header = ranges && request.getMethod().equals("GET") ? joined(request, "Range") : null;
        List<ByteRanges.Range> wanted = header != null
                && Preconditions.rangeCounts(request.getHeader("If-Range"), etag, file.lastModified(),
                        System.currentTimeMillis()) ? ByteRanges.parse(header, file.size()) : null;
        if (wanted == null) {
            writer.writeWhole(file, type, false, request, response);
        } else if (wanted.isEmpty()) {
            response.setHeader("Content-Range", "bytes */" + file.size());
            response.sendError(HttpServletResponse.SC_REQUESTED_RANGE_NOT_SATISFIABLE);
        } else if (wanted.size() == 1) {
            writer.writeRange(file, wanted.getFirst(), type, request, response);
        } else {
            writer.writeRanges(file, wanted, type, response);
        }
    }

    private static void setValidators(StaticResource file, String etag, HttpServletResponse response) {
        response.setHeader("ETag", etag);
        if (file.lastModified() > 0) {
            response.setDateHeader("Last-Modified", file.lastModified());
        }
    }

    private @Nullable String contentType(String path) {
        return contentTypes.apply(path.substring(path.lastIndexOf('/') + 1));
    }

    /** All lines of a field as one; {@code null} where there is none. */
    private static @Nullable String joined(HttpServletRequest request, String name) {
        Enumeration<String> lines = request.getHeaders(name);
        return lines == null || !lines.hasMoreElements() ? null : String.join(", ", Collections.list(lines));
    }
}
