package io.zokor.internal.websocket;

import java.nio.ByteBuffer;
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

    /** Bytes that are given to zlib at once. */
    private static final int PIECE = 32 * 1024;

    /**
     * Compresses a message.
     *
     * @param bytes where it is
     * @param offset its first byte
     * @param length how many bytes it has
     * @param turn lets others have the processor meanwhile
     * @return it, compressed, without the bytes that the receiver adds
     */
    public ByteBuffer deflate(byte[] bytes, int offset, int length, Turn turn) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            ByteChunks out = new ByteChunks();
            // zlib's window cannot be set from Java; but nothing refers across a full flush.
            int window = windowBits == 15 ? PIECE : 1 << windowBits;
            int between = windowBits == 15 ? Deflater.NO_FLUSH : Deflater.FULL_FLUSH;
            int at = 0;
            do {
                int piece = Math.min(window, length - at);
                deflater.setInput(bytes, offset + at, piece);
                at += piece;
                drain(deflater, out, at < length ? between : Deflater.SYNC_FLUSH);
                turn.pause();
            } while (at < length);
            ByteBuffer all = out.toBuffer();
            return all.limit(all.limit() - TAIL);
        } finally {
            deflater.end();
        }
    }

    private static void drain(Deflater deflater, ByteChunks out, int flush) {
        int room;
        int n;
        do {
            // With less room than this zlib would repeat the empty block at a flush.
            byte[] piece = out.piece(16, 0);
            room = piece.length - out.position();
            n = deflater.deflate(piece, out.position(), room, flush);
            out.filled(n);
        } while (n == room);
    }
}
