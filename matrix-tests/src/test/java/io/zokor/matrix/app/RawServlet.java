package io.zokor.matrix.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.TreeMap;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Does with the servlet API alone what the path's last part says. */
class RawServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String path = request.getDispatcherType() == DispatcherType.INCLUDE
                ? (String) request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO)
                : request.getPathInfo();
        String task = path == null ? "echo" : path.substring(1);
        if (task.startsWith("forward/")) {
            request.getRequestDispatcher("/raw/" + task.substring(8) + "?by=forward").forward(request, response);
            return;
        }
        if (task.startsWith("include/")) {
            response.setContentType("text/plain;charset=utf-8");
            response.getWriter().print("before\n");
            request.getRequestDispatcher("/raw/" + task.substring(8) + "?by=include").include(request, response);
            response.getWriter().print("\nafter");
            return;
        }
        if (response(task, request, response) || writing(task, request, response)
                || dispatching(task, request, response)) {
            return;
        }
        response.setContentType("text/plain;charset=utf-8");
        PrintWriter writer = response.getWriter();
        writer.print(EchoController.describe(request));
        TreeMap<String, Object> attributes = new TreeMap<>();
        for (String name : Collections.list(request.getAttributeNames())) {
            if (name.startsWith("jakarta.servlet.") && !name.endsWith(".exception") && !name.endsWith(".mapping")) {
                attributes.put(name, request.getAttribute(name));
            }
        }
        attributes.forEach((name, value) -> writer.print(name + " = " + value + "\n"));
    }

    /** What concerns status and fields. */
    private boolean response(String task, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (task) {
            case "send-error" -> {
                response.setHeader("X-Kept", "1");
                response.sendError(Integer.parseInt(request.getParameter("status")), "said <so>");
            }
            case "set-status" -> response.setStatus(Integer.parseInt(request.getParameter("status")));
            case "redirect" -> response.sendRedirect(request.getParameter("to"));
            case "redirect-308" -> response.sendRedirect("../there?x=1", 308);
            case "redirect-kept" -> {
                response.setContentType("text/plain;charset=utf-8");
                response.getWriter().print("with a body");
                response.sendRedirect("/there", 303, false);
            }
            case "types" -> {
                response.setContentType("text/html");
                response.setCharacterEncoding("ISO-8859-2");
                response.setLocale(Locale.GERMANY);
                response.getWriter().print(response.getContentType() + " \u0159");
            }
            case "locale" -> {
                response.setContentType("text/plain");
                response.setLocale(Locale.forLanguageTag(request.getParameter("tag")));
                String before = response.getContentType() + " " + response.getCharacterEncoding();
                response.getWriter().print(before + " -> " + response.getContentType());
            }
            case "no-type" -> response.getWriter().print("no type");
            case "no-type-stream" -> response.getOutputStream().print("no type");
            case "own-length" -> {
                response.setContentLengthLong(5);
                response.getOutputStream().write("12345".getBytes(StandardCharsets.US_ASCII));
            }
            case "fields" -> {
                response.setHeader("X-A", "1");
                response.addHeader("X-A", "2");
                response.setIntHeader("X-Int", 3);
                response.setDateHeader("X-Date", 1_000_000_000_000L);
                response.setHeader("X-Gone", "1");
                response.setHeader("X-Gone", null);
                response.setHeader("Content-Type", "text/plain");
                response.addHeader("Content-Length", "2");
                response.getOutputStream().print("ok");
            }
            case "crlf" -> {
                try {
                    response.setHeader("X-Split", "a\r\nX-Evil: 1");
                } catch (IllegalArgumentException e) {
                    response.setHeader("X-Refused", "1");
                }
                response.getOutputStream().print("ok");
            }
            case "trailers" -> {
                response.setTrailerFields(() -> java.util.Map.of("X-Trailer", "end"));
                response.getOutputStream().print("body");
                response.flushBuffer();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What concerns the body. */
    private boolean writing(String task, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (task) {
            case "flush" -> {
                response.setContentType("text/plain");
                response.getWriter().print("one");
                response.flushBuffer();
                response.setHeader("X-Late", "1");
                response.setStatus(500);
                response.getWriter().print("two");
            }
            case "reset" -> {
                response.setStatus(202);
                response.setHeader("X-Lost", "1");
                response.getWriter().print("lost");
                response.reset();
                response.getOutputStream().print("after reset");
            }
            case "reset-buffer" -> {
                response.setStatus(202);
                response.setHeader("X-Kept", "1");
                response.getWriter().print("lost");
                response.resetBuffer();
                response.getWriter().print("after reset");
            }
            case "big" -> {
                response.setContentType("application/octet-stream");
                ServletOutputStream out = response.getOutputStream();
                byte[] block = new byte[1000];
                for (int i = 0; i < 100; i++) {
                    out.write(block);
                }
            }
            case "length-and-less" -> {
                response.setContentLength(10);
                response.getOutputStream().print("short");
            }
            case "length-and-more" -> {
                response.setContentLength(3);
                response.getOutputStream().print("much more");
            }
            case "both" -> {
                response.getWriter().print("written, ");
                try {
                    response.getOutputStream();
                } catch (IllegalStateException e) {
                    response.getWriter().print("refused");
                }
            }
            case "closed" -> {
                response.getWriter().print("to the end");
                response.getWriter().close();
                response.getWriter().print("more");
            }
            case "unencodable" -> {
                response.setContentType("text/plain;charset=us-ascii");
                response.getWriter().print("gr\u00fcn");
            }
            case "after-error" -> {
                response.getWriter().print("lost");
                response.sendError(409);
                response.getWriter().print("also lost");
            }
            case "read" -> {
                byte[] body = request.getInputStream().readAllBytes();
                response.getOutputStream().print("read " + body.length + " trailers "
                        + (request.isTrailerFieldsReady() ? new TreeMap<>(request.getTrailerFields()) : "no"));
            }
            case "unread" -> response.getOutputStream().print("not read");
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What goes elsewhere, or fails. */
    private boolean dispatching(String task, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (task) {
            case "throw" -> throw new IllegalStateException("thrown");
            case "throw-io" -> throw new IOException("thrown");
            case "throw-servlet" -> throw new ServletException("outer", new ArithmeticException("inner"));
            case "forward-static" -> request.getRequestDispatcher("/hello.txt").forward(request, response);
            case "include-missing" -> {
                response.setContentType("text/plain");
                response.getWriter().print("before ");
                request.getRequestDispatcher("/nowhere").include(request, response);
                response.getWriter().print(" after");
            }
            case "named" -> {
                if (request.getDispatcherType() == DispatcherType.FORWARD) {
                    // A named dispatch leaves the paths as they were: here is where it leads to again.
                    response.getWriter().print(EchoController.describe(request));
                } else {
                    getServletContext().getNamedDispatcher("raw").forward(request, response);
                }
            }
            case "forward-written" -> {
                response.getWriter().print("dropped");
                request.getRequestDispatcher("/raw/no-type").forward(request, response);
            }
            case "forward-late" -> {
                response.getWriter().print("sent");
                response.flushBuffer();
                try {
                    request.getRequestDispatcher("/raw/no-type").forward(request, response);
                } catch (IllegalStateException e) {
                    response.getWriter().print(", refused");
                }
            }
            case "async" -> {
                AsyncContext async = request.startAsync();
                async.start(() -> {
                    try {
                        async.getResponse().getWriter().print("async");
                    } catch (IOException e) {
                        getServletContext().log("cannot answer", e);
                    }
                    async.complete();
                });
            }
            case "async-dispatch" -> request.startAsync().dispatch("/raw/dispatched?by=async");
            case "async-timeout" -> request.startAsync().setTimeout(50);
            case "async-throw" -> {
                request.startAsync();
                throw new IllegalStateException("thrown after startAsync");
            }
            case "error-page" -> {
                response.setContentType("text/plain;charset=utf-8");
                response.getWriter().print("own page: " + request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)
                        + " " + request.getAttribute(RequestDispatcher.ERROR_MESSAGE) + " "
                        + request.getAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE) + " "
                        + request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) + " "
                        + request.getAttribute(RequestDispatcher.ERROR_SERVLET_NAME) + " "
                        + request.getAttribute(RequestDispatcher.ERROR_METHOD) + " "
                        + request.getAttribute(RequestDispatcher.ERROR_QUERY_STRING) + " " + request.getMethod());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        doGet(request, response);
    }
}
