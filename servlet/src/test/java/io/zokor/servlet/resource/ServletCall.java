package io.zokor.servlet.resource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import io.zokor.http.HttpDate;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * One call of a servlet without a container. Knows only what the default servlet asks for; anything else fails, so that the test
 * sees it.
 */
final class ServletCall {

    private final Map<String, Object> request = new HashMap<>();

    private final Map<String, List<String>> requestHeaders = new HashMap<>();

    private final Map<String, Object> attributes = new HashMap<>();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    final PrintWriter writer = new PrintWriter(bytes, true, StandardCharsets.UTF_8);

    final Map<String, String> headers = new LinkedHashMap<>();

    /** Where the request was forwarded or included to. */
    final List<String> dispatched = new ArrayList<>();

    int status = 200;

    boolean writerInUse;

    private ServletCall(String method, String path) {
        int query = path.indexOf('?');
        request.put("getMethod", method);
        request.put("getServletPath", query < 0 ? path : path.substring(0, query));
        request.put("getPathInfo", null);
        request.put("getQueryString", query < 0 ? null : path.substring(query + 1));
        request.put("getContextPath", "/app");
        request.put("getDispatcherType", DispatcherType.REQUEST);
    }

    static ServletCall of(String method, String path) {
        return new ServletCall(method, path);
    }

    ServletCall header(String name, String value) {
        requestHeaders.computeIfAbsent(name, each -> new ArrayList<>()).add(value);
        return this;
    }

    ServletCall dispatch(DispatcherType type) {
        request.put("getDispatcherType", type);
        return this;
    }

    ServletCall attribute(String name, Object value) {
        attributes.put(name, value);
        return this;
    }

    ServletCall pathInfo(String pathInfo) {
        request.put("getPathInfo", pathInfo);
        return this;
    }

    ServletCall run(HttpServlet servlet) throws IOException, ServletException {
        servlet.service(proxy(HttpServletRequest.class, this::answerRequest),
                proxy(HttpServletResponse.class, this::answerResponse));
        writer.flush();
        return this;
    }

    String body() {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    static <T> T proxy(Class<T> type, BiFunction<String, Object[], Object> answers) {
        return type.cast(Proxy.newProxyInstance(ServletCall.class.getClassLoader(), new Class<?>[] { type },
                (Object proxy, Method method, Object[] arguments) -> answers.apply(method.getName(), arguments)));
    }

    private Object answerRequest(String method, Object[] arguments) {
        if (request.containsKey(method)) {
            return request.get(method);
        }
        return switch (method) {
            case "getHeader" -> requestHeaders.getOrDefault((String) arguments[0], List.of("")).stream()
                    .filter(value -> !value.isEmpty()).findFirst().orElse(null);
            case "getHeaders" ->
                Collections.enumeration(requestHeaders.getOrDefault((String) arguments[0], List.of()));
            case "getAttribute" -> attributes.get((String) arguments[0]);
            case "getRequestDispatcher" -> proxy(RequestDispatcher.class, (kind, ignored) -> {
                dispatched.add(kind + " " + arguments[0]);
                return null;
            });
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private Object answerResponse(String method, Object[] arguments) {
        switch (method) {
            case "setStatus", "sendError" -> status = (int) arguments[0];
            case "setHeader" -> headers.put((String) arguments[0], (String) arguments[1]);
            case "setDateHeader" -> headers.put((String) arguments[0],
                    HttpDate.format(java.time.Instant.ofEpochMilli((long) arguments[1])));
            case "setContentLength", "setContentLengthLong" -> headers.put("Content-Length", arguments[0].toString());
            case "setContentType" -> headers.put("Content-Type", (String) arguments[0]);
            case "getBufferSize" -> {
                return 8192;
            }
            case "setBufferSize" -> {
                // Nothing has been written before.
            }
            case "getContentType" -> {
                return headers.get("Content-Type");
            }
            case "sendRedirect" -> {
                status = 302;
                headers.put("Location", (String) arguments[0]);
            }
            case "getOutputStream" -> {
                if (writerInUse) {
                    throw new IllegalStateException("the writer is in use");
                }
                return new Output();
            }
            case "getWriter" -> {
                return writer;
            }
            default -> throw new UnsupportedOperationException(method);
        }
        return null;
    }

    private final class Output extends ServletOutputStream {

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int b) {
            bytes.write(b);
        }
    }
}
