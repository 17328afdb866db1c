package io.zokor.internal.exchange;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.net.Deadline;

/**
 * Judges how fast one direction of an exchange moves: once it has been blocked for the stall limit in all, it must have moved
 * the minimum rate over the blocked time, so that no drip renews it. Owned by the thread that moves the bytes.
 */
final class Pace {

    private static final long SECOND = 1_000_000_000L;

    private final long stallNanos;

    private final int minRate;

    private long blocked;

    private long moved;

    Pace(Timeouts timeouts, Limits limits) {
        this.stallNanos = Deadline.toNanos(timeouts.stall());
        this.minRate = limits.minRate();
    }

    /** When the next read or write must have returned. */
    long deadline(long now) {
        if (stallNanos == Deadline.NONE) {
            return Deadline.NONE;
        }
        long earned = moved > Long.MAX_VALUE / SECOND ? Deadline.NONE : moved * SECOND / minRate;
        return Deadline.after(now, Math.max(0, Math.max(stallNanos, earned) - blocked));
    }

    void account(long nanos, long bytes) {
        blocked += nanos;
        moved += bytes;
    }
}
