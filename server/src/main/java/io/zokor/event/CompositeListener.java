package io.zokor.event;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.LogLimit;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** Tells several listeners; what one of them throws is logged, at most once a minute, and keeps nothing from the
 * others. Safe for use by many threads. */
public final class CompositeListener implements ServerListener {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final ServerListener[] listeners;

    private final LogLimit failures = new LogLimit(LOGGER, System.Logger.Level.WARNING);

    /**
     * Makes one.
     *
     * @param listeners who is told, in this order
     */
    public CompositeListener(List<? extends ServerListener> listeners) {
        this.listeners = listeners.toArray(new ServerListener[0]);
    }

    @Override
    public void connectionAccepted(ConnectionInfo connection) {
        tell(listener -> listener.connectionAccepted(connection));
    }

    @Override
    public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
        tell(ServerListener::connectionState, connection, from, to);
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        tell(listener -> listener.connectionClosed(connection, reason));
    }

    @Override
    public void acceptRetry(SocketAddress address, IOException cause, Duration pause) {
        tell(listener -> listener.acceptRetry(address, cause, pause));
    }

    @Override
    public void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
        tell(listener -> listener.tlsHandshake(connection, tls, duration, failure));
    }

    @Override
    public void requestStarted(ConnectionInfo connection, Request request) {
        tell((listener, of, started, none) -> listener.requestStarted(of, started), connection, request, null);
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        tell(listener -> listener.requestRejected(connection, reason, status));
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        tell(listener -> listener.panic(connection, failure));
    }

    @Override
    public void timeout(ConnectionInfo connection, TimeoutKind kind) {
        tell(listener -> listener.timeout(connection, kind));
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        tell((listener, of, none, no) -> listener.exchangeEnded(of), summary, null, null);
    }

    @Override
    public void streamOpened(ConnectionInfo connection) {
        tell(listener -> listener.streamOpened(connection));
    }

    @Override
    public void streamClosed(ConnectionInfo connection) {
        tell(listener -> listener.streamClosed(connection));
    }

    @Override
    public void streamReset(ConnectionInfo connection, Side by, String code) {
        tell(listener -> listener.streamReset(connection, by, code));
    }

    @Override
    public void streamRefused(ConnectionInfo connection) {
        tell(listener -> listener.streamRefused(connection));
    }

    @Override
    public void goAway(ConnectionInfo connection, Side by, String code) {
        tell(listener -> listener.goAway(connection, by, code));
    }

    /** What happens with every request: told without an object made for it. */
    private interface Event<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> {
        void tell(ServerListener listener, A a, B b, C c);
    }

    private <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object> void tell(
            Event<A, B, C> event, A a, B b, C c) {
        for (ServerListener listener : listeners) {
            try {
                event.tell(listener, a, b, c);
            } catch (RuntimeException | Error e) {
                failed(listener, e);
            }
        }
    }

    private void tell(Consumer<ServerListener> event) {
        for (ServerListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                failed(listener, e);
            }
        }
    }

    private void failed(ServerListener listener, Throwable e) {
        failures.log(() -> "a server listener failed: " + listener, e);
    }
}
