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
    DRAIN("drain");

    private final String tag;

    TimeoutKind(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag; also the last part of the property's name} */
    public String tag() {
        return tag;
    }

    /** {@return the property that sets the limit} */
    public String property() {
        return this == DRAIN ? "zokor.limits.drain-timeout" : "zokor.timeouts." + tag;
    }
}
