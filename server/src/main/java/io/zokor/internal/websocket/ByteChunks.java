package io.zokor.internal.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Bytes of which it is not known how many there will be, in pieces: nothing is copied while they grow, and no piece is so large that
 * a garbage collector has to treat it on its own. Owned by one thread.
 */
public final class ByteChunks {

    private static final int FIRST = 4 * 1024;

    private static final int LARGEST = 64 * 1024;

    /** Full ones. */
    private @Nullable List<byte[]> before;

    private byte[] piece = {};

    /** How much of the piece is filled. */
    private int position;

    private long size;

    /** Makes an empty one. */
    public ByteChunks() {
    }

    /**
     * Makes room.
     *
     * @param least how many bytes there must be room for, at least 1; few
     * @param expected how many bytes are to come, or 0 where that is not known
     * @return the piece that takes them, from {@link #position()} on
     */
    public byte[] piece(int least, long expected) {
        if (piece.length - position < least) {
            if (size >= LARGEST && expected >= least && expected <= 4 * size) {
                // What is to come is known, and not much more than what has come: once for all.
                byte[] whole = new byte[(int) (size + expected)];
                copyEnd(whole, (int) size);
                piece = whole;
                position = (int) size;
                before = null;
                return piece;
            }
            if (position > 0) {
                List<byte[]> full = before;
                if (full == null) {
                    full = new ArrayList<>();
                    before = full;
                }
                full.add(position == piece.length ? piece : Arrays.copyOf(piece, position));
            }
            long wanted = Math.max(FIRST, size);
            if (expected > 0) {
                wanted = Math.min(wanted, Math.max(least, expected));
            }
            piece = new byte[(int) Math.min(wanted, LARGEST)];
            position = 0;
        }
        return piece;
    }

    /** {@return where the next byte goes in the piece} */
    public int position() {
        return position;
    }

    /** So many bytes were put into the piece. */
    public void filled(int bytes) {
        position += bytes;
        size += bytes;
    }

    /** {@return how many bytes there are} */
    public long size() {
        return size;
    }

    /**
     * Copies the last bytes.
     *
     * @param most how many at most
     * @return the bytes
     */
    public byte[] tail(int most) {
        byte[] tail = new byte[(int) Math.min(most, size)];
        copyEnd(tail, tail.length);
        return tail;
    }

    /** Copies the last so many bytes to the beginning of an array. */
    private void copyEnd(byte[] target, int length) {
        int left = length;
        int end = position;
        byte[] from = piece;
        int next = before == null ? 0 : before.size();
        while (left > 0) {
            int n = Math.min(left, end);
            System.arraycopy(from, end - n, target, left - n, n);
            left -= n;
            if (left > 0 && before != null) {
                from = before.get(--next);
                end = from.length;
            }
        }
    }

    /** {@return all of them, in an array that is the caller's from now on} */
    public ByteBuffer toBuffer() {
        return before == null ? ByteBuffer.wrap(piece, 0, position).slice() : ByteBuffer.wrap(tail(Integer.MAX_VALUE));
    }

    /** {@return all of them as text} */
    public String toText() {
        return before == null
                ? new String(piece, 0, position, StandardCharsets.UTF_8)
                : new String(tail(Integer.MAX_VALUE), StandardCharsets.UTF_8);
    }
}
