package io.zokor.internal.http2;

import java.util.List;
import java.util.Locale;

import io.zokor.config.Limits;
import io.zokor.http.Authority;
import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.RequestTarget;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.message.ContentLength;
import io.zokor.internal.message.HeadLimits;
import io.zokor.internal.message.HostSyntax;
import io.zokor.internal.message.TargetParser;
import io.zokor.internal.message.TrailerRules;

import org.jspecify.annotations.Nullable;

/**
 * Makes a request's head, or its trailers, of the fields of one block (RFC 9113 section 8). What is malformed is kept in mind until
 * the block has been read to its end, since the decoder's table must see all of it; fields beyond the limits are counted and
 * dropped. Owned by the reader; one for each block.
 */
final class RequestHeads {

    /** What each field costs beyond its name and value: about what it takes in HTTP/1, colon, blank and line end. */
    private static final int FIELD_OVERHEAD = 4;

    private final Limits limits;

    private final Headers headers = new Headers();

    private @Nullable String method;

    private @Nullable String scheme;

    private @Nullable String authority;

    private @Nullable String path;

    private @Nullable String connectProtocol;

    private @Nullable StringBuilder cookies;

    private @Nullable String firstCookie;

    private int cookieCount;

    private boolean regular;

    private long bytes;

    private @Nullable String fault;

    private @Nullable RejectedRequestException excess;

    RequestHeads(Limits limits) {
        this.limits = limits;
    }

    /** What a request cannot have, and what its server does for it. */
    record Rules(boolean secure, boolean anyScheme, boolean extendedConnect) {
    }

    // ---- fields

    /**
     * Takes a field as it was decoded.
     *
     * @throws Http2Error if the block is so large that there is no sense in reading it to its end
     */
    void field(String name, String value) throws Http2Error {
        bytes += name.length() + value.length() + FIELD_OVERHEAD;
        if (bytes > limits.maxHeaderBytes()) {
            if (bytes > 2 * limits.maxHeaderBytes()) {
                throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM,
                        "a field section of more than twice zokor.limits.max-header-bytes");
            }
            excess = new RejectedRequestException(431, RejectReason.HEADER_TOO_LARGE,
                    "more than " + limits.maxHeaderBytes()
                            + " bytes of fields; zokor.limits.max-header-bytes raises the limit");
            return;
        }
        if (fault != null) {
            return;
        }
        if (!isValue(value)) {
            fault = "a field value with a forbidden character (section 8.2.1)";
        } else if (!name.isEmpty() && name.charAt(0) == ':') {
            pseudo(name, value);
        } else {
            regular = true;
            regular(name, value);
        }
    }

    private void pseudo(String name, String value) {
        if (regular) {
            fault = "a pseudo-field behind a field (section 8.3)";
            return;
        }
        boolean twice;
        switch (name) {
            case ":method" -> {
                twice = method != null;
                method = value;
            }
            case ":scheme" -> {
                twice = scheme != null;
                scheme = value;
            }
            case ":authority" -> {
                twice = authority != null;
                authority = value;
            }
            case ":path" -> {
                twice = path != null;
                path = value;
            }
            case ":protocol" -> {
                twice = connectProtocol != null;
                connectProtocol = value;
            }
            default -> {
                fault = "a pseudo-field that requests do not have (section 8.3)";
                return;
            }
        }
        if (twice) {
            fault = "a pseudo-field twice (section 8.3)";
        }
    }

    private void regular(String name, String value) {
        if (!isName(name)) {
            fault = "a field name that is no token in lower case (section 8.2.1)";
        } else if (isConnectionSpecific(name, value)) {
            fault = "a field that is for one connection (section 8.2.2)";
        } else if (name.equals("cookie")) {
            cookie(value);
        } else if (headers.size() >= limits.maxHeaderCount()) {
            excess = HeadLimits.tooManyFields(limits.maxHeaderCount());
        } else {
            headers.add(name, value);
        }
    }

    /** Crumbs are one field for everybody else (section 8.2.3), and each a cookie at least for the limit. */
    private void cookie(String crumb) {
        if (++cookieCount > limits.maxCookies()) {
            excess = HeadLimits.tooManyCookies(limits.maxCookies());
        } else if (firstCookie == null) {
            firstCookie = crumb;
        } else {
            if (cookies == null) {
                cookies = new StringBuilder(firstCookie);
            }
            cookies.append("; ").append(crumb);
        }
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z' || !HeaderSyntax.isTokenChar(c)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isValue(String value) {
        int length = value.length();
        return length == 0
                || !isBlank(value.charAt(0)) && !isBlank(value.charAt(length - 1)) && HeaderSyntax.isFieldValue(value);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isConnectionSpecific(String name, String value) {
        return switch (name) {
            case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade" -> true;
            case "te" -> !value.equalsIgnoreCase("trailers");
            default -> false;
        };
    }

    // ---- what they make

    /** The method as far as it is known, for an answer to a head that is refused. */
    String method() {
        return method == null ? "" : method;
    }

    /**
     * Makes the trailers.
     *
     * @return what of them may stand behind a body, sealed
     * @throws Http2Error of the stream, if they are malformed
     * @throws RejectedRequestException if they are too large
     */
    Headers trailers() throws Http2Error, RejectedRequestException {
        if (method != null || scheme != null || authority != null || path != null || connectProtocol != null) {
            throw malformed("a pseudo-field in trailers (section 8.1)");
        }
        check();
        return TrailerRules.allowed(headers);
    }

    /**
     * Makes the head.
     *
     * @param rules what holds on this connection
     * @param streamId the stream
     * @param ended whether nothing follows it
     * @param startedNanos when its first byte came
     * @return the head
     * @throws Http2Error of the stream, if it is malformed
     * @throws RejectedRequestException if it is to be answered by a status
     */
    RequestHead head(Rules rules, int streamId, boolean ended, long startedNanos)
            throws Http2Error, RejectedRequestException {
        check();
        String theMethod = required(method, "a request without :method");
        if (!HeaderSyntax.isToken(theMethod)) {
            throw malformed("a :method that is no token");
        }
        boolean connect = theMethod.equals("CONNECT");
        if (connectProtocol != null && !(connect && rules.extendedConnect)) {
            throw malformed("a :protocol that was not asked for (RFC 8441 section 4)");
        }
        if (connect && connectProtocol == null) {
            throw plainConnect();
        }
        String theScheme = required(scheme, "a request without :scheme");
        checkScheme(rules, theScheme);
        String thePath = required(path, "a request without :path");
        if (thePath.isEmpty() || thePath.charAt(0) != '/' && !thePath.equals("*")) {
            throw malformed("a :path that is none (section 8.3.1)");
        }
        RequestTarget target = TargetParser.parse(connect ? "GET" : theMethod, thePath);
        String host = host(theScheme);
        long length = length(ended);
        String joined = cookies != null ? cookies.toString() : firstCookie;
        if (joined != null) {
            headers.add("cookie", joined);
        }
        if (!headers.contains("host")) {
            headers.add("host", host);
        }
        return new RequestHead(theMethod, target, "HTTP/2.0", host, headers.seal(), length, false, startedNanos,
                Integer.toString(streamId), connectProtocol);
    }

    private void check() throws Http2Error, RejectedRequestException {
        if (fault != null) {
            throw malformed(fault);
        }
        if (excess != null) {
            throw excess;
        }
    }

    /** There is no proxy here; what is malformed is that nevertheless (section 8.5). */
    private RejectedRequestException plainConnect() throws Http2Error {
        if (scheme != null || path != null) {
            throw malformed("a CONNECT with :scheme or :path (section 8.5)");
        }
        String to = required(authority, "a CONNECT without :authority");
        if (to.isEmpty() || !HostSyntax.isValid(to) || Authority.of(to).port() <= 0) {
            throw malformed("a CONNECT to what is no host and port");
        }
        return new RejectedRequestException(501, RejectReason.TARGET, "CONNECT: this server is no proxy");
    }

    private static void checkScheme(Rules rules, String scheme) throws Http2Error, RejectedRequestException {
        if (!isScheme(scheme)) {
            throw malformed("a :scheme that is none");
        }
        String expected = rules.secure ? "https" : "http";
        if (!rules.anyScheme && !scheme.equalsIgnoreCase(expected)) {
            throw new RejectedRequestException(421, RejectReason.MISDIRECTED, "a :scheme other than " + expected
                    + " (RFC 9110 section 7.4)");
        }
    }

    private static boolean isScheme(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** One of :authority and Host, valid, without user; both must agree (section 8.3.1, CVE-2025-12543). */
    private String host(String theScheme) throws Http2Error {
        List<String> hosts = headers.all("host");
        if (hosts.size() > 1) {
            throw malformed("several Hosts");
        }
        String fromHost = hosts.isEmpty() ? null : hosts.getFirst();
        String host = authority != null ? authority : fromHost;
        if (host == null || host.isEmpty() || !HostSyntax.isValid(host)) {
            throw malformed("neither :authority nor Host is a host");
        }
        if (authority != null && fromHost != null) {
            int port = theScheme.toLowerCase(Locale.ROOT).equals("https") ? 443 : 80;
            if (!HostSyntax.isValid(fromHost) || !Authority.of(authority).isSame(Authority.of(fromHost), port)) {
                throw malformed(":authority and Host disagree");
            }
        }
        return host;
    }

    private long length(boolean ended) throws Http2Error, RejectedRequestException {
        List<String> lengths = headers.all("content-length");
        if (lengths.isEmpty()) {
            return ended ? 0 : -1;
        }
        long length;
        try {
            length = ContentLength.parse(lengths);
        } catch (RejectedRequestException e) {
            if (e.status() == 413) {
                throw e;
            }
            throw malformed("a content-length that is none");
        }
        if (ended && length > 0) {
            throw malformed("a content-length, and no content (section 8.1.1)");
        }
        return length;
    }

    private static String required(@Nullable String value, String message) throws Http2Error {
        if (value == null) {
            throw malformed(message);
        }
        return value;
    }

    private static Http2Error malformed(String message) {
        return Http2Error.stream(ErrorCode.PROTOCOL_ERROR, message);
    }
}
