package io.zokor.servlet.session;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The life of a session: valid, then ending (no request finds it any more, {@code sessionDestroyed} can still read it), then over;
 * and the times by which it expires. All state is guarded by {@link #lock}, so that who ends the session is decided once.
 */
final class SessionLife {

    private enum State {
        VALID,
        ENDING,
        OVER
    }

    final ReentrantLock lock = new ReentrantLock();

    private final SessionManager manager;

    private final long creationTime;

    private State state = State.VALID;

    /** The thread that ends the session, while it does: it may call {@code invalidate()} from a listener. */
    private @Nullable Thread ender;

    /** When the access before the current one began. Milliseconds since 1970. */
    private long lastAccessedTime;

    /** When the latest access began. Milliseconds since 1970. */
    private long thisAccessedTime;

    /** When the latest access began, on the manager's ticker: expiry does not follow changes of the wall clock. */
    private long accessedNanos;

    private int maxInactiveInterval;

    /** Requests that have used it; the client has joined with the second. */
    private int accesses;

    /** Requests and accessors that are using it now. */
    private int users;

    SessionLife(SessionManager manager, StoredSession stored, long accessedNanos) {
        this.manager = manager;
        this.creationTime = stored.creationTime();
        this.lastAccessedTime = stored.lastAccessedTime();
        this.thisAccessedTime = stored.thisAccessedTime();
        this.maxInactiveInterval = stored.maxInactiveInterval();
        this.accesses = stored.accesses();
        this.accessedNanos = accessedNanos;
    }

    // ---- use

    /**
     * Begins a use, unless the session is no longer valid.
     *
     * @param byClient whether it is a request of the client, which joins with its second
     */
    boolean beginLocked(boolean byClient) {
        if (state != State.VALID) {
            return false;
        }
        users++;
        if (byClient && accesses < 2) {
            accesses++;
        }
        lastAccessedTime = thisAccessedTime;
        thisAccessedTime = System.currentTimeMillis();
        accessedNanos = manager.settings().ticker().nanos();
        return true;
    }

    void end() {
        lock.lock();
        try {
            if (users == 0) {
                throw new IllegalStateException("endAccess without beginAccess");
            }
            users--;
        } finally {
            lock.unlock();
        }
    }

    boolean isValid() {
        lock.lock();
        try {
            return isValidLocked();
        } finally {
            lock.unlock();
        }
    }

    boolean isValidLocked() {
        return state == State.VALID;
    }

    boolean isOverLocked() {
        return state == State.OVER;
    }

    /** @throws IllegalStateException if the session is over */
    void checkLocked(String method) {
        if (state == State.OVER) {
            throw over(method);
        }
    }

    void check(String method) {
        lock.lock();
        try {
            checkLocked(method);
        } finally {
            lock.unlock();
        }
    }

    static IllegalStateException over(String method) {
        return new IllegalStateException(method + ": the session has been invalidated or has expired");
    }

    // ---- facts

    long creationTime() {
        return creationTime;
    }

    long lastAccessedTimeLocked() {
        return lastAccessedTime;
    }

    boolean isNewLocked() {
        return accesses < 2;
    }

    int maxInactiveInterval() {
        lock.lock();
        try {
            return maxInactiveInterval;
        } finally {
            lock.unlock();
        }
    }

    void maxInactiveInterval(int seconds) {
        lock.lock();
        try {
            maxInactiveInterval = seconds;
        } finally {
            lock.unlock();
        }
    }

    /** {@return what the store keeps, with the attributes given} */
    StoredSession storedLocked(String id, Map<String, Object> attributes) {
        return new StoredSession(id, creationTime, lastAccessedTime, thisAccessedTime, maxInactiveInterval, accesses,
                attributes);
    }

    // ---- end

    /** Decides for an end by {@code invalidate()}; true for one caller only. */
    boolean startInvalidation() {
        lock.lock();
        try {
            return startEndLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Decides for an end by the time limit, if it has passed and no request uses the session; true for one caller only. */
    boolean startExpiry(long nowNanos) {
        lock.lock();
        try {
            boolean due = users == 0 && maxInactiveInterval > 0
                    && nowNanos - accessedNanos >= TimeUnit.SECONDS.toNanos(maxInactiveInterval);
            return due && startEndLocked();
        } finally {
            lock.unlock();
        }
    }

    private boolean startEndLocked() {
        if (state != State.VALID) {
            return false;
        }
        state = State.ENDING;
        ender = Thread.currentThread();
        return true;
    }

    void finishLocked() {
        state = State.OVER;
        ender = null;
    }

    /** Ends the session in this process, as it lives on in the store; false if it was ending already. */
    boolean letGo() {
        lock.lock();
        try {
            boolean valid = state == State.VALID;
            if (valid) {
                state = State.OVER;
            }
            return valid;
        } finally {
            lock.unlock();
        }
    }

    boolean endedByMe() {
        lock.lock();
        try {
            return ender == Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }
}
