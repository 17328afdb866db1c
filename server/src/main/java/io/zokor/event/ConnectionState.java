package io.zokor.event;

/** What a connection is doing. NEW → (TLS) → ACTIVE ⇄ IDLE → CLOSED, or ACTIVE → HIJACKED. */
public enum ConnectionState {
    /** Accepted; nothing has come yet. */
    NEW("new"),
    /** In its TLS handshake. */
    TLS("tls"),
    /** Between two requests. */
    IDLE("idle"),
    /** A request has begun. */
    ACTIVE("active"),
    /** Taken over by a handler. */
    HIJACKED("hijacked"),
    /** Over. */
    CLOSED("closed");

    private final String tag;

    ConnectionState(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
