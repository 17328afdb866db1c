package io.zokor.internal.http2;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Pace;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The output of a connection: frames are appended under the lock of {@link Streams}; whoever then finds nobody writing writes all that is
 * there, in one go, after it has let the other handlers run on: so the frames of many streams share a system call. What comes
 * meanwhile is written by a helper thread. The lock is never held while the socket is written to.
 */
final class Output {

    /** How long the last frames of a connection may take, and how long it is held open for the client to read them. */
    static final long LAST_WORDS_NANOS = 1_000_000_000L;

    /** Answers to control frames that have not been sent (CVE-2019-9512). */
    private static final int MAX_REPLIES = 1000;

    /** What an idle connection keeps of a buffer. */
    private static final int KEPT = 1024;

    private final ServerContext server;

    private final Conn conn;

    private final Streams streams;

    private final ReentrantLock lock;

    private final Condition idle;

    private final String helperName;

    /** Who waits for room. */
    private final Runnable roomLocked;

    // ---- guarded by the lock

    private final Pace pace;

    private OutputBuffer out = new OutputBuffer();

    private OutputBuffer spare = new OutputBuffer();

    private boolean writing;

    private int replies;

    private long endBy = Deadline.NONE;

    /** Whether the output ends once all is written. */
    private boolean closing;

    private boolean closed;

    private @Nullable IOException failure;

    // ---- the reader's alone

    /** Whether the reader has appended something, which nobody may have sent. */
    private boolean owed;

    /**
     * Makes one.
     *
     * @param roomLocked what to do, under the lock, when there is room again
     */
    Output(ConnectionContext connection, Streams streams, Runnable roomLocked) {
        this.server = connection.server();
        this.conn = connection.conn();
        this.streams = streams;
        this.lock = streams.lock;
        this.idle = lock.newCondition();
        this.roomLocked = roomLocked;
        this.pace = new Pace(server.config().timeouts(), server.limits().get(), Pace.READING);
        this.helperName = Thread.currentThread().getName() + "-writer";
    }

    /** {@return where frames are appended; another one once the lock was given up} */
    OutputBuffer bufferLocked() {
        return out;
    }

    /** {@return what has ended the output, or {@code null}} */
    @Nullable
    IOException failureLocked() {
        return failure;
    }

    /** {@return whether somebody writes} */
    boolean isWritingLocked() {
        return writing;
    }

    /** {@return whether nothing but what is there will be sent} */
    boolean isClosingLocked() {
        return closing || failure != null;
    }

    /** The reader has appended something, which is to be sent before it waits. */
    void oweLocked() {
        owed = true;
    }

    /** The reader answers something, which a client that does not read cannot have done without end. */
    void replyLocked() throws Http2Error {
        owed = true;
        if (++replies > MAX_REPLIES) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many answers that the client does not read");
        }
    }

    // ---- writing

    /**
     * Writes what is there once, if nobody writes; the lock is given up meanwhile.
     *
     * @param stream whose thread this is
     * @return whether anything was written
     */
    boolean flushLocked(Http2Stream stream) {
        if (writing || failure != null || out.count() == 0) {
            return false;
        }
        writing = true;
        stream.flushing(true);
        try {
            writeLocked(streams.threads() > 1);
        } finally {
            stream.flushing(false);
            writing = false;
        }
        // What has come meanwhile, and the end where that is due, are a helper's.
        kickLocked();
        return true;
    }

    /** Has a helper write what is there, if nobody does. */
    void kick() {
        lock.lock();
        try {
            kickLocked();
        } finally {
            lock.unlock();
        }
    }

    /** The same for the reader, which is about to wait. */
    void kickIfOwed() {
        if (owed) {
            owed = false;
            kick();
        }
    }

    void kickLocked() {
        if (!writing && failure == null && (out.count() > 0 || closing && !closed)) {
            writing = true;
            boolean started = false;
            try {
                server.threads().newThread(helperName, this::help).start();
                started = true;
            } finally {
                writing = started;
            }
        }
        if (!writing) {
            idle.signalAll();
        }
    }

    private void help() {
        lock.lock();
        try {
            while (out.count() > 0 && failure == null) {
                writeLocked(true);
            }
            if (closing && !closed && failure == null) {
                closeOutputLocked();
            }
        } finally {
            writing = false;
            idle.signalAll();
            lock.unlock();
        }
    }

    private void writeLocked(boolean yields) {
        if (yields) {
            // What other handlers are about to answer leaves with it: on one carrier none of them has run yet.
            lock.unlock();
            Thread.yield();
            lock.lock();
        }
        OutputBuffer taken = out;
        out = spare;
        replies = 0;
        IOException failed = null;
        long started = server.ticker().nanos();
        try {
            conn.writeDeadline(Math.min(pace.deadline(started), endBy), TimeoutKind.STALL);
            roomLocked.run();
            lock.unlock();
            try {
                conn.write(taken.content());
            } finally {
                lock.lock();
            }
            pace.account(server.ticker().nanos() - started, taken.count());
            conn.writeDeadline(Deadline.NONE, TimeoutKind.STALL);
        } catch (IOException e) {
            failed = e;
        } catch (RuntimeException | Error e) {
            failLocked(new PeerGoneException("writing has failed", e));
            conn.abort();
            throw e;
        }
        taken.clear(streams.isEmptyLocked() ? KEPT : Integer.MAX_VALUE);
        spare = taken;
        if (failed != null) {
            failLocked(failed);
            // The reader is to learn of it as well.
            conn.abort();
        }
    }

    private void closeOutputLocked() {
        closed = true;
        lock.unlock();
        try {
            conn.shutdownOutput();
        } catch (IOException e) {
            conn.abort();
        } finally {
            lock.lock();
        }
    }

    // ---- the end

    /** Nothing more is appended after what is there; the output ends behind it, within a second. */
    void closeLocked() {
        if (!closing) {
            closing = true;
            endBy = Deadline.after(server.ticker().nanos(), LAST_WORDS_NANOS);
            try {
                if (writing) {
                    conn.writeDeadline(endBy, TimeoutKind.STALL);
                }
            } catch (DeadlineExceededException e) {
                failLocked(e);
            }
        }
        kickLocked();
    }

    /** Waits until the output has ended, one way or the other. */
    void awaitEnd() {
        lock.lock();
        try {
            while (failure == null && !(closed && !writing)) {
                idle.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The connection has failed; waits until nobody writes.
     *
     * @param cause as the reader has met it
     * @return what failed first
     */
    IOException awaitFailure(IOException cause) {
        lock.lock();
        try {
            while (writing) {
                idle.awaitUninterruptibly();
            }
            failLocked(cause);
            return failure == null ? cause : failure;
        } finally {
            lock.unlock();
        }
    }

    void fail(IOException cause) {
        lock.lock();
        try {
            failLocked(cause);
        } finally {
            lock.unlock();
        }
    }

    void failLocked(IOException cause) {
        if (failure == null) {
            failure = cause;
            streams.failLocked(new PeerGoneException("the connection of HTTP/2 has ended", cause));
            idle.signalAll();
        }
    }

    /** {@return what has ended the output, or {@code null}} */
    @Nullable
    IOException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }
}
