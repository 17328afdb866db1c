package io.zokor.internal.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads frames of a client (RFC 6455 section 5): heads, which it checks, and payloads, which it unmasks. Owned by the thread that
 * reads. While little comes its buffer is small, so that an idle session costs little.
 */
public final class FrameReader {

    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Source {

        /**
         * Reads at least one byte.
         *
         * @param target where the bytes go
         * @return how many, or -1 at the end
         * @throws IOException if that fails
         */
        int read(ByteBuffer target) throws IOException;
    }

    private static final int SMALL = 128;

    private static final int LARGE = 8 * 1024;

    /** The JDK keeps a buffer outside of the heap for each read that waits, as large as what it may bring. */
    private static final int LARGEST_READ = 64 * 1024;

    private static final int MAX_CONTROL = 125;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Source source;

    private final boolean compression;

    private byte[] buffer = new byte[SMALL];

    private int position;

    private int limit;

    /** Whether what came last filled the buffer, so that a larger one saves reads. */
    private boolean busy;

    private boolean inMessage;

    private int opcode;

    private boolean last;

    private boolean compressed;

    private long remaining;

    /** The masking key, turned so that its first byte is the one for the next byte of the payload. */
    private int mask;

    /**
     * Makes one.
     *
     * @param source where the bytes come from
     * @param compression whether RSV1 has a meaning (RFC 7692)
     */
    public FrameReader(Source source, boolean compression) {
        this.source = source;
        this.compression = compression;
    }

    /**
     * Reads and checks the head of the next frame; the payload before must have been read.
     *
     * @return whether there was one; {@code false} at an end of input between two frames
     * @throws Fault if the frame is none that a client may send now
     * @throws EOFException if the input ends within the head
     * @throws IOException if reading fails
     */
    public boolean next() throws IOException {
        if (position == limit && !fill()) {
            return false;
        }
        int first = octet();
        int second = octet();
        opcode = first & 15;
        last = (first & 0x80) != 0;
        compressed = (first & 0x40) != 0;
        check(first, second);
        remaining = length(second & 127);
        mask = 0;
        for (int i = 0; i < 4; i++) {
            mask = mask << 8 | octet();
        }
        if (!isControl()) {
            inMessage = !last;
        }
        return true;
    }

    /** {@return whether the frame is a control frame} */
    public boolean isControl() {
        return opcode >= 8;
    }

    /** {@return the frame's opcode} */
    public int opcode() {
        return opcode;
    }

    /** {@return whether it is the last of its message} */
    public boolean isLast() {
        return last;
    }

    /** {@return whether RSV1 is set: the message that it begins is compressed} */
    public boolean isCompressed() {
        return compressed;
    }

    /** {@return how many bytes of the payload are still to be read} */
    public long remaining() {
        return remaining;
    }

    /** {@return how many bytes can be had without waiting} */
    public int buffered() {
        return limit - position;
    }

    /**
     * Reads what is there of the payload, waiting for at least one byte.
     *
     * @param bytes where it goes
     * @param offset its first byte
     * @param length room, at least 1
     * @return how many bytes, 0 at the end of the payload
     * @throws EOFException if the input ends before it
     * @throws IOException if reading fails
     */
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (remaining == 0) {
            return 0;
        }
        int wanted = (int) Math.min(length, remaining);
        int n;
        if (position == limit && wanted >= buffer.length) {
            n = source.read(ByteBuffer.wrap(bytes, offset, Math.min(wanted, LARGEST_READ)));
            busy = true;
            if (n < 0) {
                throw new EOFException("the input ends within a frame");
            }
        } else {
            if (position == limit && !fill()) {
                throw new EOFException("the input ends within a frame");
            }
            n = Math.min(wanted, limit - position);
            System.arraycopy(buffer, position, bytes, offset, n);
            position += n;
        }
        unmask(bytes, offset, n);
        remaining -= n;
        return n;
    }

    /**
     * Reads the payload of a control frame.
     *
     * @return it, at most 125 bytes
     * @throws IOException as {@link #read} does
     */
    public byte[] readControl() throws IOException {
        byte[] payload = new byte[(int) remaining];
        int size = 0;
        while (size < payload.length) {
            size += read(payload, size, payload.length - size);
        }
        return payload;
    }

    private void check(int first, int second) throws Fault {
        if ((first & 0x30) != 0) {
            throw Fault.protocol("a reserved bit is set");
        }
        if (isControl()) {
            if (opcode > Opcode.PONG) {
                throw Fault.protocol("reserved opcode");
            }
            if (!last) {
                throw Fault.protocol("a control frame is fragmented");
            }
            if ((second & 127) > MAX_CONTROL) {
                throw Fault.protocol("a control frame is too long");
            }
        } else if (opcode > Opcode.BINARY) {
            throw Fault.protocol("reserved opcode");
        } else if (opcode == Opcode.CONTINUATION && !inMessage) {
            throw Fault.protocol("a continuation without a beginning");
        } else if (opcode != Opcode.CONTINUATION && inMessage) {
            throw Fault.protocol("a message within a message");
        }
        if (compressed && (!compression || isControl() || opcode == Opcode.CONTINUATION)) {
            throw Fault.protocol("a reserved bit is set");
        }
        if ((second & 0x80) == 0) {
            throw Fault.protocol("a frame is not masked");
        }
    }

    /** Section 5.2: in the fewest bytes, and the top bit of eight is 0 (CVE-2020-13935). */
    private long length(int small) throws IOException {
        if (small < 126) {
            return small;
        }
        int bytes = small == 126 ? 2 : 8;
        long length = 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | octet();
        }
        if (length < 0) {
            throw Fault.protocol("a length is negative");
        }
        if (length < (bytes == 2 ? 126 : 65_536)) {
            throw Fault.protocol("a length is not in its shortest form");
        }
        return length;
    }

    private int octet() throws IOException {
        if (position == limit && !fill()) {
            throw new EOFException("the input ends within a frame");
        }
        return buffer[position++] & 0xff;
    }

    private boolean fill() throws IOException {
        int size = busy ? LARGE : SMALL;
        if (buffer.length != size) {
            buffer = new byte[size];
        }
        position = 0;
        limit = 0;
        int n = source.read(ByteBuffer.wrap(buffer));
        if (n < 0) {
            return false;
        }
        limit = n;
        busy = n >= SMALL;
        return true;
    }

    private void unmask(byte[] bytes, int offset, int length) {
        int key = mask;
        int i = offset;
        int end = offset + length;
        if (length >= 8) {
            long twice = (long) key << 32 | key & 0xffff_ffffL;
            for (; i + 8 <= end; i += 8) {
                LONGS.set(bytes, i, (long) LONGS.get(bytes, i) ^ twice);
            }
        }
        for (; i < end; i++) {
            bytes[i] ^= (byte) (key >>> 24);
            key = Integer.rotateLeft(key, 8);
        }
        mask = key;
    }
}
