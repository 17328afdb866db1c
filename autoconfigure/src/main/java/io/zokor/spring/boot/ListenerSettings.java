package io.zokor.spring.boot;

import java.net.InetAddress;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * One more place where a server listens, {@code zokor.listeners[n]}. Immutable.
 *
 * @param port the port, 0 for any free one, or {@code null} for a Unix domain socket
 * @param address the address, or {@code null} for all
 * @param unixSocket path of a Unix domain socket, or {@code null} for a port
 * @param sslBundle name of the SSL bundle for TLS, or {@code null} for plain HTTP
 * @param redirectToHttps whether every request is redirected to the main port, which must have TLS
 * @param proxyProtocol whether each connection begins with a PROXY protocol header
 */
public record ListenerSettings(@Nullable Integer port, @Nullable InetAddress address, @Nullable Path unixSocket,
        @Nullable String sslBundle, boolean redirectToHttps, boolean proxyProtocol) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if they do not go together; the message says which
     */
    public ListenerSettings {
        if ((port == null) == (unixSocket == null)) {
            throw new IllegalArgumentException(
                    "a listener of zokor.listeners has either a port or a unix-socket, and not both");
        }
        if (port != null && (port < 0 || port > 65_535)) {
            throw new IllegalArgumentException("zokor.listeners[].port must be between 0 and 65535, but is " + port);
        }
        if (unixSocket != null && address != null) {
            throw new IllegalArgumentException("zokor.listeners[].address goes with port, not with unix-socket");
        }
        if (redirectToHttps && sslBundle != null) {
            throw new IllegalArgumentException(
                    "zokor.listeners[].redirect-to-https is for plain HTTP: remove its ssl-bundle");
        }
    }

    /**
     * Plain HTTP on another port of all addresses.
     *
     * @param port the port, 0 for any free one
     * @return the listener
     */
    public static ListenerSettings port(int port) {
        return new ListenerSettings(port, null, null, null, false, false);
    }
}
