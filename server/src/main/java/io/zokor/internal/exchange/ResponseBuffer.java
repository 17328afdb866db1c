package io.zokor.internal.exchange;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** What of a response's body is held back; grows as it fills. Owned by the thread that holds the lock of the {@link ResponseOutput}. */
final class ResponseBuffer {

    private static final int DEFAULT = 8 * 1024;

    private static final int FIRST = 256;

    private static final byte[] EMPTY = {};

    private byte[] bytes = EMPTY;

    private int count;

    private int size = DEFAULT;

    int size() {
        return size;
    }

    void size(int limit) {
        size = limit;
    }

    /** {@return how many bytes are held back} */
    int count() {
        return count;
    }

    boolean hasRoom(int length) {
        return count + (long) length <= size;
    }

    void add(byte[] source, int offset, int length) {
        makeRoom(length);
        System.arraycopy(source, offset, bytes, count, length);
        count += length;
    }

    void add(ByteBuffer source) {
        int length = source.remaining();
        makeRoom(length);
        source.get(bytes, count, length);
        count += length;
    }

    void clear() {
        count = 0;
    }

    /** Holds these bytes instead; they are not copied. */
    void replace(byte[] body) {
        bytes = body;
        count = body.length;
        size = Math.max(size, body.length);
    }

    /** {@return what is held back, valid until more is added; nothing is held back then} */
    ByteBuffer take() {
        int length = count;
        count = 0;
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private void makeRoom(int length) {
        int needed = count + length;
        if (needed > bytes.length) {
            int doubled = Math.max(FIRST, bytes.length * 2);
            bytes = Arrays.copyOf(bytes, Math.min(Math.max(needed, doubled), Math.max(size, needed)));
        }
    }
}
