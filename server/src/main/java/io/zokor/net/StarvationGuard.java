package io.zokor.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Lets virtual threads that were woken from outside have a carrier while connections keep all of them busy. One for the JVM, as its
 * carriers are, from the first server's start to the last one's stop; {@code users} is guarded by the class, and who writes an instance's
 * fields stands there.
 *
 * <p>
 * A carrier of the JDK's scheduler runs what its own queue holds until that is empty. What connections wait for comes by a poller in
 * that queue, so that under full load it never is; and what platform threads have woken waits in other queues for as long as the load
 * lasts: new connections, threads that sleep, results that other pools deliver. So a virtual thread is woken every few milliseconds, by
 * a platform thread. Where it does not run soon, connections wait before they read their next bytes until it has run, and the others
 * with it.
 */
public final class StarvationGuard {

    /** How often carriers are tried while connections read. */
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What is woken runs within this time, or it starves. */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Connections wait for no longer: where handlers compute on all carriers, it does not help that they wait. */
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What computes gives way for no longer, half of the time that a TLS handshake has by default. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How often the canary lets others go first when its turn has come: they may be in other queues, of which one is taken at random. */
    private static final int COURTESIES = 8;

    private enum Use {
        /** Nobody reads; the watching thread is parked. */
        NONE,
        /** Nobody has read since the last try. */
        QUIET,
        /** Somebody has. */
        BUSY
    }

    private static final AtomicLong STARVED = new AtomicLong();

    private static volatile @Nullable StarvationGuard current;

    private static int users;

    /** Those about to compute: let go first, or they would be behind all others each time. */
    private final Queue<Thread> computing = new ConcurrentLinkedQueue<>();

    private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();

    private final Thread watch = Thread.ofPlatform().daemon().name("zokor-carriers")
            .inheritInheritableThreadLocals(false)
            .unstarted(this::watch);

    private final Thread canary = Thread.ofVirtual().name("zokor-canary").inheritInheritableThreadLocals(false)
            .unstarted(this::sing);

    /** Of the watching thread. */
    private long tries;

    private volatile Use use = Use.NONE;

    private volatile boolean closed;

    /** Number of the last try; written by the watching thread. */
    private volatile long asked;

    /** Number of the last try that the canary has answered; written by the canary. */
    private volatile long answered;

    /** Whether connections are to wait. Set by the watching thread, taken back by it or the canary. */
    private volatile boolean starving;

    private StarvationGuard() {
    }

    /** Counts one that uses it, and starts it with the first. To be followed by one {@link #release()}. */
    public static synchronized void acquire() {
        if (users == 0) {
            StarvationGuard made = new StarvationGuard();
            made.canary.start();
            made.watch.start();
            current = made;
        }
        users++;
    }

    /** Counts one less, and ends it with the last. */
    public static synchronized void release() {
        StarvationGuard last = current;
        if (--users == 0 && last != null) {
            current = null;
            last.closed = true;
            last.resume();
            LockSupport.unpark(last.watch);
            LockSupport.unpark(last.canary);
        }
    }

    /** {@return how often since the JVM's start virtual threads that had been woken waited for more than 5 ms for a carrier} */
    public static long starved() {
        return STARVED.get();
    }

    /**
     * To be called by connections before they read, and after they wrote much: waits where others starve, for 100 ms at most. Keeps the
     * interrupt flag.
     */
    static void checkpoint() {
        StarvationGuard guard = current;
        if (guard != null) {
            guard.pass(guard.waiting, 0);
        }
    }

    /**
     * The same before something that computes for milliseconds, such as a TLS handshake: where many are about to do so, and others starve
     * again after the first of them, the rest waits once more. So requests of a few microseconds come between.
     */
    static void beforeComputing() {
        StarvationGuard guard = current;
        if (guard != null) {
            guard.pass(guard.computing, MOST_NANOS);
        }
    }

    private void pass(Queue<Thread> queue, long longest) {
        Use seen = use;
        if (seen != Use.BUSY) {
            use = Use.BUSY;
            if (seen == Use.NONE) {
                LockSupport.unpark(watch);
            }
        }
        if (starving && Thread.currentThread().isVirtual()) {
            await(queue, longest);
        }
    }

    /** Waits until the canary has sung, and once more where others starve again by the time it is this thread's turn, for so long. */
    private void await(Queue<Thread> queue, long longest) {
        boolean interrupted = Interrupts.clear();
        long began = System.nanoTime();
        do {
            long number = asked;
            queue.add(Thread.currentThread());
            while (starving && number == asked) {
                LockSupport.park(this);
                interrupted |= Interrupts.clear();
            }
        } while (starving && System.nanoTime() - began < longest);
        Interrupts.restore(interrupted);
    }

    /** Whom the canary wakes goes on in its carrier's own queue, and so is not the next to starve. */
    private void resume() {
        starving = false;
        wake(computing);
        wake(waiting);
    }

    private static void wake(Queue<Thread> queue) {
        for (Thread thread = queue.poll(); thread != null; thread = queue.poll()) {
            LockSupport.unpark(thread);
        }
    }

    /** The canary: a virtual thread that is woken from outside. */
    private void sing() {
        while (!closed) {
            if (answered == asked) {
                LockSupport.park(this);
                continue;
            }
            if (starving) {
                for (int i = 0; i < COURTESIES; i++) {
                    Thread.yield();
                }
                resume();
            }
            answered = asked;
            LockSupport.unpark(watch);
        }
    }

    private void watch() {
        while (!closed) {
            while (use == Use.NONE && !closed) {
                LockSupport.park(this);
            }
            use = Use.QUIET;
            sleep(System.nanoTime() + INTERVAL_NANOS);
            if (use == Use.QUIET) {
                // One that reads just now sees this and writes BUSY again, or has written it before: then the next one wakes us.
                use = Use.NONE;
                continue;
            }
            askCanary();
        }
    }

    private void askCanary() {
        long now = System.nanoTime();
        asked = ++tries;
        LockSupport.unpark(canary);
        if (isAnswered(now + PATIENCE_NANOS)) {
            return;
        }
        STARVED.incrementAndGet();
        starving = true;
        isAnswered(now + LONGEST_NANOS);
        // Too late or not, nobody is left behind: the canary may have answered before it could see that they wait.
        resume();
    }

    private boolean isAnswered(long until) {
        while (answered != asked && !closed) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            LockSupport.parkNanos(this, left);
            Interrupts.clear();
        }
        return true;
    }

    private void sleep(long until) {
        for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            Interrupts.clear();
        }
    }
}
