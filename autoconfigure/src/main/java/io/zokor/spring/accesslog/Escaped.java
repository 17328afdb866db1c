package io.zokor.spring.accesslog;

/**
 * What a client sends, made harmless for logs and terminals: whatever is not printable ASCII is escaped, so that nothing forges
 * a line or drives a terminal (CVE-2025-55754). Stateless. Spring Boot's JsonWriter leaves in a JSON string what is not ASCII,
 * characters that turn the direction of a line or end one (U+202E, U+2028) among it: this would have to run behind it all the same.
 */
final class Escaped {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Escaped() {
    }

    /** Adds text as Apache's access log has it: {@code \xhh}, beyond that {@code }&#92;{@code uhhhh}. */
    static void addText(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else if (c < 0x100) {
                out.append("\\x").append(HEX[c >> 4]).append(HEX[c & 15]);
            } else {
                addUnicode(out, c);
            }
        }
    }

    /** Adds text as the inside of a JSON string (RFC 8259 section 7). */
    static void addJson(StringBuilder out, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= 0x20 && c < 0x7f) {
                out.append(c);
            } else {
                addUnicode(out, c);
            }
        }
    }

    private static void addUnicode(StringBuilder out, char c) {
        out.append("\\u").append(HEX[c >> 12]).append(HEX[c >> 8 & 15]).append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
    }
}
