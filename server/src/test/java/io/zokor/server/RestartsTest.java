package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import io.zokor.config.Http2;
import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two servers behind clients that choose between them as a balancer does: each is stopped gracefully in turn and another one takes its
 * place, while POSTs come. Each must be handled once and answered. A client sends one again only where nobody can have read it: it
 * found no connection (RFC 9110 section 9.2.2), or in HTTP/2, and then the JDK's client does so itself, a GOAWAY said so (RFC 9113
 * section 8.7).
 */
class RestartsTest {

    private static final int CLIENTS = 8;

    /** How often each POST was handled. */
    private final Map<String, Integer> handled = new ConcurrentHashMap<>();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicReferenceArray<Instance> rotation = new AtomicReferenceArray<>(2);
    private volatile boolean over;

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    @Timeout(60)
    void noPostIsLostInRestarts(HttpClient.Version version) throws Exception {
        restarts(version, 4);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    @Timeout(600)
    void noPostIsLostInAHundredRestarts(HttpClient.Version version) throws Exception {
        restarts(version, 100);
    }

    private void restarts(HttpClient.Version version, int count) throws Exception {
        rotation.set(0, new Instance(version));
        rotation.set(1, new Instance(version));
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            clients.add(Thread.ofPlatform().start(() -> post(number)));
        }
        try {
            for (int i = 0; i < count; i++) {
                int before = answered.get();
                Await.until("there is load", () -> answered.get() > before + CLIENTS || !lost.isEmpty());
                restart(i % 2, version);
                assertThat(lost).as("after %s restarts", i + 1).isEmpty();
            }
        } finally {
            over = true;
            for (Thread client : clients) {
                assertThat(client.join(Await.BOUND)).isTrue();
            }
            rotation.get(0).close();
            rotation.get(1).close();
        }
        assertThat(lost).isEmpty();
        assertThat(handled.values()).as("each is handled once").containsOnly(1);
        assertThat(handled).as("each that was handled was answered").hasSize(answered.get());
    }

    /** As with a drain delay: the instance is no longer chosen, closes what it answers, and stops when all it was chosen for runs. */
    private void restart(int index, HttpClient.Version version) throws Exception {
        Instance old = rotation.get(index);
        Instance other = rotation.get(1 - index);
        old.server.server().keepAlives(false);
        rotation.set(index, other);
        Await.until("what it was chosen for has begun", () -> old.chosen.get() <= old.begun.get() || !lost.isEmpty());
        assertThat(old.server.server().shutdown(Await.BOUND)).isTrue();
        assertThat(old.server.server().openConnections()).isZero();
        rotation.set(index, new Instance(version));
        old.close();
    }

    private void post(int client) {
        for (int i = 0; !over; i++) {
            String name = client + "-" + i;
            Instance instance = choose(i % 2);
            try {
                HttpResponse<String> response = instance.post(name);
                if (response.statusCode() == 200 && response.body().equals(name)) {
                    answered.incrementAndGet();
                } else {
                    lost.add(name + ": " + response.statusCode() + " " + response.body());
                }
            } catch (ConnectException e) {
                instance.chosen.decrementAndGet();
                i--;
            } catch (IOException e) {
                lost.add(name + ": " + e
                        + (handled.containsKey(name) ? ", which was handled" : ", which was not handled"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                lost.add(name + ": " + e);
                return;
            }
        }
    }

    /** Counted before it is looked whether it is still to be chosen, so that none is overlooked by the restart. */
    private Instance choose(int index) {
        while (true) {
            Instance instance = rotation.get(index);
            instance.chosen.incrementAndGet();
            if (rotation.get(index) == instance) {
                return instance;
            }
            instance.chosen.decrementAndGet();
        }
    }

    private final class Instance {

        private final AtomicInteger chosen = new AtomicInteger();
        private final AtomicInteger begun = new AtomicInteger();
        private final TestServer server;
        private final HttpClient client;

        Instance(HttpClient.Version version) {
            Handler handler = (request, response) -> {
                begun.incrementAndGet();
                String name = new String(request.body().readAllBytes(), StandardCharsets.US_ASCII);
                handled.merge(name, 1, Integer::sum);
                LockSupport.parkNanos(2_000_000);
                response.write(name);
            };
            TestServer.Builder builder = TestServer.builder(handler).tls();
            if (version == HttpClient.Version.HTTP_2) {
                builder.server(b -> b.http2(Http2.defaults().withEnabled(true)));
            }
            this.server = builder.start();
            this.client = HttpClient.newBuilder().version(version).sslContext(server.sslContext()).build();
        }

        HttpResponse<String> post(String name) throws IOException, InterruptedException {
            return client.send(HttpRequest.newBuilder(server.uri("/")).timeout(Await.BOUND)
                    .POST(HttpRequest.BodyPublishers.ofString(name)).build(), HttpResponse.BodyHandlers.ofString());
        }

        void close() {
            // Waits for those who still read an answer.
            client.close();
            server.close();
        }
    }
}
