package io.zokor.internal.websocket;

import java.util.Arrays;
import java.util.zip.Deflater;

/**
 * Compresses whole messages (RFC 7692 section 7.2.1), each with an empty window: nothing is kept between two, be it memory or a
 * secret that an attacker's guesses could be compressed against. Immutable.
 *
 * @param windowBits log2 of the window that was agreed, 8 to 15
 */
public record MessageDeflate(int windowBits) {

    /** Bytes of the empty block that the receiver adds. */
    private static final int TAIL = 4;

    /**
     * Compresses a message.
     *
     * @param bytes where it is
     * @param offset its first byte
     * @param length how many bytes it has
     * @return it, compressed, without the bytes that the receiver adds
     */
    public byte[] deflate(byte[] bytes, int offset, int length) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            byte[] out = new byte[Math.max(64, length / 2)];
            int size = 0;
            // zlib's window cannot be set from Java; but nothing refers across a full flush.
            int window = windowBits == 15 ? Math.max(1, length) : 1 << windowBits;
            int at = 0;
            do {
                int piece = Math.min(window, length - at);
                deflater.setInput(bytes, offset + at, piece);
                at += piece;
                int flush = at < length ? Deflater.FULL_FLUSH : Deflater.SYNC_FLUSH;
                int room;
                int n;
                do {
                    if (out.length - size < 16) {
                        out = Arrays.copyOf(out, out.length * 2);
                    }
                    room = out.length - size;
                    n = deflater.deflate(out, size, room, flush);
                    size += n;
                } while (n == room);
            } while (at < length);
            return Arrays.copyOf(out, size - TAIL);
        } finally {
            deflater.end();
        }
    }
}
