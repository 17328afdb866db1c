package io.zokor.testing;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.event.Side;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** Keeps all that a server tells, in the order it came. Safe for use by many threads; the lists are live. */
public final class ServerEvents implements ServerListener {

    private final List<ConnectionInfo> accepted = new CopyOnWriteArrayList<>();
    private final List<StateChange> states = new CopyOnWriteArrayList<>();
    private final List<Closed> closed = new CopyOnWriteArrayList<>();
    private final List<Retry> retries = new CopyOnWriteArrayList<>();
    private final List<Handshake> handshakes = new CopyOnWriteArrayList<>();
    private final List<Request> started = new CopyOnWriteArrayList<>();
    private final List<Rejected> rejected = new CopyOnWriteArrayList<>();
    private final List<Throwable> panics = new CopyOnWriteArrayList<>();
    private final List<TimeoutKind> timeouts = new CopyOnWriteArrayList<>();
    private final List<ExchangeSummary> ended = new CopyOnWriteArrayList<>();
    private final AtomicInteger streamsOpened = new AtomicInteger();
    private final AtomicInteger streamsClosed = new AtomicInteger();
    private final AtomicInteger streamsRefused = new AtomicInteger();
    private final List<Http2Error> resets = new CopyOnWriteArrayList<>();
    private final List<Http2Error> goAways = new CopyOnWriteArrayList<>();

    /** Makes one that was told of nothing yet. */
    public ServerEvents() {
    }

    /**
     * A change of a connection's state.
     *
     * @param connection number of the connection
     * @param from its state before
     * @param to its state after
     */
    public record StateChange(long connection, ConnectionState from, ConnectionState to) {
    }

    /**
     * The end of a connection.
     *
     * @param connection number of the connection
     * @param reason why
     */
    public record Closed(long connection, CloseReason reason) {
    }

    /**
     * A failed accept.
     *
     * @param listener address of the listener
     * @param cause what failed
     * @param pause how long until the next try
     */
    public record Retry(SocketAddress listener, IOException cause, Duration pause) {
    }

    /**
     * The end of a TLS handshake.
     *
     * @param connection number of the connection
     * @param tls the session, or {@code null} where it failed
     * @param failure why it failed, or {@code null}
     */
    public record Handshake(long connection, @Nullable TlsInfo tls, @Nullable IOException failure) {
    }

    /**
     * A refused request.
     *
     * @param connection number of the connection
     * @param reason why
     * @param status the status of the answer
     */
    public record Rejected(long connection, RejectReason reason, int status) {
    }

    /**
     * A stream's RST_STREAM, or a connection's GOAWAY.
     *
     * @param connection number of the connection
     * @param by who has sent it
     * @param code its error code
     */
    public record Http2Error(long connection, Side by, String code) {
    }

    /** {@return the connections accepted} */
    public List<ConnectionInfo> accepted() {
        return accepted;
    }

    /** {@return the changes of state of all connections} */
    public List<StateChange> states() {
        return states;
    }

    /**
     * {@return the states that a connection went to, in order}
     *
     * @param connection number of the connection
     */
    public List<ConnectionState> states(long connection) {
        return states.stream().filter(s -> s.connection == connection).map(StateChange::to).toList();
    }

    /** {@return the connections that ended} */
    public List<Closed> closed() {
        return closed;
    }

    /** {@return the reasons that connections ended for, in order} */
    public List<CloseReason> closeReasons() {
        return closed.stream().map(Closed::reason).toList();
    }

    /** {@return the failed accepts} */
    public List<Retry> retries() {
        return retries;
    }

    /** {@return the TLS handshakes} */
    public List<Handshake> handshakes() {
        return handshakes;
    }

    /** {@return the requests whose handlers were about to run} */
    public List<Request> started() {
        return started;
    }

    /** {@return the requests that the server refused} */
    public List<Rejected> rejected() {
        return rejected;
    }

    /** {@return what left handlers} */
    public List<Throwable> panics() {
        return panics;
    }

    /** {@return the time limits that passed} */
    public List<TimeoutKind> timeouts() {
        return timeouts;
    }

    /** {@return the requests that ended} */
    public List<ExchangeSummary> ended() {
        return ended;
    }

    /** {@return how many streams of HTTP/2 were opened} */
    public int streamsOpened() {
        return streamsOpened.get();
    }

    /** {@return how many streams of HTTP/2 have ended} */
    public int streamsClosed() {
        return streamsClosed.get();
    }

    /** {@return how many streams of HTTP/2 were refused since there were too many} */
    public int streamsRefused() {
        return streamsRefused.get();
    }

    /** {@return the streams of HTTP/2 that were reset, by either side} */
    public List<Http2Error> resets() {
        return resets;
    }

    /** {@return the GOAWAYs of HTTP/2, by either side} */
    public List<Http2Error> goAways() {
        return goAways;
    }

    /**
     * Waits until so many requests have ended, and returns the last of them.
     *
     * @param count how many since the start
     * @return the last of them
     * @throws AssertionError if they do not in {@link Await#BOUND}
     */
    public ExchangeSummary awaitEnded(int count) {
        Await.until(count + " ended requests", () -> ended.size() >= count);
        return ended.get(count - 1);
    }

    /**
     * Waits until so many connections have ended, and returns the reason of the last of them.
     *
     * @param count how many since the start
     * @return the reason of the last of them
     * @throws AssertionError if they do not in {@link Await#BOUND}
     */
    public CloseReason awaitClosed(int count) {
        Await.until(count + " ended connections", () -> closed.size() >= count);
        return closed.get(count - 1).reason();
    }

    @Override
    public void connectionAccepted(ConnectionInfo connection) {
        accepted.add(connection);
    }

    @Override
    public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
        states.add(new StateChange(connection.id(), from, to));
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        closed.add(new Closed(connection.id(), reason));
    }

    @Override
    public void acceptRetry(SocketAddress listener, IOException cause, Duration pause) {
        retries.add(new Retry(listener, cause, pause));
    }

    @Override
    public void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
        handshakes.add(new Handshake(connection.id(), tls, failure));
    }

    @Override
    public void requestStarted(ConnectionInfo connection, Request request) {
        started.add(request);
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        rejected.add(new Rejected(connection.id(), reason, status));
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        panics.add(failure);
    }

    @Override
    public void timeout(ConnectionInfo connection, TimeoutKind kind) {
        timeouts.add(kind);
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        ended.add(summary);
    }

    @Override
    public void streamOpened(ConnectionInfo connection) {
        streamsOpened.incrementAndGet();
    }

    @Override
    public void streamClosed(ConnectionInfo connection) {
        streamsClosed.incrementAndGet();
    }

    @Override
    public void streamRefused(ConnectionInfo connection) {
        streamsRefused.incrementAndGet();
    }

    @Override
    public void streamReset(ConnectionInfo connection, Side by, String code) {
        resets.add(new Http2Error(connection.id(), by, code));
    }

    @Override
    public void goAway(ConnectionInfo connection, Side by, String code) {
        goAways.add(new Http2Error(connection.id(), by, code));
    }
}
