package io.zokor.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** Keeps what a server told about its connections. Safe for use by many threads. */
final class EventLog implements ServerListener {

    private final List<CloseReason> closes = new CopyOnWriteArrayList<>();

    private final List<String> rejected = new CopyOnWriteArrayList<>();

    private final List<String> handshakes = new CopyOnWriteArrayList<>();

    private final List<TimeoutKind> timeouts = new CopyOnWriteArrayList<>();

    private final AtomicInteger summaries = new AtomicInteger();

    List<CloseReason> closes() {
        return closes;
    }

    /** Each as its reason and status. */
    List<String> rejected() {
        return rejected;
    }

    /** Each as its protocol, or the name of its failure. */
    List<String> handshakes() {
        return handshakes;
    }

    List<TimeoutKind> timeouts() {
        return timeouts;
    }

    int summaries() {
        return summaries.get();
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        closes.add(reason);
    }

    @Override
    public void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
        handshakes.add(tls != null ? tls.protocol()
                : String.valueOf(failure == null ? null : failure.getClass().getSimpleName()));
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        rejected.add(reason + " " + status);
    }

    @Override
    public void timeout(ConnectionInfo connection, TimeoutKind kind) {
        timeouts.add(kind);
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        summaries.incrementAndGet();
    }
}
