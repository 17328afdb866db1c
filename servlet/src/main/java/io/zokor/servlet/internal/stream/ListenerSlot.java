package io.zokor.servlet.internal.stream;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The listener of a stream and what it is still to be told; the same for both directions. Guarded by the wait point's lock, but
 * that the listener itself is read without: it is set once.
 *
 * @param <L> {@code ReadListener} or {@code WriteListener}
 */
public final class ListenerSlot<L> {

    private final String kind;

    private final StreamOwner owner;

    private final WaitPoint point;

    private volatile @Nullable L listener;

    /** {@code isReady} has said no, so that the listener waits for a call. */
    private boolean wanted;

    /** The listener gets no more calls. */
    private boolean over;

    private @Nullable Throwable failure;

    public ListenerSlot(String kind, StreamOwner owner, WaitPoint point) {
        this.kind = kind;
        this.owner = owner;
        this.point = point;
    }

    public boolean isSet() {
        return listener != null;
    }

    /** @param begin what begins with the listener, under the lock */
    public void set(L candidate, Runnable begin) {
        Objects.requireNonNull(candidate);
        owner.checkOpen();
        if (!owner.mayListen()) {
            throw new IllegalStateException("a " + kind + " needs startAsync() or upgrade() first");
        }
        point.lock.lock();
        try {
            if (listener != null) {
                throw new IllegalStateException("a " + kind + " is set already");
            }
            listener = candidate;
            wanted = true;
            begin.run();
            point.changed.signalAll();
        } finally {
            point.lock.unlock();
        }
    }

    public void wantLocked() {
        wanted = true;
    }

    @Nullable
    public Throwable failureLocked() {
        return failure;
    }

    /** The first failure counts. */
    public void failLocked(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /** {@return whether a listener is there that may be called} */
    public boolean isOpenLocked() {
        return listener != null && !over;
    }

    /**
     * {@return whether a call is due: a failure does not wait for a read or write that is blocked}
     *
     * @param ready whether the stream has something for a listener that waits
     */
    public boolean isDueLocked(boolean ready) {
        return isOpenLocked() && (failure != null || wanted && ready);
    }

    /** Takes the call that is due; a failure is the last one. */
    public L takeLocked() {
        L taken = Objects.requireNonNull(listener);
        wanted = false;
        over = failure != null;
        return taken;
    }

    public void endLocked() {
        over = true;
    }

    public void end() {
        point.lock.lock();
        try {
            over = true;
        } finally {
            point.lock.unlock();
        }
    }
}
