package io.zokor.spring.boot;

import java.net.SocketAddress;
import java.time.Duration;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.RequestWrapper;
import io.zokor.http.ResponseWriter;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * Lets a handler see client, scheme, host and port as trusted proxies name them; {@code server.forward-headers-strategy=native}.
 * Immutable.
 */
final class ForwardedHeadersHandler implements Handler {

    private final Handler handler;
    private final TrustedProxies proxies;

    ForwardedHeadersHandler(Handler handler, TrustedProxies proxies) {
        this.handler = handler;
        this.proxies = proxies;
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        if (!proxies.isProxy(request.connection().remoteAddress())) {
            handler.handle(request, response);
            return;
        }
        TrustedProxies.Forwarded forwarded = proxies.forwarded(request);
        if (forwarded == null) {
            throw new RejectedRequestException(400, RejectReason.FIELD, "Forwarded is not as RFC 7239 has it");
        }
        handler.handle(new ForwardedRequest(request, forwarded), response);
    }

    /** A request as the client sent it to the outermost proxy. Immutable, apart from the request itself. */
    private static final class ForwardedRequest extends RequestWrapper {

        private final TrustedProxies.Forwarded forwarded;
        private final ConnectionInfo connection;

        ForwardedRequest(Request request, TrustedProxies.Forwarded forwarded) {
            super(request);
            this.forwarded = forwarded;
            this.connection = new ForwardedConnection(request.connection(), forwarded.client());
        }

        @Override
        public String scheme() {
            return forwarded.scheme();
        }

        @Override
        public String host() {
            return forwarded.host();
        }

        @Override
        public ConnectionInfo connection() {
            return connection;
        }
    }

    /**
     * A connection with the address of the client instead of the proxy's.
     *
     * @param connection the proxy's
     * @param remoteAddress the client's address
     */
    private record ForwardedConnection(ConnectionInfo connection, SocketAddress remoteAddress)
            implements ConnectionInfo {

        @Override
        public long id() {
            return connection.id();
        }

        @Override
        public long requestCount() {
            return connection.requestCount();
        }

        @Override
        public Duration age() {
            return connection.age();
        }

        @Override
        public SocketAddress localAddress() {
            return connection.localAddress();
        }

        @Override
        public @Nullable TlsInfo tls() {
            return connection.tls();
        }
    }
}
