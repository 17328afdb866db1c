package io.zokor.internal.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.PeerGoneException;

/**
 * Cuts the input of a connection into frames (RFC 9113 section 4.1). The length of a frame is judged before anything else is made of
 * it; DATA is given out as it comes, everything else whole. Owned by the connection's reader.
 */
final class FrameReader {

    /** The client's first bytes (section 3.4). */
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** What an idle connection keeps. */
    private static final int SMALL = 512;

    /** Two frames of the largest size, so that a read can take the next one's header along. */
    private static final int LARGE = 2 * (Frames.MAX_LENGTH + Frames.HEADER);

    private final Conn conn;

    private final Pause pause;

    private byte[] buffer;

    private int position;

    private int limit;

    private int type;

    private int flags;

    private int stream;

    private int length;

    /** What of the present frame's payload has not been taken yet. */
    private int left;

    /** Whether bytes of a frame are there, or of the preface, but not all that are needed. */
    private boolean halfway;

    /** Is told before the reader waits for the peer. */
    interface Pause {

        /**
         * The reader waits now.
         *
         * @param halfway whether it is in the middle of something that is not the content of DATA
         */
        void before(boolean halfway) throws IOException;

        /** What the reader was in the middle of is there. */
        void whole() throws IOException;
    }

    /**
     * Makes one.
     *
     * @param conn the connection
     * @param ahead what was read of it already
     * @param pause is told before a wait
     */
    FrameReader(Conn conn, ByteReader ahead, Pause pause) {
        this.conn = conn;
        this.pause = pause;
        this.limit = ahead.available();
        this.buffer = new byte[Math.max(SMALL, limit)];
        System.arraycopy(ahead.array(), ahead.position(), buffer, 0, limit);
        ahead.skip(limit);
        ahead.releaseAll();
    }

    /**
     * How far bytes agree with the client's preface.
     *
     * @param bytes where they are
     * @param from the first
     * @param count how many
     * @return whether they do, as far as they go; so does nothing at all
     */
    static boolean isPreface(byte[] bytes, int from, int count) {
        int n = Math.min(count, PREFACE.length);
        return Arrays.equals(bytes, from, from + n, PREFACE, 0, n);
    }

    /** {@return the bytes of the preface} */
    static int prefaceLength() {
        return PREFACE.length;
    }

    /**
     * Reads the preface.
     *
     * @return whether it was one; not, as soon as that can be told
     */
    boolean preface() throws IOException {
        while (limit - position < PREFACE.length) {
            if (!isPreface(buffer, position, limit - position) || !fill(true)) {
                return false;
            }
        }
        boolean is = isPreface(buffer, position, PREFACE.length);
        position += PREFACE.length;
        return is;
    }

    /**
     * Reads the header of the next frame.
     *
     * @return whether there is one; otherwise the input has ended between two frames
     * @throws PeerGoneException if it has ended within one
     */
    boolean next() throws IOException {
        while (limit - position < Frames.HEADER) {
            boolean begun = position < limit;
            if (!fill(begun)) {
                if (begun) {
                    throw ended();
                }
                return false;
            }
        }
        byte[] bytes = buffer;
        int at = position;
        length = (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff;
        type = bytes[at + 3] & 0xff;
        flags = bytes[at + 4] & 0xff;
        stream = Frames.int31(bytes, at + 5);
        left = length;
        position = at + Frames.HEADER;
        return true;
    }

    int type() {
        return type;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int stream() {
        return stream;
    }

    int length() {
        return length;
    }

    /** {@return the bytes that were read; valid until more are} */
    byte[] bytes() {
        return buffer;
    }

    /**
     * Waits until the whole payload is there, and passes over it; its length must have been checked.
     *
     * @return where it begins in {@link #bytes()}
     */
    int payload() throws IOException {
        while (limit - position < left) {
            if (!fill(true)) {
                throw ended();
            }
        }
        whole();
        int at = position;
        position += left;
        left = 0;
        return at;
    }

    /** Reads one byte of the payload: the length of the padding. */
    int octet() throws IOException {
        while (position == limit) {
            if (!fill(true)) {
                throw ended();
            }
        }
        left--;
        return buffer[position++] & 0xff;
    }

    /**
     * Takes of the payload what is there, waiting for at least one byte.
     *
     * @param most how much of it
     * @return how many bytes; they end at {@link #taken()}
     */
    int piece(int most) throws IOException {
        while (position == limit) {
            if (!fill(false)) {
                throw ended();
            }
        }
        int n = Math.min(most, limit - position);
        position += n;
        left -= n;
        return n;
    }

    /** {@return where the last piece ends in {@link #bytes()}} */
    int taken() {
        return position;
    }

    /** What the reader was in the middle of is there, but perhaps for the content of DATA. */
    void whole() throws IOException {
        if (halfway) {
            halfway = false;
            pause.whole();
        }
    }

    /** A block of fields goes on in the next frame: what is there is not whole before its end. */
    void goesOn() {
        halfway = true;
    }

    private boolean fill(boolean within) throws IOException {
        boolean middle = within || halfway;
        halfway = middle;
        pause.before(middle);
        if (position == limit) {
            position = 0;
            limit = 0;
        } else if (position > 0 && buffer.length - limit < Frames.HEADER + left) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (limit == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(LARGE, buffer.length * 4));
        }
        int room = buffer.length - limit;
        int n = conn.read(ByteBuffer.wrap(buffer, limit, room));
        if (n < 0) {
            return false;
        }
        limit += n;
        if (n == room && buffer.length < LARGE) {
            // More than fits has come: the next read shall take it at once.
            buffer = Arrays.copyOf(buffer, Math.min(LARGE, buffer.length * 4));
        }
        return true;
    }

    /** Gives a large buffer back where nothing is in it. */
    void release() {
        if (position == limit && buffer.length > SMALL) {
            position = 0;
            limit = 0;
            buffer = new byte[SMALL];
        }
    }

    private PeerGoneException ended() {
        return new PeerGoneException("the connection has ended within a frame", null);
    }
}
