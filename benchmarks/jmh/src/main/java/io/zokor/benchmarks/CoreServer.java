package io.zokor.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

import com.sun.management.ThreadMXBean;
import io.zokor.config.Http2;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.server.Server;
import io.zokor.websocket.WebSocketMessage;
import io.zokor.websocket.WebSockets;

/**
 * The server without servlets and without Spring, to be put under load by another process. The arguments are the port
 * and, where HTTP/2 is to be spoken as well, {@code h2}. {@code /allocated} says how many bytes all threads together have allocated so far. Without state, so every connection's
 * thread may call it.
 */
public final class CoreServer implements Handler {

    private static final byte[] OK = { 'o', 'k' };

    private static final byte[] MEGABYTE = new byte[1 << 20];

    private static final int BUFFER = 64 * 1024;

    private static final int PIECES = 1600;

    private static final Handler ECHO_SOCKET = WebSockets.handler(session -> {
        WebSocketMessage message;
        while ((message = session.read()) != null) {
            session.write(message);
        }
    });

    CoreServer() {
    }

    /**
     * Serves until the process is stopped.
     *
     * @param args see the class comment
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        boolean http2 = args.length > 1 && args[1].equals("h2");
        Server.builder().address("127.0.0.1:" + args[0]).http2(Http2.defaults().withEnabled(http2))
                .handler(new CoreServer()).build()
                .listenAndServe();
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        switch (request.path()) {
            case "/raw" -> text(response, OK);
            case "/big" -> {
                response.headers().set("Content-Type", "application/octet-stream");
                response.headers().set("Content-Length", Integer.toString(MEGABYTE.length));
                response.write(MEGABYTE);
            }
            case "/download" -> download(response);
            case "/ws" -> ECHO_SOCKET.handle(request, response);
            case "/sleep" -> {
                Thread.sleep(milliseconds(request));
                text(response, OK);
            }
            case "/echo" -> {
                byte[] body = request.body().readNBytes(Math.toIntExact(request.contentLength()));
                response.headers().set("Content-Type", "application/octet-stream");
                response.headers().set("Content-Length", Integer.toString(body.length));
                response.write(body);
            }
            case "/upload" -> text(response, ascii(count(request.body())));
            case "/allocated" -> text(response, ascii(allocated()));
            default -> response.writeHead(404);
        }
    }

    private static void text(ResponseWriter response, byte[] body) throws IOException {
        response.headers().set("Content-Type", "text/plain");
        response.write(body);
    }

    private static void download(ResponseWriter response) throws IOException {
        response.headers().set("Content-Type", "application/octet-stream");
        response.headers().set("Content-Length", Integer.toString(PIECES * BUFFER));
        byte[] piece = new byte[BUFFER];
        for (int i = 0; i < PIECES; i++) {
            response.write(piece);
        }
    }

    private static long milliseconds(Request request) {
        String query = request.query();
        return query != null && query.startsWith("ms=") ? Long.parseLong(query.substring(3)) : 0;
    }

    private static long count(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long count = 0;
        int n;
        while ((n = in.read(buffer)) >= 0) {
            count += n;
        }
        return count;
    }

    private static byte[] ascii(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }

    /** What a virtual thread allocates counts for the carrier that it runs on, and so is in the sum of the platform threads. */
    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}
