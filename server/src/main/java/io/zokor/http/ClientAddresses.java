package io.zokor.http;

import java.net.SocketAddress;

/**
 * Knows whose a request is where connections come by way of proxies; for {@code zokor.limits.max-per-client}. Only what the
 * operator's own proxies have written may be believed. Called by the threads of connections, many at once; must be quick, and must
 * not read the body of a request.
 */
public interface ClientAddresses {

    /**
     * Tells whether an address is that of a proxy, whose connections carry the requests of many clients.
     *
     * @param address what a connection comes from
     * @return whether it is; its connections are not counted as one client's then
     */
    boolean isProxy(SocketAddress address);

    /**
     * Finds the client that has made a request.
     *
     * @param request the request
     * @return its address
     */
    SocketAddress clientOf(Request request);

    /** {@return those of a server that no proxy stands before: who connects is the client} */
    static ClientAddresses ofPeers() {
        return Peers.INSTANCE;
    }

    /** Knows no proxies. Stateless. */
    enum Peers implements ClientAddresses {
        /** The one instance. */
        INSTANCE;

        @Override
        public boolean isProxy(SocketAddress address) {
            return false;
        }

        @Override
        public SocketAddress clientOf(Request request) {
            return request.connection().remoteAddress();
        }
    }
}
