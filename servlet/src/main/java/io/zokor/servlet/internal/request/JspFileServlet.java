package io.zokor.servlet.internal.request;

import java.io.IOException;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Stands for a JSP file: hands requests on to whatever else the application has mapped to its path. Any thread. */
public final class JspFileServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final String path;

    public JspFileServlet(String path) {
        this.path = path;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        RequestDispatcher dispatcher = getServletContext().getRequestDispatcher(path);
        if (!(dispatcher instanceof Dispatcher found)
                || found.target().servlet().getName().equals(getServletName())) {
            // Nothing else is there, and the source of a page is nothing to show.
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else if (request.getDispatcherType() == DispatcherType.INCLUDE) {
            dispatcher.include(request, response);
        } else {
            dispatcher.forward(request, response);
        }
    }
}
