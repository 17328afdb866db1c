package io.zokor.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A host with an optional port, as it stands in {@code Host}, in a target or in a URI (RFC 9110 section 7.2, RFC 3986 section
 * 3.2). The one place that takes the two apart. Immutable.
 *
 * @param host the host as it was written, an IPv6 address with its brackets; empty where there is none
 * @param port the port, 0 to 65535, or {@link #NO_PORT}
 */
public record Authority(String host, int port) {

    /** Stands for a port that is left out or empty: that of the scheme is meant (RFC 9110 section 4.2.3). */
    public static final int NO_PORT = -1;

    private static final int MAX_PORT = 65_535;

    /**
     * Checks the port; the host is taken as it is.
     *
     * @throws IllegalArgumentException if the port is not from -1 to 65535
     */
    public Authority {
        if (port < NO_PORT || port > MAX_PORT) {
            throw new IllegalArgumentException("a port is from 0 to 65535, or -1 for none, but this is " + port);
        }
    }

    /**
     * Takes text apart, whose grammar somebody has checked, or nobody cares about: whatever follows the last colon outside of
     * brackets is cut off, and counts as a port if it is one.
     *
     * @param text host and port, perhaps empty
     * @return both; without a port where none stands there, or something else than a number up to 65535
     */
    public static Authority of(String text) {
        int colon = text.lastIndexOf(':');
        // The colons of an IPv6 address are inside brackets (RFC 3986 section 3.2.2).
        if (colon < 0 || colon < text.lastIndexOf(']')) {
            return new Authority(text, NO_PORT);
        }
        return new Authority(text.substring(0, colon), port(text, colon + 1));
    }

    /**
     * The numbers of an address, never a name: no name server is asked.
     *
     * @param address the address; an unresolved one has its name
     * @return its IP address, in brackets and without a zone where it is of version 6 (RFC 3986 knows none), and its port
     */
    public static Authority of(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        return new Authority(ip == null ? address.getHostString() : literal(ip), address.getPort());
    }

    /**
     * The port that is meant.
     *
     * @param ofScheme the scheme's port
     * @return the port that stands here, or else the scheme's
     */
    public int portOr(int ofScheme) {
        return port == NO_PORT ? ofScheme : port;
    }

    /**
     * The same host with another port.
     *
     * @param other the port, or {@link #NO_PORT}
     * @return both
     * @throws IllegalArgumentException if the port is not from -1 to 65535
     */
    public Authority withPort(int other) {
        return new Authority(host, other);
    }

    /**
     * Whether this and another name the same place: hosts know no case, and a port left out is the scheme's (RFC 9110 section
     * 4.2.3).
     *
     * @param other what to compare with
     * @param portOfScheme the scheme's port
     * @return whether they do
     */
    public boolean isSame(Authority other, int portOfScheme) {
        return host.equalsIgnoreCase(other.host) && portOr(portOfScheme) == other.portOr(portOfScheme);
    }

    /** {@return host, colon and port, or the host alone where there is no port} */
    @Override
    public String toString() {
        return port == NO_PORT ? host : host + ':' + port;
    }

    private static String literal(InetAddress ip) {
        String text = ip.getHostAddress();
        if (text.indexOf(':') < 0) {
            return text;
        }
        int zone = text.indexOf('%');
        return '[' + (zone < 0 ? text : text.substring(0, zone)) + ']';
    }

    private static int port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return NO_PORT;
            }
            port = port * 10 + c - '0';
            if (port > MAX_PORT) {
                return NO_PORT;
            }
        }
        return from == text.length() ? NO_PORT : port;
    }
}
