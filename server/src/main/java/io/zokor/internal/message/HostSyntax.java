package io.zokor.internal.message;

import io.zokor.http.PercentEncoding;

/** Grammar of host and port (RFC 9110 section 7.2, RFC 3986 section 3.2). Stateless, pure. */
public final class HostSyntax {

    private static final String HOST_OTHERS = "-._~!$&'()*+,;=";

    private HostSyntax() {
    }

    /**
     * Whether text is {@code uri-host [ ":" port ]}.
     *
     * @param text the text
     * @return whether it is; an empty host is for the caller to judge
     */
    public static boolean isValid(String text) {
        int colon;
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close < 0 || !isIpLiteral(text.substring(1, close))) {
                return false;
            }
            colon = close + 1;
            if (colon < text.length() && text.charAt(colon) != ':') {
                return false;
            }
        } else {
            int at = text.indexOf(':');
            colon = at < 0 ? text.length() : at;
            if (!isRegName(text, colon) || colon == 0 && !text.isEmpty()) {
                return false;
            }
        }
        return colon == text.length() || isPort(text, colon + 1);
    }

    /** An empty port is in the grammar (RFC 3986 section 3.2.3). */
    private static boolean isPort(String text, int from) {
        if (text.length() - from > 5) {
            return false;
        }
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
            port = port * 10 + c - '0';
        }
        return port <= 65535;
    }

    private static boolean isRegName(String text, int end) {
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '%') {
                if (!PercentEncoding.isTriplet(text, i, end)) {
                    return false;
                }
                i += 2;
            } else if (!isAlphanumeric(c) && HOST_OTHERS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpLiteral(String text) {
        if (!text.isEmpty() && (text.charAt(0) == 'v' || text.charAt(0) == 'V')) {
            return isIpFuture(text);
        }
        return isIpv6(text);
    }

    private static boolean isIpFuture(String text) {
        int dot = text.indexOf('.');
        if (dot < 2 || dot == text.length() - 1) {
            return false;
        }
        for (int i = 1; i < dot; i++) {
            if (!isHex(text.charAt(i))) {
                return false;
            }
        }
        for (int i = dot + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && HOST_OTHERS.indexOf(c) < 0 && c != ':') {
                return false;
            }
        }
        return true;
    }

    /** Eight groups of up to four hexadecimal digits, one run of zeros left out, the last two perhaps as IPv4. */
    private static boolean isIpv6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text, true) == 8;
        }
        String before = text.substring(0, gap);
        String after = text.substring(gap + 2);
        int left = before.isEmpty() ? 0 : groups(before, false);
        int right = after.isEmpty() ? 0 : groups(after, true);
        return left >= 0 && right >= 0 && left + right <= 7;
    }

    /** How many groups, or a number far below zero. */
    private static int groups(String text, boolean ipv4Allowed) {
        String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (ipv4Allowed && i == parts.length - 1 && part.indexOf('.') >= 0) {
                count += isIpv4(part) ? 2 : -100;
            } else {
                count += isGroup(part) ? 1 : -100;
            }
        }
        return count;
    }

    private static boolean isGroup(String part) {
        if (part.isEmpty() || part.length() > 4) {
            return false;
        }
        for (int i = 0; i < part.length(); i++) {
            if (!isHex(part.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255 || part.length() > 1 && part.charAt(0) == '0') {
                return false;
            }
        }
        return true;
    }

    private static boolean isHex(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    static boolean isAlphanumeric(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
