package io.zokor.net;

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
public final class ProxyProtocolListener extends ListenerLayer {

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
        super(inner);
        this.trusted = List.copyOf(trusted);
    }

    @Override
    Conn layer(Conn conn) {
        return new ProxyConn(conn, trusted, refusals);
    }
}
