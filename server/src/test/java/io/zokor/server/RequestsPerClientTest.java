package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.ClientAddresses;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** zokor.limits.max-per-client for requests: what one client has takes no turn from another. Linux has all of 127.0.0.0/8 for clients. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class RequestsPerClientTest {

    private static final String FLOOD = "127.0.0.2";

    private static final String OTHER = "127.0.0.3";

    private static final String PROXY = "127.0.0.9";

    /** The proxy names its clients in a field. */
    private static final ClientAddresses ADDRESSES = new ClientAddresses() {
        @Override
        public boolean isProxy(SocketAddress address) {
            return address instanceof InetSocketAddress inet
                    && inet.getAddress().getHostAddress().equals(PROXY);
        }

        @Override
        public SocketAddress clientOf(Request request) {
            SocketAddress peer = request.connection().remoteAddress();
            String named = request.headers().get("Client");
            return isProxy(peer) && named != null
                    ? new InetSocketAddress(InetAddress.ofLiteral(named), 0)
                    : peer;
        }
    };

    private final Semaphore permits = new Semaphore(0);

    private final Handler handler = (request, response) -> {
        switch (request.path()) {
            case "/wait" -> {
                if (!permits.tryAcquire(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("waited in vain");
                }
            }
            case "/panic" -> throw new IllegalStateException("on purpose");
            case "/close" -> response.headers().set("Connection", "close");
            default -> {
            }
        }
        response.write("done");
    };

    private TestServer.Builder builder(int maxPerClient) {
        return TestServer.builder(handler).server(made -> made.clientAddresses(ADDRESSES))
                .config(c -> c.limits(Limits.defaults()
                        .with(v -> v.maxPerClient(maxPerClient).drainTimeout(Duration.ofMillis(200)))));
    }

    /** Has a request wait in its handler, or for that. */
    private RawClient waiting(String address, TestServer server, String... fields) {
        int before = server.server().activeRequests() + server.server().queuedRequests();
        RawClient client = server.clientFrom(address);
        List<String> lines = new ArrayList<>(List.of("GET /wait HTTP/1.1", "Host: a"));
        lines.addAll(List.of(fields));
        client.sendHead(lines.toArray(String[]::new));
        Await.until("a place", () -> server.server().activeRequests() + server.server().queuedRequests() == before + 1);
        return client;
    }

    private static void isEmptyWhenAllHaveLeft(TestServer server) {
        server.close();
        assertThat(server.server().mostOfOneClient()).isZero();
    }

    @Test
    void connectionsOfAProxyAreNotCountedButTheRequestsOfItsClients() {
        try (TestServer server = builder(2).start()) {
            RawClient one = waiting(PROXY, server, "Client: 192.0.2.1");
            RawClient two = waiting(PROXY, server, "Client: 192.0.2.1");
            RawClient refused = server.clientFrom(PROXY);
            assertThat(refused.sendHead("GET / HTTP/1.1", "Host: a", "Client: 192.0.2.1").readResponse().status())
                    .isEqualTo(429);
            RawClient other = waiting(PROXY, server, "Client: 192.0.2.2");
            permits.release(3);
            for (RawClient client : List.of(one, two, other)) {
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
            isEmptyWhenAllHaveLeft(server);
        }
    }

    @Test
    void whatAClientSaysOfItselfIsNotBelieved() {
        try (TestServer server = builder(1).start()) {
            waiting(FLOOD, server, "Client: 192.0.2.1", "X-Forwarded-For: 192.0.2.1");
            server.clientFrom(FLOOD).expectReset();
            permits.release();
        }
    }

    @Test
    void aRequestTooManyGets429AndItsConnectionEnds() {
        try (LogCapture log = LogCapture.server();
                TestServer server = builder(1).start()) {
            RawClient first = waiting(PROXY, server, "Client: 192.0.2.1");
            RawClient second = server.clientFrom(PROXY);
            second.sendHead("POST /wait HTTP/1.1", "Host: a", "Client: 192.0.2.1", "Content-Length: 100000",
                    "Expect: 100-continue");
            RawResponse response = second.readResponse();
            assertThat(response.status()).isEqualTo(429);
            assertThat(response.interim()).as("the body is not asked for").isEmpty();
            assertThat(response.header("Retry-After")).contains("1");
            assertThat(response.headers("Connection")).containsExactly("close");
            assertThat(response.text()).isEqualTo("429 Too Many Requests\n");
            second.close();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.REJECTED);
            assertThat(server.events().rejected()).singleElement()
                    .satisfies(event -> assertThat(event.reason()).isEqualTo(RejectReason.PER_CLIENT))
                    .satisfies(event -> assertThat(event.status()).isEqualTo(429));
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.LIMIT);
            assertThat(log.warnings()).singleElement().asString().contains("192.0.2.1/32 has 1 requests",
                    "zokor.limits.max-per-client");
            permits.release();
            assertThat(first.readResponse().status()).isEqualTo(200);
        }
    }

    private TestServer full(int maxPerClient, int running, int queue) {
        return builder(maxPerClient).config(c -> c.limits(c.build().limits().with(v -> v.maxConcurrentRequests(running)
                .queueSize(queue).queueTimeout(Duration.ofSeconds(30)))))
                .start();
    }

    /** The flood stays below its own limit, but has all places: those that run, and those that wait. */
    @Test
    void aFloodThatHasTheGateAndTheQueueTakesNobodysTurn() {
        try (TestServer server = full(100, 2, 3)) {
            List<RawClient> flood = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                flood.add(waiting(PROXY, server, "Client: 192.0.2.1"));
            }
            assertThat(server.server().queuedRequests()).isEqualTo(3);
            RawClient other = server.clientFrom(OTHER).sendHead("GET / HTTP/1.1", "Host: a");
            RawResponse displaced = flood.removeLast().readResponse();
            assertThat(displaced.status()).as("the last one of the flood").isEqualTo(503);
            assertThat(displaced.header("Retry-After")).contains("1");
            assertThat(server.server().queuedRequests()).isEqualTo(3);
            assertThat(server.events().started()).hasSize(2);
            // One of the flood waits longer, the other came later: its turn is the second.
            permits.release(2);
            assertThat(other.readResponse().status()).isEqualTo(200);
            assertThat(server.events().ended()).filteredOn(end -> end.outcome() == ExchangeOutcome.COMPLETED)
                    .hasSizeLessThan(4);
            permits.release(2);
            flood.forEach(client -> assertThat(client.readResponse().status()).isEqualTo(200));
            isEmptyWhenAllHaveLeft(server);
        }
    }

    @Test
    void whatIsBeyondAClientsShareTakesNoPlaceInTheQueue() {
        try (TestServer server = full(3, 2, 2)) {
            List<RawClient> flood = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                flood.add(waiting(PROXY, server, "Client: 192.0.2.1"));
            }
            for (int i = 0; i < 5; i++) {
                RawClient refused = server.clientFrom(PROXY);
                assertThat(refused.sendHead("GET /wait HTTP/1.1", "Host: a", "Client: 192.0.2.1").readResponse()
                        .status()).isEqualTo(429);
            }
            assertThat(server.server().queuedRequests()).isEqualTo(1);
            RawClient other = waiting(PROXY, server, "Client: 192.0.2.2");
            permits.release(4);
            flood.forEach(client -> assertThat(client.readResponse().status()).isEqualTo(200));
            assertThat(other.readResponse().status()).isEqualTo(200);
            isEmptyWhenAllHaveLeft(server);
        }
    }

    /** Whoever has seen the end of a response finds the place that its request had. */
    @ParameterizedTest
    @ValueSource(strings = { "/", "/close", "/panic" })
    void theNextRequestFindsThePlaceOfTheOneBefore(String path) {
        try (LogCapture log = LogCapture.server();
                TestServer server = builder(1).start()) {
            for (int i = 0; i < 50; i++) {
                try (RawClient client = RawClient.connectFrom(PROXY, server.port())) {
                    assertThat(client.get(path).status()).isNotEqualTo(429);
                }
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void underAStormOfClientsNoPlaceIsLost() throws Exception {
        try (TestServer server = full(3, 4, 4)) {
            List<Thread> threads = new ArrayList<>();
            permits.release(1_000_000);
            for (int i = 0; i < 12; i++) {
                String address = "127.0.0." + (2 + i % 3);
                boolean patient = i % 2 == 0;
                threads.add(Thread.ofVirtual().start(() -> {
                    for (int n = 0; n < 60; n++) {
                        RawClient client = RawClient.connectFrom(address, server.port());
                        boolean sent = client.trySend("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
                        if (patient && sent) {
                            client.isClosedByPeer(Duration.ofMillis(5));
                        }
                        client.reset();
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Await.BOUND)).isTrue();
            }
            Await.until("the end of all", () -> server.server().openConnections() == 0);
            assertThat(server.server().mostOfOneClient()).isZero();
            assertThat(server.server().activeRequests()).isZero();
            for (String address : List.of(FLOOD, OTHER)) {
                assertThat(server.clientFrom(address).get("/").status()).isEqualTo(200);
            }
        }
    }
}
