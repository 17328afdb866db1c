package io.zokor.internal.exchange;

import java.io.IOException;

/** Where a response is in its life. */
enum ResponseState {
    /** All of it can change. */
    OPEN,
    /** Its head has left for the codec. */
    COMMITTED,
    /** The handler has taken the connection. */
    HIJACKED,
    /** The handler serves another protocol. */
    UPGRADED,
    /** It was ended in the middle. */
    ABORTED,
    /** It is whole, or its exchange is over. */
    ENDED;

    /**
     * Checks that the application may still write.
     *
     * @throws IllegalStateException if the response has ended, or its connection is the handler's
     * @throws IOException if it was aborted
     */
    void checkOpen() throws IOException {
        switch (this) {
            case OPEN, COMMITTED -> {
            }
            case HIJACKED, UPGRADED -> throw new IllegalStateException(
                    "the connection was taken over by the handler");
            case ABORTED -> throw new IOException("the response was aborted");
            case ENDED -> throw ended();
        }
    }

    static IllegalStateException ended() {
        return new IllegalStateException("the response has ended: nothing can be written any more");
    }
}
