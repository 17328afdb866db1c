package io.zokor.testing;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

import io.zokor.http.Handler;
import io.zokor.http.Handlers;
import io.zokor.mux.ServeMux;
import io.zokor.websocket.CloseStatus;
import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketHandler;
import io.zokor.websocket.WebSocketMessage;
import io.zokor.websocket.WebSocketOptions;
import io.zokor.websocket.WebSockets;

/** Serves what the bench of WebSockets asks for; arguments as for {@link ConformanceServer}. */
public final class WebSocketConformanceServer {

    private WebSocketConformanceServer() {
    }

    /**
     * Serves until the process is stopped.
     *
     * @param args port, TLS port, and the seconds of every time limit
     * @throws Exception if the server cannot start
     */
    public static void main(String[] args) throws Exception {
        Duration limit = Duration.ofSeconds(args.length > 2 ? Long.parseLong(args[2]) : 20);
        WebSocketOptions options = WebSocketOptions.defaults().withMaxMessageSize(1 << 20).withCompression(true)
                .withSendTimeout(limit).withCloseTimeout(limit);
        ServeMux mux = new ServeMux()
                .handle("/ws/echo", WebSockets.handler(options, WebSocketConformanceServer::echo))
                .handle("/ws/sub", WebSockets.handler(options.withSubprotocols(List.of("chat.v2", "chat.v1")),
                        WebSocketConformanceServer::echo))
                .handle("/ws/idle",
                        WebSockets.handler(options.withIdleTimeout(limit), WebSocketConformanceServer::echo))
                .handle("/ws/push", with(options, WebSocketConformanceServer::push))
                .handle("/ws/close", with(options, (session, request) -> session.close(
                        new CloseStatus(Integer.parseInt(query(request, "code")), query(request, "reason")))))
                .handle("/ws/ping", WebSockets.handler(options, session -> {
                    session.ping(ByteBuffer.wrap("zk".getBytes(StandardCharsets.US_ASCII)));
                    echo(session);
                }))
                .handle("/ws/throw", WebSockets.handler(options, session -> {
                    session.read();
                    throw new IllegalStateException("as the bench asks for");
                }))
                .handle("/{$}", Handlers.text(200, "ok"));
        ConformanceServer.run(mux, args);
    }

    /** A session that depends on its request. */
    private interface Asked {

        void serve(WebSocket session, String query) throws Exception;
    }

    private static Handler with(WebSocketOptions options, Asked asked) {
        WebSocketHandler handler = session -> asked.serve(session, String.valueOf(session.request().query()));
        return WebSockets.handler(options, handler);
    }

    private static void echo(WebSocket session) throws Exception {
        for (WebSocketMessage message; (message = session.read()) != null;) {
            session.write(message);
        }
    }

    private static void push(WebSocket session, String query) throws Exception {
        String text = "x".repeat(Integer.parseInt(query(query, "size")));
        for (int n = Integer.parseInt(query(query, "n")); n > 0; n--) {
            session.write(text);
        }
    }

    private static String query(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + "=")) {
                return URLDecoder.decode(pair.substring(name.length() + 1), StandardCharsets.UTF_8);
            }
        }
        return "";
    }
}
