package io.zokor.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;

/**
 * Requires a PROXY protocol header, version 1 or 2 (HAProxy's proxy-protocol.txt), at the beginning of each connection and
 * gives it the addresses that the header announces. It is never optional: a client could otherwise announce what it likes.
 *
 * <p>
 * The header is read by {@link Conn#handshake()} under the read deadline. A connection from an address that is not trusted is
 * refused before anything is read. Connections by Unix domain socket are trusted: the permissions of its file say who may
 * connect. Immutable, as safe for use by several threads as the listener it wraps.
 */
public final class ProxyProtocolListener implements Listener {

    private final Listener inner;

    private final List<AddressRange> trusted;

    /** A wrong list refuses everything: that must not be silent. */
    private final LogLimit refusals = new LogLimit(System.getLogger("io.zokor.net"), System.Logger.Level.WARNING);

    /**
     * Wraps a listener.
     *
     * @param inner where the connections come from
     * @param trusted addresses of the proxies
     */
    public ProxyProtocolListener(Listener inner, List<AddressRange> trusted) {
        this.inner = inner;
        this.trusted = List.copyOf(trusted);
    }

    @Override
    public Conn accept() throws IOException {
        return new ProxyConn(inner.accept(), trusted, refusals);
    }

    @Override
    public SocketAddress address() {
        return inner.address();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void shutdown() throws IOException {
        inner.shutdown();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }

    @Override
    public String toString() {
        return "ProxyProtocolListener[" + inner + "]";
    }
}
