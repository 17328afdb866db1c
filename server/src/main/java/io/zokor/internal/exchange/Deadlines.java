package io.zokor.internal.exchange;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.RequestPhase;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.Ticker;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The time limits of one exchange: puts the earliest of read or write limit, stall limit and handler limit on the connection
 * around each operation that may block. Reading belongs to the thread that reads, writing to the thread that writes; the
 * limits themselves are volatile and may be moved by any thread.
 */
final class Deadlines {

    private final ExchangeCodec codec;

    private final ConnectionContext connection;

    private final Ticker ticker;

    private final Pace reading;

    private final Pace writing;

    private volatile long read;

    private volatile long write;

    private volatile @Nullable RequestGuard guard;

    /** Until when the read that is going on may stall; {@link Deadline#NONE} while none is. */
    private volatile long readStall = Deadline.NONE;

    private volatile boolean inRead;

    private long readStarted;

    private long writeStarted;

    Deadlines(ExchangeCodec codec, ConnectionContext connection, Limits limits, long now) {
        ServerContext server = connection.server();
        Timeouts timeouts = server.config().timeouts();
        this.codec = codec;
        this.connection = connection;
        this.ticker = server.ticker();
        this.reading = new Pace(timeouts, limits, Pace.READING);
        this.writing = new Pace(timeouts, limits, Pace.WRITING);
        this.read = Deadline.after(codec.head().startedNanos(), timeouts.read());
        this.write = Deadline.after(now, timeouts.write());
    }

    /** Also shortens a read that is blocked now, in another thread: the servlet container ends its read-ahead by this. */
    void read(long deadline) {
        read = deadline;
        if (inRead && deadline < readStall) {
            try {
                codec.readDeadline(deadline, TimeoutKind.READ);
            } catch (DeadlineExceededException e) {
                // The deadline so far has passed: the blocked thread learns of that.
            }
        }
    }

    void write(long deadline) {
        write = deadline;
    }

    void guard(@Nullable RequestGuard next) {
        guard = next;
    }

    void beginRead() throws DeadlineExceededException {
        connection.phase(RequestPhase.READING);
        RequestGuard current = guard;
        if (current != null) {
            current.enterIo();
        }
        try {
            armRead(current);
        } catch (DeadlineExceededException e) {
            inRead = false;
            leave(current);
            throw e;
        }
    }

    private void armRead(@Nullable RequestGuard current) throws DeadlineExceededException {
        readStarted = ticker.nanos();
        long stall = reading.deadline(readStarted);
        readStall = stall;
        inRead = true;
        long limit = read;
        if (limit <= readStarted) {
            // Passed while the handler did something else: what has come meanwhile came too late.
            throw new DeadlineExceededException(TimeoutKind.READ);
        }
        if (current != null && current.deadline() <= Math.min(stall, limit)) {
            codec.readDeadline(current.deadline(), TimeoutKind.REQUEST);
        } else if (limit <= stall) {
            codec.readDeadline(limit, TimeoutKind.READ);
        } else {
            codec.readDeadline(stall, TimeoutKind.STALL);
        }
        if (read < limit) {
            codec.readDeadline(read, TimeoutKind.READ);
        }
    }

    /** Back in the handler, which the guard may interrupt again. */
    private static void leave(@Nullable RequestGuard current) {
        if (current != null) {
            current.leaveIo();
        }
    }

    void endRead(long bytes) throws DeadlineExceededException {
        connection.phase(RequestPhase.HANDLER);
        leave(guard);
        inRead = false;
        reading.account(ticker.nanos() - readStarted, bytes);
        codec.readDeadline(Deadline.NONE, TimeoutKind.READ);
    }

    void beginWrite() throws DeadlineExceededException {
        connection.phase(RequestPhase.WRITING);
        RequestGuard current = guard;
        if (current != null) {
            current.enterIo();
        }
        try {
            armWrite(current);
        } catch (DeadlineExceededException e) {
            leave(current);
            throw e;
        }
    }

    private void armWrite(@Nullable RequestGuard current) throws DeadlineExceededException {
        writeStarted = ticker.nanos();
        long stall = writing.deadline(writeStarted);
        long limit = write;
        if (limit <= writeStarted) {
            throw new DeadlineExceededException(TimeoutKind.WRITE);
        }
        if (current != null && current.deadline() <= Math.min(stall, limit)) {
            codec.writeDeadline(current.deadline(), TimeoutKind.REQUEST);
        } else if (limit <= stall) {
            codec.writeDeadline(limit, TimeoutKind.WRITE);
        } else {
            codec.writeDeadline(stall, TimeoutKind.STALL);
        }
    }

    void endWrite(long bytes) throws DeadlineExceededException {
        connection.phase(RequestPhase.HANDLER);
        leave(guard);
        writing.account(ticker.nanos() - writeStarted, bytes);
        codec.writeDeadline(Deadline.NONE, TimeoutKind.WRITE);
    }
}
