package io.zokor.event;

/** Who has done something to a connection; the {@code by} of {@code zokor.http2.resets} and {@code zokor.http2.goaways}. */
public enum Side {
    /** The client. */
    CLIENT("client"),
    /** The server. */
    SERVER("server");

    private final String tag;

    Side(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
