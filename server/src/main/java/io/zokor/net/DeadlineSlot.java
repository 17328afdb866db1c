package io.zokor.net;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * One deadline that its owner replaces and a reaper expires. The reaper claims an expired deadline by compare-and-set before
 * it acts, and the owner replaces by compare-and-set, so that exactly one of them wins: without this, data that arrives
 * just as a deadline passes is lost in a false end of input. Lock-free; the kind belongs to whoever sets the deadline.
 */
public final class DeadlineSlot {

    private static final long CLAIMED = -1;

    /** An updater rather than an AtomicLong: two objects fewer for each idle connection. */
    private static final AtomicLongFieldUpdater<DeadlineSlot> DEADLINE = AtomicLongFieldUpdater
            .newUpdater(DeadlineSlot.class, "deadline");

    private volatile long deadline = Deadline.NONE;

    private volatile TimeoutKind kind = TimeoutKind.READ_HEADER;

    /** Makes a slot without a deadline. */
    public DeadlineSlot() {
    }

    /**
     * Replaces the deadline.
     *
     * @param next a moment, or {@link Deadline#NONE}
     * @param nextKind which limit that is
     * @throws DeadlineExceededException if the deadline so far was claimed; the slot stays claimed
     */
    public void set(long next, TimeoutKind nextKind) throws DeadlineExceededException {
        long current = deadline;
        while (current == CLAIMED || !DEADLINE.compareAndSet(this, current, next)) {
            // Not for a moment may a claimed slot look free: a reader that wakes just then would take the end for the peer's.
            if (current == CLAIMED) {
                throw new DeadlineExceededException(kind);
            }
            current = deadline;
        }
        kind = nextKind;
    }

    /**
     * Claims the deadline if it has passed.
     *
     * @param now the moment
     * @return whether it had passed and was not claimed before: the caller is to act, once
     */
    public boolean claim(long now) {
        long current = deadline;
        return current != Deadline.NONE && current != CLAIMED && current <= now
                && DEADLINE.compareAndSet(this, current, CLAIMED);
    }

    /** {@return whether the deadline was claimed} */
    public boolean isClaimed() {
        return deadline == CLAIMED;
    }

    /**
     * Fails if the deadline was claimed.
     *
     * @throws DeadlineExceededException if so
     */
    public void check() throws DeadlineExceededException {
        if (isClaimed()) {
            throw new DeadlineExceededException(kind);
        }
    }
}
