package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.ByteReader;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/**
 * Reads lines that end with CRLF and nothing else (RFC 9112 section 2.2): a bare CR, a bare LF, NUL or another control
 * character is refused as soon as it comes, so that no two readers can disagree about where a line ends. Owned by the thread
 * that reads the connection. A line stays in the reader's buffer until the next call.
 */
final class LineReader {

    /** What is read: says what is wrong when a line is malformed or too long. */
    interface Section {

        /** The refusal of a line that holds a character it must not. */
        RejectedRequestException malformed(String detail);

        /** The refusal when the budget is used up. */
        RejectedRequestException tooLarge();
    }

    private final ByteReader in;

    private int length;

    LineReader(ByteReader in) {
        this.in = in;
    }

    /**
     * Reads a line; it is then at {@link #start()} with {@link #length()} bytes, its end left out.
     *
     * @param budget how many bytes it may have, its end included
     * @return how many bytes it had, its end included
     * @throws PeerGoneException if the input ends before the line does
     */
    int read(long budget, Section section) throws IOException {
        int scanned = 0;
        while (true) {
            byte[] bytes = in.array();
            int from = in.position();
            int limit = (int) Math.min(in.limit(), from + Math.max(0, budget - 1));
            // Not a byte beyond the budget is looked at: what comes there must not change the verdict.
            for (int i = from + scanned; i < limit; i++) {
                byte b = bytes[i];
                if (b >= ' ' && b != 0x7f || b < 0 || b == '\t') {
                    continue;
                }
                if (b != '\r') {
                    throw section.malformed(b == '\n' ? "a line ends with a bare LF" : "a control character");
                }
                if (i + 1 == in.limit()) {
                    // The LF may come with the next bytes.
                    limit = i;
                    break;
                }
                if (bytes[i + 1] != '\n') {
                    throw section.malformed("a bare CR");
                }
                int total = i + 2 - from;
                length = i - from;
                in.skip(total);
                return total;
            }
            scanned = limit - from;
            if (scanned + 2L > budget) {
                throw section.tooLarge();
            }
            if (!in.more()) {
                throw new PeerGoneException("the input ended in the middle of a line", null);
            }
        }
    }

    /** Whether the line that comes next, complete or not, begins with a text, as far as it can be seen without reading. */
    boolean isNext(String prefix) {
        if (in.available() < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (in.array()[in.position() + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return what has come of the line that comes next, or {@code null} where nothing has} */
    @Nullable
    String next(int most) {
        int start = in.position();
        int end = start;
        int limit = Math.min(in.limit(), start + most);
        while (end < limit && in.array()[end] != '\r' && in.array()[end] != '\n') {
            end++;
        }
        return end == start ? null : new String(in.array(), start, end - start, StandardCharsets.ISO_8859_1);
    }

    byte[] array() {
        return in.array();
    }

    /** Index of the line's first byte; the line has been passed over by its length and two. */
    int start() {
        return in.position() - length - 2;
    }

    int length() {
        return length;
    }

    String text(int offset, int count) {
        return new String(in.array(), start() + offset, count, StandardCharsets.ISO_8859_1);
    }

    /** The refusals of one kind of line. */
    record Rules(RejectReason reason, RejectReason tooLargeReason, int tooLargeStatus, String property)
            implements
            Section {

        @Override
        public RejectedRequestException malformed(String detail) {
            return new RejectedRequestException(400, reason, detail);
        }

        @Override
        public RejectedRequestException tooLarge() {
            return new RejectedRequestException(tooLargeStatus, tooLargeReason,
                    "more bytes than allowed; " + property + " raises the limit");
        }
    }
}
