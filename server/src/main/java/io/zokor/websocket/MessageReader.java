package io.zokor.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.internal.websocket.ByteChunks;
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

    /** After so many bytes of large or many messages the thread lets others have the processor. */
    private static final int PIECE = 32 * 1024;

    /** So many empty fragments in a row are an attack (CVE-2026-48779). */
    private static final int MAX_EMPTY = 100;

    private final SessionInput input;

    private final FrameReader frames;

    private final Liveness liveness;

    /** Opcode of the message that is being read, or 0 between two. */
    private int opcode;

    /** Its first frame was looked at, and nothing of it read. */
    private boolean awaited;

    private int empty;

    private @Nullable MessageInflate inflate;

    private @Nullable Utf8Check utf8;

    /** Compressed bytes, while such a message is read. */
    private byte[] packed = {};

    /** In parts: what was inflated last. */
    private byte[] recent = {};

    /** Of the message that is read in parts. */
    private long partBytes;

    private boolean tailGiven;

    /** Bytes of work since others could have the processor last. */
    private int unpaused;

    /** The beginning of a character that the part before has ended with. */
    private byte[] carry = {};

    MessageReader(SessionInput input, FrameReader frames, Liveness liveness) {
        this.input = input;
        this.frames = frames;
        this.liveness = liveness;
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
            int max = input.maxSize(text);
            ByteChunks bytes = new ByteChunks();
            while (true) {
                readFrame(bytes, max);
                if (frames.isLast()) {
                    break;
                }
                liveness.moved();
                if (!continues()) {
                    return null;
                }
            }
            if (inflate != null) {
                inflate.last();
                inflate(inflate, bytes, max);
            }
            if (utf8 != null) {
                utf8.end();
            }
            input.received(bytes.size());
            return text
                    ? new WebSocketMessage.Text(bytes.toText(), true)
                    : new WebSocketMessage.Binary(bytes.toBuffer(), true);
        } finally {
            reset();
        }
    }

    private void readFrame(ByteChunks bytes, int max) throws IOException {
        if (inflate == null && frames.remaining() > max - bytes.size()) {
            throw tooBig();
        }
        while (frames.remaining() > 0) {
            if (inflate != null) {
                inflate.input(packed, frames.read(packed, 0, packed.length));
                inflate(inflate, bytes, max);
            } else {
                byte[] piece = bytes.piece(1, frames.isLast() ? frames.remaining() : 0);
                int at = bytes.position();
                filled(bytes, piece, frames.read(piece, at, piece.length - at));
            }
        }
    }

    private void inflate(MessageInflate inflater, ByteChunks bytes, int max) throws IOException {
        while (true) {
            byte[] piece = bytes.piece(1, 0);
            int at = bytes.position();
            int n = inflater.inflate(piece, at, piece.length - at, () -> bytes.tail(MessageInflate.WINDOW));
            if (n == 0) {
                return;
            }
            if (n > max - bytes.size()) {
                throw tooBig();
            }
            filled(bytes, piece, n);
        }
    }

    private void filled(ByteChunks bytes, byte[] piece, int n) throws Fault {
        check(piece, bytes.position(), n);
        bytes.filled(n);
        unpaused += n;
        if (unpaused >= PIECE) {
            unpaused = 0;
            liveness.pause();
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
            partBytes += n;
            if (last) {
                input.received(partBytes);
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
            liveness.moved();
            if (!continues()) {
                return -1;
            }
        }
        return frames.read(bytes, carry.length, PART);
    }

    private int inflatedPart(MessageInflate inflater, byte[] bytes) throws IOException {
        while (true) {
            int n = inflater.inflate(bytes, carry.length, PART, () -> recent);
            if (n > 0) {
                remember(bytes, carry.length, n);
                return n;
            }
            if (frames.remaining() > 0) {
                inflater.input(packed, frames.read(packed, 0, packed.length));
            } else if (!frames.isLast()) {
                liveness.moved();
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

    /** Keeps what later parts may refer to. */
    private void remember(byte[] bytes, int offset, int length) {
        int kept = Math.min(recent.length, MessageInflate.WINDOW - length);
        byte[] next = new byte[kept + length];
        System.arraycopy(recent, recent.length - kept, next, 0, kept);
        System.arraycopy(bytes, offset, next, kept, length);
        recent = next;
    }

    private boolean begin() throws IOException {
        if (!input.nextData()) {
            return false;
        }
        opcode = frames.opcode();
        liveness.messageBegun();
        utf8 = opcode == Opcode.TEXT ? new Utf8Check() : null;
        if (frames.isCompressed()) {
            inflate = new MessageInflate();
            packed = new byte[(int) Math.min(FIRST, Math.max(64, frames.remaining()))];
        }
        countEmpty();
        return true;
    }

    private boolean continues() throws IOException {
        if (!input.nextData()) {
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

    private static Fault tooBig() {
        return new Fault(1009, "the message is too large");
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
        recent = packed;
        tailGiven = false;
        partBytes = 0;
        liveness.messageEnded();
    }
}
