package io.zokor.websocket;

import io.zokor.http.Request;

/**
 * Is told what happens to sessions. Methods are called by many threads at once, must be quick, must not block and must not throw.
 * All do nothing by default.
 */
public interface WebSocketListener {

    /** Does nothing. */
    WebSocketListener NONE = new WebSocketListener() {
    };

    /**
     * A session was opened.
     *
     * @param session the session
     */
    default void opened(WebSocket session) {
    }

    /**
     * A session ended; called exactly once for each that was opened.
     *
     * @param session the session
     * @param close how
     */
    default void closed(WebSocket session, WebSocketClose close) {
    }

    /**
     * A message was received whole.
     *
     * @param session the session
     * @param bytes of its payload, inflated
     */
    default void received(WebSocket session, long bytes) {
    }

    /**
     * A message, or the last part of one, was sent.
     *
     * @param session the session
     * @param bytes of its payload, before compression
     */
    default void sent(WebSocket session, long bytes) {
    }

    /**
     * A handshake was refused.
     *
     * @param request the request
     * @param reason why: {@code method}, {@code upgrade}, {@code version}, {@code key}, {@code body}, {@code origin}, {@code syntax}
     *        or {@code max-sessions}
     * @param status status of the answer
     */
    default void rejected(Request request, String reason, int status) {
    }
}
