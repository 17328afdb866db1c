package io.zokor.spring.boot;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;

/**
 * Has a server find {@code zokor.limits.max-concurrent-requests} itself: times the requests that run, and asks {@link GradientLimit}
 * after each window of at least half a second in which enough of them have begun and ended: one that began before knows the limit of
 * before. What waits for its turn is not timed, nor what fails, which may be quick. A probe in which that many do not end, as those that
 * run are streams without an end, is given up by the next request that it refuses. All state is guarded by the lock, which is held for a few instructions a request.
 */
final class AdaptiveConcurrency implements Handler, ServerListener {

    static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** When a probe is given up. */
    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Fewer say nothing about the others. */
    static final int ENOUGH = 10;

    private final Handler handler;
    private final LongSupplier nanoTime;
    private final IntConsumer limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final GradientLimit rule = new GradientLimit();

    /** Times of the window; where more end, later ones take the places of earlier ones. */
    private final long[] times = new long[512];
    private int ended;
    private int running;
    private int mostAtOnce;
    private long windowBegan;
    private int told = GradientLimit.INITIAL;

    /**
     * Makes one.
     *
     * @param handler what is timed
     * @param nanoTime a clock that only goes forward, in nanoseconds
     * @param limit told of each new limit, by the thread of the request that ended the window
     */
    AdaptiveConcurrency(Handler handler, LongSupplier nanoTime, IntConsumer limit) {
        this.handler = handler;
        this.nanoTime = nanoTime;
        this.limit = limit;
        this.windowBegan = nanoTime.getAsLong();
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        long began = begin();
        boolean completed = false;
        try {
            handler.handle(request, response);
            completed = true;
        } finally {
            end(began, completed);
        }
    }

    /** {@return when it began, for {@link #end}} */
    long begin() {
        lock.lock();
        try {
            running++;
            mostAtOnce = Math.max(mostAtOnce, running);
        } finally {
            lock.unlock();
        }
        return nanoTime.getAsLong();
    }

    /** A request that began at that moment has ended; {@code completed} where its handler returned. */
    void end(long began, boolean completed) {
        int changed = 0;
        lock.lock();
        try {
            running--;
            long now = nanoTime.getAsLong();
            if (completed && began >= windowBegan) {
                times[ended++ % times.length] = Math.max(1, now - began);
            }
            if (now - windowBegan >= WINDOW_NANOS && ended >= ENOUGH) {
                changed = beginWindowLocked(rule.next(medianLocked(), mostAtOnce), now);
            }
        } finally {
            lock.unlock();
        }
        tell(changed);
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        if (reason != RejectReason.OVERLOAD) {
            return;
        }
        int changed = 0;
        lock.lock();
        try {
            long now = nanoTime.getAsLong();
            if (rule.isProbing() && now - windowBegan >= PROBE_NANOS) {
                changed = beginWindowLocked(rule.endProbe(), now);
            }
        } finally {
            lock.unlock();
        }
        tell(changed);
    }

    /** {@return the limit for it, or 0 if that is the one of before} */
    private int beginWindowLocked(int next, long now) {
        int changed = next == told ? 0 : next;
        told = next;
        ended = 0;
        mostAtOnce = running;
        windowBegan = now;
        return changed;
    }

    private void tell(int changed) {
        if (changed > 0) {
            limit.accept(changed);
        }
    }

    private long medianLocked() {
        long[] sorted = Arrays.copyOf(times, Math.min(ended, times.length));
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
