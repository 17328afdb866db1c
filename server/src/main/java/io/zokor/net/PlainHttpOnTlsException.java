package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * A client spoke plain HTTP where TLS was expected. It has been answered with a 400 that says so; nothing but closing the
 * connection is left to do.
 */
public final class PlainHttpOnTlsException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean head;

    private final transient @Nullable Conn plain;

    /**
     * Makes one.
     *
     * @param message what happened; holds nothing that the peer sent
     */
    public PlainHttpOnTlsException(String message) {
        this(message, false, null);
    }

    private PlainHttpOnTlsException(String message, boolean head, @Nullable Conn plain) {
        super(message);
        this.head = head;
        this.plain = plain;
    }

    /** {@return the same, which {@link #answer} can answer} */
    PlainHttpOnTlsException on(Conn conn, boolean headRequest) {
        return new PlainHttpOnTlsException(String.valueOf(getMessage()), headRequest, conn);
    }

    /** {@return whether the request's method is HEAD} */
    public boolean isHead() {
        return head;
    }

    /**
     * Sends an answer as plain text, and reads on for a moment, so that it arrives. To be called once, by the thread that has met this.
     *
     * @param words the answer
     */
    public void answer(ByteBuffer words) {
        Conn conn = plain;
        if (conn != null) {
            LastWords.sayAndLinger(conn, words);
        }
    }
}
