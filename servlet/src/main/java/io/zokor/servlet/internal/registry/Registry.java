package io.zokor.servlet.internal.registry;

import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;

/**
 * Everything that an application has registered. Filled by the thread that starts the application, then read by all.
 */
public final class Registry {

    private static final String NOT_FOUND = "zokor-not-found";

    private final EventListeners listeners = new EventListeners();

    private final FilterMappings filterMappings = new FilterMappings();

    private final ServletPaths paths = new ServletPaths();

    private final Registrations<Servlet, ServletHolder> servlets;

    private final Registrations<Filter, FilterHolder> filters;

    private final ServletHolder notFound;

    public Registry(RegistrationScope scope) {
        this.servlets = new Registrations<>("servlet", name -> new ServletHolder(scope, paths, name));
        this.filters = new Registrations<>("filter", name -> new FilterHolder(scope, filterMappings, name));
        this.notFound = new ServletHolder(scope, paths, NOT_FOUND);
        notFound.complete(NotFoundServlet.class, new NotFoundServlet());
    }

    public EventListeners listeners() {
        return listeners;
    }

    public Registrations<Servlet, ServletHolder> servlets() {
        return servlets;
    }

    public ServletPaths paths() {
        return paths;
    }

    /** {@return the servlet behind paths that none is mapped to} */
    public ServletHolder notFound() {
        return notFound;
    }

    public Registrations<Filter, FilterHolder> filters() {
        return filters;
    }

    public FilterMappings filterMappings() {
        return filterMappings;
    }
}
