package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.zokor.config.ServerConfig;
import io.zokor.config.Timeouts;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that are sent just as the idle deadline passes: each is answered whole or not at all, and a handler has run for
 * those alone that were answered. (Without the claim of a deadline 364 of 400 requests were lost in a false end of input.)
 */
class IdleDeadlineRaceTest {

    private static final int CLIENTS = 40;

    private static final Duration IDLE = Duration.ofMillis(30);

    @Test
    @Timeout(60)
    void requestsJustAsTheDeadlinePasses() throws Exception {
        race(25);
    }

    @Test
    @Tag("long")
    @Timeout(300)
    void tenThousandRequestsJustAsTheDeadlinePasses() throws Exception {
        race(250);
    }

    private static void race(int rounds) throws Exception {
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger unanswered = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        ServerConfig config = ServerConfig.builder().timeouts(Timeouts.defaults().with(v -> v.idle(IDLE))).build();
        try (LogCapture log = LogCapture.server();
                Server server = Server.builder().address("127.0.0.1:0").config(config).handler((request, response) -> {
                    if (request.path().equals("/second")) {
                        handled.incrementAndGet();
                    }
                    response.write("x".repeat(5000) + request.path());
                }).build().start()) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < rounds; round++) {
                        switch (second(server.port(), random)) {
                            case "" -> unanswered.incrementAndGet();
                            case "whole" -> answered.incrementAndGet();
                            default -> broken.incrementAndGet();
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofMinutes(4))).isTrue();
            }
            Await.until("the end of all connections", () -> server.openConnections() == 0);
            assertThat(log.text()).isEmpty();
        }
        assertThat(broken).hasValue(0);
        assertThat(answered.get() + unanswered.get()).isEqualTo(rounds * CLIENTS);
        assertThat(handled).as("handled are exactly the answered").hasValue(answered.get());
        assertThat(answered.get()).isPositive();
        assertThat(unanswered.get()).isPositive();
    }

    private static String second(int port, Random random) {
        try (RawClient client = RawClient.connect(port)) {
            client.get("/first");
            // The stimulus, not a wait for something: anywhere around the deadline.
            LockSupport.parkNanos(random.nextLong(2 * IDLE.toNanos() + Duration.ofMillis(20).toNanos()));
            if (!client.trySend("GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
                return "";
            }
            String all = client.readAll();
            return all.isEmpty() ? "" : all.endsWith("xxx/second") ? "whole" : all;
        }
    }
}
