package io.zokor.internal.http1;

import io.zokor.config.Limits;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

/**
 * How long what a client goes on sending is read and dropped behind its answer: {@code zokor.limits.drain-timeout}, and up to five
 * times that while it sends as one that has {@code zokor.limits.drain} bytes to send does. A drip buys no time. Owned by the
 * connection's thread.
 */
final class DrainTime {

    /** What a slow but honest client may take more. */
    private static final int MORE = 4;

    private final Conn conn;

    private final long begun;

    private final long timeout;

    private final long drain;

    DrainTime(Conn conn, long now, Limits limits) {
        this.conn = conn;
        this.begun = now;
        this.timeout = Deadline.toNanos(limits.drainTimeout());
        this.drain = Math.max(1, limits.drain());
    }

    /** Sets when the next read must have returned. */
    void allow(long dropped) throws DeadlineExceededException {
        conn.readDeadline(end(dropped), TimeoutKind.DRAIN);
    }

    private long end(long dropped) {
        double more = (double) timeout * MORE * Math.min(1, (double) dropped / drain);
        return Deadline.after(begun, timeout + more >= Long.MAX_VALUE ? Deadline.NONE : timeout + (long) more);
    }
}
