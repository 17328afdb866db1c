package io.zokor.internal.exchange;

import java.io.IOException;

/**
 * How long a response's body is to be, and how much of it the handler has written. Owned by the thread that holds the lock of the
 * {@link ResponseOutput}; how much is written may be read by any.
 */
final class ResponseLength {

    private final ResponseDraft draft;

    /** Bytes the handler has written, sent or not. */
    private volatile long written;

    /** The length that the head says, -1 for none, once that cannot change any more. */
    private long fixed = -1;

    private boolean isFixed;

    ResponseLength(ResponseDraft draft) {
        this.draft = draft;
    }

    long written() {
        return written;
    }

    /** Counts what the handler writes. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void count(long length) {
        written = written + length;
    }

    /** What was written is dropped, and so much takes its place. */
    void replace(long length) {
        written = length;
    }

    /** The head goes out, with this length or with none, -1. */
    void fix(long length) {
        fixed = length;
        isFixed = true;
    }

    private long declared() {
        return isFixed ? fixed : ResponseRules.declaredLength(draft.fields());
    }

    /** {@return how many bytes are missing of the declared length, or -1 where none is declared} */
    long remaining() {
        long declared = declared();
        return declared < 0 ? -1 : Math.max(0, declared - written);
    }

    /** {@return whether the handler has written all that its head has promised; {@code false} where that was no length} */
    boolean isReached() {
        return isFixed && fixed >= 0 && written >= fixed;
    }

    /**
     * Checks that what is written already is within a length that the head is about to say. More would be taken for the beginning of the
     * next response.
     *
     * @throws IllegalStateException if it is not
     */
    void checkNotPassed(long declared) {
        if (declared >= 0 && written > declared) {
            throw new IllegalStateException("the handler has set a Content-Length of " + declared
                    + " bytes behind the " + written + " that it has written");
        }
    }

    /** Checks that so many bytes more are within the declared length. */
    void check(long length) throws IOException {
        long declared = declared();
        if (declared >= 0 && written + length > declared) {
            throw new IOException(
                    "the handler writes more than the " + declared + " bytes that its Content-Length says");
        }
    }

    /** Checks that a body that has ended is as long as its head has promised. */
    void checkReached() throws ShortResponseException {
        if (fixed >= 0 && written < fixed) {
            throw new ShortResponseException(fixed, written);
        }
    }
}
