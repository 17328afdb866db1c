package io.zokor.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

import io.zokor.net.Conn;
import io.zokor.net.Listener;

/** Hands connections in memory to a server. Any thread may offer; the server's accepts. */
final class MemoryListener implements Listener {

    private final LinkedBlockingQueue<Optional<Conn>> queue = new LinkedBlockingQueue<>();

    private volatile boolean closed;

    void offer(Conn conn) {
        queue.add(Optional.of(conn));
    }

    @Override
    public Conn accept() throws IOException {
        try {
            Optional<Conn> conn = queue.take();
            if (conn.isEmpty() || closed) {
                throw new ClosedChannelException();
            }
            return conn.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public SocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void shutdown() {
        close();
    }

    @Override
    public void close() {
        closed = true;
        queue.add(Optional.empty());
    }
}
