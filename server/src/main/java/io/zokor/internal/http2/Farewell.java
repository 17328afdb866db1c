package io.zokor.internal.http2;

import java.io.IOException;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.Side;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.Deadline;

/**
 * How a connection is ended by the server (RFC 9113 section 6.8): without loss, by a GOAWAY that announces it, a PING whose answer shows
 * that the client has seen that, a second GOAWAY that names the last stream, and an end once nothing runs; or at once, by a GOAWAY that
 * says why. The state belongs to the lock of {@link Streams}; the reader, the reaper and whoever stops the server come here.
 */
final class Farewell {

    private static final long PING = 0x7a6f6b6f722d6279L;

    /** How long the answer to the PING is waited for: a busy client's requests are on their way. */
    private static final long NOTICE_NANOS = 1_000_000_000L;

    private static final long IDLE_NOTICE_NANOS = 100_000_000L;

    private enum Phase {
        /** Goes on. */
        OPEN,
        /** Announced; further streams are served. */
        ANNOUNCED,
        /** The last stream is named; what runs may finish. */
        LAST_NAMED,
        /** Nothing runs: the output has ended, or does as soon as it is sent. */
        OVER
    }

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Streams streams;

    private final Control control;

    private final Output output;

    /** Written under the lock. */
    private volatile Phase phase = Phase.OPEN;

    /** Whether it ends for its descriptor. */
    private boolean relieved;

    /** When the next phase begins whatever the client does. */
    private long next = Deadline.NONE;

    Farewell(ConnectionContext connection, Streams streams, Control control, Output output) {
        this.connection = connection;
        this.server = connection.server();
        this.streams = streams;
        this.control = control;
        this.output = output;
    }

    /** Begins to end the connection without loss; does nothing if that has begun. */
    void begin() {
        streams.lock.lock();
        try {
            if (phase != Phase.OPEN) {
                return;
            }
            phase = Phase.ANNOUNCED;
            next = Deadline.after(server.ticker().nanos(), streams.isEmptyLocked() ? IDLE_NOTICE_NANOS : NOTICE_NANOS);
            control.goAwayLocked(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
            control.pingLocked(PING);
            server.listener().goAway(connection, Side.SERVER, ErrorCode.NO_ERROR.tag());
        } finally {
            streams.lock.unlock();
        }
        output.kick();
    }

    /** Ends the connection now if nothing runs; {@code false} where something does, or the end has begun. */
    boolean endIdle() {
        streams.lock.lock();
        try {
            if (phase != Phase.OPEN || !streams.isEmptyLocked() || connection.state() != ConnectionState.IDLE) {
                return false;
            }
            relieved = true;
            server.listener().goAway(connection, Side.SERVER, ErrorCode.NO_ERROR.tag());
            nameLastLocked();
            return true;
        } finally {
            streams.lock.unlock();
        }
    }

    /** A PING was answered; {@code false} where it was not this one. */
    boolean pong(long data) {
        if (data != PING) {
            return false;
        }
        streams.lock.lock();
        try {
            if (phase == Phase.ANNOUNCED) {
                nameLastLocked();
            }
        } finally {
            streams.lock.unlock();
        }
        return true;
    }

    void expire(long now) {
        if (phase == Phase.OPEN || phase == Phase.OVER) {
            return;
        }
        streams.lock.lock();
        try {
            if (phase == Phase.ANNOUNCED && next <= now) {
                nameLastLocked();
            } else if (phase == Phase.LAST_NAMED && streams.isEmptyLocked()) {
                overLocked();
            }
        } finally {
            streams.lock.unlock();
        }
    }

    private void nameLastLocked() {
        phase = Phase.LAST_NAMED;
        control.goAwayLocked(streams.endLocked(), ErrorCode.NO_ERROR);
        if (streams.isEmptyLocked()) {
            overLocked();
        } else {
            output.kickLocked();
        }
    }

    /** Nothing runs: the output ends, and the client, which reads that, has a moment to end its own. */
    private void overLocked() {
        phase = Phase.OVER;
        output.closeLocked();
        streams.deadlines().lastLocked();
    }

    /** {@return whether the connection has ended in good order, so that whatever its input ends with is no fault} */
    boolean isOver() {
        return phase == Phase.OVER;
    }

    CloseReason reason() {
        if (connection.isDraining()) {
            return CloseReason.SHUTDOWN;
        }
        streams.lock.lock();
        try {
            return relieved ? CloseReason.SERVER : CloseReason.COMPLETE;
        } finally {
            streams.lock.unlock();
        }
    }

    /** Ends the connection at once, saying why, and waits until that has been said or cannot be; the reader's. */
    void say(ErrorCode code, IOException cause) {
        streams.lock.lock();
        try {
            boolean said = phase == Phase.OVER;
            phase = Phase.OVER;
            if (!said) {
                control.goAwayLocked(streams.endLocked(), code);
                server.listener().goAway(connection, Side.SERVER, code.tag());
            }
            streams.failLocked(cause);
            output.closeLocked();
        } finally {
            streams.lock.unlock();
        }
        output.awaitEnd();
    }

    /** All that is there is sent, and the output ends; the reader's. */
    void endOutput() {
        streams.lock.lock();
        try {
            phase = Phase.OVER;
            output.closeLocked();
        } finally {
            streams.lock.unlock();
        }
        output.awaitEnd();
    }
}
