package io.zokor.net;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Wraps the connections of another listener in TLS 1.2 or 1.3. The terms of each handshake are chosen when the client has said
 * what name it wants, from what {@link #contexts(TlsContexts)} was last given; connections that exist keep theirs.
 *
 * <p>
 * There is no renegotiation. The handshake is made by {@link Conn#handshake()}, under the read deadline; it does the handshake
 * of what is wrapped first, so that a PROXY protocol header comes before TLS. Any thread may exchange the terms.
 */
public final class TlsListener extends ListenerLayer {

    private final List<String> applicationProtocols;

    private final LogLimit plainHttp = new LogLimit(System.getLogger("io.zokor.net"), System.Logger.Level.INFO);

    private volatile TlsContexts contexts;

    /**
     * Wraps a listener; offers {@code http/1.1} by ALPN.
     *
     * @param inner where the connections come from
     * @param contexts the terms
     */
    public TlsListener(Listener inner, TlsContexts contexts) {
        this(inner, contexts, List.of("http/1.1"));
    }

    /**
     * Wraps a listener.
     *
     * @param inner where the connections come from
     * @param contexts the terms
     * @param applicationProtocols what is offered by ALPN (RFC 7301), the preferred first; empty for no ALPN; for a server that speaks
     *        HTTP/2 what its {@link io.zokor.config.Http2#applicationProtocols()} says
     */
    public TlsListener(Listener inner, TlsContexts contexts, List<String> applicationProtocols) {
        super(inner);
        this.contexts = contexts;
        this.applicationProtocols = List.copyOf(applicationProtocols);
    }

    /**
     * Exchanges the terms. Handshakes that have not read their ClientHello yet see the new ones.
     *
     * @param next the terms from now on
     */
    public void contexts(TlsContexts next) {
        this.contexts = next;
    }

    /** {@return the terms as they are now} */
    public TlsContexts contexts() {
        return contexts;
    }

    @Override
    Conn layer(Conn conn) {
        return new TlsConn(conn, this::choose, applicationProtocols, plainHttp);
    }

    private TlsContext choose(@Nullable String serverName) {
        return contexts.forServerName(serverName);
    }
}
