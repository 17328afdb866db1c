package io.zokor.servlet.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** The field Range with byte ranges (RFC 9110 section 14.1.2). Pure. */
final class ByteRanges {

    /** More are an attack (CVE-2011-3192) or of no use: the whole is sent (RFC 9110 section 14.2 allows it). */
    private static final int MAX_RANGES = 16;

    private ByteRanges() {
    }

    /**
     * A range of bytes.
     *
     * @param first its first byte
     * @param last its last byte, inclusive
     */
    record Range(long first, long last) {

        long length() {
            return last - first + 1;
        }
    }

    /**
     * The ranges to be sent, in the order asked for.
     *
     * @param header value of Range
     * @param size bytes of the representation
     * @return the satisfiable ranges, empty where none is (416), or {@code null} where the field is to be ignored: another unit,
     *         malformed, too many ranges, or more bytes than the representation has
     */
    static @Nullable List<Range> parse(String header, long size) {
        String text = header.strip();
        if (!text.toLowerCase(Locale.ROOT).startsWith("bytes=")) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        int count = 0;
        long total = 0;
        for (String element : text.substring("bytes=".length()).split(",", MAX_RANGES * 4)) {
            String spec = element.strip();
            if (spec.isEmpty()) {
                continue;
            }
            int dash = spec.indexOf('-');
            String from = dash < 0 ? "" : spec.substring(0, dash);
            String to = dash < 0 ? "" : spec.substring(dash + 1);
            if (from.isEmpty() && to.isEmpty() || !isDigits(from) || !isDigits(to) || ++count > MAX_RANGES) {
                return null;
            }
            long first = from.isEmpty() ? Math.max(0, size - number(to)) : number(from);
            long last = from.isEmpty() || to.isEmpty() ? size - 1 : Math.min(number(to), size - 1);
            if (!from.isEmpty() && !to.isEmpty() && number(to) < first) {
                return null;
            }
            if (first <= last) {
                ranges.add(new Range(first, last));
                total += last - first + 1;
            }
        }
        return count == 0 || total > size ? null : ranges;
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** What does not fit a long is beyond any representation's end. */
    private static long number(String digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            if (value > (Long.MAX_VALUE - 9) / 10) {
                return Long.MAX_VALUE;
            }
            value = value * 10 + (digits.charAt(i) - '0');
        }
        return value;
    }
}
