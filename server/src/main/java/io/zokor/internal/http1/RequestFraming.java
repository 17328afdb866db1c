package io.zokor.internal.http1;

import java.util.List;

import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.message.ContentLength;

/**
 * How long a request's body is (RFC 9112 section 6). There is no lenient mode: whatever two readers could read differently is
 * refused. Stateless, pure.
 */
final class RequestFraming {

    /** The body is in the chunked coding. */
    static final long CHUNKED = -1;

    private RequestFraming() {
    }

    /**
     * Decides.
     *
     * @param http10 whether the request is of HTTP/1.0, which has no transfer codings
     * @return bytes of the body, or {@link #CHUNKED}
     */
    static long of(boolean http10, Headers headers) throws RejectedRequestException {
        List<String> codings = headers.all("Transfer-Encoding");
        List<String> lengths = headers.all("Content-Length");
        if (codings.isEmpty()) {
            return lengths.isEmpty() ? 0 : ContentLength.parse(lengths);
        }
        if (http10) {
            throw refused("Transfer-Encoding in HTTP/1.0 (section 6.1, CVE-2021-33037)");
        }
        if (!lengths.isEmpty()) {
            throw refused("both Transfer-Encoding and Content-Length (section 6.1)");
        }
        if (codings.size() > 1) {
            throw refused("more than one Transfer-Encoding (CVE-2022-1705)");
        }
        String coding = codings.getFirst();
        if (coding.equalsIgnoreCase("chunked") && isAscii(coding)) {
            return CHUNKED;
        }
        if (isUnknownUnderChunked(coding)) {
            throw new RejectedRequestException(501, RejectReason.TRANSFER_CODING, "a transfer coding under chunked");
        }
        throw refused("the last transfer coding is not chunked (section 6.3)");
    }

    /** Case folding knows letters outside ASCII that equal ASCII ones. */
    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }

    private static boolean isUnknownUnderChunked(String coding) {
        int comma = coding.lastIndexOf(',');
        if (comma < 0 || !coding.substring(comma + 1).strip().equalsIgnoreCase("chunked")) {
            return false;
        }
        String before = coding.substring(0, comma).strip();
        return !before.isEmpty() && before.chars().allMatch(c -> c > ' ' && c < 127 && c != ',')
                && !before.equalsIgnoreCase("chunked") && !before.equalsIgnoreCase("identity");
    }

    private static RejectedRequestException refused(String detail) {
        return new RejectedRequestException(400, RejectReason.FRAMING, detail);
    }
}
