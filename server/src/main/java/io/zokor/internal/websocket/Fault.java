package io.zokor.internal.websocket;

import java.io.IOException;

/** What came is not acceptable: the connection is to be failed with a status (RFC 6455 section 7.1.7). */
public final class Fault extends IOException {

    private static final long serialVersionUID = 1L;

    /** Status of the Close frame. */
    private final int code;

    /**
     * Makes a fault.
     *
     * @param code status of the Close frame (section 7.4.1)
     * @param reason constant text, sent to the peer; at most 123 bytes
     */
    public Fault(int code, String reason) {
        super(reason);
        this.code = code;
    }

    /** {@return a violation of the protocol, 1002} */
    public static Fault protocol(String reason) {
        return new Fault(1002, reason);
    }

    /** {@return text that is not UTF-8, 1007} */
    public static Fault text() {
        return new Fault(1007, "text is not UTF-8");
    }

    /** {@return status of the Close frame} */
    public int code() {
        return code;
    }

    /** {@return the text for the peer} */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
