package io.zokor.internal.exchange;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.http.Authority;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Upgrade;
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

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final long id;

    private final Conn conn;

    private final ServerContext server;

    private final long acceptedNanos;

    private volatile ConnectionState state = ConnectionState.NEW;

    private volatile long requestCount;

    private volatile long stateNanos;

    private volatile boolean draining;

    private volatile @Nullable ProtocolConnection protocol;

    /**
     * Makes one for a connection that was just accepted.
     *
     * @param id its number
     * @param conn the connection
     * @param server what its server shares
     */
    public ConnectionContext(long id, Conn conn, ServerContext server) {
        this.id = id;
        this.conn = conn;
        this.server = server;
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
    public Duration age() {
        return since(acceptedNanos, server.ticker().nanos());
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

    /** {@return whether the server is shutting down} */
    public boolean isDraining() {
        return draining;
    }

    /** {@return whether its server lets a response leave it open} */
    public boolean keepsAlive() {
        return !draining && server.keepAlives().getAsBoolean();
    }

    // ---- its protocol

    /**
     * Tells which protocol the connection speaks; called once, by the connection's thread, before it serves.
     *
     * @param chosen the protocol
     */
    public void protocol(ProtocolConnection chosen) {
        protocol = chosen;
        if (draining) {
            // The shutdown may have come too early to see it.
            chosen.drain();
        }
    }

    /** The server is shutting down: its protocol is told, once it has one. */
    public void drain() {
        draining = true;
        ProtocolConnection current = protocol;
        if (current != null) {
            current.drain();
        }
    }

    /** Descriptors have run out: ends the connection if it is idle. */
    public void relieve() {
        ProtocolConnection current = protocol;
        if (current == null || !current.relieve()) {
            closeFrom(ConnectionState.IDLE);
        }
    }

    /**
     * Ends what has outlived a deadline, of the connection or of its protocol.
     *
     * @param now the moment, on the server's ticker
     */
    public void expire(long now) {
        conn.expire(now);
        ProtocolConnection current = protocol;
        if (current != null) {
            current.expire(now);
        }
    }

    /** {@return the requests that run, the oldest first} */
    public Collection<? extends Turn> turns() {
        ProtocolConnection current = protocol;
        return current == null ? List.of() : current.turns();
    }

    /** {@return what goes on where requests have switched their protocol} */
    public Collection<? extends Upgrade> upgrades() {
        ProtocolConnection current = protocol;
        return current == null ? List.of() : current.upgrades();
    }

    /**
     * What can be seen of it from outside.
     *
     * @param thread name of its thread
     * @return a snapshot
     */
    public ConnectionSnapshot snapshot(String thread) {
        long now = server.ticker().nanos();
        TlsInfo tls = conn.tls();
        return new ConnectionSnapshot(id, state, remoteAddress(), localAddress(), tls == null ? null : tls.protocol(),
                since(acceptedNanos, now), since(stateNanos, now), requestCount,
                turns().stream().map(turn -> turn.snapshot(now)).toList(),
                upgrades().stream().map(Upgrade::describe).toList(), thread);
    }

    /** A moment that was taken after {@code now} counts as now. */
    static Duration since(long moment, long now) {
        return Duration.ofNanos(Math.max(0, now - moment));
    }

    /** {@return the number of a request that begins; to be called by the connection's thread alone} */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public long countRequest() {
        long number = requestCount + 1;
        requestCount = number;
        return number;
    }

    /**
     * Changes the state.
     *
     * @param from the state it must be in
     * @param to the state it shall be in
     * @return whether it was so; otherwise somebody else has closed the connection
     */
    public boolean transition(ConnectionState from, ConnectionState to) {
        return transition(from, to, server.ticker().nanos());
    }

    /**
     * Changes the state at a moment that the caller knows already: reading the clock is not cheap.
     *
     * @param from the state it must be in
     * @param to the state it shall be in
     * @param now the moment, on the server's ticker
     * @return whether it was so; otherwise somebody else has closed the connection
     */
    public boolean transition(ConnectionState from, ConnectionState to, long now) {
        if (!STATE.compareAndSet(this, from, to)) {
            return false;
        }
        stateNanos = now;
        server.listener().connectionState(this, from, to);
        return true;
    }

    /**
     * Begins another request without having been idle; called by the connection's thread alone.
     *
     * @param now the moment, on the server's ticker
     */
    public void stayActive(long now) {
        stateNanos = now;
    }

    /** {@return the state before; the state is {@link ConnectionState#CLOSED} now} */
    public ConnectionState closed() {
        ConnectionState before = STATE.getAndSet(this, ConnectionState.CLOSED);
        if (before != ConnectionState.CLOSED) {
            server.listener().connectionState(this, before, ConnectionState.CLOSED);
        }
        return before;
    }

    /**
     * Closes the connection where it is in a state in which nobody would miss it.
     *
     * @param from that state
     * @return whether it was in it
     */
    public boolean closeFrom(ConnectionState from) {
        if (!transition(from, ConnectionState.CLOSED)) {
            return false;
        }
        try {
            conn.close();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "closing " + this, e);
        }
        return true;
    }

    /**
     * Closes the connection for the server, which cuts it then, unless a handler has taken it over.
     *
     * @return the state before; the state is {@link ConnectionState#CLOSED} now, or still {@link ConnectionState#HIJACKED}
     */
    public ConnectionState cut() {
        while (true) {
            ConnectionState before = state;
            if (before == ConnectionState.HIJACKED || before == ConnectionState.CLOSED
                    || transition(before, ConnectionState.CLOSED)) {
                return before;
            }
        }
    }

    /** {@return the client's address for the log: address and port, without a host name} */
    public String remote() {
        if (remoteAddress() instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return Authority.of(inet).toString();
        }
        return remoteAddress().toString();
    }

    @Override
    public String toString() {
        return "connection " + id + " from " + remote();
    }
}
