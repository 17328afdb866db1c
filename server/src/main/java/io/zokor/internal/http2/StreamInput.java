package io.zokor.internal.http2;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.http.Headers;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.DeadlineSlot;

import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way from the connection's reader to the thread that reads it: one ring, which grows with what
 * waits in it and never beyond the stream's window. A list of frames would let DATA of one octet cost hundreds (CVE-2019-9511).
 * Guarded by a lock of its own, under which no other is taken.
 */
final class StreamInput {

    private static final int SMALL = 1024;

    private static final byte[] EMPTY = {};

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final InboundWindow window;

    private byte[] ring = EMPTY;

    private int head;

    private int count;

    private boolean ended;

    private boolean discarding;

    private @Nullable IOException failure;

    private @Nullable Headers trailers;

    /**
     * Makes one.
     *
     * @param window what the peer may send at first
     */
    StreamInput(int window) {
        this.window = new InboundWindow(window, Integer.MAX_VALUE);
    }

    // ---- the reader's side

    /** A DATA frame begins; {@code false} where it is longer than the window allows. */
    boolean receive(int length) {
        lock.lock();
        try {
            return window.receive(length);
        } finally {
            lock.unlock();
        }
    }

    /** A piece of content has come. */
    void put(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            if (discarding || failure != null) {
                return;
            }
            makeRoom(length);
            int tail = head + count & ring.length - 1;
            int first = Math.min(length, ring.length - tail);
            System.arraycopy(bytes, offset, ring, tail, first);
            System.arraycopy(bytes, offset + first, ring, 0, length - first);
            count += length;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Octets have come that are no content: padding. They wait for nobody. */
    void skip(int length) {
        lock.lock();
        try {
            window.consume(length);
        } finally {
            lock.unlock();
        }
    }

    /** The body has ended. */
    void end(Headers received) {
        lock.lock();
        try {
            ended = true;
            trailers = received;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come; what has come is lost. */
    void fail(IOException cause) {
        lock.lock();
        try {
            if (failure == null && !(ended && count == 0)) {
                failure = cause;
                drop();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A deadline has passed: whoever waits is to look at it. */
    void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    // ---- the side of the thread that reads the body

    /**
     * Reads at least one byte.
     *
     * @param slot where the time limit is
     * @return how many bytes, or -1 at the end
     * @throws DeadlineExceededException if the deadline passes
     * @throws IOException if nothing more will come
     */
    int read(byte[] bytes, int offset, int length, DeadlineSlot slot) throws IOException {
        lock.lock();
        try {
            while (count == 0) {
                if (failure != null) {
                    throw failure;
                }
                if (ended) {
                    return -1;
                }
                slot.check();
                changed.awaitUninterruptibly();
            }
            int n = Math.min(length, count);
            int first = Math.min(n, ring.length - head);
            System.arraycopy(ring, head, bytes, offset, first);
            System.arraycopy(ring, 0, bytes, offset + first, n - first);
            head = head + n & ring.length - 1;
            count -= n;
            window.consume(n);
            return n;
        } finally {
            lock.unlock();
        }
    }

    int available() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** The trailer fields once everything before them was read. */
    @Nullable
    Headers trailers() {
        lock.lock();
        try {
            return count == 0 ? trailers : null;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether the peer is to be given credit} */
    boolean isCreditDue() {
        lock.lock();
        try {
            return !ended && failure == null && !discarding && window.isDue();
        } finally {
            lock.unlock();
        }
    }

    /** {@return how far the window would grow if it were credited now, 0 where credit is not due} */
    int growth(int max) {
        lock.lock();
        try {
            return !ended && window.isDue() ? Math.min(window.size(), max - window.size()) : 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The credit that is due.
     *
     * @param growth by how much the window grows besides
     * @return an increment, or 0
     */
    int credit(int growth) {
        lock.lock();
        try {
            if (ended || failure != null || discarding || !window.isDue()) {
                return 0;
            }
            window.grow(growth);
            return window.credit();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody will read what is still to come.
     *
     * @return what may still come without further credit
     */
    int discard() {
        lock.lock();
        try {
            discarding = true;
            drop();
            return window.left();
        } finally {
            lock.unlock();
        }
    }

    int windowSize() {
        lock.lock();
        try {
            return window.size();
        } finally {
            lock.unlock();
        }
    }

    private void drop() {
        ring = EMPTY;
        head = 0;
        count = 0;
    }

    private void makeRoom(int length) {
        int needed = count + length;
        if (needed <= ring.length) {
            return;
        }
        int capacity = Math.max(SMALL, Integer.highestOneBit(needed - 1) << 1);
        byte[] larger = new byte[capacity];
        int first = Math.min(count, ring.length - head);
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, count - first);
        ring = larger;
        head = 0;
    }
}
