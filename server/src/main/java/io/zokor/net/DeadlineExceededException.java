package io.zokor.net;

import java.io.InterruptedIOException;

/** Reading or writing was ended by a time limit. The connection cannot be used for another request. */
public final class DeadlineExceededException extends InterruptedIOException {

    private static final long serialVersionUID = 1L;

    /** Which limit. */
    private final TimeoutKind kind;

    /**
     * Makes one.
     *
     * @param kind which limit
     */
    public DeadlineExceededException(TimeoutKind kind) {
        super("time is over: " + kind.tag() + " (" + kind.property() + ")");
        this.kind = kind;
    }

    /** {@return which limit} */
    public TimeoutKind kind() {
        return kind;
    }
}
