package io.zokor.internal.http2;

import java.time.Duration;

import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * Asks a silent client for a sign of life by PING (RFC 9113 section 6.7), where that is wanted. The reader tells what it sees; the
 * server's reaper asks and judges.
 */
final class Liveness {

    private static final long DATA = 0x7a6f6b6f722d3031L;

    private static final long ANSWER_NANOS = 15_000_000_000L;

    private final ConnectionContext connection;

    private final Control control;

    private final Output output;

    /** {@link Deadline#NONE} for off. */
    private final long interval;

    private volatile long seen;

    /** When the answer is due; written by the reaper, and by the reader when it has come. */
    private volatile long due = Deadline.NONE;

    Liveness(ConnectionContext connection, Control control, Output output, @Nullable Duration interval) {
        this.connection = connection;
        this.control = control;
        this.output = output;
        this.interval = Deadline.toNanos(interval);
        this.seen = connection.acceptedNanos();
    }

    /** The reader has taken all that had come. */
    void seen() {
        if (interval != Deadline.NONE) {
            seen = connection.server().ticker().nanos();
        }
    }

    void pong(long data) {
        if (data == DATA) {
            due = Deadline.NONE;
        }
    }

    void expire(long now) {
        if (interval == Deadline.NONE) {
            return;
        }
        if (due <= now) {
            due = Deadline.NONE;
            output.fail(new DeadlineExceededException(TimeoutKind.HTTP2_PING));
            connection.conn().abort();
        } else if (due == Deadline.NONE && Deadline.after(seen, interval) <= now) {
            due = Deadline.after(now, ANSWER_NANOS);
            control.ping(DATA);
        }
    }
}
