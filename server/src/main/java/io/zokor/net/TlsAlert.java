package io.zokor.net;

import java.nio.ByteBuffer;

/** The alerts that are sent before there is an engine (RFC 8446 section 6). */
enum TlsAlert {
    UNEXPECTED_MESSAGE(10), RECORD_OVERFLOW(22), ILLEGAL_PARAMETER(47), DECODE_ERROR(50), PROTOCOL_VERSION(70);

    private static final byte ALERT = 21;

    private static final byte FATAL = 2;

    private final byte description;

    TlsAlert(int description) {
        this.description = (byte) description;
    }

    /** {@return the alert as an unprotected record} */
    ByteBuffer asRecord() {
        return ByteBuffer.wrap(new byte[] { ALERT, 3, 3, 0, 2, FATAL, description });
    }
}
