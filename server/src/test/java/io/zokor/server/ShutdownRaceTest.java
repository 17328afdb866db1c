package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.zokor.net.TcpListener;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Accepts, requests and starts that race a stop: no request whose handler ran is lost, and nothing is left open. */
class ShutdownRaceTest {

    @Test
    @Timeout(60)
    void requestsRaceAShutdown() throws Exception {
        for (int round = 0; round < 25; round++) {
            race(round);
        }
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void manyRequestsRaceManyShutdowns() throws Exception {
        for (int round = 0; round < 1000; round++) {
            race(round);
        }
    }

    private static void race(int round) throws Exception {
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicBoolean stop = new AtomicBoolean();
        CountingListener counts = new CountingListener();
        try (LogCapture log = LogCapture.server();
                Server server = Server.builder().address("127.0.0.1:0").listener(counts)
                        .handler((request, response) -> {
                            handled.incrementAndGet();
                            response.write("x".repeat(9000) + "end");
                        }).build().start()) {
            int port = server.port();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int requests = i % 2 == 0 ? 1 : 10;
                // Not virtual: clients that are refused again and again would keep the server's threads from running.
                threads.add(Thread.ofPlatform().start(() -> {
                    while (!stop.get()) {
                        answered.addAndGet(requests(port, requests));
                    }
                }));
            }
            LockSupport.parkNanos(new Random(round).nextLong(20_000_000));
            assertThat(server.shutdown(Await.BOUND)).isTrue();
            stop.set(true);
            for (Thread thread : threads) {
                assertThat(thread.join(Await.BOUND)).isTrue();
            }
            assertThat(answered.get()).as("answered of handled").isEqualTo(handled.get());
            assertThat(counts.closed.sum()).isEqualTo(counts.accepted.sum());
            assertThat(counts.endedWithRequest.sum()).isEqualTo(counts.started.sum());
            assertThat(log.text()).isEmpty();
        }
    }

    /** Sends requests one after the other until the server ends; tells how many were answered whole. */
    private static int requests(int port, int count) {
        int answered = 0;
        try (RawClient client = RawClient.connect(port)) {
            for (int i = 0; i < count; i++) {
                if (!client.trySend("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        || client.isClosedByPeer(Await.BOUND)) {
                    return answered;
                }
                boolean last = client.readResponse().headers("Connection").contains("close");
                answered++;
                if (last) {
                    return answered;
                }
            }
        } catch (UncheckedIOException e) {
            // Nobody listens any more, or the connection was ended before it said anything.
        }
        return answered;
    }

    @Test
    @Timeout(60)
    void startsRaceStops() throws Exception {
        Server server = Server.builder().handler((request, response) -> response.write("hello")).build();
        ConcurrentLinkedQueue<TcpListener> listeners = new ConcurrentLinkedQueue<>();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger running = new AtomicInteger(4);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 50; n++) {
                    try {
                        TcpListener listener = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), 10);
                        listeners.add(listener);
                        server.start(listener);
                    } catch (IllegalStateException e) {
                        refused.incrementAndGet();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                running.decrementAndGet();
            }));
        }
        while (running.get() > 0) {
            server.close();
            assertThat(server.shutdown(Await.BOUND)).isTrue();
        }
        for (Thread thread : threads) {
            assertThat(thread.join(Await.BOUND)).isTrue();
        }
        server.close();
        assertThat(listeners).hasSize(200).allSatisfy(listener -> assertThat(listener.isOpen()).isFalse());
        assertThat(refused.get()).isLessThan(200);
        assertThat(server.port()).isEqualTo(-1);
    }
}
