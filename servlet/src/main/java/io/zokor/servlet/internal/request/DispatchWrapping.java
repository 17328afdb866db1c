package io.zokor.servlet.internal.request;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The container's wrappers around the request and response of one dispatch. Where an application hands over wrappers of its own
 * that are not HTTP's (sections 6.2.2 and 9.2 allow them), the container's come beneath those: what wraps an HTTP request
 * must stay one, and what the application gave must still be seen. Used by one thread.
 */
public final class DispatchWrapping {

    private final ServletRequest request;

    /** The application's wrapper that the container's is put under, and what it wrapped before. */
    private final @Nullable ServletRequestWrapper above;

    private final @Nullable ServletRequest beneath;

    private @Nullable ServletResponse response;

    private @Nullable ServletResponseWrapper responseAbove;

    private @Nullable ServletResponse responseBeneath;

    /**
     * Wraps the request.
     *
     * @throws IllegalArgumentException if there is no HTTP request in it
     */
    public DispatchWrapping(ServletRequest given, DispatcherType type, RequestCycle cycle, Dispatcher.Target target) {
        ServletRequestWrapper lowest = null;
        ServletRequest inner = given;
        while (!(inner instanceof HttpServletRequest) && inner instanceof ServletRequestWrapper wrapper) {
            lowest = wrapper;
            inner = wrapper.getRequest();
        }
        if (!(inner instanceof HttpServletRequest http)) {
            throw new IllegalArgumentException("not an HTTP request: " + inner.getClass().getName());
        }
        DispatchRequest own = new DispatchRequest(http, type, cycle, target);
        above = lowest;
        beneath = inner;
        if (lowest == null) {
            request = own;
        } else {
            lowest.setRequest(own);
            request = given;
        }
    }

    /**
     * Wraps the response for an include.
     *
     * @throws IllegalArgumentException if there is no HTTP response in it
     */
    public void include(ServletResponse given) {
        ServletResponseWrapper lowest = null;
        ServletResponse inner = given;
        while (!(inner instanceof HttpServletResponse) && inner instanceof ServletResponseWrapper wrapper) {
            lowest = wrapper;
            inner = wrapper.getResponse();
        }
        if (!(inner instanceof HttpServletResponse http)) {
            undo();
            throw new IllegalArgumentException("not an HTTP response: " + inner.getClass().getName());
        }
        IncludeResponse own = new IncludeResponse(http);
        responseAbove = lowest;
        responseBeneath = inner;
        if (lowest == null) {
            response = own;
        } else {
            lowest.setResponse(own);
            response = given;
        }
    }

    public ServletRequest request() {
        return request;
    }

    public ServletResponse response() {
        ServletResponse wrapped = response;
        if (wrapped == null) {
            throw new IllegalStateException("no response was wrapped");
        }
        return wrapped;
    }

    /** The dispatch has returned: the application's wrappers are again what they were. */
    public void undo() {
        if (above != null && beneath != null) {
            above.setRequest(beneath);
        }
        if (responseAbove != null && responseBeneath != null) {
            responseAbove.setResponse(responseBeneath);
        }
    }
}
