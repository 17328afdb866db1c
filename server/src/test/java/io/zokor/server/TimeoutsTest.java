package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.ResponseController;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The time limits through real sockets, on a clock that moves only when told to. */
@Timeout(60)
class TimeoutsTest {

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    /** So long that a server that does anything would have done it. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private final ManualClock clock = new ManualClock();

    private final LogCapture log = LogCapture.server();

    @AfterEach
    void nothingWasLogged() {
        log.close();
        assertThat(log.text()).as("clients that take too long are nothing for the log").isEmpty();
    }

    // ---- read-header

    @Test
    void aSilentConnectionEndsWithoutAWord() {
        try (TestServer server = serving(ECHO, t -> t)) {
            RawClient client = server.client();
            awaitAccepted(server, 1);
            clock.advance(Duration.ofSeconds(10).minusNanos(1));
            assertThat(client.isClosedByPeer(QUIET)).isFalse();
            clock.advance(Duration.ofNanos(1));
            client.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ_HEADER);
            assertThat(server.events().ended()).isEmpty();
        }
    }

    @Test
    void theFirstHeadIsDueFromAccept() {
        try (TestServer server = serving(ECHO, t -> t)) {
            RawClient client = server.client();
            awaitAccepted(server, 1);
            clock.advance(Duration.ofSeconds(9));
            client.send("GET / HTTP/1.1\r\n");
            Await.until("the first bytes", () -> server.events().states().size() == 1);
            clock.advance(Duration.ofSeconds(1));
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(408);
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ_HEADER);
            assertThat(server.events().rejected()).extracting("reason").containsExactly(RejectReason.TIMEOUT);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.REJECTED);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
        }
    }

    /** Slowloris: no byte moves the deadline of a head. */
    @Test
    void aDripOfHeaderBytesBuysNoTime() {
        try (TestServer server = serving(ECHO, t -> t)) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\n");
            Await.until("the first bytes", () -> server.events().states().size() == 1);
            for (int i = 0; i < 9; i++) {
                client.send("X-" + i + ": y\r\n");
                clock.advance(Duration.ofSeconds(1));
            }
            assertThat(server.events().timeouts()).isEmpty();
            clock.advance(Duration.ofSeconds(1));
            assertThat(client.readResponse().status()).isEqualTo(408);
        }
    }

    @Test
    void laterHeadsAreDueFromTheirFirstByte() {
        try (TestServer server = serving(ECHO, t -> t)) {
            RawClient client = server.client();
            client.get("/");
            awaitIdle(server, 1);
            clock.advance(Duration.ofSeconds(60));
            client.send("G");
            Await.until("the first byte", () -> server.events().states().size() == 3);
            clock.advance(Duration.ofSeconds(10).minusNanos(1));
            assertThat(client.isClosedByPeer(QUIET)).isFalse();
            clock.advance(Duration.ofNanos(1));
            assertThat(client.readResponse().status()).isEqualTo(408);
        }
    }

    @Test
    void offMeansThatAHeadMayTakeForEver() {
        try (TestServer server = serving(ECHO, t -> t.with(v -> v.readHeader(null)))) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\n");
            Await.until("the first bytes", () -> server.events().states().size() == 1);
            clock.advance(Duration.ofDays(365));
            assertThat(client.isClosedByPeer(QUIET)).isFalse();
            client.send("Host: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    // ---- idle

    @Test
    void anIdleConnectionEndsWithoutAWord() {
        try (TestServer server = serving(ECHO, t -> t)) {
            RawClient client = server.client();
            client.get("/");
            awaitIdle(server, 1);
            advanceUntil(() -> !server.events().closed().isEmpty());
            client.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.IDLE_TIMEOUT);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.IDLE);
            assertThat(server.events().rejected()).as("a client would take a 408 for its next answer").isEmpty();
        }
    }

    @Test
    void idleOffMeansForEver() {
        try (TestServer server = serving(ECHO, t -> t.with(v -> v.idle(null)))) {
            RawClient client = server.client();
            client.get("/");
            awaitIdle(server, 1);
            for (int i = 0; i < 5; i++) {
                clock.advance(Duration.ofDays(365));
                assertThat(client.isClosedByPeer(Duration.ofMillis(30))).isFalse();
            }
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    // ---- read

    @Test
    void aBodyThatTakesTooLongGets408() {
        CountDownLatch reading = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            reading.countDown();
            request.body().readAllBytes();
        }, t -> t.with(v -> v.read(Duration.ofSeconds(20)).stall(null)))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            Http1ServingTest.await(reading);
            clock.advance(Duration.ofSeconds(20).minusNanos(1));
            assertThat(client.isClosedByPeer(QUIET)).isFalse();
            clock.advance(Duration.ofNanos(1));
            assertThat(client.readResponse().status()).isEqualTo(408);
            client.expectClosed();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.REJECTED);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
        }
    }

    @Test
    void afterTheCommitTheResponseIsCut() {
        CountDownLatch reading = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            response.write("begun");
            response.flush();
            reading.countDown();
            request.body().readAllBytes();
        }, t -> t.with(v -> v.read(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            Http1ServingTest.await(reading);
            clock.advance(Duration.ofSeconds(20));
            assertThat(client.readCutResponse().text()).isEqualTo("begun");
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
        }
    }

    @Test
    void readLimitsTheHeadAsWell() {
        try (TestServer server = serving(ECHO, t -> t.with(v -> v.readHeader(null).read(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\n");
            Await.until("the first bytes", () -> server.events().states().size() == 1);
            clock.advance(Duration.ofSeconds(20));
            assertThat(client.readResponse().status()).isEqualTo(408);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ);
        }
    }

    @Test
    void aReadLimitThatPassesWhileTheHandlerComputesIsSeenAtItsNextRead() {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            computing.countDown();
            Http1ServingTest.await(go);
            request.body().readAllBytes();
        }, t -> t.with(v -> v.read(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5").send("hello");
            Http1ServingTest.await(computing);
            clock.advance(Duration.ofSeconds(20));
            go.countDown();
            assertThat(client.readResponse().status()).isEqualTo(408);
        }
    }

    @Test
    void aHandlerCanGiveABodyMoreTime() {
        CountDownLatch reading = new CountDownLatch(2);
        try (TestServer server = serving((request, response) -> {
            response.controller().readDeadline(request.path().equals("/long") ? null : Duration.ofSeconds(5));
            reading.countDown();
            response.write(request.body().readAllBytes());
        }, t -> t.with(v -> v.read(Duration.ofSeconds(20)).stall(null)))) {
            RawClient patient = server.client();
            RawClient brief = server.client();
            patient.sendHead("POST /long HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            brief.sendHead("POST /brief HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            Http1ServingTest.await(reading);
            clock.advance(Duration.ofSeconds(5));
            assertThat(brief.readResponse().status()).isEqualTo(408);
            clock.advance(Duration.ofDays(1));
            assertThat(patient.isClosedByPeer(QUIET)).isFalse();
            assertThat(patient.send("llo").readResponse().text()).isEqualTo("hello");
        }
    }

    // ---- stall

    /** min-rate: 240 bytes a second over 30 seconds of being blocked. */
    @Test
    void aBodyDrippedAtOneByteASecondEnds() {
        CountDownLatch reading = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            reading.countDown();
            request.body().readAllBytes();
        }, t -> t)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 1000");
            Http1ServingTest.await(reading);
            for (int i = 0; i < 1000 && server.events().timeouts().isEmpty(); i++) {
                client.trySend("x");
                clock.advance(Duration.ofSeconds(1));
                Await.holds(Duration.ofMillis(5), () -> !server.events().timeouts().isEmpty());
            }
            assertThat(client.readResponse().status()).isEqualTo(408);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.STALL);
        }
    }

    @Test
    void aBodyThatIsFastEnoughMayTakeLong() {
        CountDownLatch reading = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            reading.countDown();
            int total = 0;
            byte[] piece = new byte[4000];
            int n;
            while ((n = request.body().read(piece)) >= 0) {
                total += n;
            }
            response.write(String.valueOf(total));
        }, t -> t)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 40000");
            Http1ServingTest.await(reading);
            for (int i = 0; i < 20; i++) {
                // Each 2,000 bytes, which the handler has read, then 5 seconds of nothing: 400 bytes a second.
                client.send("x".repeat(2000));
                assertThat(client.isClosedByPeer(Duration.ofMillis(20))).isFalse();
                clock.advance(Duration.ofSeconds(5));
            }
            assertThat(client.readResponse().text()).isEqualTo("40000");
            assertThat(server.events().timeouts()).isEmpty();
        }
    }

    @Test
    void aReaderThatDoesNotReadIsReset() {
        CountDownLatch writing = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            writing.countDown();
            byte[] piece = new byte[100_000];
            while (true) {
                response.write(piece);
            }
        }, t -> t)) {
            RawClient client = RawClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 4096);
            client.sendHead("GET / HTTP/1.1", "Host: a");
            Http1ServingTest.await(writing);
            advanceUntil(() -> !server.events().closed().isEmpty());
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.STALL);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            client.expectReset().close();
        }
    }

    /** One write of many megabytes is not one stall: each piece of it has its own time. */
    @Test
    void aLargeBodyWrittenAtOnceMayTakeLongerThanTheStallLimit() {
        int size = 20_000_000;
        try (TestServer server = serving((request, response) -> response.write(new byte[size]), t -> t)) {
            RawClient client = RawClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 16_384);
            client.sendHead("GET / HTTP/1.1", "Host: a").readUntil("\r\n\r\n");
            for (int i = 0; i < 40; i++) {
                // About 400 KB for each 10 seconds: far above the minimum, but 400 seconds in all.
                client.readBytes(400_000);
                clock.advance(Duration.ofSeconds(10));
            }
            client.readUntil("0\r\n\r\n");
            assertThat(server.events().timeouts()).isEmpty();
            assertThat(server.events().awaitEnded(1).bytesWritten()).isEqualTo(size);
            client.close();
        }
    }

    // ---- write

    @Test
    void aResponseThatTakesTooLongIsCut() {
        CountDownLatch writing = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            byte[] piece = new byte[100_000];
            writing.countDown();
            while (true) {
                response.write(piece);
            }
        }, t -> t.with(v -> v.write(Duration.ofSeconds(20)).stall(null)))) {
            RawClient client = RawClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 4096);
            client.sendHead("GET / HTTP/1.1", "Host: a");
            Http1ServingTest.await(writing);
            clock.advance(Duration.ofSeconds(20));
            server.events().awaitClosed(1);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WRITE);
            assertThat(client.readAll()).doesNotEndWith("0\r\n\r\n");
            client.close();
        }
    }

    @Test
    void aWriteDeadlineThatAnotherThreadShortensReachesABlockedWrite() {
        movedDeadline(null, Duration.ofSeconds(10), Duration.ofSeconds(10), true);
    }

    @Test
    void aWriteDeadlineThatAnotherThreadPostponesSparesABlockedWrite() {
        movedDeadline(Duration.ofSeconds(10), Duration.ofSeconds(100), Duration.ofSeconds(20), false);
    }

    private void movedDeadline(@Nullable Duration first, Duration second, Duration passing, boolean cut) {
        CompletableFuture<ResponseController> writing = new CompletableFuture<>();
        try (TestServer server = serving((request, response) -> {
            response.controller().writeDeadline(first);
            byte[] piece = new byte[100_000];
            for (int i = 0; i < 120; i++) {
                response.write(piece);
                writing.complete(response.controller());
            }
        }, t -> t.with(v -> v.stall(null)))) {
            RawClient client = RawClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 4096);
            client.sendHead("GET / HTTP/1.1", "Host: a");
            ResponseController controller = writing.join();
            // Blocked: nothing is written any more.
            AtomicLong before = new AtomicLong(-1);
            Await.until("a blocked write", () -> {
                LockSupport.parkNanos(50_000_000);
                long now = server.server().connections().getFirst().request().bytesWritten();
                return now == before.getAndSet(now);
            });
            controller.writeDeadline(second);
            clock.advance(passing);
            if (cut) {
                assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
                assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WRITE);
                client.expectReset();
            } else {
                assertThat(client.readResponse().complete()).isTrue();
                assertThat(server.events().awaitEnded(1).bytesWritten()).isEqualTo(12_000_000);
                assertThat(server.events().timeouts()).isEmpty();
            }
            client.close();
        }
    }

    @Test
    void aWriteLimitThatPassesWhileTheHandlerComputesIsSeenAtItsNextWrite() {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            computing.countDown();
            Http1ServingTest.await(go);
            response.write("too late");
        }, t -> t.with(v -> v.write(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            Http1ServingTest.await(computing);
            clock.advance(Duration.ofSeconds(20));
            go.countDown();
            client.expectReset();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WRITE);
        }
    }

    @Test
    void aHandlerCanGiveAResponseMoreTime() {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            response.controller().writeDeadline(Duration.ofHours(1));
            computing.countDown();
            Http1ServingTest.await(go);
            response.write("in time");
        }, t -> t.with(v -> v.write(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            Http1ServingTest.await(computing);
            clock.advance(Duration.ofMinutes(59));
            go.countDown();
            assertThat(client.readResponse().text()).isEqualTo("in time");
        }
    }

    // ---- draining

    @Test
    void anUnreadBodyThatDoesNotComeIsNotWaitedForLong() {
        CountDownLatch answered = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            response.write("no");
            answered.countDown();
        }, t -> t)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 1000").send("x");
            assertThat(client.readResponse().text()).isEqualTo("no");
            advanceUntil(() -> !server.events().closed().isEmpty());
            client.expectClosed();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.DRAIN);
        }
    }

    @Test
    void anInvalidDeadlineIsRefused() {
        try (TestServer server = serving((request, response) -> {
            for (Duration wrong : new Duration[] { Duration.ZERO, Duration.ofSeconds(-1) }) {
                try {
                    response.controller().writeDeadline(wrong);
                } catch (IllegalArgumentException e) {
                    response.write("x");
                }
            }
        }, t -> t)) {
            assertThat(server.client().get("/").text()).isEqualTo("xx");
        }
    }

    @Test
    void aHandlerThatCatchesTheTimeoutCanStillAnswer() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            try {
                reading.countDown();
                request.body().readAllBytes();
            } catch (IOException e) {
                response.status(422);
                response.write("too slow");
            }
        }, t -> t.with(v -> v.read(Duration.ofSeconds(20))))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5").send("he");
            assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();
            advanceUntil(() -> !server.events().ended().isEmpty());
            RawResponse response = client.readResponse();
            assertThat(response.text()).isEqualTo("too slow");
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
        }
    }

    private TestServer serving(Handler handler, UnaryOperator<Timeouts> timeouts) {
        return TestServer.builder(handler)
                .config(c -> c.timeouts(timeouts.apply(Timeouts.defaults())).limits(Limits.defaults()))
                .server(b -> b.ticker(clock)).start();
    }

    private static void awaitAccepted(TestServer server, int count) {
        Await.until("accepted connections", () -> server.events().accepted().size() == count);
    }

    private static void awaitIdle(TestServer server, int times) {
        Await.until("an idle connection", () -> server.events().states().stream()
                .filter(s -> s.to() == ConnectionState.IDLE).count() == times);
    }

    /** Moves the clock on, second by second, until something happens. */
    private void advanceUntil(BooleanSupplier condition) {
        Await.until("what time brings", () -> {
            clock.advance(Duration.ofSeconds(1));
            return condition.getAsBoolean();
        });
    }
}
