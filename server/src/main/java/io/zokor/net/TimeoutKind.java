package io.zokor.net;

/** The time limits of a connection; the {@code kind} of {@code zokor.timeouts}. */
public enum TimeoutKind {
    /** The TLS handshake or PROXY protocol header took too long. */
    TLS_HANDSHAKE("tls-handshake"),
    /** The head of a request took too long. */
    READ_HEADER("read-header"),
    /** A request took too long to arrive whole. */
    READ("read"),
    /** A response took too long to be taken. */
    WRITE("write"),
    /** A body or response moved too slowly. */
    STALL("stall"),
    /** No further request came. */
    IDLE("idle"),
    /** The handler ran too long. */
    REQUEST("request"),
    /** The rest of an unread body took too long. */
    DRAIN("drain"),
    /** The client of HTTP/2 did not answer a PING. */
    HTTP2_PING("http2-ping"),
    /** The peer of a WebSocket gave no sign of life. */
    WEBSOCKET_PONG("websocket-pong"),
    /** No message passed a WebSocket. */
    WEBSOCKET_IDLE("websocket-idle"),
    /** The peer of a WebSocket did not take what was sent. */
    WEBSOCKET_SEND("websocket-send"),
    /** The peer of a WebSocket did not answer a Close frame. */
    WEBSOCKET_CLOSE("websocket-close");

    private final String tag;

    TimeoutKind(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag; of its own limits also the last part of the property's name} */
    public String tag() {
        return tag;
    }

    /** {@return the property that sets the limit} */
    public String property() {
        return switch (this) {
            case DRAIN -> "zokor.limits.drain-timeout";
            case HTTP2_PING -> "zokor.http2.ping-interval";
            case WEBSOCKET_PONG -> "zokor.websocket.pong-timeout";
            case WEBSOCKET_IDLE -> "zokor.websocket.idle-timeout";
            case WEBSOCKET_SEND -> "zokor.websocket.send-timeout";
            case WEBSOCKET_CLOSE -> "zokor.websocket.close-timeout";
            default -> "zokor.timeouts." + tag;
        };
    }
}
