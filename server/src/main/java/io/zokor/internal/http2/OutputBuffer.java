package io.zokor.internal.http2;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.zokor.internal.hpack.HpackEncoder;

/**
 * Frames on their way out, one behind the other (RFC 9113 section 6). Guarded by the writer's lock while they are added, and owned by
 * whoever flushes once it was taken. No frame is larger than what every peer takes.
 */
final class OutputBuffer {

    private static final int SMALL = 512;

    private static final byte[] NOTHING = {};

    private byte[] bytes = NOTHING;

    private int count;

    int count() {
        return count;
    }

    /** {@return what is there, for one write} */
    ByteBuffer content() {
        return ByteBuffer.wrap(bytes, 0, count);
    }

    /**
     * Forgets what is there.
     *
     * @param keep how much room may stay
     */
    void clear(int keep) {
        count = 0;
        if (bytes.length > keep) {
            bytes = NOTHING;
        }
    }

    /** A piece of a body. */
    void data(int stream, boolean last, byte[] from, int offset, int length) {
        makeRoom(Frames.HEADER + length);
        header(length, Frames.DATA, last ? Frames.END_STREAM : 0, stream);
        System.arraycopy(from, offset, bytes, count, length);
        count += length;
    }

    /** A block of fields, in as many frames as it takes (section 4.3). */
    void block(int stream, boolean last, FieldBlock block, HpackEncoder encoder) {
        int most = block.room();
        makeRoom(most + Frames.HEADER * (most / Frames.MAX_LENGTH + 1));
        int start = count + Frames.HEADER;
        int length = block.encode(encoder, bytes, start) - start;
        int flags = last ? Frames.END_STREAM : 0;
        if (length <= Frames.MAX_LENGTH) {
            header(length, Frames.HEADERS, flags | Frames.END_HEADERS, stream);
            count += length;
            return;
        }
        int fragments = (length + Frames.MAX_LENGTH - 1) / Frames.MAX_LENGTH;
        // The last one first, so that none is overwritten before it has moved.
        for (int i = fragments - 1; i > 0; i--) {
            int from = start + i * Frames.MAX_LENGTH;
            System.arraycopy(bytes, from, bytes, from + i * Frames.HEADER,
                    Math.min(Frames.MAX_LENGTH, length - i * Frames.MAX_LENGTH));
        }
        for (int i = 0; i < fragments; i++) {
            int piece = Math.min(Frames.MAX_LENGTH, length - i * Frames.MAX_LENGTH);
            int end = i == fragments - 1 ? Frames.END_HEADERS : 0;
            header(piece, i == 0 ? Frames.HEADERS : Frames.CONTINUATION, i == 0 ? flags | end : end, stream);
            count += piece;
        }
    }

    void reset(int stream, ErrorCode code) {
        makeRoom(Frames.HEADER + 4);
        header(4, Frames.RST_STREAM, 0, stream);
        int32(code.ordinal());
    }

    /**
     * This side's settings.
     *
     * @param settings identifiers at even places, values at odd ones
     */
    void settings(int... settings) {
        makeRoom(Frames.HEADER + settings.length * 3);
        header(settings.length * 3, Frames.SETTINGS, 0, 0);
        for (int i = 0; i < settings.length; i += 2) {
            bytes[count++] = (byte) (settings[i] >> 8);
            bytes[count++] = (byte) settings[i];
            int32(settings[i + 1]);
        }
    }

    void settingsAck() {
        makeRoom(Frames.HEADER);
        header(0, Frames.SETTINGS, Frames.ACK, 0);
    }

    void ping(boolean ack, long data) {
        makeRoom(Frames.HEADER + 8);
        header(8, Frames.PING, ack ? Frames.ACK : 0, 0);
        int32((int) (data >> 32));
        int32((int) data);
    }

    void goAway(int lastStream, ErrorCode code) {
        makeRoom(Frames.HEADER + 8);
        header(8, Frames.GOAWAY, 0, 0);
        int32(lastStream);
        int32(code.ordinal());
    }

    void windowUpdate(int stream, int increment) {
        makeRoom(Frames.HEADER + 4);
        header(4, Frames.WINDOW_UPDATE, 0, stream);
        int32(increment);
    }

    private void header(int length, int type, int flags, int stream) {
        bytes[count++] = (byte) (length >> 16);
        bytes[count++] = (byte) (length >> 8);
        bytes[count++] = (byte) length;
        bytes[count++] = (byte) type;
        bytes[count++] = (byte) flags;
        int32(stream);
    }

    private void int32(int value) {
        bytes[count++] = (byte) (value >> 24);
        bytes[count++] = (byte) (value >> 16);
        bytes[count++] = (byte) (value >> 8);
        bytes[count++] = (byte) value;
    }

    private void makeRoom(int more) {
        int needed = count + more;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, Math.max(SMALL, bytes.length * 2)));
        }
    }
}
