package io.zokor.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends what has outlived its deadline: one daemon thread that sweeps everything it watches, so that nobody on the path of a
 * request waits with a timeout. The watched set is concurrent; the lock only guards sleeping and waking.
 */
public final class DeadlineReaper implements AutoCloseable {

    /** Something with deadlines. */
    @FunctionalInterface
    public interface Expirable {

        /**
         * Ends what has a deadline at or before a moment. Must not block.
         *
         * @param now the moment
         */
        void expire(long now);

        /** {@return how many deadlines there may be; while nobody has any, the reaper sleeps} */
        default int deadlines() {
            return 1;
        }
    }

    /** How late a deadline may be noticed. */
    private static final long SWEEP_MILLIS = 20;

    /** From this many on, sweeps come less often, so that they cost next to nothing. */
    private static final int MANY = 2_000;

    private final Ticker ticker;

    private final Set<Expirable> watched = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final Thread thread;

    private volatile boolean sleeping;

    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * Starts a reaper.
     *
     * @param ticker the clock that the deadlines are moments of
     * @param name name of its thread
     */
    public DeadlineReaper(Ticker ticker, String name) {
        this.ticker = ticker;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        this.thread.start();
    }

    /**
     * Watches something from now on.
     *
     * @param expirable what to watch
     */
    public void watch(Expirable expirable) {
        watched.add(expirable);
        nudge();
    }

    /** To be called when something that is watched, and had no deadlines, has some. */
    public void nudge() {
        if (sleeping) {
            wake();
        }
    }

    /**
     * Watches something no longer.
     *
     * @param expirable what was watched
     */
    public void forget(Expirable expirable) {
        watched.remove(expirable);
    }

    /** Expires what has passed, now; the thread does so by itself, tests with a clock of their own call it. */
    public void sweep() {
        long now = ticker.nanos();
        for (Expirable expirable : watched) {
            try {
                expirable.expire(now);
            } catch (RuntimeException | Error e) {
                // Without this thread no deadline would ever pass again.
                System.getLogger("io.zokor.net").log(System.Logger.Level.WARNING, "expiring a deadline failed", e);
            }
        }
    }

    /** Ends the thread and waits until it has ended. */
    @Override
    public void close() {
        closing.countDown();
        wake();
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Interrupts.restore(interrupted);
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (closing.getCount() > 0) {
            try {
                pause();
            } catch (InterruptedException e) {
                // Nobody but an application could interrupt this thread, and it has no business to end it.
                continue;
            }
            sweep();
        }
    }

    private void pause() throws InterruptedException {
        int deadlines = deadlines();
        if (deadlines > 0) {
            long millis = deadlines < MANY ? SWEEP_MILLIS : SWEEP_MILLIS * 5;
            if (closing.await(millis, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
        lock.lock();
        try {
            sleeping = true;
            while (deadlines() == 0 && closing.getCount() > 0) {
                changed.await();
            }
            sleeping = false;
        } finally {
            lock.unlock();
        }
    }

    private int deadlines() {
        int sum = 0;
        for (Expirable expirable : watched) {
            sum += expirable.deadlines();
        }
        return sum;
    }
}
