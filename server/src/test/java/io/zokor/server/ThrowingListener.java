package io.zokor.server;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.TimeoutKind;

/** Throws at every event: exceptions and errors in turn. Stateless. */
final class ThrowingListener implements ServerListener {

    @Override
    public void connectionAccepted(ConnectionInfo connection) {
        throw new IllegalStateException("accepted");
    }

    @Override
    public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
        throw new NoClassDefFoundError("state");
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        throw new NoClassDefFoundError("closed");
    }

    @Override
    public void acceptRetry(SocketAddress listener, IOException cause, Duration pause) {
        throw new IllegalStateException("retry");
    }

    @Override
    public void requestStarted(ConnectionInfo connection, Request request) {
        throw new IllegalStateException("started");
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        throw new IllegalStateException("rejected");
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        throw new IllegalStateException("panic");
    }

    @Override
    public void timeout(ConnectionInfo connection, TimeoutKind kind) {
        throw new IllegalStateException("timeout");
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        throw new AssertionError("ended");
    }

    @Override
    public String toString() {
        return "ThrowingListener";
    }
}
