package io.zokor.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

import io.zokor.event.ConnectionState;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.net.DeadlineReaper;

/**
 * The open connections of a server and the threads that serve them. The map is concurrent; the lock is for those who wait for
 * room or for the last one to end.
 */
final class ConnectionRegistry implements DeadlineReaper.Expirable {

    private final Map<ConnectionContext, Thread> open = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final AtomicInteger waiting = new AtomicInteger();

    void add(ConnectionContext connection, Thread thread) {
        open.put(connection, thread);
        connection.server().reaper().nudge();
    }

    @Override
    public void expire(long now) {
        for (ConnectionContext connection : open.keySet()) {
            connection.expire(now);
        }
    }

    @Override
    public int deadlines() {
        return open.size();
    }

    void remove(ConnectionContext connection) {
        open.remove(connection);
        if (waiting.get() > 0) {
            signal();
        }
    }

    int size() {
        return open.size();
    }

    Collection<ConnectionContext> connections() {
        return open.keySet();
    }

    Map<ConnectionContext, Thread> entries() {
        return open;
    }

    /** Wakes those who wait, so that they look again. */
    void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until fewer connections than the limit are open, or until told to stop. */
    void awaitRoom(IntSupplier limit, BooleanSupplier stop) {
        if (open.size() < limit.getAsInt()) {
            return;
        }
        lock.lock();
        try {
            waiting.incrementAndGet();
            while (open.size() >= limit.getAsInt() && !stop.getAsBoolean()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    /** {@return whether no connection is left that the server serves; those that handlers have taken over are not} */
    boolean isServed() {
        for (ConnectionContext connection : open.keySet()) {
            if (connection.state() != ConnectionState.HIJACKED) {
                return false;
            }
        }
        return true;
    }

    /** Waits until no connection is left that the server serves; {@code false} where the time is over first. */
    boolean awaitServed(long nanos) throws InterruptedException {
        lock.lock();
        try {
            waiting.incrementAndGet();
            long left = nanos;
            while (!isServed() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return isServed();
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    /** The idle connections, the longest idle first. */
    List<ConnectionContext> idle() {
        List<ConnectionContext> idle = new ArrayList<>();
        for (ConnectionContext connection : open.keySet()) {
            if (connection.state() == ConnectionState.IDLE) {
                idle.add(connection);
            }
        }
        idle.sort(Comparator.comparingLong(ConnectionContext::stateNanos));
        return idle;
    }
}
