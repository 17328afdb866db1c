package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** zokor.timeouts.request: a handler that runs too long is stopped in each phase. */
@Timeout(60)
class RequestTimeoutTest {

    private static final Duration BRIEF = Duration.ofMillis(60);

    private final LogCapture log = LogCapture.server();

    @AfterEach
    void aTimeoutIsNoPanic() {
        log.close();
        assertThat(log.errors()).isEmpty();
    }

    @Test
    void sleeping() {
        refusedWith503((request, response) -> {
            try {
                Thread.sleep(10_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException("whatever an application makes of it", e);
            }
        });
    }

    @Test
    void computing() {
        refusedWith503((request, response) -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void computingWithoutALookAtTheInterrupt() {
        CompletableFuture<Thread> computing = new CompletableFuture<>();
        CountDownLatch enough = new CountDownLatch(1);
        // Of the platform: the handler gives its carrier to nobody.
        Thread.ofPlatform().daemon().start(() -> {
            Thread handler = computing.join();
            Await.until("the interrupt", handler::isInterrupted);
            enough.countDown();
        });
        refusedWith503((request, response) -> {
            computing.complete(Thread.currentThread());
            long end = System.nanoTime() + Await.BOUND.toNanos();
            while (enough.getCount() > 0 && System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            response.write("too late");
        });
        assertThat(enough.getCount()).isZero();
    }

    @Test
    void reading() {
        refusedWith503((request, response) -> request.body().readAllBytes());
    }

    @Test
    void writing() {
        try (TestServer server = TestServer.serving((request, response) -> {
            byte[] piece = new byte[100_000];
            response.write(piece);
            // Not before something is committed: until then the answer would be a 503.
            response.controller().requestDeadline(BRIEF);
            while (true) {
                response.write(piece);
            }
        })) {
            RawClient client = RawClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 4096);
            client.sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.REQUEST);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            client.expectReset().close();
        }
    }

    @Test
    void afterTheCommitTheResponseIsCut() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("half");
            response.flush();
            response.controller().requestDeadline(BRIEF);
            try {
                Thread.sleep(10_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(client.readCutResponse().text()).isEqualTo("half");
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.REQUEST);
        }
    }

    @Test
    void whoIsInTimeIsNotInterruptedAndNeitherIsTheNext() {
        try (TestServer server = TestServer.builder((request, response) -> {
            response.write(String.valueOf(Thread.currentThread().isInterrupted()));
        }).config(c -> c.timeouts(Timeouts.defaults().with(v -> v.request(Duration.ofSeconds(30))))).start()) {
            RawClient client = server.client();
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/").text()).isEqualTo("false");
            }
        }
    }

    /** Requests whose handlers end just as their time is over: each gets its answer or a 503, and no interrupt is left over. */
    @Test
    void anInterruptThatComesTooLateHarmsNobody() {
        try (TestServer server = TestServer.serving((request, response) -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("an interrupt from the request before");
            }
            response.controller().requestDeadline(Duration.ofMillis(20));
            long end = System.nanoTime() + Duration.ofMillis(20).toNanos();
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            response.write("in time");
        })) {
            RawClient client = server.client();
            for (int i = 0; i < 50; i++) {
                RawResponse response = client.get("/");
                assertThat(response.status()).isIn(200, 503);
                if (response.status() == 503) {
                    client = server.client();
                }
            }
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @Test
    void aHandlerCanTakeMoreTimeOrLess() throws Exception {
        BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
        ManualClock clock = new ManualClock();
        try (TestServer server = TestServer.builder((request, response) -> {
            switch (request.path()) {
                case "/none" -> response.controller().requestDeadline(null);
                case "/more" -> response.controller().requestDeadline(Duration.ofSeconds(30));
                default -> response.controller().requestDeadline(Duration.ofMillis(1));
            }
            clock.advance(BRIEF.multipliedBy(3));
            try {
                // Sweeps of the reaper pass. Where the time is over, the interrupt ends the sleep.
                Thread.sleep(request.path().equals("/less") ? 30_000 : 100);
                interrupted.add(false);
            } catch (InterruptedException e) {
                interrupted.add(true);
            }
        }).config(c -> c.timeouts(Timeouts.defaults().with(v -> v.request(BRIEF)))).server(b -> b.ticker(clock))
                .start()) {
            RawClient client = server.client();
            assertThat(client.get("/none").status()).isEqualTo(200);
            assertThat(interrupted.poll(30, TimeUnit.SECONDS)).isFalse();
            assertThat(client.get("/more").status()).isEqualTo(200);
            assertThat(interrupted.poll(30, TimeUnit.SECONDS)).isFalse();
            assertThat(client.get("/less").status()).isEqualTo(503);
            assertThat(interrupted.poll(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void refusedWith503(Handler handler) {
        try (TestServer server = serving(handler)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.headers("Connection")).containsExactly("close");
            assertThat(response.text()).doesNotContain("late");
            client.shutdownOutput().expectClosed();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.REQUEST);
            assertThat(server.events().rejected()).extracting("reason").containsExactly(RejectReason.REQUEST_TIMEOUT);
            assertThat(server.events().panics()).isEmpty();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.REJECTED);
        }
    }

    private static TestServer serving(Handler handler) {
        return TestServer.builder(handler).config(c -> c.timeouts(Timeouts.defaults().with(v -> v.request(BRIEF))))
                .start();
    }
}
