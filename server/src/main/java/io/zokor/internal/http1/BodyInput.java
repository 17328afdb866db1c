package io.zokor.internal.http1;

import java.io.IOException;

import io.zokor.http.Headers;

import org.jspecify.annotations.Nullable;

/** The body of a request without its framing. Owned by the thread that reads it. */
interface BodyInput {

    /** Reads at least one byte, or says -1 at the end. */
    int read(byte[] bytes, int offset, int length) throws IOException;

    /** Bytes that can be had without waiting. */
    int available();

    /** Bytes still to come: 0 once the end was read, -1 where unknown. */
    long remaining();

    /** The trailer fields once the end was read. */
    @Nullable
    Headers trailers();
}
