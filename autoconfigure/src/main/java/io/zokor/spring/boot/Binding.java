package io.zokor.spring.boot;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;

import io.zokor.http.Authority;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.net.UnixListener;

/**
 * Where and how a server listens. Immutable.
 *
 * @param address address and port, port 0 for any, or a Unix domain socket's path
 * @param scheme {@code http} or {@code https}, for people
 * @param redirect whether every request is redirected to the main port
 * @param layers what is put around the listener: PROXY protocol, TLS
 */
record Binding(SocketAddress address, String scheme, boolean redirect, Layers layers) {

    /** Puts around a listener what its binding asks for. */
    @FunctionalInterface
    interface Layers {

        /** {@return the listener with what is around it} @param applicationProtocols what TLS offers by ALPN */
        Listener around(Listener listener, List<String> applicationProtocols);
    }

    Listener open(int backlog, List<String> applicationProtocols) throws IOException {
        Listener listener = address instanceof UnixDomainSocketAddress unix
                ? UnixListener.bind(unix.getPath(), backlog, null)
                : TcpListener.bind(address, backlog);
        return layers.around(listener, applicationProtocols);
    }

    String where() {
        if (address instanceof InetSocketAddress inet) {
            return inet.getAddress().isAnyLocalAddress() ? "*:" + inet.getPort() : Authority.of(inet).toString();
        }
        return address.toString();
    }

    /** {@return the configured port, or -1 for an address without one} */
    int port() {
        return address instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    /** {@return for example {@code 8080 (http)}, with the port of the address given} */
    String describe(SocketAddress bound) {
        return (bound instanceof InetSocketAddress inet ? Integer.toString(inet.getPort()) : bound.toString()) + " ("
                + scheme + ")";
    }
}
