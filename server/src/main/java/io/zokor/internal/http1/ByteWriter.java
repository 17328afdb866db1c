package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.net.Conn;

/**
 * Collects what goes out, so that a small response is one system call and one packet. Owned by the thread that writes the
 * response; lives as long as one exchange, so that an idle connection holds no buffer.
 */
final class ByteWriter {

    private static final int FIRST = 512;

    /** Larger pieces of a body are not copied here but written from where they are. */
    private static final int MAX_COPY = 16 * 1024;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Conn conn;

    private byte[] buffer = new byte[FIRST];

    private int count;

    ByteWriter(Conn conn) {
        this.conn = conn;
    }

    int count() {
        return count;
    }

    /** Takes back what was added since there were so many bytes. */
    void truncate(int to) {
        count = to;
    }

    void add(byte[] bytes) {
        makeRoom(bytes.length);
        System.arraycopy(bytes, 0, buffer, count, bytes.length);
        count += bytes.length;
    }

    void add(int b) {
        makeRoom(1);
        buffer[count++] = (byte) b;
    }

    /** Characters beyond Latin-1 become question marks: cut to a byte they could turn into CR or LF. */
    void add(String text) {
        int length = text.length();
        makeRoom(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            buffer[count + i] = (byte) (c > 0xff ? '?' : c);
        }
        count += length;
    }

    void addField(String name, String value) {
        add(name);
        add(':');
        add(' ');
        add(value);
        addLineEnd();
    }

    void addLineEnd() {
        makeRoom(2);
        buffer[count++] = '\r';
        buffer[count++] = '\n';
    }

    void addHex(long value) {
        int digits = Math.max(1, (67 - Long.numberOfLeadingZeros(value)) / 4);
        makeRoom(digits);
        for (int i = digits - 1; i >= 0; i--) {
            buffer[count++] = HEX[(int) (value >>> (i * 4)) & 0xf];
        }
    }

    /** Adds a piece of body, or sends it with all that was collected. */
    void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (count + length <= MAX_COPY) {
            makeRoom(length);
            bytes.get(buffer, count, length);
            count += length;
        } else if (count == 0) {
            conn.write(bytes);
        } else {
            ByteBuffer collected = ByteBuffer.wrap(buffer, 0, count);
            count = 0;
            conn.write(collected, bytes);
        }
    }

    void flush() throws IOException {
        if (count > 0) {
            ByteBuffer collected = ByteBuffer.wrap(buffer, 0, count);
            count = 0;
            conn.write(collected);
        }
    }

    private void makeRoom(int more) {
        if (count + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, count + more));
        }
    }
}
