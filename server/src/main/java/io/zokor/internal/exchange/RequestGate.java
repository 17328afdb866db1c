package io.zokor.internal.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.AddressRange;
import io.zokor.net.Deadline;
import io.zokor.net.Interrupts;

import org.jspecify.annotations.Nullable;

/**
 * Lets at most so many requests run at once, and of one client at most so many run and wait; a few more wait, in order, the rest is
 * turned away. Where clients are told apart, they take turns in the queue, and in a full one make room for each other. While no limit
 * is set, running requests are only counted, without a lock. The waiting queue belongs to the lock.
 */
public final class RequestGate {

    /** Who wants to run. */
    @FunctionalInterface
    public interface Visitor {

        /** {@return whether the client has given the request up} */
        boolean isCancelled();

        /** {@return the client that it counts for, or {@code null} for none; asked for only where clients are told apart} */
        default @Nullable AddressRange client() {
            return null;
        }
    }

    /** A request that was let in. Immutable. */
    public static final class Place {

        private static final Place OF_NOBODY = new Place(null);

        private final @Nullable AddressRange client;

        private Place(@Nullable AddressRange client) {
            this.client = client;
        }
    }

    private static final class Waiter {

        private final Visitor who;

        private final Condition changed;

        /** Whether it is in the queue; who takes it out says so here. */
        private boolean waiting = true;

        private boolean admitted;

        private Waiter(Visitor who, Condition changed) {
            this.who = who;
            this.changed = changed;
        }
    }

    private final Supplier<Limits> limits;

    private final ClientPlaces clients;

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger queued = new AtomicInteger();

    private final ReentrantLock lock = new ReentrantLock();

    /** A line for each client, and one for what counts for none. */
    private final WaitingLines<Object, Waiter> queue = new WaitingLines<>();

    /**
     * Makes a gate.
     *
     * @param limits gives the limits in force
     * @param clients how many requests each client has
     */
    public RequestGate(Supplier<Limits> limits, ClientPlaces clients) {
        this.limits = limits;
        this.clients = clients;
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
     * @return its place; {@link #leave} must follow
     * @throws RejectedRequestException if it may not run; 429 where its client has too many, otherwise 503
     */
    public Place enter(Visitor who) throws RejectedRequestException {
        Limits now = limits.get();
        Place place = placeOf(who, now.maxPerClient());
        boolean entered = false;
        try {
            entered = enter(who, place, now);
        } finally {
            if (!entered) {
                giveBack(place);
            }
        }
        if (!entered) {
            throw new RejectedRequestException(503, RejectReason.OVERLOAD,
                    "too many requests at once; zokor.limits.max-concurrent-requests and queue-size raise the limit");
        }
        return place;
    }

    private Place placeOf(Visitor who, int max) throws RejectedRequestException {
        AddressRange client = max == Limits.OFF ? null : who.client();
        if (client == null) {
            return Place.OF_NOBODY;
        }
        if (!clients.take(client, max)) {
            // Not 503: a balancer would try the next instance, and the flood would have them all.
            throw new RejectedRequestException(429, RejectReason.PER_CLIENT,
                    "too many requests of one client at once; zokor.limits.max-per-client raises the limit");
        }
        return new Place(client);
    }

    private boolean enter(Visitor who, Place place, Limits now) {
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
            Object line = place.client == null ? Place.OF_NOBODY : place.client;
            return hasRoomLocked(line, now.queueSize()) && waitLocked(who, line, Deadline.toNanos(now.queueTimeout()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * A request that was let in has ended.
     *
     * @param place its place
     */
    public void leave(Place place) {
        giveBack(place);
        running.decrementAndGet();
        if (queued.get() > 0) {
            admit();
        }
    }

    private void giveBack(Place place) {
        if (place.client != null) {
            clients.giveBack(place.client);
        }
    }

    /** Has those that wait look whether they are cancelled: their places are free then. */
    void recheck() {
        if (queued.get() == 0) {
            return;
        }
        lock.lock();
        try {
            queue.forEach(waiter -> {
                if (waiter.who.isCancelled()) {
                    waiter.changed.signal();
                }
            });
        } finally {
            lock.unlock();
        }
    }

    /** Lets waiting requests in as far as the limit allows; to be called when the limit was changed. */
    public void admit() {
        lock.lock();
        try {
            int max = limits.get().maxConcurrentRequests();
            while (max == Limits.OFF || running.get() < max) {
                Waiter next = queue.next();
                if (next == null) {
                    return;
                }
                next.admitted = true;
                running.incrementAndGet();
                takenOutLocked(next);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A full queue has room for a client while another has more in it: the last one of those goes. */
    private boolean hasRoomLocked(Object line, int max) {
        if (queue.size() < max) {
            return true;
        }
        Waiter displaced = queue.displace(line);
        if (displaced == null) {
            return false;
        }
        takenOutLocked(displaced);
        return true;
    }

    private void takenOutLocked(Waiter waiter) {
        waiter.waiting = false;
        queued.decrementAndGet();
        waiter.changed.signal();
    }

    private boolean waitLocked(Visitor who, Object line, long nanos) {
        Waiter waiter = new Waiter(who, lock.newCondition());
        queue.add(line, waiter);
        queued.incrementAndGet();
        // A request that ended between the look at the counter and the entry in the queue has not seen this one.
        admit();
        long left = nanos;
        boolean interrupted = false;
        while (waiter.waiting && !who.isCancelled() && left > 0) {
            long before = System.nanoTime();
            try {
                left = waiter.changed.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
                left -= System.nanoTime() - before;
            }
        }
        Interrupts.restore(interrupted);
        if (waiter.waiting) {
            queue.remove(line, waiter);
            queued.decrementAndGet();
        }
        return waiter.admitted;
    }
}
