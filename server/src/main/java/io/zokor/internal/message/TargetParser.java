package io.zokor.internal.message;

import java.util.Locale;

import io.zokor.http.Authority;
import io.zokor.http.PercentEncoding;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.RequestTarget;

/** Request targets in their four forms (RFC 9112 section 3.2). Stateless, pure. */
public final class TargetParser {

    private static final RequestTarget ASTERISK = new RequestTarget.Asterisk();

    /** Which ASCII characters may stand in a path, percent sign included. */
    private static final boolean[] PATH = allowed("-._~!$&'()*+,;=:@/%");

    /** Which may stand in a query; browsers send some that the grammar does not know as they are. */
    private static final boolean[] QUERY = allowed("-._~!$&'()*+,;=:@/%?[]{}|^`");

    private TargetParser() {
    }

    /**
     * Parses.
     *
     * @param method the request's method, which decides on the form
     * @param raw the target as received
     * @return the target
     * @throws RejectedRequestException if it is none that the method may have
     */
    public static RequestTarget parse(String method, String raw) throws RejectedRequestException {
        if (method.equals("CONNECT")) {
            return authority(raw);
        }
        if (raw.startsWith("/")) {
            int mark = raw.indexOf('?');
            if (mark < 0) {
                return new RequestTarget.Origin(raw, path(raw), null);
            }
            return new RequestTarget.Origin(raw, path(raw.substring(0, mark)), query(raw.substring(mark + 1)));
        }
        if (raw.equals("*")) {
            if (!method.equals("OPTIONS")) {
                throw refused("the target * is for OPTIONS alone");
            }
            return ASTERISK;
        }
        return absolute(raw);
    }

    private static RequestTarget authority(String raw) throws RejectedRequestException {
        if (raw.isEmpty() || !HostSyntax.isValid(raw) || Authority.of(raw).port() <= 0) {
            throw refused("the target of CONNECT is a host and a port");
        }
        return new RequestTarget.Authority(raw);
    }

    private static RequestTarget absolute(String raw) throws RejectedRequestException {
        int colon = raw.indexOf("://");
        String scheme = colon < 0 ? "" : raw.substring(0, colon).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refused("a target begins with a slash or with http:// or https://");
        }
        int from = colon + 3;
        int end = from;
        while (end < raw.length() && "/?#".indexOf(raw.charAt(end)) < 0) {
            end++;
        }
        String authority = raw.substring(from, end);
        if (authority.isEmpty() || authority.startsWith(":") || !HostSyntax.isValid(authority)) {
            throw refused("the authority of the target is no host (RFC 9110 section 4.2.1)");
        }
        int mark = raw.indexOf('?', end);
        String path = raw.substring(end, mark < 0 ? raw.length() : mark);
        String query = mark < 0 ? null : query(raw.substring(mark + 1));
        return new RequestTarget.Absolute(raw, scheme, authority, path.isEmpty() ? "/" : path(path), query);
    }

    private static String path(String text) throws RejectedRequestException {
        check(text, PATH, "path");
        return text;
    }

    private static String query(String text) throws RejectedRequestException {
        check(text, QUERY, "query");
        return text;
    }

    private static void check(String text, boolean[] allowed, String what) throws RejectedRequestException {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 128 || !allowed[c]) {
                throw refused("a character that may not stand in a " + what);
            }
            if (c == '%' && !PercentEncoding.isTriplet(text, i, length)) {
                throw refused("a percent sign without two hexadecimal digits");
            }
        }
    }

    private static RejectedRequestException refused(String detail) {
        return new RejectedRequestException(400, RejectReason.TARGET, detail);
    }

    private static boolean[] allowed(String others) {
        boolean[] allowed = new boolean[128];
        for (char c = 0; c < 128; c++) {
            allowed[c] = HostSyntax.isAlphanumeric(c) || others.indexOf(c) >= 0;
        }
        return allowed;
    }
}
