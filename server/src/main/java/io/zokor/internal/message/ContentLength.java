package io.zokor.internal.message;

import java.util.List;

import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/** The value of Content-Length: digits, once (RFC 9110 section 8.6). Stateless, pure. */
public final class ContentLength {

    private ContentLength() {
    }

    /**
     * Parses.
     *
     * @param lengths the values of all Content-Length fields, at least one
     * @return bytes of the content
     * @throws RejectedRequestException if two readers could read it differently
     */
    public static long parse(List<String> lengths) throws RejectedRequestException {
        if (lengths.size() > 1) {
            throw refused("more than one Content-Length (section 6.3)");
        }
        String text = lengths.getFirst();
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw refused("a Content-Length that is no number (CVE-2022-42252, CVE-2023-40167)");
            }
            if (length > (Long.MAX_VALUE - 9) / 10) {
                throw new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE, "a Content-Length beyond 2^63");
            }
            length = length * 10 + c - '0';
        }
        if (text.isEmpty()) {
            throw refused("an empty Content-Length");
        }
        return length;
    }

    private static RejectedRequestException refused(String detail) {
        return new RejectedRequestException(400, RejectReason.FRAMING, detail);
    }
}
