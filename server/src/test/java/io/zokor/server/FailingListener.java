package io.zokor.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;

/** Accepts on loopback, and fails as often as it is told to. Safe for use by many threads. */
final class FailingListener implements Listener {

    private final Listener inner = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), 100);

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private final AtomicInteger calls = new AtomicInteger();

    private volatile Throwable always;

    FailingListener() throws IOException {
    }

    /** The next calls fail so. */
    void fail(int times, Throwable failure) {
        for (int i = 0; i < times; i++) {
            failures.add(failure);
        }
    }

    /** All calls fail so, until told {@code null}. */
    void failAlways(Throwable failure) {
        always = failure;
    }

    /** How often accept was called. */
    int calls() {
        return calls.get();
    }

    int port() {
        return ((InetSocketAddress) inner.address()).getPort();
    }

    @Override
    public Conn accept() throws IOException {
        calls.incrementAndGet();
        Throwable failure = always != null ? always : failures.poll();
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {
                return inner.accept();
            }
        }
    }

    @Override
    public SocketAddress address() {
        return inner.address();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void shutdown() throws IOException {
        inner.shutdown();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
