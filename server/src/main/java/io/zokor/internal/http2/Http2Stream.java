package io.zokor.internal.http2;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.DeadlineSlot;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/**
 * The state of a stream (RFC 9113 section 5.1): OPEN, then ended by the client, by this server, or by both, which closes it as a reset
 * does. The states and the window belong to the lock of {@link Streams}; the body has a lock of its own; the deadlines are
 * lock-free slots.
 */
final class Http2Stream {

    private final int id;

    /** {@code null} where the head was refused. */
    private final @Nullable RequestHead head;

    private final StreamInput input;

    private final DeadlineSlot reading = new DeadlineSlot();

    private final DeadlineSlot writing = new DeadlineSlot();

    /** What the reader has received of the body; the reader's alone. */
    private long received;

    // ---- guarded by the lock

    private OutboundWindow window = new OutboundWindow(0);

    private @Nullable Condition changed;

    /** Whether it is in the line of those that wait for room. */
    boolean queued;

    /** By how much its receive window has grown, of what the connection may have. */
    int extraWindow;

    /** Whether it counts as one of the streams that the client may have at once. */
    boolean occupying;

    private @Nullable IOException failure;

    // ---- written under the lock, read by any thread

    private volatile boolean localEnded;

    private volatile boolean remoteEnded;

    private volatile boolean closed;

    /** Whether one of its threads writes to the socket, for all streams: that time is not its own. */
    private volatile boolean flushing;

    private volatile boolean continueSent;

    /** Until when the rest of the body may come although nobody reads it. */
    private volatile long lingerUntil = Deadline.NONE;

    private volatile @Nullable Exchange exchange;

    /** Who is to be told if the client gives it up. */
    private final AtomicReference<@Nullable Runnable> gone = new AtomicReference<>();

    Http2Stream(int id, @Nullable RequestHead head, int window) {
        this.id = id;
        this.head = head;
        this.input = new StreamInput(window);
    }

    int id() {
        return id;
    }

    /** {@return the head; to be asked for only where it was not refused} */
    RequestHead requestHead() {
        RequestHead known = head;
        if (known == null) {
            throw new IllegalStateException("the head of the stream was refused");
        }
        return known;
    }

    StreamInput input() {
        return input;
    }

    DeadlineSlot reading() {
        return reading;
    }

    DeadlineSlot writing() {
        return writing;
    }

    boolean isLocalEnded() {
        return localEnded;
    }

    boolean isRemoteEnded() {
        return remoteEnded;
    }

    boolean isClosed() {
        return closed;
    }

    // ---- the reader's side

    /** Counts content; {@code false} where it is more than Content-Length says. */
    boolean receive(int bytes) {
        received += bytes;
        long length = declared();
        return length < 0 || received <= length;
    }

    /** {@return whether as much content has come as Content-Length says} */
    boolean isComplete() {
        long length = declared();
        return length < 0 || received == length;
    }

    private boolean expectsContinue() {
        RequestHead known = head;
        return known != null && Exchange.expectsContinue(known);
    }

    private long declared() {
        RequestHead known = head;
        return known == null ? -1 : known.contentLength();
    }

    // ---- its exchange

    /** The exchange is about to run; a client that has given the stream up before cancels it. */
    void exchange(Exchange made) {
        exchange = made;
        if (closed) {
            made.cancel();
        }
    }

    @Nullable
    Exchange exchange() {
        return exchange;
    }

    /** Has an action run once the client gives the stream up, on a thread of its own. */
    void watch(Runnable action) {
        gone.set(action);
        if (closed) {
            tellGone();
        }
    }

    /** Nobody is to be told any more. */
    void endWatch() {
        gone.set(null);
    }

    private void tellGone() {
        Runnable action = gone.getAndSet(null);
        if (action != null) {
            Thread.ofVirtual().name(Thread.currentThread().getName() + "-gone").inheritInheritableThreadLocals(false)
                    .start(action);
        }
    }

    void continueSent() {
        continueSent = true;
    }

    void flushing(boolean now) {
        flushing = now;
    }

    /** {@return whether a deadline of its own has passed just now that somebody waits with; takes no lock but the body's} */
    boolean expire(long now) {
        if (flushing) {
            return false;
        }
        if (reading.claim(now)) {
            input.wake();
        }
        return writing.claim(now);
    }

    // ---- under the lock

    OutboundWindow windowLocked() {
        return window;
    }

    void openLocked(long initialWindow) {
        window = new OutboundWindow(initialWindow);
        occupying = true;
    }

    void localEndLocked() {
        localEnded = true;
    }

    void remoteEndLocked() {
        remoteEnded = true;
    }

    /** The client is not told to stop: what it still sends is passed over, until then. */
    void lingerLocked(long until) {
        lingerUntil = until;
    }

    boolean isLingeringLocked() {
        return lingerUntil != Deadline.NONE;
    }

    boolean lingersTooLong(long now) {
        return lingerUntil <= now;
    }

    /**
     * Whether what is still to come of the body is so little that it is on its way already; from now on nobody reads it.
     */
    boolean discardRestLocked() {
        int granted = input.discard();
        long length = declared();
        // The reader may be adding to what has come; the rest is smaller then than it looks.
        return length >= 0 && length - received <= granted && (continueSent || !expectsContinue());
    }

    /**
     * It is over.
     *
     * @param cause what its threads are to learn
     */
    void closeLocked(@Nullable IOException cause) {
        closed = true;
        if (cause != null) {
            failure = cause;
        }
        signalLocked();
    }

    /** Tells its threads of a close for which there is a cause; may be called with or without the lock, but not with the body's. */
    void tell(IOException cause) {
        input.fail(cause);
        Exchange running = exchange;
        if (running != null) {
            running.cancel();
        }
        tellGone();
    }

    void checkLocked() throws IOException {
        if (closed) {
            IOException cause = failure;
            throw cause != null ? cause : new PeerGoneException("the stream has ended", null);
        }
    }

    void checkDeadline() throws DeadlineExceededException {
        writing.check();
    }

    /** Waits to be woken; may return early, so the caller looks again in any case. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitLocked(ReentrantLock lock) {
        Condition mine = changed;
        if (mine == null) {
            mine = lock.newCondition();
            changed = mine;
        }
        mine.awaitUninterruptibly();
    }

    void signalLocked() {
        Condition mine = changed;
        if (mine != null) {
            mine.signalAll();
        }
    }
}
