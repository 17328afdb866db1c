package io.zokor.benchmarks;

import java.io.IOException;

import io.zokor.http.Handler;
import io.zokor.server.Server;
import io.zokor.servlet.ServletContainer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The servlet container without Spring, to be put under load by another process: {@code /raw} and {@code /echo} of
 * {@link CoreServer} by a servlet. The argument is the port. {@code /allocated} is answered past the container. Without state.
 */
public final class ServletServer extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final byte[] OK = { 'o', 'k' };

    private ServletServer() {
    }

    /**
     * Serves until the process is stopped.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        ServletContainer container = ServletContainer.builder()
                .initializer(context -> context.addServlet("load", new ServletServer()).addMapping("/*")).build();
        container.initialize();
        container.start();
        Handler core = new CoreServer();
        Handler handler = (request, response) -> {
            boolean beside = request.path().equals("/allocated");
            (beside ? core : container).handle(request, response);
        };
        Server.builder().address("127.0.0.1:" + args[0]).handler(handler).build().listenAndServe();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.setContentLength(OK.length);
        response.getOutputStream().write(OK);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] body = request.getInputStream().readNBytes(request.getContentLength());
        response.setContentType("application/octet-stream");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
