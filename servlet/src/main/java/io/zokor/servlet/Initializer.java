package io.zokor.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;

/** Registers servlets, filters and listeners with a context that is about to start. Called on the thread that starts it. */
@FunctionalInterface
public interface Initializer {

    /**
     * Configures the context.
     *
     * @param context the context; listeners that it is given here may not configure it further (Servlet 6.1 section 4.4)
     * @throws ServletException if the application cannot start
     */
    void onStartup(ServletContext context) throws ServletException;
}
