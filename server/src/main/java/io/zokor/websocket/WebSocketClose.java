package io.zokor.websocket;

import java.util.Locale;

/**
 * How a session ended, as it was seen first.
 *
 * @param status why
 * @param by who began it
 */
public record WebSocketClose(CloseStatus status, By by) {

    /** Who began to close. */
    public enum By {
        /** The application, by {@link WebSocket#close(CloseStatus)} or by returning. */
        APPLICATION,
        /** The peer: it sent a Close frame, or left without one. */
        PEER,
        /** The server: a limit, a fault of the peer, or its shutdown. */
        SERVER;

        private final String tag = name().toLowerCase(Locale.ROOT);

        /** {@return the value of the metric's tag} */
        public String tag() {
            return tag;
        }
    }
}
