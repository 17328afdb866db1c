package io.zokor.internal.http2;

import java.io.IOException;
import java.lang.System.Logger.Level;

import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

/**
 * How long the reader of a connection may wait: for the rest of what must come whole, and for anything at all while no stream is there;
 * the earlier moment is on the connection. What goes on within a stream is under the stream's own deadlines. Guarded by the lock of
 * {@link Streams}, since the end of a stream begins the idle time from a thread of its own.
 */
final class ReaderDeadlines {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Streams streams;

    private long head;

    private long idle = Deadline.NONE;

    private boolean ended;

    /** Whether the client has said that it leaves: an empty connection waits for a moment only. */
    private volatile boolean leaving;

    ReaderDeadlines(ConnectionContext connection, Streams streams) {
        this.connection = connection;
        this.server = connection.server();
        this.streams = streams;
        this.head = Deadline.after(connection.acceptedNanos(), server.config().timeouts().readHeader());
    }

    /** The reader is in the middle of something that must come whole. */
    void headBegins() throws DeadlineExceededException {
        streams.lock.lock();
        try {
            if (head == Deadline.NONE) {
                head = Deadline.after(server.ticker().nanos(), server.config().timeouts().readHeader());
                armLocked();
            }
        } finally {
            streams.lock.unlock();
        }
    }

    /** That has come. */
    void headEnds() throws DeadlineExceededException {
        streams.lock.lock();
        try {
            if (head != Deadline.NONE) {
                head = Deadline.NONE;
                armLocked();
            }
        } finally {
            streams.lock.unlock();
        }
    }

    /** The client has said that it leaves. */
    void leaving() throws DeadlineExceededException {
        streams.lock.lock();
        try {
            leaving = true;
            if (streams.isEmptyLocked()) {
                idle = nextIdle();
                armLocked();
            }
        } finally {
            streams.lock.unlock();
        }
    }

    boolean isLeaving() {
        return leaving;
    }

    /** The first frames have come; there is no stream yet. */
    void greetedLocked() throws IOException {
        head = Deadline.NONE;
        idle = nextIdle();
        armLocked();
    }

    /**
     * There is a stream.
     *
     * @throws DeadlineExceededException if that was too late
     */
    void activeLocked() throws DeadlineExceededException {
        idle = Deadline.NONE;
        armLocked();
    }

    /** There is no stream any more. */
    void idleLocked() {
        idle = nextIdle();
        try {
            armLocked();
        } catch (DeadlineExceededException e) {
            // The reader learns of it.
            LOGGER.log(Level.TRACE, () -> connection + ": " + e.getMessage());
        }
    }

    /** The connection has ended in good order: the client has a moment to end its side. */
    void lastLocked() {
        if (!ended) {
            ended = true;
            try {
                connection.conn().readDeadline(Deadline.after(server.ticker().nanos(), Output.LAST_WORDS_NANOS),
                        TimeoutKind.DRAIN);
            } catch (DeadlineExceededException e) {
                // Another one has passed before: the reader learns of that.
                LOGGER.log(Level.TRACE, () -> connection + ": " + e.getMessage());
            }
        }
    }

    /** From now on the reader sets its deadlines itself. */
    void endLocked() {
        ended = true;
    }

    private long nextIdle() {
        long now = server.ticker().nanos();
        return leaving
                ? Deadline.after(now, Output.LAST_WORDS_NANOS)
                : Deadline.after(now, server.config().timeouts().idle());
    }

    private void armLocked() throws DeadlineExceededException {
        if (ended) {
            return;
        }
        if (head <= idle) {
            connection.conn().readDeadline(head, TimeoutKind.READ_HEADER);
        } else {
            connection.conn().readDeadline(idle, TimeoutKind.IDLE);
        }
    }
}
