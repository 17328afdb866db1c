package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.zokor.config.Limits;
import io.zokor.http.Authority;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.RequestTarget;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.message.HostSyntax;
import io.zokor.internal.message.TargetParser;
import io.zokor.net.ByteReader;

import org.jspecify.annotations.Nullable;

/** Reads the heads of requests (RFC 9112 sections 2 to 6). Owned by the connection's thread. */
final class Http1RequestReader {

    /** RFC 9112 section 2.2: at least one empty line before a request line is to be ignored. */
    private static final int MAX_EMPTY_LINES = 2;

    private static final LineReader.Rules RULES = new LineReader.Rules(RejectReason.REQUEST_LINE,
            RejectReason.URI_TOO_LONG, 414, "zokor.limits.max-header-bytes");

    private static final String[] METHODS = { "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH" };

    private static final String HEAD_LINE = "HEAD ";

    private static final String HTTP_1_1 = "HTTP/1.1";

    private static final String HTTP_1_0 = "HTTP/1.0";

    private final LineReader lines;

    private final boolean secure;

    /** As much of a refused request's line is kept for the log. */
    private static final int MAX_REFUSED_LINE = 256;

    private String method = "";

    private boolean http10;

    /** The target of the head that is being read, once it is known. */
    private @Nullable String raw;

    private @Nullable String refusedLine;

    Http1RequestReader(ByteReader in, boolean secure) {
        this.lines = new LineReader(in);
        this.secure = secure;
    }

    LineReader lines() {
        return lines;
    }

    /** The method of the head that is or was read, empty while it is not known: an answer to HEAD has no body. */
    String method() {
        return method;
    }

    /** What could be read of the line of the request that was refused, for the log, or {@code null}. */
    @Nullable
    String refusedLine() {
        return refusedLine;
    }

    /**
     * Reads a head.
     *
     * @param startedNanos when its first byte came
     */
    RequestHead read(Limits limits, long startedNanos) throws IOException {
        method = "";
        raw = null;
        refusedLine = null;
        long budget = limits.maxHeaderBytes();
        long used = requestLine(budget);
        try {
            return read(limits, budget - used, startedNanos);
        } catch (IOException e) {
            String target = raw;
            // Once fields are read, the line itself is no longer in the buffer.
            String line = target == null
                    ? lines.text(0, Math.min(lines.length(), MAX_REFUSED_LINE))
                    : method + " " + target + " " + (http10 ? HTTP_1_0 : HTTP_1_1);
            refusedLine = line.substring(0, Math.min(line.length(), MAX_REFUSED_LINE));
            throw e;
        }
    }

    private RequestHead read(Limits limits, long budget, long startedNanos) throws IOException {
        byte[] bytes = lines.array();
        int start = lines.start();
        int end = start + lines.length();
        int methodEnd = tokenEnd(bytes, start, end);
        if (methodEnd == start || methodEnd == end || bytes[methodEnd] != ' ') {
            throw RULES.malformed("the request line begins with no method");
        }
        method = method(bytes, start, methodEnd - start);
        int targetEnd = methodEnd + 1;
        while (targetEnd < end && bytes[targetEnd] != ' ') {
            targetEnd++;
        }
        http10 = version(bytes, targetEnd, end);
        String protocol = http10 ? HTTP_1_0 : HTTP_1_1;
        String text = new String(bytes, methodEnd + 1, targetEnd - methodEnd - 1, StandardCharsets.ISO_8859_1);
        raw = text;
        RequestTarget target = TargetParser.parse(method, text);
        Headers headers = FieldReader.read(lines, limits, budget);
        String host = host(http10, target, headers);
        long length = RequestFraming.of(http10, headers);
        raw = null;
        return new RequestHead(method, target, protocol, host, headers, length, http10, startedNanos, "",
                null);
    }

    private long requestLine(long budget) throws IOException {
        int emptyLines = 0;
        long used;
        try {
            while ((used = lines.read(budget, RULES)) == 2) {
                if (++emptyLines > MAX_EMPTY_LINES) {
                    throw RULES.malformed("too many empty lines before a request line");
                }
            }
        } catch (IOException e) {
            // Too long, malformed or late as it is, the line may tell that the answer must have no body.
            if (lines.isNext(HEAD_LINE)) {
                method = "HEAD";
            }
            refusedLine = lines.next(MAX_REFUSED_LINE);
            throw e;
        }
        return used;
    }

    private static int tokenEnd(byte[] bytes, int start, int end) {
        int i = start;
        while (i < end && HeaderSyntax.isTokenChar(bytes[i])) {
            i++;
        }
        return i;
    }

    private static String method(byte[] bytes, int start, int length) {
        for (String candidate : METHODS) {
            if (candidate.length() == length && matches(candidate, bytes, start)) {
                return candidate;
            }
        }
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    private static boolean matches(String candidate, byte[] bytes, int start) {
        for (int i = 0; i < candidate.length(); i++) {
            if (bytes[start + i] != candidate.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether the version is 1.0; a higher minor version than 1 is served as 1.1 (RFC 9110 section 6.2)} */
    private static boolean version(byte[] bytes, int space, int end) throws RejectedRequestException {
        int start = space + 1;
        if (end - start != HTTP_1_1.length() || !matches("HTTP/", bytes, start) || !isDigit(bytes[start + 5])
                || bytes[start + 6] != '.' || !isDigit(bytes[start + 7])) {
            throw RULES.malformed("the request line does not end with one space and a version");
        }
        if (bytes[start + 5] != '1') {
            throw new RejectedRequestException(505, RejectReason.VERSION, "a major version other than 1");
        }
        return bytes[start + 7] == '0';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /**
     * Exactly one valid Host, whatever the target (RFC 9112 section 3.2). An absolute target's authority counts, and the Host
     * must agree with it, as the client has to see to: whoever stands before this server may have looked at the Host alone.
     */
    private String host(boolean http10, RequestTarget target, Headers headers) throws RejectedRequestException {
        String given = headers.get("Host");
        if (given == null ? !http10 : headers.count("Host") > 1) {
            throw new RejectedRequestException(400, RejectReason.HOST, given == null ? "no Host" : "several Hosts");
        }
        String host = given == null ? "" : given;
        if (!HostSyntax.isValid(host)) {
            throw new RejectedRequestException(400, RejectReason.HOST, "the Host is no host and port");
        }
        if (target instanceof RequestTarget.Absolute absolute) {
            if (!secure && absolute.scheme().equals("https")) {
                throw new RejectedRequestException(421, RejectReason.MISDIRECTED,
                        "an https target on a connection without encryption (RFC 9110 section 7.4)");
            }
            if (given != null && !Authority.of(absolute.authority()).isSame(Authority.of(host),
                    absolute.scheme().equals("https") ? 443 : 80)) {
                throw new RejectedRequestException(400, RejectReason.HOST,
                        "an absolute target and a Host that disagree (CVE-2025-12543)");
            }
            return absolute.authority();
        }
        return target instanceof RequestTarget.Authority authority ? authority.raw() : host;
    }
}
