package io.zokor.websocket;

/** What a session does, from its opening to its end. One instance serves all sessions at once. */
@FunctionalInterface
public interface WebSocketHandler {

    /**
     * Serves one session, on the connection's own thread. When it returns the session is closed with 1000, where it is not closed
     * yet; when it throws, with 1011, and the failure is logged as a panic, unless it comes from the session's end.
     *
     * @param session the session
     * @throws Exception whatever went wrong
     */
    void serve(WebSocket session) throws Exception;
}
