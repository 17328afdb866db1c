package io.zokor.servlet;

import java.io.IOException;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Stands for a JSP file: hands requests on to whatever the application has mapped to its path. Any thread. */
final class JspFileServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final String path;

    JspFileServlet(String path) {
        this.path = path;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        RequestDispatcher dispatcher = getServletContext().getRequestDispatcher(path);
        if (dispatcher == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        } else {
            dispatcher.forward(request, response);
        }
    }
}
