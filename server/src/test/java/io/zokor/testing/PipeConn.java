package io.zokor.testing;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * One end of a connection in memory, whose deadlines are moments on a {@link ManualClock}. What is written waits for the other
 * end, up to a capacity; beyond it writing blocks. All state of both ends is guarded by one lock. Nothing blocks for more than
 * ten seconds of real time: then the test has failed, with an {@link AssertionError}.
 */
public final class PipeConn implements Conn {

    private final Link link;
    private final SocketAddress localAddress;
    private final SocketAddress remoteAddress;

    /** What the other end has written and this one has not read. */
    private final ByteBuffer incoming;
    private @Nullable PipeConn peer;
    private boolean closed;
    private boolean reset;
    private boolean outputShut;
    private long readDeadline = Deadline.NONE;
    private long writeDeadline = Deadline.NONE;
    private TimeoutKind readKind = TimeoutKind.READ;
    private TimeoutKind writeKind = TimeoutKind.WRITE;
    private @Nullable TimeoutKind readExpired;
    private @Nullable TimeoutKind writeExpired;

    private PipeConn(Link link, int capacity, int localPort, int remotePort) {
        this.link = link;
        this.incoming = ByteBuffer.allocate(capacity);
        this.localAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), localPort);
        this.remoteAddress = new InetSocketAddress(InetAddress.getLoopbackAddress(), remotePort);
    }

    /**
     * Two ends of a connection.
     *
     * @param server the end for the code under test
     * @param client the end for the test
     */
    public record Pair(PipeConn server, PipeConn client) {
    }

    /** The lock that both ends share. */
    private static final class Link {

        final ManualClock clock;
        final ReentrantLock lock = new ReentrantLock();
        final Condition changed = lock.newCondition();

        Link(ManualClock clock) {
            this.clock = clock;
        }
    }

    /** {@return a connection that holds 64 KiB each way} */
    public static Pair open(ManualClock clock) {
        return open(clock, 65536);
    }

    /** {@return a connection that holds so many bytes each way} */
    public static Pair open(ManualClock clock, int capacity) {
        Link link = new Link(clock);
        PipeConn server = new PipeConn(link, capacity, 80, 50000);
        PipeConn client = new PipeConn(link, capacity, 50000, 80);
        server.peer = client;
        client.peer = server;
        clock.onAdvance(() -> {
            server.expire();
            client.expire();
        });
        return new Pair(server, client);
    }

    /** Writes text, one byte a character. */
    public void send(String text) throws IOException {
        write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** {@return all that comes until the other end ends its output, as text} */
    public String readAll() throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer piece = ByteBuffer.allocate(8192);
        while (read(piece.clear()) >= 0) {
            text.append(StandardCharsets.ISO_8859_1.decode(piece.flip()));
        }
        return text.toString();
    }

    /** {@return what comes up to and with a text} */
    public String readUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (text.indexOf(end) < 0) {
            if (read(one.clear()) < 0) {
                throw new AssertionError("the connection ended before \"" + end + "\": " + text);
            }
            text.append((char) (one.get(0) & 0xff));
        }
        return text.toString();
    }

    /** {@return whether a thread waits in this end for bytes, for room or for time} */
    public boolean isBlocked() {
        link.lock.lock();
        try {
            return link.lock.hasWaiters(link.changed);
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        PipeConn other = other();
        link.lock.lock();
        try {
            waitLocked(() -> incoming.position() > 0 || other.outputShut || other.closed || closed || reset
                    || readExpired != null);
            if (readExpired != null) {
                throw new DeadlineExceededException(readExpired);
            }
            if (closed) {
                throw new ClosedChannelException();
            }
            if (reset) {
                throw new PeerGoneException("the connection was reset", null);
            }
            if (incoming.position() == 0) {
                return -1;
            }
            incoming.flip();
            int count = Math.min(incoming.remaining(), target.remaining());
            target.put(incoming.slice(incoming.position(), count));
            incoming.position(incoming.position() + count).compact();
            link.changed.signalAll();
            return count;
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        PipeConn other = other();
        link.lock.lock();
        try {
            while (source.hasRemaining()) {
                waitLocked(() -> other.incoming.hasRemaining() || closed || reset || other.closed
                        || writeExpired != null);
                if (writeExpired != null) {
                    throw new DeadlineExceededException(writeExpired);
                }
                if (closed || outputShut) {
                    throw new ClosedChannelException();
                }
                if (reset || other.closed) {
                    throw new PeerGoneException("the other end was closed", null);
                }
                int count = Math.min(source.remaining(), other.incoming.remaining());
                other.incoming.put(source.slice(source.position(), count));
                source.position(source.position() + count);
                link.changed.signalAll();
            }
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(8192);
        long at = position;
        long end = position + count;
        while (at < end) {
            piece.clear().limit((int) Math.min(piece.capacity(), end - at));
            int read = file.read(piece, at);
            if (read < 0) {
                throw new EOFException("the file ended " + (end - at) + " bytes early");
            }
            at += read;
            write(piece.flip());
        }
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        link.lock.lock();
        try {
            expireLocked();
            if (readExpired != null) {
                throw new DeadlineExceededException(readExpired);
            }
            readDeadline = deadline;
            readKind = kind;
            expireLocked();
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        link.lock.lock();
        try {
            expireLocked();
            if (writeExpired != null) {
                throw new DeadlineExceededException(writeExpired);
            }
            writeDeadline = deadline;
            writeKind = kind;
            expireLocked();
        } finally {
            link.lock.unlock();
        }
    }

    /** Expires by the pipe's own clock, which does so by itself when it advances. */
    @Override
    public void expire(long now) {
        expire();
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void shutdownOutput() throws IOException {
        link.lock.lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            outputShut = true;
            link.changed.signalAll();
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public boolean isOpen() {
        link.lock.lock();
        try {
            return !closed;
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public void close() {
        link.lock.lock();
        try {
            closed = true;
            link.changed.signalAll();
        } finally {
            link.lock.unlock();
        }
    }

    @Override
    public void abort() {
        PipeConn other = other();
        link.lock.lock();
        try {
            closed = true;
            other.reset = true;
            other.incoming.clear();
            link.changed.signalAll();
        } finally {
            link.lock.unlock();
        }
    }

    private void expire() {
        link.lock.lock();
        try {
            expireLocked();
        } finally {
            link.lock.unlock();
        }
    }

    private void expireLocked() {
        long now = link.clock.nanos();
        if (readExpired == null && readDeadline <= now) {
            readExpired = readKind;
            link.changed.signalAll();
        }
        if (writeExpired == null && writeDeadline <= now) {
            writeExpired = writeKind;
            closed = true;
            link.changed.signalAll();
        }
    }

    /** Waits with the thread's interrupt flag cleared and puts it back, as {@link Conn} demands. */
    private void waitLocked(BooleanSupplier condition) {
        boolean interrupted = Thread.interrupted();
        long left = Await.BOUND.toNanos();
        long end = System.nanoTime() + left;
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("nothing happened on this pipe for " + Await.BOUND);
                }
                try {
                    link.changed.await(left, TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                left = end - System.nanoTime();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private PipeConn other() {
        PipeConn other = peer;
        if (other == null) {
            throw new IllegalStateException("this end is not connected");
        }
        return other;
    }
}
