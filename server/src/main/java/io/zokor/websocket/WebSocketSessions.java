package io.zokor.websocket;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The open sessions of a server, and how many there may be. Safe for use by many threads. */
public final class WebSocketSessions {

    private final int max;

    private final AtomicInteger taken = new AtomicInteger();

    private final AtomicBoolean warnedOfOrigin = new AtomicBoolean();

    private final AtomicBoolean warnedOfNumber = new AtomicBoolean();

    private final AtomicBoolean warnedOfSize = new AtomicBoolean();

    private final Set<WebSocket> open = ConcurrentHashMap.newKeySet();

    /**
     * Makes one.
     *
     * @param max how many sessions there may be, {@code zokor.websocket.max-sessions}; at least 1, {@link Integer#MAX_VALUE} for
     *        any number
     * @throws IllegalArgumentException if it is less than 1
     */
    public WebSocketSessions(int max) {
        if (max < 1) {
            throw new IllegalArgumentException(
                    "zokor.websocket.max-sessions must be at least 1, or off, but is " + max);
        }
        this.max = max;
    }

    /** {@return the open sessions, as they are now} */
    public Collection<WebSocket> open() {
        return List.copyOf(open);
    }

    /** {@return how many sessions are open} */
    public int size() {
        return open.size();
    }

    /** {@return how many there may be, {@link Integer#MAX_VALUE} for any number} */
    public int max() {
        return max;
    }

    /** {@return whether there is room for another one now} */
    boolean hasRoom() {
        return taken.get() < max;
    }

    /** {@return whether there was room for another one, which is taken by this call} */
    boolean take() {
        if (taken.incrementAndGet() > max) {
            taken.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Gives back a place that was taken. */
    void give() {
        taken.decrementAndGet();
    }

    /** {@return whether this is the first call} */
    boolean isFirstForeignOrigin() {
        return warnedOfOrigin.compareAndSet(false, true);
    }

    /** {@return whether this is the first call} */
    boolean isFirstBeyond() {
        return warnedOfNumber.compareAndSet(false, true);
    }

    /** {@return whether this is the first call} */
    boolean isFirstTooLarge() {
        return warnedOfSize.compareAndSet(false, true);
    }

    void add(WebSocket session) {
        open.add(session);
    }

    void remove(WebSocket session) {
        open.remove(session);
        give();
    }
}
