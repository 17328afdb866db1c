package io.zokor.internal.http2;

import java.io.IOException;
import java.util.Arrays;

import io.zokor.config.Limits;
import io.zokor.internal.hpack.HpackDecoder;
import io.zokor.internal.hpack.HpackException;

/**
 * Collects the fragments of one block and decodes it (RFC 9113 section 4.3). What a block may take is bounded before it is decoded
 * (CVE-2024-27316), and while it is (CVE-2016-6581). Owned by the connection's reader.
 */
final class BlockReader {

    /** What our SETTINGS_HEADER_TABLE_SIZE says, by saying nothing. */
    private static final int TABLE_BYTES = 4096;

    /** CONTINUATION frames beyond those that the limit takes. */
    private static final int MORE_FRAMES = 8;

    private static final byte[] NOTHING = {};

    private final HpackDecoder decoder = new HpackDecoder(TABLE_BYTES);

    /** The stream of the block that has begun, or 0. */
    private int stream;

    private boolean last;

    private boolean onItself;

    private long startedNanos;

    private byte[] fragments = NOTHING;

    private int count;

    private int frames;

    /** {@return the stream of the block that has begun, or 0} */
    int stream() {
        return stream;
    }

    /** {@return whether its stream ends with it} */
    boolean isLast() {
        return last;
    }

    /** {@return whether its stream depends on itself (section 5.3.1 of RFC 7540)} */
    boolean isOnItself() {
        return onItself;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** A block begins. */
    void begin(int id, boolean ends, boolean dependsOnItself, long now) {
        stream = id;
        last = ends;
        onItself = dependsOnItself;
        startedNanos = now;
        frames = 0;
        count = 0;
    }

    /** A fragment of it has come, and more will. */
    void add(byte[] bytes, int from, int to, Limits limits) throws Http2Error {
        int length = to - from;
        long max = limits.maxHeaderBytes();
        if (++frames > (max + Frames.MAX_LENGTH - 1) / Frames.MAX_LENGTH + MORE_FRAMES
                || count + length > 2 * max + Frames.MAX_LENGTH) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM,
                    "a field section of far more than zokor.limits.max-header-bytes");
        }
        if (count + length > fragments.length) {
            fragments = Arrays.copyOf(fragments, Math.max(count + length, fragments.length * 2));
        }
        System.arraycopy(bytes, from, fragments, count, length);
        count += length;
    }

    /** Its last fragment has come: decodes it. */
    RequestHeads end(byte[] bytes, int from, int to, Limits limits) throws IOException {
        RequestHeads heads = new RequestHeads(limits);
        try {
            if (count == 0) {
                decoder.decode(bytes, from, to, heads::field);
            } else {
                add(bytes, from, to, limits);
                decoder.decode(fragments, 0, count, heads::field);
            }
        } catch (HpackException e) {
            throw Http2Error.connection(ErrorCode.COMPRESSION_ERROR,
                    "a block that cannot be decoded: " + e.getMessage());
        }
        fragments = NOTHING;
        count = 0;
        return heads;
    }

    /** Nothing more belongs to it. */
    void close() {
        stream = 0;
    }
}
