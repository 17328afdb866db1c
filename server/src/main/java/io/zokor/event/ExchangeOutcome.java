package io.zokor.event;

/** How an exchange ended; the {@code outcome} of {@code zokor.requests}. */
public enum ExchangeOutcome {
    /** The response went out whole. */
    COMPLETED("completed"),
    /** The server refused the request by itself. */
    REJECTED("rejected"),
    /** The application failed. */
    PANIC("panic"),
    /** The response was cut, by the application or a time limit. */
    ABORTED("aborted"),
    /** The client left. */
    CLIENT_GONE("client-gone"),
    /** The application took the connection over. */
    HIJACKED("hijacked"),
    /** The connection, or the stream, speaks another protocol from now on. */
    UPGRADED("upgraded");

    private final String tag;

    ExchangeOutcome(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
