package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.http.ResponseWriter;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that switch their connection's protocol (RFC 9110 section 7.8): it stays the server's, other than a hijacked one. */
@Timeout(60)
class UpgradeTest {

    private static final String[] ASK = { "GET /e HTTP/1.1", "Host: a", "Upgrade: echo", "Connection: upgrade" };

    /** Sends back what comes, and goodbye when the server stops. */
    private static class Echo implements Upgrade {

        private final AtomicReference<Tunnel> tunnel = new AtomicReference<>();
        private final CountDownLatch drained = new CountDownLatch(1);
        private final AtomicLong moment = new AtomicLong(-1);

        @Override
        public String protocol() {
            return "echo";
        }

        @Override
        public void serve(Tunnel bytes) throws IOException {
            tunnel.set(bytes);
            ByteBuffer buffer = ByteBuffer.allocate(64);
            while (bytes.read(buffer.clear()) >= 0) {
                bytes.write(buffer.flip(), ByteBuffer.allocate(0));
            }
        }

        @Override
        public void drain() {
            drained.countDown();
        }

        @Override
        public void expire(long now) {
            moment.set(now);
        }

        @Override
        public String describe() {
            return "echo /e";
        }
    }

    private static void accept(ResponseWriter response) {
        response.status(101);
        response.headers().set("Connection", "Upgrade").set("Upgrade", "echo");
    }

    private static Handler switchingTo(Upgrade upgrade) {
        return (request, response) -> {
            accept(response);
            response.controller().upgrade(upgrade);
        };
    }

    private static RawClient switched(TestServer server) {
        RawClient client = server.client().sendHead(ASK);
        assertThat(client.readHead().status()).isEqualTo(101);
        return client;
    }

    @Test
    void theHeadGoesOutWithWhatThoseAroundTheHandlerHaveAdded() {
        Echo echo = new Echo();
        Handler around = (request, response) -> {
            switchingTo(echo).handle(request, response);
            assertThat(response.controller().isCommitted()).isFalse();
            response.headers().set("Set-Cookie", "a=b");
        };
        try (TestServer server = TestServer.serving(around)) {
            RawClient client = server.client().sendHead(ASK);
            RawResponse response = client.readHead();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.header("Set-Cookie")).contains("a=b");
            assertThat(response.header("Connection")).contains("Upgrade");
            assertThat(response.hasHeader("Content-Length")).isFalse();
            assertThat(response.hasHeader("Transfer-Encoding")).isFalse();
            client.send("ping");
            assertThat(client.readBytes(4)).isEqualTo("ping");
            client.shutdownOutput().expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.COMPLETE);
        }
    }

    @Test
    void whatTheServerHadReadAheadComesFirst() {
        try (TestServer server = TestServer.serving(switchingTo(new Echo()))) {
            RawClient client = server.client();
            client.send(String.join("\r\n", ASK) + "\r\n\r\nahead");
            assertThat(client.readHead().status()).isEqualTo(101);
            assertThat(client.readBytes(5)).isEqualTo("ahead");
        }
    }

    @Test
    void withAnotherStatusNothingIsSwitched() {
        Handler refusing = (request, response) -> {
            switchingTo(new Echo()).handle(request, response);
            response.status(403);
            response.headers().remove("Connection");
            response.headers().remove("Upgrade");
        };
        try (TestServer server = TestServer.serving(refusing)) {
            RawClient client = server.client().sendHead(ASK);
            assertThat(client.readResponse().status()).isEqualTo(403);
            assertThat(client.sendHead("GET / HTTP/1.1", "Host: a").readResponse().status()).isEqualTo(403);
            assertThat(server.events().ended()).allMatch(ended -> ended.outcome() == ExchangeOutcome.COMPLETED);
        }
    }

    @Test
    void theExchangeIsOverAndTheConnectionIsStillCountedAndShown() {
        try (TestServer server = TestServer.serving(switchingTo(new Echo()))) {
            RawClient client = switched(server);
            client.send("x");
            assertThat(client.readBytes(1)).isEqualTo("x");
            assertThat(server.events().awaitEnded(1)).satisfies(ended -> {
                assertThat(ended.outcome()).isEqualTo(ExchangeOutcome.UPGRADED);
                assertThat(ended.status()).isEqualTo(101);
                assertThat(ended.closing()).isNull();
            });
            assertThat(server.server().activeRequests()).isZero();
            assertThat(server.server().openConnections()).isEqualTo(1);
            ConnectionSnapshot shown = server.server().connections().getFirst();
            assertThat(shown.state()).isEqualTo(ConnectionState.UPGRADED);
            assertThat(shown.requests()).isEmpty();
            assertThat(shown.upgrades()).containsExactly("echo /e");
            assertThat(server.events().closed()).isEmpty();
        }
    }

    @Test
    void itTakesAPlaceAmongTheConnectionsButNoneAmongTheRequests() {
        try (TestServer server = TestServer.builder(switchingTo(new Echo())).config(config -> config
                .limits(Limits.defaults().with(v -> v.maxConnections(2).maxConcurrentRequests(1)))).start()) {
            RawClient first = switched(server);
            switched(server);
            RawClient third = server.client().sendHead(ASK);
            assertThat(server.server().openConnections()).isEqualTo(2);
            first.close();
            assertThat(third.readHead().status()).isEqualTo(101);
        }
    }

    @Test
    void itsOwnTimeLimitsPass() {
        ManualClock clock = new ManualClock();
        AtomicReference<Throwable> seen = new AtomicReference<>();
        Upgrade waiting = new Echo() {
            @Override
            public void serve(Tunnel bytes) throws IOException {
                bytes.readDeadline(bytes.ticker().nanos() + 1_000_000_000L, TimeoutKind.IDLE);
                try {
                    bytes.read(ByteBuffer.allocate(8));
                } catch (DeadlineExceededException e) {
                    seen.set(e);
                    bytes.write(ByteBuffer.wrap("late".getBytes(StandardCharsets.US_ASCII)), ByteBuffer.allocate(0));
                }
            }
        };
        try (TestServer server = TestServer.builder(switchingTo(waiting)).server(made -> made.ticker(clock)).start()) {
            RawClient client = switched(server);
            Await.until("the switch", () -> server.server().connections().stream()
                    .anyMatch(connection -> connection.state() == ConnectionState.UPGRADED));
            Await.until("the time limit", () -> {
                clock.advance(Duration.ofSeconds(2));
                return seen.get() != null;
            });
            assertThat(client.readAll()).isEqualTo("late");
        }
    }

    @Test
    void theReaperTellsTheTimeAndAShutdownIsTold() throws Exception {
        Echo echo = new Echo();
        try (TestServer server = TestServer.serving(switchingTo(echo))) {
            RawClient client = switched(server);
            Await.until("time", () -> echo.moment.get() >= 0);
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    server.server().shutdown(Await.BOUND);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(echo.drained.await(30, TimeUnit.SECONDS)).isTrue();
            // Still served, as long as it takes to say goodbye.
            client.send("bye");
            assertThat(client.readBytes(3)).isEqualTo("bye");
            client.close();
            assertThat(stopping.join(Await.BOUND)).isTrue();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SHUTDOWN);
        }
    }

    @Test
    void whatDoesNotEndInTimeIsCutAndNamed() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(switchingTo(new Echo()))) {
            RawClient client = switched(server);
            Await.until("the switch", () -> server.server().connections().stream()
                    .anyMatch(connection -> connection.state() == ConnectionState.UPGRADED));
            assertThat(server.server().shutdown(Duration.ofMillis(1))).isFalse();
            client.expectClosed();
            assertThat(log.text()).containsPattern("1 upgraded connection cut: echo /e \\d+\\.\\d s");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SHUTDOWN);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void whatItThrowsIsAPanicUnlessTheClientLeft(boolean failing) {
        Upgrade upgrade = new Echo() {
            @Override
            public void serve(Tunnel bytes) throws IOException {
                bytes.read(ByteBuffer.allocate(1));
                if (failing) {
                    throw new IllegalStateException("no way");
                }
                throw new IOException("gone");
            }
        };
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(switchingTo(upgrade))) {
            switched(server).send("x").expectClosed();
            assertThat(server.events().awaitClosed(1))
                    .isEqualTo(failing ? CloseReason.APP_ABORT : CloseReason.CLIENT_ABORT);
            assertThat(server.events().panics()).hasSize(failing ? 1 : 0);
            assertThat(log.errors()).hasSize(failing ? 1 : 0);
        }
    }

    @Test
    void inPlaceTheHandlerServesAndTheExchangeIsOverBefore() throws Exception {
        AtomicInteger after = new AtomicInteger();
        Echo echo = new Echo();
        CountDownLatch returned = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            accept(response);
            Tunnel tunnel = response.controller().upgradeNow(echo);
            after.set(response.controller().isCommitted() ? 1 : 0);
            echo.serve(tunnel);
            returned.countDown();
        })) {
            RawClient client = switched(server);
            client.send("x");
            assertThat(client.readBytes(1)).isEqualTo("x");
            assertThat(after).hasValue(1);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.UPGRADED);
            assertThat(server.server().activeRequests()).isZero();
            assertThat(server.server().connections().getFirst().state()).isEqualTo(ConnectionState.UPGRADED);
            client.shutdownOutput().expectClosed();
            assertThat(returned.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.COMPLETE);
            assertThat(server.events().ended()).hasSize(1);
        }
    }

    @Test
    void inPlaceItNeedsAStatusThatSwitches() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            try {
                response.controller().upgradeNow(new Echo());
            } catch (IllegalStateException e) {
                seen.set(e);
            }
            response.write("no");
        })) {
            assertThat(server.client().sendHead(ASK).readResponse().text()).isEqualTo("no");
            assertThat(seen.get()).hasMessageContaining("200");
        }
    }

    @Test
    void afterTheCommitItIsTooLate() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.flush();
            assertThatThrownBy(() -> response.controller().upgrade(new Echo()))
                    .isInstanceOf(IllegalStateException.class);
        })) {
            assertThat(server.client().sendHead(ASK).readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void theParkedThreadHoldsNothingOfTheRequest() {
        AtomicReference<WeakReference<Object>> request = new AtomicReference<>();
        AtomicReference<WeakReference<Object>> response = new AtomicReference<>();
        Echo echo = new Echo();
        try (TestServer server = TestServer.serving((q, r) -> {
            request.set(new WeakReference<>(q));
            response.set(new WeakReference<>(r));
            switchingTo(echo).handle(q, r);
        })) {
            switched(server).send("x").readBytes(1);
            // What the server has told keeps the request; the server itself must not.
            server.events().started().clear();
            server.events().ended().clear();
            Await.until("the request to be collected", () -> {
                System.gc();
                return request.get().get() == null && response.get().get() == null;
            });
        }
    }
}
