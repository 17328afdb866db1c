package io.zokor.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.spring.reactive.WebSocketApplication.Seen;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** WebSocket handlers of WebFlux, frame by frame. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class ReactiveWebSocketTests {

    private ConfigurableApplicationContext context;
    private Seen seen;
    private int port;

    @BeforeAll
    void start() {
        context = WebSocketApplication.start();
        port = WebSocketApplication.port(context);
        seen = context.getBean(Seen.class);
    }

    @AfterAll
    void end() {
        context.close();
    }

    @BeforeEach
    void forget() {
        seen.events().clear();
    }

    private FrameClient open(String path, String... fields) {
        return FrameClient.openAt(RawClient.connect(port), path, fields);
    }

    private RawResponse ask(String... lines) {
        try (RawClient client = RawClient.connect(port)) {
            return client.sendHead(lines).readResponse();
        }
    }

    private RawResponse refused(String path, String... fields) {
        try (RawClient client = RawClient.connect(port)) {
            return FrameClient.askAt(client, path, fields).readResponse();
        }
    }

    @Test
    void textAndBytesAreEchoed() {
        try (FrameClient client = open("/ws")) {
            assertThat(client.send(0x81, "h\u00e9llo").read().text()).isEqualTo("h\u00e9llo");
            assertThat(client.send(0x82, new byte[] { 1, 2 }).read().payload()).containsExactly(1, 2);
            assertThat(client.send(0x81, "").read().payload()).isEmpty();
            client.send(0x01, "in ").send(0x89, "p").send(0x80, "parts");
            assertThat(client.read().first()).isEqualTo(0x8a);
            assertThat(client.read().text()).isEqualTo("in parts");
        }
    }

    @Test
    void theAnswerHasTheFieldsOfFilters() {
        try (FrameClient client = open("/ws")) {
            assertThat(client.opening().header("X-Filter")).contains("was here");
            assertThat(client.opening().header("Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(client.opening().header("Content-Length")).isEmpty();
        }
    }

    @Test
    void reactorsContextIsKept() {
        try (FrameClient client = open("/context")) {
            assertThat(client.read().text()).isEqualTo("the filter");
        }
    }

    @Test
    void aHandshakeThatTakesItsTimeLetsTheServerSpeakFirst() {
        try (FrameClient client = open("/first", "X-Late: yes")) {
            assertThat(client.read().text()).isEqualTo("first");
        }
    }

    @Test
    void whatFailsBehindTheUpgradeOpensNothing() {
        assertThat(refused("/ws", "X-Fail-Behind: yes").status()).isEqualTo(500);
    }

    @Test
    void anotherVersionIs426() {
        RawResponse response = ask("GET /ws HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(response.status()).isEqualTo(426);
        assertThat(response.header("Sec-WebSocket-Version")).contains("13");
    }

    @Test
    void aBadKeyIs400() {
        assertThat(ask("GET /ws HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short").status()).isEqualTo(400);
    }

    @Test
    void anotherOriginIs403() {
        assertThat(refused("/ws", "Origin: https://evil.example").status()).isEqualTo(403);
        assertThat(refused("/ws", "Origin: null").status()).isEqualTo(403);
        assertThat(refused("/ws", "Origin: http://[").status()).isEqualTo(403);
        try (FrameClient client = open("/ws", "Origin: http://localhost")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
        }
    }

    @Test
    void springsOwnRulesForOriginsCount() {
        try (FrameClient client = open("/cors", "Origin: https://friend.example")) {
            assertThat(client.read().text()).isEqualTo("cors");
        }
        assertThat(refused("/cors", "Origin: https://evil.example").status()).isEqualTo(403);
    }

    @Test
    void whatIsNotAskedForWaits() {
        try (FrameClient client = open("/demand")) {
            for (int i = 0; i < 5; i++) {
                client.send(0x81, "m" + i);
            }
            Await.until("subscribed", () -> seen.demand.get() != null);
            seen.demand.get().request(2);
            Await.until("two", () -> seen.events().size() == 2);
            seen.demand.get().request(1);
            Await.until("three", () -> seen.events().size() == 3);
            assertThat(seen.events()).containsExactly("m0", "m1", "m2");
            seen.demand.get().request(10);
            client.close(1000);
            Await.until("complete", () -> seen.events().contains("complete"));
            assertThat(seen.events()).containsExactly("m0", "m1", "m2", "m3", "m4", "complete");
        } finally {
            seen.demand.set(null);
        }
    }

    @Test
    void aPeerThatIsFasterThanTheApplicationHasToWait() {
        try (FrameClient client = open("/demand")) {
            Await.until("subscribed", () -> seen.demand.get() != null);
            Thread sender = Thread.ofVirtual().start(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        client.send(0x82, new byte[60_000]);
                    }
                } catch (RuntimeException | AssertionError e) {
                    // The socket was closed.
                    Thread.currentThread().interrupt();
                }
            });
            ZokorWebServer server = server();
            Await.until("nothing is read any more", () -> {
                long before = received(server);
                Thread.onSpinWait();
                return before == 1 && received(server) == 1;
            });
            assertThat(sender.isAlive()).isTrue();
        } finally {
            seen.demand.set(null);
        }
    }

    private static long received(ZokorWebServer server) {
        return server.webSockets().open().stream().filter(session -> session.request().path().equals("/demand"))
                .mapToLong(session -> session.snapshot().received()).max().orElse(0);
    }

    private ZokorWebServer server() {
        return (ZokorWebServer) ((ReactiveWebServerApplicationContext) context).getWebServer();
    }

    @Test
    void aPublisherIsAskedForMoreOnlyWhenBytesWereWritten() {
        seen.produced.set(0);
        try (RawClient raw = RawClient.connect(new java.net.InetSocketAddress("localhost", port), 4096);
                FrameClient client = FrameClient.openAt(raw, "/flood")) {
            assertThat(client.read().payload()).hasSize(64 * 1024);
            Await.until("the writing is blocked", () -> server().webSockets().open().stream()
                    .filter(session -> session.request().path().equals("/flood"))
                    .map(session -> session.snapshot().blocked())
                    .anyMatch(blocked -> blocked != null && blocked.toMillis() > 50));
            int produced = seen.produced.get();
            long sent = server().webSockets().open().stream().filter(s -> s.request().path().equals("/flood"))
                    .mapToLong(s -> s.snapshot().sent()).sum();
            assertThat((long) produced).isEqualTo(sent + 1);
        }
    }

    @Test
    void aCancelledReceiverStillSeesTheClose() {
        try (FrameClient client = open("/one")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
            client.send(0x81, "dropped").send(0x81, "as well");
            assertThat(client.close(4000).read().closeCode()).isEqualTo(4000);
            Await.until("closed", () -> seen.events().equals(List.of("closed 4000")));
        }
    }

    @Test
    void theCloseStatusIsToldOnceToEach() {
        try (FrameClient client = open("/watch")) {
            assertThat(client.close(1000).read().closeCode()).isEqualTo(1000);
            client.raw().expectClosed();
            assertThat(seen.events()).containsExactly("closed 1000", "again 1000", "complete false");
        }
    }

    @Test
    void whoLeavesWithoutACloseFrameIs1006() {
        FrameClient client = open("/watch");
        client.raw().reset();
        Await.until("closed", () -> seen.events().size() == 3);
        assertThat(seen.events()).containsExactly("closed 1006", "again 1006", "complete false");
    }

    @Test
    void aHandlerThatCompletesCloses() {
        try (FrameClient client = open("/done")) {
            assertThat(client.send(0x81, "a").read().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void aHandlerThatFailsClosesWith1011AndSaysNothingOfTheCause(CapturedOutput output) {
        try (FrameClient client = open("/fail")) {
            FrameClient.Frame close = client.send(0x81, "a").read();
            assertThat(close.closeCode()).isEqualTo(1011);
            assertThat(close.payload()).hasSize(2);
            client.close(1011);
            client.raw().expectClosed();
            Await.until("logged", () -> output.toString().contains("on purpose"));
        }
    }

    @Test
    void theApplicationCloses() {
        try (FrameClient client = open("/close")) {
            FrameClient.Frame close = client.send(0x81, "a").read();
            assertThat(close.closeCode()).isEqualTo(4001);
            assertThat(close.text()).endsWith("enough");
            client.close(4001);
            Await.until("closed", () -> seen.events().equals(List.of("closed 4001 enough")));
        }
    }

    @Test
    void pingsOfTheApplicationAndTheirPongs() {
        try (FrameClient client = open("/ping")) {
            FrameClient.Frame ping = client.read();
            assertThat(ping.first()).isEqualTo(0x89);
            client.send(0x8a, ping.payload());
            Await.until("the pong", () -> seen.events().equals(List.of("PONG p")));
        }
    }

    @Test
    void bothSidesAtOnceManyTimes() throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            try (FrameClient client = open("/done")) {
                client.send(0x81, "a").close(1000);
                assertThat(client.read().closeCode()).isEqualTo(1000);
                client.raw().expectClosed();
            }
        }
        Await.until("none is left", () -> server().webSockets().size() == 0);
    }
}
