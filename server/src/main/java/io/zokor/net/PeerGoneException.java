package io.zokor.net;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** The peer has left: the connection was reset, a write failed, or the input ended in the middle of a message. */
public final class PeerGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what was going on
     * @param cause what the system said, or {@code null}
     */
    public PeerGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
