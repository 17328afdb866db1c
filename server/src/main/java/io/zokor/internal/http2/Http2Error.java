package io.zokor.internal.http2;

import java.io.IOException;

/**
 * What the peer did wrong, as an error of one stream or of the connection (RFC 9113 section 5.4). Has no stack trace: a peer can
 * cause as many as it likes.
 */
final class Http2Error extends IOException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    private final boolean ofStream;

    private Http2Error(ErrorCode code, boolean ofStream, String message) {
        super(message);
        this.code = code;
        this.ofStream = ofStream;
    }

    /** One that ends the stream on which it happened. */
    static Http2Error stream(ErrorCode code, String message) {
        return new Http2Error(code, true, message);
    }

    /** One that ends the connection. */
    static Http2Error connection(ErrorCode code, String message) {
        return new Http2Error(code, false, message);
    }

    /** The most common one that ends the connection. */
    static Http2Error protocol(String message) {
        return connection(ErrorCode.PROTOCOL_ERROR, message);
    }

    ErrorCode code() {
        return code;
    }

    boolean isOfStream() {
        return ofStream;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
