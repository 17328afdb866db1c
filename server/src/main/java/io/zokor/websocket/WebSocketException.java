package io.zokor.websocket;

import java.io.IOException;

/** A message could not be sent: the session is closed or closing, or its queue is full. */
public final class WebSocketException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened
     */
    public WebSocketException(String message) {
        super(message);
    }

    /**
     * Makes one.
     *
     * @param message what happened
     * @param cause what caused it
     */
    public WebSocketException(String message, Throwable cause) {
        super(message, cause);
    }
}
