package io.zokor.internal.http2;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.config.Http2;
import io.zokor.event.ConnectionState;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection: which there are, how many, and what follows of that for the connection. Everything that opens, ends or
 * closes one is done here under one lock, which the output shares, so that the order on the wire and the counts agree: at any moment
 * open = started − ended. The table may be read without it.
 */
final class Streams {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** What all streams together may have buffered beyond the initial window of each. */
    private static final int MAX_EXTRA = 4 * 1024 * 1024;

    final ReentrantLock lock = new ReentrantLock();

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Http2 config;

    /** Streams that are not closed. */
    private final Map<Integer, Http2Stream> open = new ConcurrentHashMap<>();

    /** Streams that have a thread, closed ones included. */
    private final Set<Http2Stream> running = ConcurrentHashMap.newKeySet();

    private final Condition noThreads = lock.newCondition();

    private final ClosedStreams closed = new ClosedStreams();

    /** The largest that the client has used; written by the reader. */
    private volatile int last;

    /** No stream beyond it is served any more. */
    private int lastServed = Integer.MAX_VALUE;

    private int occupied;

    private volatile int threads;

    private int lingering;

    private int extra;

    private long started;

    private long ended;

    private @Nullable IOException failure;

    /** The two deadlines of the connection's reader; the earlier one is on the connection. */
    private long headDeadline;

    private long idleDeadline = Deadline.NONE;

    /** After which pause an empty connection is to end; {@code false} for the idle limit. */
    private boolean leaving;

    Streams(ConnectionContext connection, Http2 config) {
        this.connection = connection;
        this.server = connection.server();
        this.config = config;
        this.headDeadline = Deadline.after(connection.acceptedNanos(), server.config().timeouts().readHeader());
    }

    // ---- looking

    @Nullable
    Http2Stream get(int id) {
        return open.get(id);
    }

    int last() {
        return last;
    }

    int open() {
        return open.size();
    }

    /** {@return how many handlers run} */
    int threads() {
        return threads;
    }

    /** {@return the streams that are not closed; a view that may change} */
    Iterable<Http2Stream> all() {
        return open.values();
    }

    /** {@return the exchanges that run, the oldest first} */
    List<Exchange> turns() {
        List<Exchange> turns = new ArrayList<>();
        for (Http2Stream stream : running) {
            Exchange exchange = stream.exchange();
            if (exchange != null) {
                turns.add(exchange);
            }
        }
        turns.sort(Comparator.comparingLong(Exchange::number));
        return turns;
    }

    boolean isSkipped(int id) {
        lock.lock();
        try {
            return closed.isSkipped(id);
        } finally {
            lock.unlock();
        }
    }

    boolean isResetByServer(int id) {
        lock.lock();
        try {
            return closed.isResetByServer(id);
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether started streams are those that ended and those that are open} */
    boolean isConsistent() {
        lock.lock();
        try {
            return started - ended == open.size() && occupied >= 0 && threads >= 0 && extra >= 0 && lingering >= 0;
        } finally {
            lock.unlock();
        }
    }

    // ---- opening

    /** The client uses an identifier. */
    void use(int id) {
        last = id;
    }

    /** {@return whether a stream with this identifier is not served, since the connection is about to end} */
    boolean isBeyondLastLocked(int id) {
        return id > lastServed;
    }

    boolean isFullLocked() {
        // A thread that has sent its response has some work left, and the client's next stream may be here before that is done.
        return occupied >= config.maxStreams() || threads >= 2 * config.maxStreams();
    }

    /** No further stream is served. */
    int endLocked() {
        lastServed = Math.min(lastServed, last);
        return lastServed;
    }

    /**
     * Opens a stream, which has a thread from now on.
     *
     * @throws DeadlineExceededException if the connection has been idle for too long just now
     * @throws ClosedChannelException if the server has closed it
     */
    void openLocked(Http2Stream stream, int initialWindow) throws IOException {
        if (open.isEmpty() && threads == 0) {
            idleDeadline = Deadline.NONE;
            armLocked();
            if (!connection.transition(ConnectionState.IDLE, ConnectionState.ACTIVE)) {
                throw new ClosedChannelException();
            }
        }
        stream.openLocked(initialWindow);
        open.put(stream.id(), stream);
        running.add(stream);
        occupied++;
        addThreads(1);
        started++;
        server.listener().streamOpened(connection);
    }

    // ---- ending

    /** The response has gone out whole: another stream may take its place. */
    void localEndLocked(Http2Stream stream) {
        stream.localEndLocked();
        vacateLocked(stream);
        if (stream.isRemoteEnded()) {
            closeLocked(stream, false, null);
        }
    }

    /** {@return whether the rest of the body may come, with nobody reading it} */
    boolean lingerLocked(Http2Stream stream) {
        if (lingering >= config.maxStreams()) {
            return false;
        }
        lingering++;
        stream.lingerLocked(Deadline.after(server.ticker().nanos(), server.limits().get().drainTimeout()));
        return true;
    }

    /** The request has come whole. */
    void remoteEnd(Http2Stream stream) {
        lock.lock();
        try {
            stream.remoteEndLocked();
            if (stream.isLocalEnded()) {
                closeLocked(stream, false, null);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Closes a stream.
     *
     * @param byServer whether this server resets it, so that frames that are on their way are ignored
     * @param cause what its threads are to learn
     * @return whether it was open
     */
    boolean closeLocked(Http2Stream stream, boolean byServer, @Nullable IOException cause) {
        if (stream.isClosed()) {
            return false;
        }
        open.remove(stream.id());
        closed.add(stream.id(), byServer);
        if (stream.isLingeringLocked()) {
            lingering--;
        }
        extra -= stream.extraWindow;
        stream.extraWindow = 0;
        ended++;
        stream.closeLocked(cause);
        server.listener().streamClosed(connection);
        settleLocked();
        return true;
    }

    /** A stream that was never opened is remembered as reset. */
    void refusedLocked(int id) {
        closed.add(id, true);
    }

    /** The thread of a stream ends. */
    void threadEndedLocked(Http2Stream stream) {
        running.remove(stream);
        vacateLocked(stream);
        addThreads(-1);
        settleLocked();
        if (threads == 0) {
            noThreads.signalAll();
        }
    }

    private void vacateLocked(Http2Stream stream) {
        if (stream.occupying) {
            stream.occupying = false;
            occupied--;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void addThreads(int count) {
        threads = threads + count;
    }

    /** Nothing runs any more: the connection is idle from now on. */
    private void settleLocked() {
        if (open.isEmpty() && threads == 0 && connection.transition(ConnectionState.ACTIVE, ConnectionState.IDLE)) {
            idleLocked();
        }
    }

    boolean isEmptyLocked() {
        return open.isEmpty() && threads == 0;
    }

    /** Waits until no handler runs any more; those who are to write have failed by then, or do soon. */
    void awaitThreads() {
        lock.lock();
        try {
            while (threads > 0) {
                noThreads.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- windows

    /**
     * Grants a stream a larger window, as far as the connection may have it.
     *
     * @param wanted by how many bytes
     * @return by how many it may grow
     */
    int growLocked(Http2Stream stream, int wanted) {
        int granted = Math.min(wanted, MAX_EXTRA - extra);
        extra += granted;
        stream.extraWindow += granted;
        return granted;
    }

    // ---- the reader's deadlines

    /** The first frames have come. */
    void greeted() throws IOException {
        lock.lock();
        try {
            headDeadline = Deadline.NONE;
            ConnectionState state = connection.state();
            if (state == ConnectionState.CLOSED || !connection.transition(state, ConnectionState.IDLE)) {
                throw new ClosedChannelException();
            }
            idleDeadline = nextIdle();
            armLocked();
        } finally {
            lock.unlock();
        }
    }

    /** The reader is in the middle of something that must come whole. */
    void headBegins() throws DeadlineExceededException {
        lock.lock();
        try {
            if (headDeadline == Deadline.NONE) {
                headDeadline = Deadline.after(server.ticker().nanos(), server.config().timeouts().readHeader());
                armLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    /** That has come. */
    void headEnds() throws DeadlineExceededException {
        lock.lock();
        try {
            if (headDeadline != Deadline.NONE) {
                headDeadline = Deadline.NONE;
                armLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The client has said that it leaves: an empty connection waits for a moment only. */
    void leaving() throws DeadlineExceededException {
        lock.lock();
        try {
            leaving = true;
            if (isEmptyLocked()) {
                idleDeadline = nextIdle();
                armLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isLeaving() {
        return leaving;
    }

    private long nextIdle() {
        long now = server.ticker().nanos();
        return leaving
                ? Deadline.after(now, FrameWriter.LAST_WORDS_NANOS)
                : Deadline.after(now, server.config().timeouts().idle());
    }

    private void idleLocked() {
        idleDeadline = nextIdle();
        try {
            armLocked();
        } catch (DeadlineExceededException e) {
            // The reader learns of it.
            LOGGER.log(Level.TRACE, () -> connection + ": " + e.getMessage());
        }
    }

    private void armLocked() throws DeadlineExceededException {
        if (failure != null) {
            return;
        }
        if (headDeadline <= idleDeadline) {
            connection.conn().readDeadline(headDeadline, TimeoutKind.READ_HEADER);
        } else {
            connection.conn().readDeadline(idleDeadline, TimeoutKind.IDLE);
        }
    }

    // ---- the end

    /** The connection is over: no stream goes on. */
    void failLocked(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
        lastServed = Math.min(lastServed, last);
        for (Http2Stream stream : open.values()) {
            closeLocked(stream, true, cause);
            stream.tell(cause);
        }
    }

    @Nullable
    IOException failureLocked() {
        return failure;
    }
}
