package io.zokor.websocket;

import java.io.IOException;

import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;

import org.jspecify.annotations.Nullable;

/** Opens sessions. Stateless. */
public final class WebSockets {

    private WebSockets() {
    }

    /**
     * A handler that opens a session with the default options for each request, and refuses what is no handshake.
     *
     * @param handler what a session does
     * @return the handler
     */
    public static Handler handler(WebSocketHandler handler) {
        return handler(WebSocketOptions.defaults(), handler);
    }

    /**
     * A handler that opens a session for each request, and refuses what is no handshake. The 101 goes out when those around it have
     * returned, with their fields.
     *
     * @param options settings
     * @param handler what a session does
     * @return the handler
     */
    public static Handler handler(WebSocketOptions options, WebSocketHandler handler) {
        return (request, response) -> {
            WebSocketHandshake handshake = WebSocketHandshake.of(request, options);
            if (handshake.refusal() != 0) {
                handshake.refuse(response);
                return;
            }
            String subprotocol = handshake.subprotocol();
            handshake.confirm(response, subprotocol);
            response.controller().upgrade(handshake.upgrade(subprotocol, handler));
        };
    }

    /**
     * Opens a session in place: the handler that calls this serves it, and is to close it.
     *
     * @param request the request
     * @param response its response, not committed
     * @param options settings
     * @return the session, or {@code null} where the handshake was refused, which the response says
     * @throws IOException if the response cannot be written
     */
    public static @Nullable WebSocket accept(Request request, ResponseWriter response, WebSocketOptions options)
            throws IOException {
        WebSocketHandshake handshake = WebSocketHandshake.of(request, options);
        if (handshake.refusal() != 0) {
            handshake.refuse(response);
            return null;
        }
        String subprotocol = handshake.subprotocol();
        handshake.confirm(response, subprotocol);
        SessionUpgrade upgrade = handshake.session(subprotocol, session -> {
        });
        return upgrade.open(response.controller().upgradeNow(upgrade), Thread.currentThread());
    }
}
