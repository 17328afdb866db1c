package io.zokor.event;

import io.zokor.http.RejectReason;

/** Why a connection ended; the {@code reason} of {@code zokor.connections.closed}. */
public enum CloseReason {
    /** The client ended it between requests. */
    CLIENT("client"),
    /** The client left in the middle of a request or response. */
    CLIENT_ABORT("client-abort"),
    /** The response said so: {@code Connection: close}, HTTP/1.0, or a body delimited by the end. */
    COMPLETE("complete"),
    /** No further request came in time. */
    IDLE_TIMEOUT("idle-timeout"),
    /** Another time limit passed. */
    TIMEOUT("timeout"),
    /** The TLS handshake failed. */
    TLS("tls"),
    /** What came was not acceptable HTTP. */
    PROTOCOL_ERROR("protocol-error"),
    /** A limit was exceeded. */
    LIMIT("limit"),
    /** The client has too many connections: it was reset before anything was read of it. */
    PER_CLIENT("per-client"),
    /** The application failed or aborted the response. */
    APP_ABORT("app-abort"),
    /** The application took the connection over. */
    HIJACKED("hijacked"),
    /** The server stopped. */
    SHUTDOWN("shutdown"),
    /** The server itself failed, or closed it to regain resources. */
    SERVER("server");

    private final String tag;

    CloseReason(String tag) {
        this.tag = tag;
    }

    /**
     * Why a connection ends that ends with a refused request.
     *
     * @param refusal why that was refused
     * @return the reason
     */
    public static CloseReason of(RejectReason refusal) {
        return switch (refusal) {
            case BODY_TOO_LARGE, HEADER_TOO_LARGE, URI_TOO_LONG, OVERLOAD, PER_CLIENT -> LIMIT;
            case TIMEOUT, REQUEST_TIMEOUT -> TIMEOUT;
            case PLAIN_ON_TLS -> TLS;
            case REQUEST_LINE, TARGET, VERSION, HOST, FIELD, FRAMING, TRANSFER_CODING, CHUNK, EXPECTATION, MISDIRECTED,
                    CONTENT ->
                PROTOCOL_ERROR;
        };
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
