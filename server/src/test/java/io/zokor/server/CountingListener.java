package io.zokor.server;

import java.util.concurrent.atomic.LongAdder;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;

/** Counts what many connections do. Safe for use by many threads. */
final class CountingListener implements ServerListener {

    final LongAdder accepted = new LongAdder();
    final LongAdder closed = new LongAdder();
    final LongAdder closedStates = new LongAdder();
    final LongAdder started = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder endedWithRequest = new LongAdder();
    final LongAdder endedWithoutRequest = new LongAdder();
    final LongAdder panics = new LongAdder();

    @Override
    public void connectionAccepted(ConnectionInfo connection) {
        accepted.increment();
    }

    @Override
    public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
        if (to == ConnectionState.CLOSED) {
            closedStates.increment();
        }
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        closed.increment();
    }

    @Override
    public void requestStarted(ConnectionInfo connection, Request request) {
        started.increment();
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        rejected.increment();
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        panics.increment();
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        if (summary.request() == null) {
            endedWithoutRequest.increment();
        } else {
            endedWithRequest.increment();
        }
    }
}
