package io.zokor.spring.boot.reactive;

import static io.zokor.spring.boot.reactive.ReactiveServer.buffer;
import static io.zokor.spring.boot.reactive.ReactiveServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Clients that read, stall, half-close and leave, in any order, leave nothing behind. */
class RandomMixTests {

    private static final int CLIENTS = 16;

    private final AtomicInteger live = new AtomicInteger();

    @TempDir
    Path directory;

    @Test
    void tenThousandRequests() throws Exception {
        mix(10_000);
    }

    private void mix(int requests) throws Exception {
        long seed = System.nanoTime();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger left = new AtomicInteger(requests);
        try (ReactiveServer server = ReactiveServer.web(this::answer)) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                clients.add(Thread.startVirtualThread(() -> {
                    while (left.getAndDecrement() > 0 && failures.isEmpty()) {
                        try (RawClient client = server.connect()) {
                            one(client, random);
                        } catch (RuntimeException | AssertionError e) {
                            failures.add(e);
                        }
                    }
                }));
            }
            for (Thread client : clients) {
                assertThat(client.join(Duration.ofMinutes(5))).as("seed " + seed).isTrue();
            }
            assertThat(failures).as("seed " + seed).isEmpty();
            server.awaitQuiet();
            Await.until("all buffers are released, seed " + seed + ": " + live, () -> live.get() == 0);
            assertThat(server.panics).as("seed " + seed).hasValue(0);
        }
        Await.until("all threads ended, seed " + seed, () -> threads() == 0);
    }

    private void one(RawClient client, Random random) {
        switch (random.nextInt(9)) {
            case 0 -> assertThat(client.get("/quick").text()).isEqualTo("quick");
            case 1 -> assertThat(client.get("/late").text()).isEqualTo("late");
            case 2 -> {
                client.sendHead("GET /late HTTP/1.1", "Host: a");
                client.shutdownOutput();
                assertThat(client.readResponse().text()).isEqualTo("late");
            }
            case 3 -> {
                client.sendHead("GET " + (random.nextBoolean() ? "/never" : "/late") + " HTTP/1.1", "Host: a");
                client.reset();
            }
            case 4 -> {
                client.sendHead("GET /large HTTP/1.1", "Host: a");
                client.readHead();
                client.reset();
            }
            case 5 -> assertThat(client.get("/large").body()).hasSize(500_000);
            case 6 -> {
                byte[] body = new byte[random.nextInt(100_000)];
                assertThat(client.post("/echo", "application/octet-stream", body).body()).hasSize(body.length);
                assertThat(client.get("/quick").text()).isEqualTo("quick");
            }
            case 7 -> {
                client.sendHead("POST /echo HTTP/1.1", "Host: a", "Content-Length: 50000");
                client.send(new byte[random.nextInt(50_000)]);
                client.reset();
            }
            default -> {
                client.sendHead("POST /first HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
                client.send("3\r\nabc\r\n");
                assertThat(client.readResponse().text()).isEqualTo("3");
            }
        }
    }

    private Mono<Void> answer(ServerHttpRequest request, ServerHttpResponse response) {
        return switch (request.getPath().value()) {
            case "/quick" -> send(response, "quick");
            case "/late" -> Mono.delay(Duration.ofMillis(20)).then(send(response, "late"));
            case "/never" -> Mono.never();
            case "/large" -> response.writeWith(Flux.range(0, 500).map(i -> counted())
                    .doOnDiscard(DataBuffer.class, DataBufferUtils::release));
            case "/echo" -> response.writeAndFlushWith(request.getBody().map(Mono::just));
            default -> request.getBody().next().flatMap(first -> send(response, "" + first.readableByteCount()));
        };
    }

    private DataBuffer counted() {
        return new CountedBuffer(buffer("x".repeat(1000)), live);
    }

    /** {@return how many threads of requests there are; a dump shows virtual ones too} */
    private int threads() {
        Path dump = directory.resolve("threads-" + System.nanoTime());
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(dump.toString(),
                    ThreadDumpFormat.TEXT_PLAIN);
            try (var lines = Files.lines(dump)) {
                return (int) lines.filter(line -> line.matches("#\\d+ \"zokor-main-.*(-body|-watch)\".*")).count();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
