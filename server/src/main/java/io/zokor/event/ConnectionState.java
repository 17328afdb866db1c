package io.zokor.event;

/** What a connection is doing. NEW → (TLS) → ACTIVE ⇄ IDLE → CLOSED; ACTIVE → HIJACKED, UPGRADED or WEBSOCKET → CLOSED. */
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
    /** A request has switched its protocol; still the server's, which waits for it when it stops. */
    UPGRADED("upgraded"),
    /** Speaks WebSocket; otherwise as {@link #UPGRADED}. */
    WEBSOCKET("websocket"),
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

    /** {@return whether a request has switched the connection's protocol, and the server still serves it} */
    public boolean isUpgraded() {
        return this == UPGRADED || this == WEBSOCKET;
    }
}
