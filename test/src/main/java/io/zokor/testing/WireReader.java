package io.zokor.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The bytes that a server sends, and how they end: in good order, by a reset, or too late. Owned by the thread that reads; only
 * {@link #sawReset} may come from one that sends.
 */
final class WireReader {

    private static final int MAX_LINE = 1 << 20;

    private final Socket socket;
    private final InputStream in;

    /** Bytes that were read but not handed out: {@code buffer[from]} to {@code buffer[to - 1]}. */
    private byte[] buffer = new byte[8192];
    private int from;
    private int to;
    private boolean ended;
    private volatile boolean reset;

    WireReader(Socket socket, InputStream in) {
        this.socket = socket;
        this.in = in;
    }

    /** One of a connection that was reset before anything came. */
    static WireReader reset(Socket socket) {
        WireReader reader = new WireReader(socket, InputStream.nullInputStream());
        reader.ended = true;
        reader.reset = true;
        return reader;
    }

    boolean isEnded() {
        return ended;
    }

    boolean wasReset() {
        return reset;
    }

    /** Keeps in mind that sending met a reset, if that is what failed. */
    void sawReset(IOException e) {
        if (isReset(e)) {
            reset = true;
        }
    }

    /** Reads up to and with a text. */
    String until(String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (true) {
            int c = next();
            if (c < 0) {
                throw new AssertionError("the connection ended before \"" + text + "\": " + read);
            }
            read.write(c);
            if (c == (wanted[wanted.length - 1] & 0xff) && endsWith(read.toByteArray(), wanted)) {
                return read.toString(StandardCharsets.ISO_8859_1);
            }
        }
    }

    /** A line without its CRLF, or null where the connection has ended before its first byte. */
    @Nullable
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = next();
            if (c < 0) {
                if (line.isEmpty()) {
                    return null;
                }
                throw new EOFException("the connection ended in the middle of a line: " + line);
            }
            if (c == '\n') {
                throw new AssertionError("a line ends with LF alone: " + line);
            }
            if (c == '\r') {
                if (next() != '\n') {
                    throw new AssertionError("CR in a line: " + line);
                }
                return line.toString();
            }
            line.append((char) c);
            if (line.length() > MAX_LINE) {
                throw new AssertionError("a line without end: " + line.substring(0, 200));
            }
        }
    }

    int next() throws IOException {
        if (from == to && fillBounded() < 0) {
            return -1;
        }
        return buffer[from++] & 0xff;
    }

    boolean copy(long count, ByteArrayOutputStream target) throws IOException {
        long left = count;
        while (left > 0) {
            if (from == to && fillBounded() < 0) {
                return false;
            }
            int size = (int) Math.min(left, to - from);
            target.write(buffer, from, size);
            from += size;
            left -= size;
        }
        return true;
    }

    private int fillBounded() throws IOException {
        try {
            return fill();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came for " + socket.getSoTimeout() + " ms", e);
        }
    }

    /** Reads more behind what is in the buffer; -1 at the end, be it a reset. */
    int fill() throws IOException {
        if (ended) {
            return -1;
        }
        if (from == to) {
            from = 0;
            to = 0;
        } else if (to == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * to);
        }
        int count;
        try {
            count = in.read(buffer, to, buffer.length - to);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            if (!isReset(e)) {
                throw e;
            }
            reset = true;
            count = -1;
        }
        if (count < 0) {
            ended = true;
            return -1;
        }
        to += count;
        return count;
    }

    static boolean isReset(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("reset") || message.contains("broken pipe");
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        int offset = bytes.length - end.length;
        return offset >= 0 && Arrays.equals(bytes, offset, bytes.length, end, 0, end.length);
    }
}
