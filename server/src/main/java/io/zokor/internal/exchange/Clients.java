package io.zokor.internal.exchange;

import java.net.SocketAddress;

import io.zokor.http.ClientAddresses;
import io.zokor.http.Request;
import io.zokor.net.AddressRange;
import io.zokor.net.Conn;

import org.jspecify.annotations.Nullable;

/**
 * The clients of a server, each with its places; for {@code zokor.limits.max-per-client}. Immutable; what it refers to is safe for use
 * by many threads.
 */
public final class Clients {

    private final ClientAddresses addresses;

    private final ClientPlaces connections = new ClientPlaces("open connections");

    private final ClientPlaces requests = new ClientPlaces("requests that run or wait");

    /**
     * Makes those of a server that has none yet.
     *
     * @param addresses finds them behind proxies
     */
    public Clients(ClientAddresses addresses) {
        this.addresses = addresses;
    }

    /** {@return the places of open connections} */
    public ClientPlaces connections() {
        return connections;
    }

    /** {@return the places of requests that run or wait} */
    public ClientPlaces requests() {
        return requests;
    }

    /**
     * The client that a connection is counted for.
     *
     * @param conn the connection
     * @return the client, or {@code null} where it is a proxy's, not of IP, or not known yet
     */
    public @Nullable AddressRange of(Conn conn) {
        SocketAddress client = conn.clientAddress();
        return client == null || addresses.isProxy(client) ? null : AddressRange.ofClient(client);
    }

    /**
     * The client that a request is counted for.
     *
     * @param request the request
     * @param conn its connection
     * @return the client, or {@code null} where it is not known, or not of IP
     */
    @Nullable
    AddressRange of(Request request, Conn conn) {
        SocketAddress client = addresses.clientOf(request);
        boolean proxy = conn.clientAddress() == null && client.equals(conn.remoteAddress());
        return proxy ? null : AddressRange.ofClient(client);
    }
}
