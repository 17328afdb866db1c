package io.zokor.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.internal.websocket.Fault;
import io.zokor.internal.websocket.FrameReader;
import io.zokor.internal.websocket.MessageInflate;
import io.zokor.internal.websocket.Opcode;
import io.zokor.internal.websocket.Utf8Check;

import org.jspecify.annotations.Nullable;

/**
 * Puts messages together, whole or in parts (RFC 6455 section 5.4, RFC 7692 section 6.2). Owned by the thread that reads. Buffers grow
 * with what has come, never with what was promised.
 */
final class MessageReader {

    private static final int FIRST = 4 * 1024;

    private static final int PART = 8 * 1024;

    /** So many empty fragments in a row are an attack (CVE-2026-48779). */
    private static final int MAX_EMPTY = 100;

    private final Session session;

    private final FrameReader frames;

    /** Opcode of the message that is being read, or 0 between two. */
    private int opcode;

    /** Its first frame was looked at, and nothing of it read. */
    private boolean awaited;

    private int empty;

    private @Nullable MessageInflate inflate;

    private @Nullable Utf8Check utf8;

    /** Compressed bytes, while such a message is read. */
    private byte[] packed = {};

    private boolean tailGiven;

    /** The beginning of a character that the part before has ended with. */
    private byte[] carry = {};

    MessageReader(Session session, FrameReader frames) {
        this.session = session;
        this.frames = frames;
    }

    /** {@return whether a message was read in part} */
    boolean inMessage() {
        return opcode != 0 && !awaited;
    }

    /** {@return the kind of the next message, once it has begun, or {@code null} at the end of the session} */
    WebSocketMessage.@Nullable Kind await() throws IOException {
        if (!awaited) {
            awaited = begin();
        }
        return switch (opcode) {
            case Opcode.TEXT -> WebSocketMessage.Kind.TEXT;
            case Opcode.BINARY -> WebSocketMessage.Kind.BINARY;
            default -> null;
        };
    }

    /** {@return the next message, or {@code null} at the end of the session} */
    @Nullable
    WebSocketMessage whole() throws IOException {
        if (!awaited && !begin()) {
            return null;
        }
        awaited = false;
        try {
            boolean text = opcode == Opcode.TEXT;
            int max = text ? session.maxTextSize() : session.maxBinarySize();
            byte[] bytes = new byte[0];
            int size = 0;
            while (true) {
                if (inflate == null && frames.remaining() > max - size) {
                    throw tooBig();
                }
                while (frames.remaining() > 0) {
                    if (inflate != null) {
                        inflate.input(packed, frames.read(packed, 0, packed.length));
                        while (true) {
                            bytes = grown(bytes, size, 0, max);
                            int n = inflate.inflate(bytes, size, bytes.length - size);
                            if (n == 0) {
                                break;
                            }
                            check(bytes, size, n);
                            size = sum(size, n, max);
                        }
                    } else {
                        bytes = grown(bytes, size, frames.isLast() ? frames.remaining() : 0, max);
                        int n = frames.read(bytes, size, bytes.length - size);
                        check(bytes, size, n);
                        size += n;
                    }
                }
                if (frames.isLast()) {
                    break;
                }
                session.betweenFragments();
                if (!continues()) {
                    return null;
                }
            }
            if (inflate != null) {
                inflate.last();
                while (true) {
                    bytes = grown(bytes, size, 0, max);
                    int n = inflate.inflate(bytes, size, bytes.length - size);
                    if (n == 0) {
                        break;
                    }
                    check(bytes, size, n);
                    size = sum(size, n, max);
                }
            }
            if (utf8 != null) {
                utf8.end();
            }
            session.received(size);
            return text
                    ? new WebSocketMessage.Text(new String(bytes, 0, size, StandardCharsets.UTF_8), true)
                    : new WebSocketMessage.Binary(ByteBuffer.wrap(bytes, 0, size).slice(), true);
        } finally {
            reset();
        }
    }

    /** {@return the next part of a message, or {@code null} at the end of the session} */
    @Nullable
    WebSocketMessage part() throws IOException {
        boolean done = true;
        try {
            if (opcode == 0 && !begin()) {
                return null;
            }
            awaited = false;
            byte[] bytes = Arrays.copyOf(carry, carry.length + PART);
            int n = inflate == null ? plainPart(bytes) : inflatedPart(inflate, bytes);
            if (n < 0) {
                return null;
            }
            check(bytes, carry.length, n);
            int size = carry.length + n;
            boolean last = frames.isLast() && frames.remaining() == 0 && (inflate == null || n == 0);
            WebSocketMessage part = part(bytes, size, last);
            if (last) {
                session.received(0);
            }
            done = last;
            return part;
        } finally {
            if (done) {
                reset();
            }
        }
    }

    private WebSocketMessage part(byte[] bytes, int size, boolean last) throws Fault {
        if (utf8 == null) {
            return new WebSocketMessage.Binary(ByteBuffer.wrap(bytes, 0, size).slice(), last);
        }
        if (last) {
            utf8.end();
        }
        int whole = size - Utf8Check.unfinished(bytes, 0, size);
        carry = Arrays.copyOfRange(bytes, whole, size);
        return new WebSocketMessage.Text(new String(bytes, 0, whole, StandardCharsets.UTF_8), last);
    }

    /** {@return bytes that have come, 0 at the end of the message, -1 at the end of the session} */
    private int plainPart(byte[] bytes) throws IOException {
        while (frames.remaining() == 0) {
            if (frames.isLast()) {
                return 0;
            }
            session.betweenFragments();
            if (!continues()) {
                return -1;
            }
        }
        return frames.read(bytes, carry.length, PART);
    }

    private int inflatedPart(MessageInflate inflater, byte[] bytes) throws IOException {
        while (true) {
            int n = inflater.inflate(bytes, carry.length, PART);
            if (n > 0) {
                return n;
            }
            if (frames.remaining() > 0) {
                inflater.input(packed, frames.read(packed, 0, packed.length));
            } else if (!frames.isLast()) {
                session.betweenFragments();
                if (!continues()) {
                    return -1;
                }
            } else if (tailGiven) {
                return 0;
            } else {
                tailGiven = true;
                inflater.last();
            }
        }
    }

    private boolean begin() throws IOException {
        if (!session.nextData()) {
            return false;
        }
        opcode = frames.opcode();
        session.messageBegun();
        utf8 = opcode == Opcode.TEXT ? new Utf8Check() : null;
        if (frames.isCompressed()) {
            inflate = new MessageInflate();
            packed = new byte[(int) Math.min(FIRST, Math.max(64, frames.remaining()))];
        }
        countEmpty();
        return true;
    }

    private boolean continues() throws IOException {
        if (!session.nextData()) {
            return false;
        }
        countEmpty();
        return true;
    }

    private void countEmpty() throws Fault {
        if (frames.remaining() > 0 || frames.isLast()) {
            empty = 0;
        } else if (++empty >= MAX_EMPTY) {
            throw new Fault(1008, "too many empty fragments");
        }
    }

    private void check(byte[] bytes, int offset, int length) throws Fault {
        if (utf8 != null) {
            utf8.check(bytes, offset, length);
        }
    }

    /** The sum cannot overflow: there is room for one byte beyond the limit at most. */
    private static int sum(int size, int more, int max) throws Fault {
        if (more > max - size) {
            throw tooBig();
        }
        return size + more;
    }

    private static Fault tooBig() {
        return new Fault(1009, "the message is too large");
    }

    /**
     * Grows by doubling, so that many small fragments cost no more than a large one.
     *
     * @param exact how many bytes are still to come, or 0 where that is not known
     * @return an array with room behind the size; one byte more than the limit at most, by which too much is seen
     */
    private static byte[] grown(byte[] bytes, int size, long exact, int max) {
        if (size < bytes.length) {
            return bytes;
        }
        long length = Math.min((long) size + Math.max(size, FIRST), (long) max + 1);
        if (exact > 0) {
            length = Math.min(length, size + exact);
        }
        return Arrays.copyOf(bytes, (int) Math.min(length, Integer.MAX_VALUE - 8));
    }

    /** Nothing is read any more: gives back what a message that was begun holds. */
    void release() {
        reset();
    }

    private void reset() {
        awaited = false;
        opcode = 0;
        empty = 0;
        if (inflate != null) {
            inflate.close();
            inflate = null;
        }
        utf8 = null;
        packed = new byte[0];
        carry = packed;
        tailGiven = false;
        session.messageEnded();
    }
}
