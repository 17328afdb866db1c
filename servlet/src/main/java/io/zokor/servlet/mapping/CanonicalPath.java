package io.zokor.servlet.mapping;

import java.util.ArrayList;
import java.util.List;

import io.zokor.http.PercentEncoding;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/**
 * Canonicalisation of a request's path, done exactly once, before mapping and before anything that decides on access (Servlet
 * 6.1 section 3.5.2). Pure.
 *
 * <p>
 * Security: decoding and normalising on different strings is what CVE-2021-28164, CVE-2021-34429, CVE-2025-55752 and the
 * {@code ..;/} bypasses were made of; here there is one result, and whatever could be read in two ways is refused.
 */
public final class CanonicalPath {

    private CanonicalPath() {
    }

    /**
     * Makes a path canonical: parameters removed from every segment, decoded once as UTF-8, empty segments removed, then dot
     * segments.
     *
     * @param rawPath path of a request target, still encoded; a query that follows it is cut off
     * @param policy what becomes of {@code %2F}
     * @return the canonical path, begins with a slash
     * @throws RejectedRequestException 400, if the path has one of the sequences that section 3.5.2 calls suspicious: it does
     *         not begin with a slash, has a fragment, an encoded slash (unless preserved), a backslash or a control character
     *         whether encoded or not, a percent sign without two hexadecimal digits, octets that are not UTF-8, a dot segment
     *         that is encoded or has parameters, an empty segment with parameters that is not the last one, or leads above the
     *         root
     */
    public static String of(String rawPath, EncodedSlash policy) throws RejectedRequestException {
        return isCanonical(rawPath) ? rawPath : canonicalise(rawPath, policy);
    }

    /** Nearly all paths are canonical as they come; this one pass spares them the rest. */
    private static boolean isCanonical(String path) {
        int length = path.length();
        if (length == 0 || path.charAt(0) != '/') {
            return false;
        }
        for (int i = 1; i < length; i++) {
            char c = path.charAt(i);
            boolean plain = c > ' ' && c < 0x7f && c != '%' && c != ';' && c != '\\' && c != '#' && c != '?';
            if (!plain || (c == '/' || c == '.') && path.charAt(i - 1) == '/') {
                return false;
            }
        }
        return true;
    }

    private static String canonicalise(String rawPath, EncodedSlash policy) throws RejectedRequestException {
        if (rawPath.indexOf('#') >= 0) {
            throw rejected("has a fragment");
        }
        int query = rawPath.indexOf('?');
        String path = query < 0 ? rawPath : rawPath.substring(0, query);
        if (!path.startsWith("/")) {
            throw rejected("does not begin with a slash");
        }
        List<String> segments = new ArrayList<>();
        int start = 1;
        while (true) {
            int slash = path.indexOf('/', start);
            boolean last = slash < 0;
            addSegment(segments, path.substring(start, last ? path.length() : slash), last, policy);
            if (last) {
                break;
            }
            start = slash + 1;
        }
        return segments.isEmpty() ? "/" : "/" + String.join("/", segments);
    }

    private static void addSegment(List<String> segments, String raw, boolean last, EncodedSlash policy)
            throws RejectedRequestException {
        int semicolon = raw.indexOf(';');
        boolean hasParameters = semicolon >= 0;
        String name = hasParameters ? raw.substring(0, semicolon) : raw;
        if (hasParameters) {
            // What is thrown away is checked all the same: the specification's table refuses /foo;%2F/bar.
            decode(raw.substring(semicolon + 1), policy);
        }
        String segment = decode(name, policy);
        if (segment.isEmpty()) {
            if (last) {
                segments.add(segment);
            } else if (hasParameters) {
                throw rejected("has an empty segment with parameters");
            }
            return;
        }
        if (!segment.equals(".") && !segment.equals("..")) {
            segments.add(policy == EncodedSlash.PRESERVE ? reencode(segment) : segment);
            return;
        }
        if (hasParameters) {
            throw rejected("has a dot segment with parameters");
        }
        if (segment.length() != name.length()) {
            throw rejected("has an encoded dot segment");
        }
        if (segment.length() == 2) {
            if (segments.isEmpty()) {
                throw rejected("leads above the root");
            }
            segments.removeLast();
        }
    }

    /** Decodes once; an encoded slash becomes a plain one in the result where it is not refused. */
    private static String decode(String text, EncodedSlash policy) throws RejectedRequestException {
        checkSurrogates(text);
        String result;
        try {
            result = PercentEncoding.decode(text);
        } catch (IllegalArgumentException e) {
            RejectedRequestException rejected = rejected("has " + e.getMessage());
            rejected.initCause(e);
            throw rejected;
        }
        check(result, policy);
        return result;
    }

    private static void check(String decoded, EncodedSlash policy) throws RejectedRequestException {
        for (int i = 0; i < decoded.length(); i++) {
            char c = decoded.charAt(i);
            if (c == '\\') {
                throw rejected("has a backslash");
            }
            if (Character.isISOControl(c)) {
                throw rejected("has a control character");
            }
        }
        if (decoded.indexOf('/') < 0) {
            return;
        }
        if (policy == EncodedSlash.REJECT) {
            throw rejected("has an encoded slash; zokor.uri.encoded-slash=preserve lets it pass");
        }
        // Stricter than the specification's result column: who decodes the preserved slash later must not find a dot segment.
        for (String piece : decoded.split("/", -1)) {
            if (piece.equals(".") || piece.equals("..")) {
                throw rejected("has a dot segment beside an encoded slash");
            }
        }
    }

    private static void checkSurrogates(String text) throws RejectedRequestException {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw rejected("has half a surrogate pair");
                }
                i++;
            }
        }
    }

    private static String reencode(String segment) {
        return segment.replace("%", "%25").replace("/", "%2F");
    }

    /** The path itself stays out of the message: it is the peer's. */
    private static RejectedRequestException rejected(String what) {
        return new RejectedRequestException(400, RejectReason.TARGET,
                "the request's path " + what + " (Servlet 6.1 section 3.5.2)");
    }
}
