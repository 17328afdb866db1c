package io.zokor.internal.exchange;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.net.Deadline;

/**
 * Judges how fast one direction of an exchange moves. Time spent blocked is cut into windows of the stall limit; in each, the
 * minimum rate must have been moved, so that neither a drip nor a fast beginning buys time. Owned by the thread that moves the
 * bytes.
 */
public final class Pace {

    /** A read returns whatever has come, so that a blocked one has moved nothing. */
    public static final int READING = 1;

    /**
     * A write is not seen to move until the kernel has room for a third of its buffer, megabytes at times: a slow but honest
     * reader must have time for that.
     */
    public static final int WRITING = 10;

    private static final long SECOND = 1_000_000_000L;

    private final long stallNanos;

    private final long needed;

    private final int windows;

    private long blocked;

    private long moved;

    /** Whether the window before moved enough: the next may begin with one long wait for room in the kernel's buffer. */
    private boolean proven;

    /**
     * Makes one for one direction.
     *
     * @param timeouts where the stall limit is
     * @param limits where the rate is
     * @param windows how many windows a single wait may take where the one before was fast enough
     */
    public Pace(Timeouts timeouts, Limits limits, int windows) {
        this.stallNanos = Deadline.toNanos(timeouts.stall());
        this.needed = stallNanos == Deadline.NONE ? 0 : Math.max(1, stallNanos / SECOND * limits.minRate());
        this.windows = windows;
    }

    /**
     * When the next read or write must have returned.
     *
     * @param now when it begins
     * @return the moment, {@link Deadline#NONE} where there is no limit
     */
    public long deadline(long now) {
        if (stallNanos == Deadline.NONE) {
            return Deadline.NONE;
        }
        long left = Math.max(0, stallNanos - blocked);
        return Deadline.after(now, moved >= needed || proven ? left + windows * stallNanos : left);
    }

    /**
     * A read or write has returned.
     *
     * @param nanos how long it took
     * @param bytes what it has moved
     */
    public void account(long nanos, long bytes) {
        blocked += nanos;
        moved += bytes;
        if (blocked >= stallNanos && moved >= needed) {
            blocked = 0;
            moved = 0;
            proven = windows == WRITING;
        }
    }
}
