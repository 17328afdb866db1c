package io.zokor.internal.hpack;

import java.io.IOException;

/**
 * A block that cannot be decoded: a COMPRESSION_ERROR of the connection (RFC 9113 section 4.3), since nothing behind it can be read
 * either. Has no stack trace: a peer can cause as many as it likes.
 */
public final class HpackException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is wrong, without anything that the peer sent
     */
    public HpackException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
