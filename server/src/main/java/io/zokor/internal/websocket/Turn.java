package io.zokor.internal.websocket;

import java.util.concurrent.locks.LockSupport;

/**
 * The share of the processor that a session takes without a pause. Virtual threads are not interrupted by others: who always has
 * something to do must step back by himself. A yield does not help: it goes to the end of the carrier's own queue, and as long as that
 * holds anything the carrier does not look at those where threads stand that wait for a socket or have just begun. A short sleep is
 * not enough either, since all that wake from it stand in one queue, which a carrier empties before it looks at another. So who had to
 * wait for the processor sleeps twice as long the next time: then all queues become empty in between, however many there are that work.
 *
 * <p>
 * Used by the thread that reads and those that write, without a lock: where one overwrites what the other has measured, a pause is
 * shorter or longer.
 */
public final class Turn {

    private static final long WORK_NANOS = 2_000_000;

    private static final long SHORTEST_NANOS = 50_000;

    private static final long LONGEST_NANOS = 1_000_000_000;

    /** A wait of this length has let others run. */
    private static final long WAITED_NANOS = 100_000;

    private volatile long since = System.nanoTime();

    private volatile long sleep = SHORTEST_NANOS;

    /** Makes one that begins now. */
    public Turn() {
    }

    /**
     * The thread has waited for something else.
     *
     * @param nanos how long
     */
    public void waited(long nanos) {
        if (nanos >= WAITED_NANOS) {
            since = System.nanoTime();
        }
    }

    /** Steps back if it is time to; to be called after each piece of work of some 100 µs. An interrupt stays. */
    public void pause() {
        long from = System.nanoTime();
        if (from - since >= WORK_NANOS) {
            long asked = sleep;
            LockSupport.parkNanos(asked);
            long now = System.nanoTime();
            sleep = Math.clamp(2 * (now - from - asked), SHORTEST_NANOS, LONGEST_NANOS);
            since = now;
        }
    }
}
