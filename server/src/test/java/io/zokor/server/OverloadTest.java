package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when more comes than the limits allow. */
@Timeout(60)
class OverloadTest {

    private static final Limits DEFAULTS = Limits.defaults();

    private final Semaphore permits = new Semaphore(0);

    private final Handler waiting = (request, response) -> {
        try {
            if (!permits.tryAcquire(30, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        response.write("done");
    };

    // ---- max-concurrent-requests

    @Test
    void exactlySoManyRunSoManyWaitAndTheRestIsTurnedAwayAtOnce() {
        Limits limits = DEFAULTS
                .with(v -> v.maxConcurrentRequests(3).queueSize(2).queueTimeout(Duration.ofSeconds(30)));
        try (TestServer server = serving(limits)) {
            List<RawClient> admitted = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int sent = i + 1;
                admitted.add(server.client().sendHead("GET /" + i + " HTTP/1.1", "Host: a"));
                Await.until("a place", () -> server.server().activeRequests() == Math.min(sent, 3)
                        && server.server().queuedRequests() == Math.max(0, sent - 3));
            }
            for (int i = 0; i < 4; i++) {
                RawClient refused = server.client();
                RawResponse response = refused.get("/refused");
                assertThat(response.status()).isEqualTo(503);
                assertThat(response.header("Retry-After")).contains("1");
                assertThat(response.headers("Connection")).containsExactly("close");
                refused.close();
            }
            assertThat(server.server().activeRequests()).isEqualTo(3);
            assertThat(server.server().queuedRequests()).isEqualTo(2);
            assertThat(server.events().started()).hasSize(3);
            assertThat(server.events().rejected()).hasSize(4).extracting("reason").containsOnly(RejectReason.OVERLOAD);
            Await.until("the ends of the exchanges", () -> server.events().ended().size() == 4);
            assertThat(server.events().ended())
                    .allSatisfy(summary -> assertThat(summary.outcome()).isEqualTo(ExchangeOutcome.REJECTED));
            Await.until("the ends of the refused", () -> server.events().closed().size() == 4);
            assertThat(server.events().closeReasons()).containsOnly(CloseReason.LIMIT);
            permits.release(5);
            for (RawClient client : admitted) {
                assertThat(client.readResponse().text()).isEqualTo("done");
            }
            Await.until("an empty gate", () -> server.server().activeRequests() == 0);
        }
    }

    @Test
    void theRefusalComesBeforeTheBodyIsReadAndReachesTheUploader() {
        try (TestServer server = serving(DEFAULTS.with(v -> v.maxConcurrentRequests(1)))) {
            RawClient first = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            Await.until("the first", () -> server.server().activeRequests() == 1);
            RawClient second = server.client();
            second.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 100000", "Expect: 100-continue");
            RawResponse response = second.readResponse();
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.interim()).isEmpty();
            permits.release();
            assertThat(first.readResponse().text()).isEqualTo("done");
        }
    }

    @Test
    void whoWaitsTooLongGets503() {
        Limits limits = DEFAULTS.with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofMillis(50)));
        try (TestServer server = serving(limits)) {
            RawClient first = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            Await.until("the first", () -> server.server().activeRequests() == 1);
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.header("Retry-After")).contains("1");
            permits.release();
            assertThat(first.readResponse().status()).isEqualTo(200);
        }
    }

    /** Whoever has seen the end of a response finds the place that its request had. */
    @ParameterizedTest
    @ValueSource(strings = { "/fixed", "/chunked", "/empty", "/panic", "/refused" })
    void theNextRequestFindsTheRoomOfTheOneBefore(String path) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            switch (request.path()) {
                case "/fixed" -> response.write("x");
                case "/chunked" -> {
                    response.write("x");
                    response.flush();
                    response.write("y");
                }
                case "/panic" -> throw new IllegalStateException("on purpose");
                case "/refused" -> throw new RejectedRequestException(400, RejectReason.CONTENT, "on purpose");
                default -> {
                }
            }
        }).config(c -> c.limits(DEFAULTS.with(v -> v.maxConcurrentRequests(1)))).start()) {
            for (int i = 0; i < 300; i++) {
                try (RawClient client = server.client()) {
                    assertThat(client.get(path).status()).isNotEqualTo(503);
                }
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void aPanicGivesItsPlaceBack() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            throw new IllegalStateException("on purpose");
        }).config(c -> c.limits(DEFAULTS.with(v -> v.maxConcurrentRequests(1)))).start()) {
            for (int i = 0; i < 5; i++) {
                assertThat(server.client().get("/").status()).isEqualTo(500);
            }
            assertThat(log.errors()).hasSize(5);
        }
    }

    @Test
    void theLimitCanBeRaisedWhileRequestsWait() {
        Limits limits = DEFAULTS
                .with(v -> v.maxConcurrentRequests(1).queueSize(5).queueTimeout(Duration.ofSeconds(30)));
        try (TestServer server = serving(limits)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(server.client().sendHead("GET / HTTP/1.1", "Host: a"));
            }
            Await.until("three in the queue", () -> server.server().queuedRequests() == 3);
            server.server().limits(limits.with(v -> v.maxConcurrentRequests(3)));
            Await.until("three at work", () -> server.server().activeRequests() == 3);
            assertThat(server.server().queuedRequests()).isEqualTo(1);
            permits.release(4);
            clients.forEach(client -> assertThat(client.readResponse().status()).isEqualTo(200));
        }
    }

    // ---- max-connections

    @Test
    void beyondMaxConnectionsTheBacklogWaits() {
        try (TestServer server = TestServer.builder((request, response) -> response.write("done"))
                .config(c -> c.limits(DEFAULTS.with(v -> v.maxConnections(2)))).start()) {
            RawClient one = server.client();
            RawClient two = server.client();
            assertThat(one.get("/").text()).isEqualTo("done");
            assertThat(two.get("/").text()).isEqualTo("done");
            RawClient three = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(three.isClosedByPeer(Duration.ofMillis(100))).isFalse();
            assertThat(server.events().accepted()).hasSize(2);
            one.close();
            assertThat(three.readResponse().text()).isEqualTo("done");
            assertThat(server.events().accepted()).hasSize(3);
            assertThat(server.server().openConnections()).isEqualTo(2);
        }
    }

    @Test
    void maxConnectionsCanBeRaisedWhileTheBacklogWaits() {
        Limits limits = DEFAULTS.with(v -> v.maxConnections(1));
        try (TestServer server = TestServer.builder((request, response) -> response.write("done"))
                .config(c -> c.limits(limits)).start()) {
            assertThat(server.client().get("/").text()).isEqualTo("done");
            RawClient two = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(two.isClosedByPeer(Duration.ofMillis(50))).isFalse();
            server.server().limits(limits.with(v -> v.maxConnections(2)));
            assertThat(two.readResponse().text()).isEqualTo("done");
        }
    }

    @Test
    void aServerThatIsFullCanStopAndServesTheBacklogFirst() throws Exception {
        try (TestServer server = TestServer.builder((request, response) -> response.write("done"))
                .config(c -> c.limits(DEFAULTS.with(v -> v.maxConnections(1)))).start()) {
            assertThat(server.client().get("/").text()).isEqualTo("done");
            RawClient two = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(server.server().shutdown(Await.BOUND)).isTrue();
            assertThat(two.readResponse().text()).isEqualTo("done");
        }
    }

    private TestServer serving(Limits limits) {
        return TestServer.builder(waiting).config(c -> c.limits(limits)).start();
    }
}
