package io.zokor.internal.http2;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.event.Side;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.hpack.HpackEncoder;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;

import org.jspecify.annotations.Nullable;

/**
 * What streams send: blocks of fields and content, as far as the client's windows and the output's room allow (RFC 9113 section 5.2).
 * Streams that have more to send than there is room or window for on the connection stand in a line; the first in it may append one
 * frame and goes to its end. The state belongs to the lock of {@link Streams}, which is given up while a stream waits.
 */
final class FrameWriter {

    /** Output beyond which nobody appends content. */
    private static final int ROOM = 64 * 1024;

    /** Content that waits for more; beyond it a piece of a body is written at once. */
    private static final int WORTH_WRITING = 16 * 1024;

    private static final byte[] NOTHING = {};

    private final ConnectionContext connection;

    private final Streams streams;

    private final Output output;

    private final ReentrantLock lock;

    private final AbuseBudget budget;

    // ---- guarded by the lock

    private final HpackEncoder encoder = new HpackEncoder();

    private final OutboundWindow window = new OutboundWindow(Frames.INITIAL_WINDOW);

    private final Deque<Http2Stream> line = new ArrayDeque<>();

    private int initialWindow = Frames.INITIAL_WINDOW;

    private boolean inputEnded;

    FrameWriter(ConnectionContext connection, Streams streams, AbuseBudget budget) {
        this.connection = connection;
        this.streams = streams;
        this.lock = streams.lock;
        this.output = new Output(connection, streams, this::wakeFirstLocked);
        this.budget = budget;
    }

    /** {@return where it goes} */
    Output output() {
        return output;
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
                output.bufferLocked().block(stream.id(), sent, head, encoder);
            }
            int at = offset;
            int left = length;
            while (left > 0) {
                int n = awaitTurnLocked(stream, left);
                sent = last && n == left && trailers == null;
                output.bufferLocked().data(stream.id(), sent, bytes, at, n);
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
                output.flushLocked(stream);
            }
        } finally {
            leaveLineLocked(stream);
            lock.unlock();
        }
    }

    private void endLocked(Http2Stream stream, @Nullable FieldBlock trailers) throws IOException {
        awaitRoomLocked(stream);
        if (trailers != null) {
            output.bufferLocked().block(stream.id(), true, trailers, encoder);
        } else {
            output.bufferLocked().data(stream.id(), true, NOTHING, 0, 0);
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
            output.bufferLocked().block(stream.id(), false, head, encoder);
            output.flushLocked(stream);
        } finally {
            leaveLineLocked(stream);
            lock.unlock();
        }
    }

    /** Sends what is there, or leaves it to whoever is sending just now. */
    void flush(Http2Stream stream) {
        lock.lock();
        try {
            output.flushLocked(stream);
        } finally {
            lock.unlock();
        }
    }

    /** The same where there is enough for a write of its own. */
    void flushIfWorth(Http2Stream stream) {
        lock.lock();
        try {
            if (output.bufferLocked().count() >= WORTH_WRITING) {
                output.flushLocked(stream);
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
                output.bufferLocked().windowUpdate(stream.id(), increment);
                output.flushLocked(stream);
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
            output.flushLocked(stream);
        } finally {
            lock.unlock();
        }
    }

    /** Resets a stream, if it is open. */
    void resetLocked(Http2Stream stream, ErrorCode code, @Nullable IOException cause) {
        if (streams.closeLocked(stream, true, cause)) {
            output.bufferLocked().reset(stream.id(), code);
            connection.server().listener().streamReset(connection, Side.SERVER, code.tag());
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
            output.flushLocked(stream);
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
            } else if (isFirstLocked(stream) && window.size() > 0 && output.bufferLocked().count() < ROOM) {
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
            if (output.bufferLocked().count() < ROOM) {
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
        if (!output.flushLocked(stream)) {
            stream.checkDeadline();
            stream.awaitLocked(lock);
            stream.checkDeadline();
        }
    }

    private void checkLocked(Http2Stream stream) throws IOException {
        IOException failure = output.failureLocked();
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

    // ---- what the client says of windows

    /** The client's settings are in force from now on, for the streams that there are as well (section 6.9.2). */
    void applyLocked(PeerSettings settings) throws Http2Error {
        encoder.maxTableBytes(settings.takeSmallestTableSize());
        encoder.maxTableBytes(settings.tableSize());
        long delta = (long) settings.initialWindow() - initialWindow;
        initialWindow = settings.initialWindow();
        if (delta == 0) {
            return;
        }
        for (Http2Stream stream : streams.all()) {
            if (!stream.windowLocked().add(delta)) {
                throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR,
                        "an initial window that makes a stream's too large");
            }
            stream.signalLocked();
        }
    }

    /** {@return what may be sent on a stream that is opened now} */
    int initialWindowLocked() {
        return initialWindow;
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
}
