package io.zokor.internal.http2;

import java.util.Locale;

/** Error codes of RST_STREAM and GOAWAY (RFC 9113 section 7); the place of each is its code. */
enum ErrorCode {
    NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR,
    REFUSED_STREAM, CANCEL, COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM, INADEQUATE_SECURITY, HTTP_1_1_REQUIRED;

    private final String tag = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** {@return the value of the metric's tag} */
    String tag() {
        return tag;
    }
}
