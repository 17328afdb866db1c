package io.zokor.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CountDownLatch;

import io.zokor.net.Conn;
import io.zokor.net.TimeoutKind;

/**
 * A connection whose client sends the same bytes a number of times and takes whatever is written. No read crosses the end of one
 * round of bytes: a client that waits for each answer. Owned by the thread that reads; {@link #awaitClosed()} is for another.
 */
public final class MemoryConn implements Conn {

    private static final SocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);

    private final byte[] message;

    private final CountDownLatch closed = new CountDownLatch(1);

    private long left;

    private int position;

    private long written;

    /**
     * Makes one.
     *
     * @param message what the client sends
     * @param times how many times, at least 1
     */
    public MemoryConn(byte[] message, long times) {
        this.message = message;
        this.left = times;
    }

    /**
     * Waits until the server has closed this.
     *
     * @return bytes that were written
     * @throws InterruptedException if interrupted
     */
    public long awaitClosed() throws InterruptedException {
        closed.await();
        return written;
    }

    @Override
    public int read(ByteBuffer target) {
        if (position == message.length) {
            left--;
            position = 0;
        }
        if (left <= 0) {
            return -1;
        }
        int n = Math.min(target.remaining(), message.length - position);
        target.put(message, position, n);
        position += n;
        return n;
    }

    @Override
    public void write(ByteBuffer source) {
        written += source.remaining();
        source.position(source.limit());
    }

    @Override
    public void transferFrom(FileChannel file, long start, long count) throws IOException {
        throw new IOException("there is no file");
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) {
        // Nothing here waits.
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) {
        // Nothing here waits.
    }

    @Override
    public void expire(long now) {
        // Nothing here waits.
    }

    @Override
    public SocketAddress remoteAddress() {
        return ADDRESS;
    }

    @Override
    public SocketAddress localAddress() {
        return ADDRESS;
    }

    @Override
    public void shutdownOutput() {
        // The client only counts.
    }

    @Override
    public boolean isOpen() {
        return closed.getCount() > 0;
    }

    @Override
    public void close() {
        closed.countDown();
    }

    @Override
    public void abort() {
        closed.countDown();
    }
}
