package io.zokor.http;

/** Thrown by a handler to end its connection without an answer and without a log entry (Go's ErrAbortHandler); what of a response is
 * committed leaves first, and the client can see that it is cut. */
public final class AbortHandlerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Makes one, without a stack trace. */
    public AbortHandlerException() {
        super("aborted by its handler", null, false, false);
    }
}
