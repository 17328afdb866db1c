package io.zokor.server;

import java.io.IOException;

import io.zokor.config.Http2;
import io.zokor.http.Handler;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.http1.Http1Connection;
import io.zokor.internal.http2.Http2Connection;
import io.zokor.net.ByteReader;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

/**
 * HTTP/2 beside HTTP/1: by ALPN on connections with TLS (RFC 9113 section 3.2), by the client's preface on others (section 3.3). At the
 * first byte that does not belong to the preface it is HTTP/1, which sees all bytes. Stateless; the thread is the connection's.
 */
final class Http2Selector implements ProtocolSelector {

    private final Http2 http2;

    Http2Selector(Http2 http2) {
        this.http2 = http2;
    }

    @Override
    public ProtocolConnection select(ConnectionContext connection, ByteReader in, Handler handler) throws IOException {
        TlsInfo tls = connection.conn().tls();
        boolean chosen = tls == null ? isPreface(connection, in) : "h2".equals(tls.applicationProtocol());
        return chosen
                ? new Http2Connection(connection, in, handler, http2)
                : new Http1Connection(connection, in, handler);
    }

    private static boolean isPreface(ConnectionContext connection, ByteReader in) throws IOException {
        connection.conn().readDeadline(Deadline.after(connection.acceptedNanos(),
                connection.server().config().timeouts().readHeader()), TimeoutKind.READ_HEADER);
        while (Http2Connection.isPreface(in.array(), in.position(), in.available())) {
            if (in.available() >= Http2Connection.prefaceLength()) {
                return true;
            }
            if (!in.more()) {
                return false;
            }
        }
        return false;
    }
}
