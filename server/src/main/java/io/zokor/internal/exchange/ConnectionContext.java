package io.zokor.internal.exchange;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.BooleanSupplier;

import io.zokor.event.ConnectionState;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Request;
import io.zokor.net.Conn;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * One connection as its server knows it. The state changes by compare-and-set alone, so that a shutdown and a request that
 * arrives cannot both have it; the rest is written by the connection's thread and read by any.
 */
public final class ConnectionContext implements ConnectionInfo {

    private static final AtomicReferenceFieldUpdater<ConnectionContext, ConnectionState> STATE = AtomicReferenceFieldUpdater
            .newUpdater(ConnectionContext.class, ConnectionState.class, "state");

    private final long id;

    private final Conn conn;

    private final ServerContext server;

    private final BooleanSupplier draining;

    private final long acceptedNanos;

    private volatile ConnectionState state = ConnectionState.NEW;

    private volatile long requestCount;

    private volatile long stateNanos;

    private volatile @Nullable Request current;

    /**
     * Makes one for a connection that was just accepted.
     *
     * @param id its number
     * @param conn the connection
     * @param server what its server shares
     * @param draining tells whether the server is shutting down
     */
    public ConnectionContext(long id, Conn conn, ServerContext server, BooleanSupplier draining) {
        this.id = id;
        this.conn = conn;
        this.server = server;
        this.draining = draining;
        this.acceptedNanos = server.ticker().nanos();
        this.stateNanos = acceptedNanos;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long requestCount() {
        return requestCount;
    }

    @Override
    public SocketAddress remoteAddress() {
        return conn.remoteAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return conn.localAddress();
    }

    @Override
    public @Nullable TlsInfo tls() {
        return conn.tls();
    }

    /** {@return the connection} */
    public Conn conn() {
        return conn;
    }

    /** {@return what its server shares} */
    public ServerContext server() {
        return server;
    }

    /** {@return when it was accepted, on the server's ticker} */
    public long acceptedNanos() {
        return acceptedNanos;
    }

    /** {@return its state} */
    public ConnectionState state() {
        return state;
    }

    /** {@return since when it is in its state, on the server's ticker} */
    public long stateNanos() {
        return stateNanos;
    }

    /** {@return whether the server is shutting down, so that a response shall be the last} */
    public boolean isDraining() {
        return draining.getAsBoolean();
    }

    /** {@return the request whose handler runs, or {@code null}} */
    public @Nullable Request current() {
        return current;
    }

    /**
     * Tells which request's handler runs.
     *
     * @param request the request, or {@code null} when it has ended
     */
    public void current(@Nullable Request request) {
        current = request;
    }

    /** Counts a request that begins; called by the connection's thread alone. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void countRequest() {
        requestCount = requestCount + 1;
    }

    /**
     * Changes the state.
     *
     * @param from the state it must be in
     * @param to the state it shall be in
     * @return whether it was so; otherwise somebody else has closed the connection
     */
    public boolean transition(ConnectionState from, ConnectionState to) {
        if (!STATE.compareAndSet(this, from, to)) {
            return false;
        }
        stateNanos = server.ticker().nanos();
        server.listener().connectionState(this, from, to);
        return true;
    }

    /** Begins another request without having been idle; called by the connection's thread alone. */
    public void stayActive() {
        stateNanos = server.ticker().nanos();
    }

    /** {@return the state before; the state is {@link ConnectionState#CLOSED} now} */
    public ConnectionState closed() {
        ConnectionState before = STATE.getAndSet(this, ConnectionState.CLOSED);
        if (before != ConnectionState.CLOSED) {
            server.listener().connectionState(this, before, ConnectionState.CLOSED);
        }
        return before;
    }

    /** {@return the client's address for the log: address and port, without a host name} */
    public String remote() {
        if (remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            String host = inet.getAddress().getHostAddress();
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
        }
        return remoteAddress().toString();
    }

    @Override
    public String toString() {
        return "connection " + id + " from " + remote();
    }
}
