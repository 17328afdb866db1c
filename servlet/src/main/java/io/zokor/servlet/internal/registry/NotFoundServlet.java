package io.zokor.servlet.internal.registry;

import java.io.FileNotFoundException;
import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Answers what no servlet is mapped to. Any thread. */
public final class NotFoundServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            // Servlet 6.1 section 9.3 wants this exception from an include.
            throw new FileNotFoundException("nothing is mapped to the included path");
        }
        response.sendError(HttpServletResponse.SC_NOT_FOUND);
    }
}
