package io.zokor.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.net.Conn;
import io.zokor.net.TcpListener;
import io.zokor.testing.ListenerDouble;

/** Accepts on loopback, and fails as often as it is told to. Safe for use by many threads. */
final class FailingListener extends ListenerDouble {

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private final AtomicInteger calls = new AtomicInteger();

    private volatile Throwable always;

    FailingListener() throws IOException {
        super(TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), 100));
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
}
