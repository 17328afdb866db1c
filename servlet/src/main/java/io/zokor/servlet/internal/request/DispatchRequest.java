package io.zokor.servlet.internal.request;

import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.zokor.http.RejectedRequestException;
import io.zokor.servlet.internal.field.FormParameters;
import io.zokor.servlet.internal.field.ParameterException;
import io.zokor.servlet.internal.field.Redirect;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * The request as the target of a dispatch sees it: paths, parameters and attributes of Servlet 6.1 chapter 9. A wrapper, so
 * that references to it keep their meaning when the dispatch has returned (sections 9.3 and 9.4).
 */
public final class DispatchRequest extends HttpServletRequestWrapper {

    private static final Set<String> INCLUDE_NAMES = Set.of(RequestDispatcher.INCLUDE_REQUEST_URI,
            RequestDispatcher.INCLUDE_CONTEXT_PATH, RequestDispatcher.INCLUDE_SERVLET_PATH,
            RequestDispatcher.INCLUDE_PATH_INFO, RequestDispatcher.INCLUDE_QUERY_STRING,
            RequestDispatcher.INCLUDE_MAPPING);

    private final DispatcherType type;

    private final RequestCycle cycle;

    private final Dispatcher.Target target;

    /** Attributes that this dispatch adds or hides; a {@code null} hides. Guarded by this. */
    private final Map<String, @Nullable Object> own = new HashMap<>();

    /** Queries of earlier asynchronous dispatches that this one replaces. */
    private final List<String> queries;

    private @Nullable Map<String, String[]> parameters;

    public DispatchRequest(HttpServletRequest request, DispatcherType type, RequestCycle cycle,
            Dispatcher.Target target) {
        super(collapsed(request, type));
        this.type = type;
        this.cycle = cycle;
        this.target = target;
        this.queries = queries(request, type, target.query());
        if (!target.isNamed()) {
            addAttributes();
        }
    }

    /** A request that is dispatched again and again must not grow a wrapper each time. */
    private static HttpServletRequest collapsed(HttpServletRequest request, DispatcherType type) {
        return isRepeated(request, type) ? (HttpServletRequest) ((DispatchRequest) request).getRequest() : request;
    }

    private static boolean isRepeated(HttpServletRequest request, DispatcherType type) {
        return type == DispatcherType.ASYNC && request instanceof DispatchRequest earlier && earlier.type == type;
    }

    private static List<String> queries(HttpServletRequest request, DispatcherType type, @Nullable String query) {
        List<String> earlier = isRepeated(request, type) ? ((DispatchRequest) request).queries : List.of();
        if (query == null || earlier.contains(query)) {
            return earlier;
        }
        List<String> all = new java.util.ArrayList<>(earlier);
        all.addFirst(query);
        return List.copyOf(all);
    }

    private HttpServletRequest wrapped() {
        return (HttpServletRequest) getRequest();
    }

    private void addAttributes() {
        HttpServletRequest request = wrapped();
        switch (type) {
            case INCLUDE -> {
                own.put(RequestDispatcher.INCLUDE_REQUEST_URI, targetUri());
                own.put(RequestDispatcher.INCLUDE_CONTEXT_PATH, request.getContextPath());
                own.put(RequestDispatcher.INCLUDE_SERVLET_PATH, target.servletPath());
                own.put(RequestDispatcher.INCLUDE_PATH_INFO, target.pathInfo());
                own.put(RequestDispatcher.INCLUDE_QUERY_STRING, target.query());
                own.put(RequestDispatcher.INCLUDE_MAPPING, target.mapping());
            }
            case ASYNC -> {
                hideInclude();
                if (request.getAttribute(AsyncContext.ASYNC_REQUEST_URI) == null) {
                    own.put(AsyncContext.ASYNC_REQUEST_URI, request.getRequestURI());
                    own.put(AsyncContext.ASYNC_CONTEXT_PATH, request.getContextPath());
                    own.put(AsyncContext.ASYNC_SERVLET_PATH, request.getServletPath());
                    own.put(AsyncContext.ASYNC_PATH_INFO, request.getPathInfo());
                    own.put(AsyncContext.ASYNC_QUERY_STRING, request.getQueryString());
                    own.put(AsyncContext.ASYNC_MAPPING, request.getHttpServletMapping());
                }
            }
            case FORWARD, ERROR -> {
                hideInclude();
                if (request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) == null) {
                    own.put(RequestDispatcher.FORWARD_REQUEST_URI, request.getRequestURI());
                    own.put(RequestDispatcher.FORWARD_CONTEXT_PATH, request.getContextPath());
                    own.put(RequestDispatcher.FORWARD_SERVLET_PATH, request.getServletPath());
                    own.put(RequestDispatcher.FORWARD_PATH_INFO, request.getPathInfo());
                    own.put(RequestDispatcher.FORWARD_QUERY_STRING, request.getQueryString());
                    own.put(RequestDispatcher.FORWARD_MAPPING, request.getHttpServletMapping());
                }
            }
            case REQUEST -> throw new IllegalArgumentException("the first dispatch has no wrapper");
        }
    }

    private void hideInclude() {
        for (String name : INCLUDE_NAMES) {
            own.put(name, null);
        }
    }

    /** Whether paths are those of the target: not for an include, nor for a dispatch to a servlet by its name. */
    private boolean showsTarget() {
        return type != DispatcherType.INCLUDE && !target.isNamed();
    }

    /** Behind the context path that the request has: an application's wrapper may know one of a proxy's. */
    private String targetUri() {
        return getContextPath() + target.uri();
    }

    @Override
    public DispatcherType getDispatcherType() {
        return type;
    }

    /** Error pages are asked for with GET, whatever the request was (Servlet 6.1 section 10.9.2). */
    @Override
    public String getMethod() {
        return type == DispatcherType.ERROR ? "GET" : super.getMethod();
    }

    @Override
    public String getRequestURI() {
        return showsTarget() ? targetUri() : super.getRequestURI();
    }

    @Override
    public StringBuffer getRequestURL() {
        return showsTarget()
                ? new StringBuffer(Redirect.origin(this)).append(targetUri())
                : super.getRequestURL();
    }

    @Override
    public String getServletPath() {
        return showsTarget() ? target.servletPath() : super.getServletPath();
    }

    @Override
    public @Nullable String getPathInfo() {
        return showsTarget() ? target.pathInfo() : super.getPathInfo();
    }

    @Override
    public @Nullable String getPathTranslated() {
        String info = getPathInfo();
        return info == null ? null : cycle.application().servletContext().getRealPath(info);
    }

    @Override
    public @Nullable String getQueryString() {
        return showsTarget() && !queries.isEmpty() ? queries.getFirst() : super.getQueryString();
    }

    @Override
    public HttpServletMapping getHttpServletMapping() {
        return showsTarget() ? target.mapping() : super.getHttpServletMapping();
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        return Dispatcher.relative(cycle.application(), path, this);
    }

    // ---- parameters: those of the dispatch's query come first (section 9.1.1)

    private Map<String, String[]> parameters() {
        Map<String, String[]> merged = parameters;
        if (merged == null) {
            merged = new LinkedHashMap<>();
            FormParameters found = new FormParameters(cycle.application().limits().maxParameters());
            try {
                for (String query : queries) {
                    found.addQuery(query);
                }
            } catch (RejectedRequestException e) {
                throw new ParameterException(e);
            }
            merged.putAll(found.toMap());
            for (Map.Entry<String, String[]> entry : super.getParameterMap().entrySet()) {
                merged.merge(entry.getKey(), entry.getValue(), DispatchRequest::concat);
            }
            parameters = merged;
        }
        return merged;
    }

    private static String[] concat(String[] first, String[] second) {
        String[] all = new String[first.length + second.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    @Override
    public @Nullable String getParameter(String name) {
        if (queries.isEmpty()) {
            return super.getParameter(name);
        }
        String[] values = parameters().get(name);
        return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        if (queries.isEmpty()) {
            return super.getParameterValues(name);
        }
        String[] values = parameters().get(name);
        return values == null ? null : values.clone();
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return queries.isEmpty() ? super.getParameterMap() : Collections.unmodifiableMap(parameters());
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return queries.isEmpty() ? super.getParameterNames() : Collections.enumeration(parameters().keySet());
    }

    // ---- attributes

    @Override
    public @Nullable Object getAttribute(String name) {
        synchronized (own) {
            if (own.containsKey(name)) {
                return own.get(name);
            }
        }
        return super.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        synchronized (own) {
            if (own.containsKey(name)) {
                own.put(name, value);
                return;
            }
        }
        super.setAttribute(name, value);
    }

    @Override
    public void removeAttribute(String name) {
        setAttribute(name, null);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        Set<String> names = new LinkedHashSet<>(Collections.list(super.getAttributeNames()));
        synchronized (own) {
            own.forEach((name, value) -> {
                if (value == null) {
                    names.remove(name);
                } else {
                    names.add(name);
                }
            });
        }
        return Collections.enumeration(names);
    }
}
