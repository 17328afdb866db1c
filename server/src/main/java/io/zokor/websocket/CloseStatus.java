package io.zokor.websocket;

import java.nio.charset.StandardCharsets;

/**
 * Why a session ends (RFC 6455 section 7.4).
 *
 * @param code the status: 1000 to 4999; 1005 where a Close frame had none, 1006 where there was no Close frame
 * @param reason text for people, at most 123 bytes of UTF-8
 */
public record CloseStatus(int code, String reason) {

    /** The purpose is fulfilled, 1000. */
    public static final CloseStatus NORMAL = new CloseStatus(1000, "");

    /** The server goes down, or the browser leaves the page, 1001. */
    public static final CloseStatus GOING_AWAY = new CloseStatus(1001, "");

    /** The peer broke the protocol, 1002. */
    public static final CloseStatus PROTOCOL_ERROR = new CloseStatus(1002, "");

    /** A kind of data that cannot be accepted, 1003. */
    public static final CloseStatus UNSUPPORTED = new CloseStatus(1003, "");

    /** The Close frame has no status, 1005. The number itself is never sent. */
    public static final CloseStatus NONE = new CloseStatus(1005, "");

    /** There was no Close frame, 1006. Never sent. */
    public static final CloseStatus ABNORMAL = new CloseStatus(1006, "");

    /** Data that is not what its type says, 1007. */
    public static final CloseStatus BAD_DATA = new CloseStatus(1007, "");

    /** A rule of the application or server was broken, 1008. */
    public static final CloseStatus POLICY = new CloseStatus(1008, "");

    /** A message is too large, 1009. */
    public static final CloseStatus TOO_BIG = new CloseStatus(1009, "");

    /** The server failed, 1011. */
    public static final CloseStatus SERVER_ERROR = new CloseStatus(1011, "");

    /** The server restarts, 1012. */
    public static final CloseStatus RESTART = new CloseStatus(1012, "");

    /** The server is overloaded, 1013. */
    public static final CloseStatus TRY_AGAIN = new CloseStatus(1013, "");

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if the code is outside 1000 to 4999, or the reason is too long
     */
    public CloseStatus {
        if (code < 1000 || code > 4999) {
            throw new IllegalArgumentException("not a close status: " + code);
        }
        if (reason.length() > 123 || reason.getBytes(StandardCharsets.UTF_8).length > 123) {
            throw new IllegalArgumentException("the reason of a close status has at most 123 bytes of UTF-8");
        }
    }

    /**
     * The same status with a reason.
     *
     * @param text the reason, at most 123 bytes of UTF-8
     * @return the copy
     */
    public CloseStatus withReason(String text) {
        return new CloseStatus(code, text);
    }
}
