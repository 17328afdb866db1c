package io.zokor.event;

/** What a running request is doing at a moment. */
public enum RequestPhase {
    /** It waits for a place among the concurrent requests. */
    QUEUED("queued"),
    /** It reads: its head, or its body. */
    READING("reading"),
    /** Its handler runs, or waits for something else than the client. */
    HANDLER("handler"),
    /** It writes its response. */
    WRITING("writing");

    private final String tag;

    RequestPhase(String tag) {
        this.tag = tag;
    }

    /** {@return its name where it is shown} */
    public String tag() {
        return tag;
    }
}
