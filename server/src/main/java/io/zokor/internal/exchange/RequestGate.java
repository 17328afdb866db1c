package io.zokor.internal.exchange;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.net.Deadline;
import io.zokor.net.Interrupts;

/**
 * Lets at most so many requests run at once; a few more wait, in order, the rest is turned away. While no limit is set, running
 * requests are only counted, without a lock. The waiting queue belongs to the lock.
 */
public final class RequestGate {

    /** Who wants to run. */
    @FunctionalInterface
    public interface Visitor {

        /** {@return whether the client has given the request up} */
        boolean isCancelled();
    }

    private static final class Waiter {

        private final Visitor who;

        private final Condition changed;

        private boolean admitted;

        private Waiter(Visitor who, Condition changed) {
            this.who = who;
            this.changed = changed;
        }
    }

    private final Supplier<Limits> limits;

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger queued = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();

    private final Deque<Waiter> queue = new ArrayDeque<>();

    /**
     * Makes a gate.
     *
     * @param limits gives the limits in force
     */
    public RequestGate(Supplier<Limits> limits) {
        this.limits = limits;
    }

    /** {@return how many requests run} */
    public int running() {
        return running.get();
    }

    /** {@return how many requests wait} */
    public int queued() {
        return queued.get();
    }

    /**
     * Asks to run a request, waiting in the queue if there is room in it.
     *
     * @param who what wants to run; it does not wait on once it {@linkplain Visitor#isCancelled is cancelled}
     * @return whether it may run; then {@link #leave()} must follow
     */
    public boolean enter(Visitor who) {
        Limits now = limits.get();
        int max = now.maxConcurrentRequests();
        if (max == Limits.OFF) {
            running.incrementAndGet();
            return true;
        }
        lock.lock();
        try {
            if (queue.isEmpty() && running.get() < max) {
                running.incrementAndGet();
                return true;
            }
            return queue.size() < now.queueSize() && waitLocked(who, Deadline.toNanos(now.queueTimeout()));
        } finally {
            lock.unlock();
        }
    }

    /** A request that was let in has ended. */
    public void leave() {
        running.decrementAndGet();
        if (queued.get() > 0) {
            admit();
        }
    }

    /** Has those that wait look whether they are cancelled: their places are free then. */
    void recheck() {
        if (queued.get() == 0) {
            return;
        }
        lock.lock();
        try {
            for (Waiter waiter : queue) {
                if (waiter.who.isCancelled()) {
                    waiter.changed.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets waiting requests in as far as the limit allows; to be called when the limit was changed. */
    public void admit() {
        lock.lock();
        try {
            int max = limits.get().maxConcurrentRequests();
            while (!queue.isEmpty() && (max == Limits.OFF || running.get() < max)) {
                Waiter next = queue.removeFirst();
                queued.decrementAndGet();
                running.incrementAndGet();
                next.admitted = true;
                next.changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean waitLocked(Visitor who, long nanos) {
        Waiter waiter = new Waiter(who, lock.newCondition());
        queue.addLast(waiter);
        queued.incrementAndGet();
        // A request that ended between the look at the counter and the entry in the queue has not seen this one.
        admit();
        long left = nanos;
        boolean interrupted = false;
        while (!waiter.admitted && !who.isCancelled() && left > 0) {
            long before = System.nanoTime();
            try {
                left = waiter.changed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left -= System.nanoTime() - before;
            }
        }
        Interrupts.restore(interrupted);
        if (!waiter.admitted) {
            queue.remove(waiter);
            queued.decrementAndGet();
        }
        return waiter.admitted;
    }
}
