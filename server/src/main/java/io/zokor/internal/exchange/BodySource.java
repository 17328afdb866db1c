package io.zokor.internal.exchange;

import java.io.IOException;

import io.zokor.http.Headers;

import org.jspecify.annotations.Nullable;

/** The body of a request as its protocol gives it, without framing. Owned by the thread that reads it, one at a time. */
public interface BodySource {

    /**
     * Reads at least one byte, waiting for it.
     *
     * @param bytes where they go
     * @param offset the first place
     * @param length how many at most, at least 1
     * @return how many bytes, or -1 at the body's end
     * @throws IOException if the framing is broken, the client has gone, or the read deadline has passed
     */
    int read(byte[] bytes, int offset, int length) throws IOException;

    /** {@return bytes that can be read without waiting, as far as is known; any thread may ask} */
    int available();

    /** {@return the trailer fields, sealed, once the body has been read to its end, otherwise {@code null}} */
    @Nullable
    Headers trailers();
}
