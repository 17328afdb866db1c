package io.zokor.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Addresses in Go's notation, {@code host:port}. Stateless, pure. */
final class Addresses {

    private static final int HTTP_PORT = 80;

    private Addresses() {
    }

    /**
     * Reads an address.
     *
     * @param text {@code host:port}, {@code :port} for every interface, {@code [v6]:port}, or empty for {@code :80}
     */
    static InetSocketAddress parse(String text) {
        if (text.isEmpty()) {
            return new InetSocketAddress(HTTP_PORT);
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.indexOf(']') > colon) {
            throw new IllegalArgumentException("an address is host:port, but this has no port: " + text);
        }
        String host = text.substring(0, colon);
        int port = port(text.substring(colon + 1), text);
        if (host.isEmpty()) {
            return new InetSocketAddress(port);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address stands in brackets, as in [::1]:80, but this is " + text);
        }
        return new InetSocketAddress(host, port);
    }

    private static int port(String text, String address) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Answered below, with the whole address.
        }
        throw new IllegalArgumentException(
                "the port of an address is a number from 0 to 65535, but this is " + address);
    }

    /** The port as text, or the path's last part for an address without one. */
    static String port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? Integer.toString(inet.getPort()) : "unix";
    }
}
