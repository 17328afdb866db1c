package io.zokor.internal.http2;

import java.io.IOException;
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
import io.zokor.http.Headers;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;

import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection: which there are, how many, and what follows of that for the connection. Everything that opens, ends or
 * closes one is done here under one lock, which the output shares, so that the order on the wire and the counts agree: at any moment
 * open = started − ended. The table may be read without it.
 */
final class Streams {

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

    private final ReaderDeadlines deadlines;

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

    Streams(ConnectionContext connection, Http2 config) {
        this.connection = connection;
        this.server = connection.server();
        this.config = config;
        this.deadlines = new ReaderDeadlines(connection, this);
    }

    // ---- looking

    ReaderDeadlines deadlines() {
        return deadlines;
    }

    @Nullable
    Http2Stream get(int id) {
        return open.get(id);
    }

    /** The stream of a frame that needs one, {@code null} where it has ended; there must have been one (section 5.1). */
    @Nullable
    Http2Stream known(int id) throws Http2Error {
        Http2Stream stream = open.get(id);
        if (stream == null && (id > last || (id & 1) == 0)) {
            throw Http2Error.protocol("a frame for a stream that has not begun (section 5.1)");
        }
        return stream;
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
            deadlines.activeLocked();
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

    /**
     * The request has come whole.
     *
     * @throws Http2Error if it is shorter than it says
     */
    void remoteEnd(Http2Stream stream, Headers trailers) throws Http2Error {
        if (!stream.isComplete()) {
            throw Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "less content than Content-Length (section 8.1.1)");
        }
        stream.input().end(trailers);
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
            deadlines.idleLocked();
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

    /** The first frames have come. */
    void greeted() throws IOException {
        lock.lock();
        try {
            ConnectionState state = connection.state();
            if (state == ConnectionState.CLOSED || !connection.transition(state, ConnectionState.IDLE)) {
                throw new ClosedChannelException();
            }
            deadlines.greetedLocked();
        } finally {
            lock.unlock();
        }
    }

    // ---- the end

    /** The connection is over: no stream goes on. */
    void failLocked(IOException cause) {
        deadlines.endLocked();
        lastServed = Math.min(lastServed, last);
        for (Http2Stream stream : open.values()) {
            closeLocked(stream, true, cause);
            stream.tell(cause);
        }
    }
}
