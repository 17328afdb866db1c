package io.zokor.internal.http1;

import java.io.IOException;

import io.zokor.internal.exchange.BodySource;

/** A body in HTTP/1. Owned by the thread that reads it; what cannot be read to its end says so to any. */
abstract class BodyInput implements BodySource {

    private volatile boolean broken;

    @Override
    public final int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return readContent(bytes, offset, length);
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    /** {@return whether a read has failed, so that nobody knows what follows in the connection} */
    final boolean isBroken() {
        return broken;
    }

    /** Reads at least one byte, or says -1 at the end. */
    abstract int readContent(byte[] bytes, int offset, int length) throws IOException;

    /** Bytes still to come: 0 once the end was read, -1 where unknown. */
    abstract long remaining();
}
