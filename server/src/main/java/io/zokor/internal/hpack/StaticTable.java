package io.zokor.internal.hpack;

import org.jspecify.annotations.Nullable;

/**
 * The static table (RFC 7541 appendix A), and the names that are known besides it, so that a name that comes as a literal costs no
 * object. Immutable; never learns from peers, since a cache keyed by them is one that they can fill (CVE-2021-44716).
 */
final class StaticTable {

    /** The last index; the dynamic table begins behind it (section 2.3.3). */
    static final int LAST = 61;

    /** The index of {@code :status: 200}, the first of that name. */
    static final int STATUS = 8;

    private static final String[] FIELDS = {
        ":authority", "", ":method", "GET", ":method", "POST", ":path", "/", ":path", "/index.html",
        ":scheme", "http", ":scheme", "https", ":status", "200", ":status", "204", ":status", "206",
        ":status", "304", ":status", "400", ":status", "404", ":status", "500", "accept-charset", "",
        "accept-encoding", "gzip, deflate", "accept-language", "", "accept-ranges", "", "accept", "",
        "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "", "cache-control", "",
        "content-disposition", "", "content-encoding", "", "content-language", "", "content-length", "",
        "content-location", "", "content-range", "", "content-type", "", "cookie", "", "date", "", "etag", "",
        "expect", "", "expires", "", "from", "", "host", "", "if-match", "", "if-modified-since", "",
        "if-none-match", "", "if-range", "", "if-unmodified-since", "", "last-modified", "", "link", "",
        "location", "", "max-forwards", "", "proxy-authenticate", "", "proxy-authorization", "", "range", "",
        "referer", "", "refresh", "", "retry-after", "", "server", "", "set-cookie", "",
        "strict-transport-security", "", "transfer-encoding", "", "user-agent", "", "vary", "", "via", "",
        "www-authenticate", "" };

    /** Names that requests and responses often have and the static table has not. */
    private static final String[] OTHER_NAMES = { "accept-ch", "access-control-allow-credentials",
        "access-control-allow-headers", "access-control-allow-methods", "access-control-expose-headers",
        "access-control-max-age", "access-control-request-headers", "access-control-request-method", "alt-svc",
        "baggage", "content-security-policy", "cross-origin-embedder-policy", "cross-origin-opener-policy",
        "cross-origin-resource-policy", "dnt", "forwarded", "grpc-accept-encoding", "grpc-encoding", "grpc-message",
        "grpc-status", "grpc-timeout", "if-none-match", "keep-alive", "last-event-id", "origin", "permissions-policy",
        "pragma", "priority", "proxy-authentication-info", "referrer-policy", "sec-ch-ua", "sec-ch-ua-mobile",
        "sec-ch-ua-platform", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site", "sec-fetch-user", "sec-gpc", "te",
        "trace-id", "traceparent", "tracestate", "trailer", "upgrade-insecure-requests", "x-api-key",
        "x-b3-sampled", "x-b3-spanid", "x-b3-traceid", "x-content-type-options", "x-correlation-id", "x-csrf-token",
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-prefix", "x-forwarded-proto",
        "x-frame-options", "x-real-ip", "x-request-id", "x-requested-with", "x-xsrf-token", "x-xss-protection",
        ":protocol" };

    /** A power of two, about a third of it in use. */
    private static final int SLOTS = 512;

    private static final @Nullable String[] KNOWN = new @Nullable String[SLOTS];

    static {
        for (int i = 1; i <= LAST; i++) {
            learn(name(i));
        }
        for (String name : OTHER_NAMES) {
            learn(name);
        }
    }

    private StaticTable() {
    }

    /** {@return an entry's name} @param index from 1 to {@link #LAST} */
    static String name(int index) {
        return FIELDS[2 * index - 2];
    }

    /** {@return an entry's value} @param index from 1 to {@link #LAST} */
    static String value(int index) {
        return FIELDS[2 * index - 1];
    }

    /** {@return the one object for a name that is known, or null} */
    static @Nullable String known(byte[] bytes, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + (bytes[i] & 0xff);
        }
        for (int slot = slot(hash);; slot = slot + 1 & SLOTS - 1) {
            String name = KNOWN[slot];
            if (name == null || isSame(name, bytes, from, length)) {
                return name;
            }
        }
    }

    private static boolean isSame(String name, byte[] bytes, int from, int length) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.charAt(i) != (bytes[from + i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** The hash of {@link #known} is that of {@link String#hashCode} for Latin-1. */
    private static void learn(String name) {
        int slot = slot(name.hashCode());
        for (String there = KNOWN[slot]; there != null; there = KNOWN[slot]) {
            if (there.equals(name)) {
                return;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        KNOWN[slot] = name;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 15) & SLOTS - 1;
    }
}
