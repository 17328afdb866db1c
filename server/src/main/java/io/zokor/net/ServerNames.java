package io.zokor.net;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Comparison of the name that a client asked for in its TLS handshake (SNI) with the host that a request on that connection
 * names. Where they differ and the difference matters, the request is misdirected: 421 (RFC 9110 section 15.5.20). Otherwise a
 * client could make its handshake under one name's terms and then reach what is guarded by another's (CVE-2025-66614). Pure
 * functions.
 */
public final class ServerNames {

    private ServerNames() {
    }

    /**
     * Tells whether a host has the terms under which the handshake was made; names that share their terms may share a
     * connection.
     *
     * @param contexts the terms by name
     * @param serverName the name in the handshake, or {@code null} if there was none
     * @param host the host that the request names, without a port, or {@code null} if there was none
     * @return whether both names have the same terms; {@code true} without a host
     */
    public static boolean sameContext(TlsContexts contexts, @Nullable String serverName, @Nullable String host) {
        if (host == null || host.isEmpty()) {
            return true;
        }
        String name = normalize(host);
        // An IP address is no name that could have terms of its own: it counts as no name (RFC 6066 section 3).
        TlsContext wanted = contexts.forServerName(isAddress(name) ? null : name);
        return wanted == contexts.forServerName(serverName == null ? null : normalize(serverName));
    }

    /** Lower case, without the dot of the root at the end. */
    static String normalize(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static boolean isAddress(String name) {
        return name.startsWith("[") || name.chars().allMatch(c -> c >= '0' && c <= '9' || c == '.');
    }
}
