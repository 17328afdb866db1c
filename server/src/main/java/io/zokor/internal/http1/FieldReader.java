package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.config.Limits;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.message.HeadLimits;

/** Reads field lines up to the empty line: a header or a trailer section (RFC 9112 sections 5 and 7.1.2). Stateless. */
final class FieldReader {

    private static final LineReader.Rules RULES = new LineReader.Rules(RejectReason.FIELD,
            RejectReason.HEADER_TOO_LARGE, 431, "zokor.limits.max-header-bytes");

    /** Names that need no new String; looked up by length and first letter. */
    private static final String[][] COMMON = common("Host", "Accept", "Accept-Encoding", "Accept-Language",
            "Authorization", "Cache-Control", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect",
            "If-Modified-Since", "If-None-Match", "Origin", "Range", "Referer", "TE", "Transfer-Encoding", "Upgrade",
            "Upgrade-Insecure-Requests", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
            "X-Request-Id", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Pragma", "traceparent", "host",
            "accept", "accept-encoding", "user-agent", "content-type", "content-length", "connection", "cookie");

    private FieldReader() {
    }

    /**
     * Reads a section.
     *
     * @param budget how many bytes it may have, the empty line included
     */
    static Headers read(LineReader lines, Limits limits, long budget) throws IOException {
        Headers headers = new Headers();
        long left = budget;
        while (true) {
            left -= lines.read(left, RULES);
            int length = lines.length();
            if (length == 0) {
                return headers.seal();
            }
            if (headers.size() == limits.maxHeaderCount()) {
                throw HeadLimits.tooManyFields(limits.maxHeaderCount());
            }
            addField(headers, lines.array(), lines.start(), length);
        }
    }

    private static void addField(Headers headers, byte[] bytes, int start, int length) throws IOException {
        int end = start + length;
        int colon = start;
        while (colon < end && HeaderSyntax.isTokenChar(bytes[colon])) {
            colon++;
        }
        if (colon == start || colon == end || bytes[colon] != ':') {
            // Among others: whitespace before the colon, and obs-fold, which begins with whitespace (sections 5.1, 5.2).
            throw new RejectedRequestException(400, RejectReason.FIELD, "a field line without a proper name");
        }
        int from = colon + 1;
        int to = end;
        while (from < to && isBlank(bytes[from])) {
            from++;
        }
        while (to > from && isBlank(bytes[to - 1])) {
            to--;
        }
        headers.add(name(bytes, start, colon - start),
                new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    }

    private static String name(byte[] bytes, int start, int length) {
        if (length < COMMON.length) {
            for (String candidate : COMMON[length]) {
                if (equal(candidate, bytes, start)) {
                    return candidate;
                }
            }
        }
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    private static boolean equal(String candidate, byte[] bytes, int start) {
        for (int i = candidate.length() - 1; i >= 0; i--) {
            if (candidate.charAt(i) != bytes[start + i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static String[][] common(String... names) {
        int longest = 0;
        for (String name : names) {
            longest = Math.max(longest, name.length());
        }
        String[][] byLength = new String[longest + 1][0];
        for (String name : names) {
            String[] row = byLength[name.length()];
            String[] longer = java.util.Arrays.copyOf(row, row.length + 1);
            longer[row.length] = name;
            byLength[name.length()] = longer;
        }
        return byLength;
    }
}
