package io.zokor.internal.http2;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.config.ServerConfig;
import io.zokor.event.Side;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Pace;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.internal.hpack.HpackEncoder;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The output of a connection. Whoever has frames appends them under the lock of {@link Streams}; whoever then finds nobody writing
 * writes all that is there, in one go, after it has let the other handlers run on: so the frames of many streams share a system
 * call. What comes meanwhile is written by a helper thread. The lock is never held while the socket is written to, nor while
 * somebody waits for a window.
 *
 * <p>
 * Streams that have more to send than there is room or window for stand in a line; the first in it may append one frame and goes to its
 * end.
 */
final class FrameWriter {

    /** How long the last frames of a connection may take, and how long it is held open for the client to read them. */
    static final long LAST_WORDS_NANOS = 1_000_000_000L;

    /** Output beyond which nobody appends content. */
    private static final int ROOM = 64 * 1024;

    /** Content that waits for more; beyond it a piece of a body is written at once. */
    private static final int WORTH_WRITING = 16 * 1024;

    /** Answers to control frames that have not been sent (CVE-2019-9512). */
    private static final int MAX_REPLIES = 1000;

    private static final int KEPT = 1024;

    private static final byte[] NOTHING = {};

    private static final int INITIAL_WINDOW = 65_535;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Conn conn;

    private final Streams streams;

    private final ReentrantLock lock;

    private final AbuseBudget budget;

    private final Condition idle;

    private final String helperName;

    // ---- guarded by the lock

    private final HpackEncoder encoder = new HpackEncoder();

    private final OutboundWindow window = new OutboundWindow(INITIAL_WINDOW);

    private int initialWindow = INITIAL_WINDOW;

    private final Deque<Http2Stream> line = new ArrayDeque<>();

    private final Pace pace;

    private OutputBuffer out = new OutputBuffer();

    private OutputBuffer spare = new OutputBuffer();

    private boolean writing;

    private int replies;

    private boolean inputEnded;

    private long endBy = Deadline.NONE;

    /** Whether the output ends once all is written. */
    private boolean closing;

    private boolean closed;

    private @Nullable IOException failure;

    /** Whether the reader has appended something, which nobody may have sent; the reader's alone. */
    private boolean owed;

    FrameWriter(ConnectionContext connection, Streams streams, AbuseBudget budget) {
        this.connection = connection;
        this.server = connection.server();
        this.conn = connection.conn();
        this.streams = streams;
        this.lock = streams.lock;
        this.idle = lock.newCondition();
        this.budget = budget;
        ServerConfig config = server.config();
        this.pace = new Pace(config.timeouts(), server.limits().get(), Pace.READING);
        this.helperName = Thread.currentThread().getName() + "-writer";
    }

    // ---- what streams send

    /**
     * Sends a piece of a response, in one step as far as windows and room allow; its end goes out at once.
     *
     * @param head the head where it has not gone out yet
     * @param bytes content
     * @param last whether the response ends with it
     * @param trailers what is to follow its content
     * @throws DeadlineExceededException if the stream's time limit passes
     * @throws PeerGoneException if the stream was reset, or the connection has ended
     */
    void send(Http2Stream stream, @Nullable FieldBlock head, byte[] bytes, int offset, int length, boolean last,
            @Nullable FieldBlock trailers) throws IOException {
        lock.lock();
        try {
            boolean sent = false;
            if (head != null) {
                awaitRoomLocked(stream);
                sent = last && length == 0 && trailers == null;
                out.block(stream.id(), sent, head, encoder);
            }
            int at = offset;
            int left = length;
            while (left > 0) {
                int n = awaitTurnLocked(stream, left);
                sent = last && n == left && trailers == null;
                out.data(stream.id(), sent, bytes, at, n);
                stream.windowLocked().take(n);
                window.take(n);
                budget.work();
                at += n;
                left -= n;
                nextTurnLocked(stream, left > 0);
            }
            if (last) {
                if (!sent) {
                    endLocked(stream, trailers);
                }
                endedLocked(stream);
                flushLocked(stream);
            }
        } finally {
            leaveLineLocked(stream);
            lock.unlock();
        }
    }

    private void endLocked(Http2Stream stream, @Nullable FieldBlock trailers) throws IOException {
        awaitRoomLocked(stream);
        if (trailers != null) {
            out.block(stream.id(), true, trailers, encoder);
        } else {
            out.data(stream.id(), true, NOTHING, 0, 0);
        }
    }

    /** The response is whole. A client that is still sending the request is told to stop (section 8.1). */
    private void endedLocked(Http2Stream stream) {
        budget.finished();
        streams.localEndLocked(stream);
        if (!stream.isClosed() && !(stream.discardRestLocked() && streams.lingerLocked(stream))) {
            resetLocked(stream, ErrorCode.NO_ERROR, null);
        }
    }

    /** Sends an interim response. */
    void interim(Http2Stream stream, FieldBlock head) throws IOException {
        lock.lock();
        try {
            awaitRoomLocked(stream);
            out.block(stream.id(), false, head, encoder);
            flushLocked(stream);
        } finally {
            leaveLineLocked(stream);
            lock.unlock();
        }
    }

    /** Sends what is there, or leaves it to whoever is sending just now. */
    void flush(Http2Stream stream) {
        lock.lock();
        try {
            flushLocked(stream);
        } finally {
            lock.unlock();
        }
    }

    /** The same where there is enough for a write of its own. */
    void flushIfWorth(Http2Stream stream) {
        lock.lock();
        try {
            if (out.count() >= WORTH_WRITING) {
                flushLocked(stream);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives the client credit for what was read of a body. */
    void credit(Http2Stream stream, int maxWindow) {
        StreamInput input = stream.input();
        if (!input.isCreditDue()) {
            return;
        }
        lock.lock();
        try {
            if (stream.isClosed()) {
                return;
            }
            int increment = input.credit(streams.growLocked(stream, input.growth(maxWindow)));
            if (increment > 0) {
                out.windowUpdate(stream.id(), increment);
                flushLocked(stream);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends a stream; does nothing if that has ended. */
    void reset(Http2Stream stream, ErrorCode code) {
        lock.lock();
        try {
            resetLocked(stream, code, null);
            flushLocked(stream);
        } finally {
            lock.unlock();
        }
    }

    private void resetLocked(Http2Stream stream, ErrorCode code, @Nullable IOException cause) {
        if (streams.closeLocked(stream, true, cause)) {
            out.reset(stream.id(), code);
            server.listener().streamReset(connection, Side.SERVER, code.tag());
        }
    }

    /** The thread of a stream has nothing more to do. */
    void threadEnded(Http2Stream stream) {
        lock.lock();
        try {
            if (!stream.isLocalEnded()) {
                resetLocked(stream, ErrorCode.INTERNAL_ERROR, null);
            }
            streams.threadEndedLocked(stream);
            if (closing) {
                idle.signalAll();
            }
            flushLocked(stream);
        } finally {
            lock.unlock();
        }
    }

    // ---- waiting

    /** Waits until the stream may append a frame of content, and says how long that may be. */
    private int awaitTurnLocked(Http2Stream stream, int wanted) throws IOException {
        while (true) {
            checkLocked(stream);
            long own = Math.min(stream.windowLocked().size(), Math.min(wanted, Frames.MAX_LENGTH));
            if (own <= 0) {
                // Others need not wait behind one that cannot go on.
                leaveLineLocked(stream);
            } else if (isFirstLocked(stream) && window.size() > 0 && out.count() < ROOM) {
                return (int) Math.min(own, window.size());
            } else if (!stream.queued) {
                line.addLast(stream);
                stream.queued = true;
            }
            if ((own <= 0 || window.size() <= 0) && inputEnded) {
                throw new PeerGoneException("the client has ended its output, and with it the windows", null);
            }
            waitLocked(stream);
        }
    }

    /** Waits until there is room for a block of fields or an end, which no window bounds. */
    private void awaitRoomLocked(Http2Stream stream) throws IOException {
        while (true) {
            checkLocked(stream);
            if (out.count() < ROOM) {
                leaveLineLocked(stream);
                return;
            }
            if (!stream.queued) {
                line.addLast(stream);
                stream.queued = true;
            }
            waitLocked(stream);
        }
    }

    /** Nobody waits while there is something to write that nobody writes. */
    private void waitLocked(Http2Stream stream) throws IOException {
        if (out.count() > 0 && !writing) {
            flushLocked(stream);
        } else {
            stream.checkDeadline();
            stream.awaitLocked(lock);
            stream.checkDeadline();
        }
    }

    private void checkLocked(Http2Stream stream) throws IOException {
        if (failure != null) {
            throw new PeerGoneException("the connection of HTTP/2 has ended", failure);
        }
        stream.checkLocked();
    }

    private boolean isFirstLocked(Http2Stream stream) {
        return line.isEmpty() || line.peekFirst() == stream;
    }

    /** The first in the line has appended a frame. */
    private void nextTurnLocked(Http2Stream stream, boolean more) {
        if (stream.queued) {
            leaveLineLocked(stream);
            if (more && !line.isEmpty()) {
                line.addLast(stream);
                stream.queued = true;
            }
        }
    }

    private void leaveLineLocked(Http2Stream stream) {
        if (stream.queued) {
            stream.queued = false;
            line.remove(stream);
            wakeFirstLocked();
        }
    }

    private void wakeFirstLocked() {
        Http2Stream first = line.peekFirst();
        if (first != null) {
            first.signalLocked();
        }
    }

    // ---- writing

    /** Writes what is there once, if nobody writes; the lock is given up meanwhile. */
    private void flushLocked(Http2Stream stream) {
        if (writing || failure != null || out.count() == 0 && (!closing || closed)) {
            return;
        }
        if (out.count() > 0) {
            writing = true;
            stream.flushing(true);
            try {
                writeLocked(streams.threads() > 1);
            } finally {
                stream.flushing(false);
                writing = false;
            }
        }
        kickLocked();
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
            wakeFirstLocked();
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
            throw e;
        }
        taken.clear(streams.isEmptyLocked() ? KEPT : Integer.MAX_VALUE);
        spare = taken;
        if (failed != null) {
            failLocked(failed);
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

    // ---- what the reader sends and learns

    /** Sends this side's first frames. */
    void greet(int connectionWindow, int... settings) {
        owed = true;
        lock.lock();
        try {
            out.settings(settings);
            out.windowUpdate(0, connectionWindow - INITIAL_WINDOW);
        } finally {
            lock.unlock();
        }
    }

    private void replyLocked() throws Http2Error {
        owed = true;
        if (++replies > MAX_REPLIES) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many answers that the client does not read");
        }
    }

    void pong(long data) throws Http2Error {
        lock.lock();
        try {
            replyLocked();
            out.ping(true, data);
        } finally {
            lock.unlock();
        }
    }

    void creditConnection(int increment) throws Http2Error {
        lock.lock();
        try {
            replyLocked();
            out.windowUpdate(0, increment);
        } finally {
            lock.unlock();
        }
    }

    /** The client's settings are in force from now on, for the streams that there are as well (section 6.9.2). */
    void apply(PeerSettings settings) throws Http2Error {
        lock.lock();
        try {
            long smallest = settings.takeSmallestTableSize();
            encoder.maxTableBytes(smallest);
            encoder.maxTableBytes(settings.tableSize());
            long delta = (long) settings.initialWindow() - initialWindow;
            initialWindow = settings.initialWindow();
            if (delta != 0) {
                for (Http2Stream stream : streams.all()) {
                    if (!stream.windowLocked().add(delta)) {
                        throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR,
                                "an initial window that makes a stream's too large");
                    }
                    stream.signalLocked();
                }
            }
            replyLocked();
            out.settingsAck();
        } finally {
            lock.unlock();
        }
    }

    /** The client lets more be sent on the connection. */
    void enlarge(int increment) throws Http2Error {
        lock.lock();
        try {
            if (!window.add(increment)) {
                throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR, "the connection's window is too large");
            }
            wakeFirstLocked();
        } finally {
            lock.unlock();
        }
    }

    /** The client lets more be sent on a stream. */
    void enlarge(Http2Stream stream, int increment) throws Http2Error {
        lock.lock();
        try {
            if (!stream.windowLocked().add(increment)) {
                throw Http2Error.stream(ErrorCode.FLOW_CONTROL_ERROR, "the stream's window is too large");
            }
            stream.signalLocked();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens a stream, or refuses it.
     *
     * @return whether it was opened; otherwise the client has given cause for a reset that it pays for, or is not told at all
     */
    boolean open(Http2Stream stream) throws IOException {
        lock.lock();
        try {
            int id = stream.id();
            if (streams.isBeyondLastLocked(id)) {
                streams.refusedLocked(id);
                return false;
            }
            if (streams.isFullLocked()) {
                streams.refusedLocked(id);
                server.listener().streamRefused(connection);
                resetUnopenedLocked(id, ErrorCode.REFUSED_STREAM);
                return false;
            }
            streams.openLocked(stream, initialWindow);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Resets a stream that is not open. */
    void resetUnopened(int id, ErrorCode code) throws Http2Error {
        lock.lock();
        try {
            resetUnopenedLocked(id, code);
        } finally {
            lock.unlock();
        }
    }

    private void resetUnopenedLocked(int id, ErrorCode code) throws Http2Error {
        replyLocked();
        out.reset(id, code);
        server.listener().streamReset(connection, Side.SERVER, code.tag());
    }

    /** Marks an identifier as that of a stream which this server has reset. */
    void refused(int id) {
        lock.lock();
        try {
            streams.refusedLocked(id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Resets a stream for what the client has done on it.
     *
     * @return whether it was open
     */
    boolean reset(Http2Stream stream, ErrorCode code, IOException cause) throws Http2Error {
        lock.lock();
        try {
            if (stream.isClosed()) {
                return false;
            }
            replyLocked();
            resetLocked(stream, code, cause);
        } finally {
            lock.unlock();
        }
        stream.tell(cause);
        return true;
    }

    /** The client has reset a stream. */
    boolean resetByPeer(Http2Stream stream, IOException cause) {
        boolean early;
        lock.lock();
        try {
            early = !stream.isLocalEnded();
            if (!streams.closeLocked(stream, false, cause)) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        stream.tell(cause);
        return early;
    }

    // ---- deadlines and ends

    /** A stream's deadlines, on the server's reaper: it takes the lock, which nobody holds for long. */
    void expire(Http2Stream stream, long now) {
        boolean expired = stream.expire(now);
        lock.lock();
        try {
            if (expired) {
                stream.signalLocked();
            }
            if (stream.lingersTooLongLocked(now) && !stream.isClosed()) {
                resetLocked(stream, ErrorCode.NO_ERROR, null);
                kickLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    void ping(long data) {
        lock.lock();
        try {
            pingLocked(data);
            kickLocked();
        } finally {
            lock.unlock();
        }
    }

    void pingLocked(long data) {
        if (failure == null && !closing) {
            out.ping(false, data);
        }
    }

    /** Tells the client that this connection ends. */
    void goAwayLocked(int last, ErrorCode code) {
        if (failure == null && !closing) {
            out.goAway(last, code);
        }
    }

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

    /** The client sends nothing more. */
    void inputEnded() {
        lock.lock();
        try {
            inputEnded = true;
            for (Http2Stream stream : streams.all()) {
                stream.signalLocked();
            }
        } finally {
            lock.unlock();
        }
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

    void fail(IOException cause) {
        lock.lock();
        try {
            failLocked(cause);
        } finally {
            lock.unlock();
        }
    }

    private void failLocked(IOException cause) {
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
