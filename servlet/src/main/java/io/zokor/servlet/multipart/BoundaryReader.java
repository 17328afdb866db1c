package io.zokor.servlet.multipart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/**
 * Reads a multipart body through one fixed buffer and finds the delimiters in it (RFC 2046 section 5.1.1). Used by the one
 * thread that parses.
 *
 * <p>
 * The delimiter is CRLF, two hyphens and the boundary. The search compares from the end of the window and skips by its last
 * byte (Horspool). What could be the beginning of a delimiter stays in the buffer until more has come, so it does not matter
 * where reads and buffers end.
 */
final class BoundaryReader {

    private static final int BUFFER_SIZE = 8 * 1024;

    /** Takes bytes of a part. */
    @FunctionalInterface
    interface Sink {

        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    private final InputStream in;

    private final long maxBytes;

    private final byte[] delimiter;

    /** How far the window may move when its last byte is the one of the index. */
    private final int[] skip = new int[256];

    private final byte[] buffer;

    private int position;

    private int end;

    private long total;

    private boolean ended;

    /** A negative maximum stands for none. */
    BoundaryReader(InputStream in, String boundary, long maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.buffer = new byte[Math.max(BUFFER_SIZE, 4 * delimiter.length)];
        int last = delimiter.length - 1;
        Arrays.fill(skip, delimiter.length);
        for (int i = 0; i < last; i++) {
            skip[delimiter[i] & 0xff] = last - i;
        }
        // The first delimiter may stand at the very beginning: as if a line had ended before it.
        buffer[0] = '\r';
        buffer[1] = '\n';
        end = 2;
    }

    /** Hands all bytes before the next delimiter to the sink and goes behind it; false if the body ends before one. */
    boolean copyToDelimiter(Sink sink) throws IOException {
        while (true) {
            int at = find();
            if (at >= 0) {
                sink.write(buffer, position, at - position);
                position = at + delimiter.length;
                return true;
            }
            int safe = Math.max(position, end - (delimiter.length - 1));
            if (safe > position) {
                sink.write(buffer, position, safe - position);
                position = safe;
            }
            if (!fill()) {
                return false;
            }
        }
    }

    /**
     * Reads the rest of a delimiter's line: true before another part, false after the closing delimiter.
     *
     * @throws RejectedRequestException 400, if something else stands there
     */
    boolean partFollows() throws IOException {
        int first = read();
        if (first == '-') {
            if (read() != '-') {
                throw malformed("a boundary is followed by a single hyphen");
            }
            return false;
        }
        while (first == ' ' || first == '\t') {
            first = read();
        }
        if (first != '\r' || read() != '\n') {
            throw malformed("a boundary is followed by something else than the end of its line");
        }
        return true;
    }

    /** The next byte, or -1 at the end of the body. */
    int read() throws IOException {
        if (position == end && !fill()) {
            return -1;
        }
        return buffer[position++] & 0xff;
    }

    /** Reads on behind the closing delimiter, a bufferful at most: an epilogue means nothing and is seldom there. */
    void skipEpilogue() throws IOException {
        int left = buffer.length;
        position = end;
        while (left > 0 && fill()) {
            left -= end - position;
            position = end;
        }
    }

    /** {@return whether nothing was read: there is no body} */
    boolean isEmpty() {
        return total == 0;
    }

    static RejectedRequestException malformed(String what) {
        return new RejectedRequestException(400, RejectReason.CONTENT, "malformed multipart request: " + what);
    }

    private int find() {
        int last = delimiter.length - 1;
        int at = position;
        while (at + last < end) {
            int i = last;
            while (i >= 0 && buffer[at + i] == delimiter[i]) {
                i--;
            }
            if (i < 0) {
                return at;
            }
            at += skip[buffer[at + last] & 0xff];
        }
        return -1;
    }

    /** Reads more; false at the end of the body. There is room: fewer bytes than a delimiter's are kept. */
    private boolean fill() throws IOException {
        if (ended) {
            return false;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, end - position);
            end -= position;
            position = 0;
        }
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            ended = true;
            return false;
        }
        total += count;
        if (maxBytes >= 0 && total > maxBytes) {
            throw new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE,
                    "the multipart request exceeds the maximum size of "
                            + maxBytes + " bytes (spring.servlet.multipart.max-request-size)");
        }
        end += count;
        return true;
    }
}
