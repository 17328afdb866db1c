package io.zokor.internal.http1;

import java.io.IOException;

import io.zokor.http.Headers;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/** A body of known length, or none (RFC 9112 section 6.2). Owned by the thread that reads the body. */
final class FixedInput extends BodyInput {

    private static final Headers NO_TRAILERS = new Headers().seal();

    private final ByteReader in;

    private long left;

    FixedInput(ByteReader in, long length) {
        this.in = in;
        this.left = length;
    }

    @Override
    int readContent(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(bytes, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new PeerGoneException("the input ended " + left + " bytes before the body's end", null);
        }
        left -= n;
        return n;
    }

    @Override
    public int available() {
        return (int) Math.min(left, in.available());
    }

    @Override
    long remaining() {
        return left;
    }

    @Override
    public @Nullable Headers trailers() {
        return left == 0 ? NO_TRAILERS : null;
    }
}
