package io.zokor.server;

import java.io.IOException;

import io.zokor.config.Http2;
import io.zokor.http.Handler;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.http1.Http1Connection;
import io.zokor.net.ByteReader;

/**
 * Chooses what a connection speaks once its handshake is done, by what TLS has negotiated or, without that, by its first bytes, and hands
 * the input on to it. Called by the connection's thread.
 */
@FunctionalInterface
interface ProtocolSelector {

    /**
     * Chooses.
     *
     * @param connection the connection, after its handshake
     * @param in its input, of which nothing has been consumed
     * @param handler what answers requests
     * @return the protocol, which has not begun
     * @throws IOException if the client left or took too long before anything could be told
     */
    ProtocolConnection select(ConnectionContext connection, ByteReader in, Handler handler) throws IOException;

    /**
     * {@return the protocols that the server speaks}
     *
     * @param http2 what holds for HTTP/2
     */
    static ProtocolSelector standard(Http2 http2) {
        return http2.enabled() ? new Http2Selector(http2) : Http1Connection::new;
    }
}
