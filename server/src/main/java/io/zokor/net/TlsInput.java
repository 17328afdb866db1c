package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;

import javax.net.ssl.SSLProtocolException;

import org.jspecify.annotations.Nullable;

/**
 * Cuts what comes from a connection into TLS records. The reading thread owns it. While it waits with nothing pending it holds
 * only a small buffer, which the wait itself made; a larger one comes when a small one is full, never because a peer announces
 * much, and goes when it is consumed.
 */
final class TlsInput {

    /** Bytes of a record's header: type, version, length. */
    static final int HEADER = 5;

    /** The longest content of a record: 2^14 and the expansion of TLS 1.2 (RFC 5246 section 6.2.3). */
    private static final int MAX_CONTENT = (1 << 14) + 2048;

    private static final int SMALL = 512;

    private static final int GROWTH = 8;

    /** Two whole records and a piece of a third. */
    private static final int LARGE = 36 * 1024;

    private final Conn source;

    /** What has come and is not consumed, from position to limit; {@code null} if nothing is. */
    private @Nullable ByteBuffer pending;

    TlsInput(Conn source) {
        this.source = source;
    }

    /** {@return how many bytes have come and are not consumed} */
    int available() {
        return pending == null ? 0 : pending.remaining();
    }

    /** {@return the unsigned byte that far from the first available one} */
    int peek(int index) {
        ByteBuffer bytes = buffer();
        return bytes.get(bytes.position() + index) & 0xff;
    }

    /**
     * Waits for more bytes.
     *
     * @return whether there were some before the end of the input
     * @throws IOException if reading fails
     */
    boolean more() throws IOException {
        ByteBuffer bytes = pending;
        if (bytes == null) {
            bytes = ByteBuffer.allocate(SMALL);
        } else if (bytes.remaining() == bytes.capacity()) {
            bytes = ByteBuffer.allocate(Math.min(LARGE, bytes.capacity() * GROWTH)).put(bytes);
        } else {
            bytes.compact();
        }
        try {
            return source.read(bytes) >= 0;
        } finally {
            bytes.flip();
            pending = bytes.hasRemaining() ? bytes : null;
        }
    }

    /**
     * Waits until a whole record is available.
     *
     * @return whether one is; if not, the input has ended between two records
     * @throws SSLProtocolException if the record is too long
     * @throws PeerGoneException if the input ends within a record
     * @throws IOException if reading fails
     */
    boolean awaitRecord() throws IOException {
        while (available() < HEADER || available() < recordLength()) {
            if (!more()) {
                if (available() > 0) {
                    throw new PeerGoneException("the input ended within a TLS record", null);
                }
                return false;
            }
        }
        return true;
    }

    /** {@return the type of the first available record} */
    int recordType() {
        return peek(0);
    }

    /**
     * The length of the first available record.
     *
     * @return its bytes, the header included
     * @throws SSLProtocolException if that is more than a record may have
     */
    int recordLength() throws SSLProtocolException {
        int content = peek(3) << 8 | peek(4);
        if (content > MAX_CONTENT) {
            throw new SSLProtocolException("a TLS record of " + content + " bytes");
        }
        return HEADER + content;
    }

    /** {@return the available bytes, for the engine to consume; {@link #release()} must follow} */
    ByteBuffer buffer() {
        if (pending == null) {
            throw new IllegalStateException("nothing is available");
        }
        return pending;
    }

    /** Lets go of the buffer if all of it is consumed. */
    void release() {
        if (pending != null && !pending.hasRemaining()) {
            pending = null;
        }
    }
}
