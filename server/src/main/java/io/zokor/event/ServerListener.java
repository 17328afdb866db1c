package io.zokor.event;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * Is told what happens in a server. Methods are called by many threads at once, on the path of requests: they must be quick,
 * must not block and must not throw (what they throw is logged and dropped). All do nothing by default.
 */
public interface ServerListener {

    /** Does nothing. */
    ServerListener NONE = new ServerListener() {
    };

    /**
     * A connection was accepted; its state is {@link ConnectionState#NEW}.
     *
     * @param connection the connection
     */
    default void connectionAccepted(ConnectionInfo connection) {
    }

    /**
     * A connection's state changed.
     *
     * @param connection the connection
     * @param from its state before
     * @param to its state now
     */
    default void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
    }

    /**
     * A connection ended; follows the change to {@link ConnectionState#CLOSED}. For a hijacked one, called when the server let
     * go of it.
     *
     * @param connection the connection
     * @param reason why
     */
    default void connectionClosed(ConnectionInfo connection, CloseReason reason) {
    }

    /**
     * Accepting failed and is tried again after a pause.
     *
     * @param listener address of the listener
     * @param cause what failed
     * @param pause how long until the next try
     */
    default void acceptRetry(SocketAddress listener, IOException cause, Duration pause) {
    }

    /**
     * A TLS handshake ended.
     *
     * @param connection the connection
     * @param tls the session, or {@code null} where the handshake failed
     * @param duration how long it took
     * @param failure why it failed, or {@code null}
     */
    default void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
    }

    /**
     * The head of a request was read and its handler is about to run.
     *
     * @param connection the connection
     * @param request the request
     */
    default void requestStarted(ConnectionInfo connection, Request request) {
    }

    /**
     * The server refused a request by itself.
     *
     * @param connection the connection
     * @param reason why
     * @param status the status of the answer
     */
    default void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
    }

    /**
     * A Throwable left the handler.
     *
     * @param connection the connection
     * @param failure the Throwable
     */
    default void panic(ConnectionInfo connection, Throwable failure) {
    }

    /**
     * A time limit passed.
     *
     * @param connection the connection
     * @param kind which
     */
    default void timeout(ConnectionInfo connection, TimeoutKind kind) {
    }

    /**
     * A request ended; called once for each {@link #requestStarted}, and for each refused head without one.
     *
     * @param summary what became of it
     */
    default void exchangeEnded(ExchangeSummary summary) {
    }

    /**
     * A stream of HTTP/2 was opened: a request has begun.
     *
     * @param connection the connection
     */
    default void streamOpened(ConnectionInfo connection) {
    }

    /**
     * A stream of HTTP/2 has ended; called once for each {@link #streamOpened}.
     *
     * @param connection the connection
     */
    default void streamClosed(ConnectionInfo connection) {
    }

    /**
     * A stream of HTTP/2 was reset by RST_STREAM (RFC 9113 section 6.4), be it one that had been opened or not.
     *
     * @param connection the connection
     * @param by who has sent it
     * @param code name of the error code in lower case with dashes, for example {@code protocol-error}; {@code unknown} for one
     *        that is not in RFC 9113
     */
    default void streamReset(ConnectionInfo connection, Side by, String code) {
    }

    /**
     * A stream of HTTP/2 was refused since its connection has as many as it may have (REFUSED_STREAM); {@link #streamReset} is
     * called as well.
     *
     * @param connection the connection
     */
    default void streamRefused(ConnectionInfo connection) {
    }

    /**
     * A GOAWAY was sent or has come (RFC 9113 section 6.8): the connection of HTTP/2 is about to end.
     *
     * @param connection the connection
     * @param by who has sent it
     * @param code name of the error code, as for {@link #streamReset}; {@code no-error} where nothing is wrong
     */
    default void goAway(ConnectionInfo connection, Side by, String code) {
    }
}
