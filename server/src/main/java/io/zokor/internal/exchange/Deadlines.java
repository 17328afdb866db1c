package io.zokor.internal.exchange;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.RequestPhase;
import io.zokor.internal.exchange.ExchangeCodec.Direction;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.Ticker;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The time limits of one exchange: puts the earliest of read or write limit, stall limit and handler limit on the connection
 * around each operation that may block. Reading belongs to the thread that reads, writing to the thread that writes; the
 * limits themselves are volatile and may be moved by any thread, also while an operation is blocked.
 */
final class Deadlines {

    private static final AtomicReferenceFieldUpdater<Deadlines, RequestPhase> PHASE = AtomicReferenceFieldUpdater
            .newUpdater(Deadlines.class, RequestPhase.class, "phase");

    private final ExchangeCodec codec;

    private final Ticker ticker;

    private final Thread thread = Thread.currentThread();

    private final ServerContext server;

    private final Limits limits;

    /** Few requests have a body: made when one is read. */
    private volatile @Nullable Side reading;

    private final Side writing;

    private volatile @Nullable RequestGuard guard;

    /** The handler has done; guarded by this. */
    private boolean handled;

    private volatile RequestPhase phase = RequestPhase.QUEUED;

    Deadlines(ExchangeCodec codec, ServerContext server, Limits limits, long now) {
        Timeouts timeouts = server.config().timeouts();
        this.codec = codec;
        this.server = server;
        this.limits = limits;
        this.ticker = server.ticker();
        this.writing = new Side(Direction.WRITING, new Pace(timeouts, limits, codec.patience()),
                Deadline.after(now, timeouts.write()));
    }

    private Side reading() {
        Side current = reading;
        return current == null ? makeReading() : current;
    }

    private synchronized Side makeReading() {
        Side current = reading;
        if (current == null) {
            Timeouts timeouts = server.config().timeouts();
            current = new Side(Direction.READING, new Pace(timeouts, limits, Pace.READING),
                    Deadline.after(codec.head().startedNanos(), timeouts.read()));
            reading = current;
        }
        return current;
    }

    /** {@return what the request is doing} */
    RequestPhase phase() {
        return phase;
    }

    /** Tells what the request does; for those who look on, so it need not be seen at once. */
    void phase(RequestPhase next) {
        PHASE.lazySet(this, next);
    }

    /** Also reaches a read that is blocked now, in another thread: the servlet container ends its read-ahead by this. */
    void read(long deadline) {
        reading().move(deadline);
    }

    /** Also reaches a write that is blocked now, in another thread. */
    void write(long deadline) {
        writing.move(deadline);
    }

    /** {@return the moment, on the server's ticker} */
    long now() {
        return ticker.nanos();
    }

    /** {@return the moment that is so far ahead, none for {@code null}} */
    long after(@Nullable Duration fromNow) {
        return Deadline.after(ticker.nanos(), fromNow);
    }

    // ---- the handler's own

    /**
     * Sets when the handler must have done; called by any thread.
     *
     * @throws IllegalStateException if it has: the thread may be with the next request already, which must not be hit
     */
    synchronized void handler(long deadline) {
        if (handled) {
            throw new IllegalStateException("the request has ended: it has no deadline any more");
        }
        RequestGuard current = guard;
        if (deadline == Deadline.NONE) {
            endGuard();
        } else if (current != null) {
            current.deadline(deadline);
        } else {
            RequestGuard made = new RequestGuard(thread, deadline);
            guard = made;
            server.reaper().watch(made);
        }
    }

    /** {@return whether the handler, which has done now, took too long} */
    synchronized boolean endHandler() {
        handled = true;
        return endGuard();
    }

    private boolean endGuard() {
        RequestGuard current = guard;
        if (current == null) {
            return false;
        }
        guard = null;
        server.reaper().forget(current);
        return current.end();
    }

    /** {@return whether the handler's time is over, so that what it throws is a consequence of that} */
    boolean isHandlerLate() {
        RequestGuard current = guard;
        return current != null && current.isExpired();
    }

    // ---- reading and writing

    void beginRead() throws DeadlineExceededException {
        phase(RequestPhase.READING);
        reading().begin();
    }

    void endRead(long bytes) throws DeadlineExceededException {
        phase(RequestPhase.HANDLER);
        reading().end(bytes);
    }

    void beginWrite() throws DeadlineExceededException {
        phase(RequestPhase.WRITING);
        writing.begin();
    }

    void endWrite(long bytes) throws DeadlineExceededException {
        phase(RequestPhase.HANDLER);
        writing.end(bytes);
    }

    /**
     * One direction. Its owner is the thread that reads or writes. Whoever moves the limit meanwhile takes the deadline on the
     * connection over for a moment, by compare-and-set, and the owner waits for that moment to be over: otherwise a deadline
     * that was set too late would hit whatever the connection does next.
     */
    private final class Side extends AtomicInteger {

        private static final long serialVersionUID = 1;

        private static final int QUIET = 0;

        private static final int BLOCKED = 1;

        private static final int MOVING = 2;

        private final transient Direction direction;

        private final transient Pace pace;

        private volatile long limit;

        /** Until when the operation that is going on may stall; written by the owner before it is {@link #BLOCKED}. */
        private long stall;

        private long started;

        private Side(Direction direction, Pace pace, long limit) {
            this.direction = direction;
            this.pace = pace;
            this.limit = limit;
        }

        private TimeoutKind kind() {
            return direction == Direction.READING ? TimeoutKind.READ : TimeoutKind.WRITE;
        }

        private void begin() throws DeadlineExceededException {
            RequestGuard current = guard;
            if (current != null) {
                current.enterIo();
            }
            try {
                started = ticker.nanos();
                stall = pace.deadline(started);
                long seen = limit;
                if (seen <= started) {
                    // Passed while the handler did something else: what has come meanwhile came too late.
                    throw new DeadlineExceededException(kind());
                }
                put(seen, current);
                set(BLOCKED);
                if (limit != seen) {
                    // Moved before the mover could see that there was something to move.
                    move(limit);
                }
            } catch (DeadlineExceededException e) {
                leave(current);
                throw e;
            }
        }

        /** Puts the earliest of all limits on the connection. */
        private void put(long own, @Nullable RequestGuard current) throws DeadlineExceededException {
            if (current != null && current.deadline() <= Math.min(stall, own)) {
                codec.deadline(direction, current.deadline(), TimeoutKind.REQUEST);
            } else if (own <= stall) {
                codec.deadline(direction, own, kind());
            } else {
                codec.deadline(direction, stall, TimeoutKind.STALL);
            }
        }

        private void move(long deadline) {
            limit = deadline;
            while (!compareAndSet(BLOCKED, MOVING)) {
                if (get() == QUIET) {
                    return;
                }
                // Another one is moving it just now.
                Thread.onSpinWait();
            }
            try {
                put(limit, guard);
            } catch (DeadlineExceededException e) {
                // The deadline so far has passed: the blocked thread learns of that.
            } finally {
                set(BLOCKED);
            }
        }

        private void end(long bytes) throws DeadlineExceededException {
            leave(guard);
            while (!compareAndSet(BLOCKED, QUIET) && get() != QUIET) {
                Thread.onSpinWait();
            }
            pace.account(ticker.nanos() - started, bytes);
            codec.deadline(direction, Deadline.NONE, kind());
        }
    }

    /** Back in the handler, which the guard may interrupt again. */
    private static void leave(@Nullable RequestGuard current) {
        if (current != null) {
            current.leaveIo();
        }
    }
}
