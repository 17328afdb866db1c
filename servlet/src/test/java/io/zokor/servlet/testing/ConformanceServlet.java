package io.zokor.servlet.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

import io.zokor.servlet.ServletContainer;
import io.zokor.testing.ConformanceServer;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The handlers that an HTTP/1 conformance bench asks questions of, as a servlet; those of
 * {@link io.zokor.testing.ConformanceHandler}. Stateless.
 */
public final class ConformanceServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final int PIECE = 8192;

    /** Makes one. */
    public ConformanceServlet() {
    }

    /**
     * Serves this servlet, mapped to {@code /}, until the process is stopped.
     *
     * @param args those of {@link ConformanceServer}
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        ServletContainer container = container();
        container.initialize();
        container.start();
        ConformanceServer.run(container, args);
    }

    /** {@return a container with this servlet alone, not yet initialised} */
    public static ServletContainer container() {
        return ServletContainer.builder().registerDefaultServlet(false)
                .initializer(context -> context.addServlet("conformance", new ConformanceServlet()).addMapping("/"))
                .build();
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        switch (request.getRequestURI()) {
            case "/" -> text(response, "ok");
            case "/echo" -> echo(request, response);
            case "/headers" -> text(response, headers(request));
            case "/stream" -> stream(response, number(request, "n", 3), number(request, "ms", 0));
            case "/ignore" -> text(response, "ignored");
            case "/panic" -> throw new ServletException("a panic on purpose");
            case "/slow" -> {
                sleep(number(request, "ms", 1000));
                text(response, "slow");
            }
            case "/uri" -> {
                String query = request.getQueryString();
                text(response, request.getMethod() + " " + request.getRequestURI() + (query == null ? "" : "?" + query)
                        + " " + request.getProtocol() + "\n");
            }
            case "/setheader" -> {
                String value = request.getParameter("v");
                response.setHeader("X-Test", value == null ? "" : value);
                text(response, "ok");
            }
            case "/rawheader" -> {
                response.setHeader(request.getParameter("n"), request.getParameter("v"));
                text(response, "ok");
            }
            case "/earlyhints" -> {
                response.setHeader("Link", "</a>; rel=preload");
                response.setStatus(103);
                text(response, "ok");
            }
            case "/sendtrailers" -> {
                response.setTrailerFields(() -> Map.of("x-trailer", "end"));
                text(response, "ok");
            }
            case "/status" -> {
                int status = (int) number(request, "c", 200);
                response.setStatus(status);
                if (status != 204 && status != 304) {
                    write(response, "body");
                }
            }
            case "/statusbody" -> {
                response.setStatus((int) number(request, "c", 200));
                write(response, "body");
            }
            case "/big" -> {
                long length = number(request, "n", 1 << 20);
                response.setContentType("text/plain");
                response.setContentLengthLong(length);
                fill(response, length);
            }
            case "/cl" -> {
                response.setContentType("text/plain");
                response.setContentLengthLong(number(request, "n", 10));
                fill(response, number(request, "m", 10));
            }
            case "/trailers" -> {
                request.getInputStream().transferTo(OutputStream.nullOutputStream());
                StringBuilder text = new StringBuilder();
                for (Map.Entry<String, String> field : request.getTrailerFields().entrySet()) {
                    text.append(field.getKey()).append(": ").append(field.getValue()).append('\n');
                }
                text(response, text.toString());
            }
            case "/mem" -> {
                Runtime runtime = Runtime.getRuntime();
                text(response, "heap " + (runtime.totalMemory() - runtime.freeMemory()) + " threads "
                        + Thread.activeCount() + "\n");
            }
            default -> {
                response.setStatus(404);
                text(response, "not found");
            }
        }
    }

    private static void text(HttpServletResponse response, String text) throws IOException {
        response.setContentType("text/plain");
        write(response, text);
    }

    private static void write(HttpServletResponse response, String text) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void echo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] body = request.getInputStream().readAllBytes();
        String type = request.getContentType();
        response.setContentType(type == null ? "application/octet-stream" : type);
        response.getOutputStream().write(body);
    }

    private static void stream(HttpServletResponse response, long count, long pause)
            throws IOException, ServletException {
        response.setContentType("text/plain");
        for (long i = 0; i < count; i++) {
            write(response, "chunk-" + i + "\n");
            response.flushBuffer();
            sleep(pause);
        }
    }

    private static void fill(HttpServletResponse response, long length) throws IOException {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) 'x');
        for (long left = length; left > 0; left -= PIECE) {
            response.getOutputStream().write(piece, 0, (int) Math.min(left, PIECE));
        }
    }

    private static String headers(HttpServletRequest request) {
        StringBuilder text = new StringBuilder();
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                text.append(name).append(": ").append(value).append('\n');
            }
        }
        return text.toString();
    }

    private static void sleep(long millis) throws ServletException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServletException(e);
        }
    }

    private static long number(HttpServletRequest request, String name, long otherwise) {
        String value = request.getParameter(name);
        return value == null ? otherwise : Long.parseLong(value);
    }
}
