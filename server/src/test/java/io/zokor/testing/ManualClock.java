package io.zokor.testing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import io.zokor.net.Ticker;

/** A clock that moves only when told to. Safe for use by many threads. */
public final class ManualClock implements Ticker {

    private final AtomicLong now = new AtomicLong(1_000_000_000L);
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

    @Override
    public long nanos() {
        return now.get();
    }

    /** Moves the clock on and tells those who wait for it. */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + duration);
        }
        now.addAndGet(duration.toNanos());
        watchers.forEach(Runnable::run);
    }

    /** Has an action run after every {@link #advance}, by the thread that advances. */
    public void onAdvance(Runnable action) {
        watchers.add(action);
    }

    /** Forgets an action. */
    public void removeOnAdvance(Runnable action) {
        watchers.remove(action);
    }
}
