package io.zokor.internal.http2;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.event.Side;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;

/**
 * What the reader answers, opens and ends, and what the server's reaper ends: each a step under the lock of {@link Streams}. It writes
 * nothing; what was appended is sent by a helper before the reader waits.
 */
final class Control {

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Streams streams;

    private final FrameWriter writer;

    private final Output output;

    private final ReentrantLock lock;

    Control(ConnectionContext connection, Streams streams, FrameWriter writer) {
        this.connection = connection;
        this.server = connection.server();
        this.streams = streams;
        this.writer = writer;
        this.output = writer.output();
        this.lock = streams.lock;
    }

    // ---- the connection

    /** Sends this side's first frames. */
    void greet(int connectionWindow, int... settings) {
        lock.lock();
        try {
            output.bufferLocked().settings(settings);
            output.oweLocked();
            output.bufferLocked().windowUpdate(0, connectionWindow - Frames.INITIAL_WINDOW);
        } finally {
            lock.unlock();
        }
    }

    void pong(long data) throws Http2Error {
        lock.lock();
        try {
            output.replyLocked();
            output.bufferLocked().ping(true, data);
        } finally {
            lock.unlock();
        }
    }

    void creditConnection(int increment) throws Http2Error {
        lock.lock();
        try {
            output.replyLocked();
            output.bufferLocked().windowUpdate(0, increment);
        } finally {
            lock.unlock();
        }
    }

    /** The client's settings are in force from now on. */
    void apply(PeerSettings settings) throws Http2Error {
        lock.lock();
        try {
            writer.applyLocked(settings);
            output.replyLocked();
            output.bufferLocked().settingsAck();
        } finally {
            lock.unlock();
        }
    }

    void ping(long data) {
        lock.lock();
        try {
            pingLocked(data);
            output.kickLocked();
        } finally {
            lock.unlock();
        }
    }

    void pingLocked(long data) {
        if (!output.isClosingLocked()) {
            output.bufferLocked().ping(false, data);
        }
    }

    /** Tells the client that this connection ends. */
    void goAwayLocked(int last, ErrorCode code) {
        if (!output.isClosingLocked()) {
            output.bufferLocked().goAway(last, code);
        }
    }

    // ---- streams

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
            streams.openLocked(stream, writer.initialWindowLocked());
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
        output.replyLocked();
        output.bufferLocked().reset(id, code);
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
            output.replyLocked();
            writer.resetLocked(stream, code, cause);
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

    /** A stream's deadlines, on the server's reaper: it takes the lock, which nobody holds for long. */
    void expire(Http2Stream stream, long now) {
        boolean expired = stream.expire(now);
        if (!expired && !stream.lingersTooLong(now)) {
            return;
        }
        lock.lock();
        try {
            stream.signalLocked();
            if (stream.lingersTooLong(now) && !stream.isClosed()) {
                writer.resetLocked(stream, ErrorCode.NO_ERROR, null);
                output.kickLocked();
            }
        } finally {
            lock.unlock();
        }
    }
}
