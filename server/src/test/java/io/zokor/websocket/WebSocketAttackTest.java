package io.zokor.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.Deflater;

import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attacks that shared/WEBSOCKET.md lists, each through a client that sends any bytes. */
@Timeout(60)
class WebSocketAttackTest {

    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

    private static void echo(WebSocket session) throws IOException {
        for (WebSocketMessage message; (message = session.read()) != null;) {
            session.write(message);
        }
    }

    private static TestServer echoing(WebSocketOptions options) {
        return TestServer.serving(WebSockets.handler(options, WebSocketAttackTest::echo));
    }

    private static TestServer echoing() {
        return echoing(WebSocketOptions.defaults().withCompression(true));
    }

    private static TestServer timed(ManualClock clock, WebSocketHandler handler) {
        return TestServer.builder(WebSockets.handler(handler)).server(made -> made.ticker(clock)).start();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({ "2, 125", "8, 65535", "8, -1", "8, -9223372036854775808" })
    void aLengthThatIsNegativeOrNotMinimal(int lengthBytes, long length) {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.raw().send(FrameClient.frame(BINARY, new byte[0], lengthBytes, length));
            assertThat(client.read().closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.raw().send(FrameClient.frame(0x02, new byte[] { 1 }));
            client.raw().send(FrameClient.frame(0x80, new byte[0], 8, Long.MAX_VALUE));
            assertThat(client.read().closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aCompressionBombIsStoppedAtTheLimit() {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[50_000_000]);
        byte[] bomb = new byte[200_000];
        int size = deflater.deflate(bomb, 0, bomb.length, Deflater.SYNC_FLUSH);
        deflater.end();
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client(), DEFLATE)) {
            client.raw().send(FrameClient.frame(0xc2, Arrays.copyOf(bomb, size - 4)));
            assertThat(client.read().closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aHundredEmptyFragmentsInARow() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.send(0x01, "x");
            for (int i = 0; i < 100; i++) {
                client.send(0x00, "");
            }
            assertThat(client.read().closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void manyTinyFragmentsAreOneMessage() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.send(0x01, "x");
            for (int i = 0; i < 5_000; i++) {
                client.send(0x00, "x");
            }
            assertThat(client.send(0x80, "x").read().text()).hasSize(5_002);
        }
    }

    @Test
    void aMessageThatDrips() {
        ManualClock clock = new ManualClock();
        AtomicReference<WebSocket> opened = new AtomicReference<>();
        try (TestServer server = timed(clock, session -> {
            session.readPart();
            // Not before: time that passes before the message has begun is none of it.
            opened.set(session);
            session.readPart();
        }); FrameClient client = FrameClient.open(server.client())) {
            client.send(0x01, "x");
            Await.until("reading on", () -> opened.get() instanceof Session session && session.liveness().waits());
            clock.advance(Duration.ofSeconds(31));
            assertThat(client.read().closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void aFloodOfPingsAndPongsHoldsNothingUp() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            for (int i = 0; i < 1_000; i++) {
                client.send(0x89, "ping " + i).send(0x8a, "pong " + i);
            }
            client.send(TEXT, "still here");
            FrameClient.Frame frame;
            String last = "";
            while ((frame = client.read()).first() == 0x8a) {
                last = frame.text();
            }
            assertThat(frame.text()).isEqualTo("still here");
            assertThat(last).isEqualTo("ping 999");
        }
    }

    @Test
    void aCloseThatIsNeverAnswered() {
        ManualClock clock = new ManualClock();
        try (TestServer server = timed(clock, session -> session.close(CloseStatus.NORMAL, "bye"));
                FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.read().closeCode()).isEqualTo(1000);
            clock.advance(Duration.ofSeconds(6));
            client.raw().expectReset();
            server.events().awaitClosed(1);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WEBSOCKET_CLOSE);
        }
    }

    @Test
    void aReaderThatDoesNotRead() {
        ManualClock clock = new ManualClock();
        AtomicReference<WebSocket> opened = new AtomicReference<>();
        try (TestServer server = timed(clock, session -> {
            opened.set(session);
            while (true) {
                session.write("x".repeat(100_000));
            }
        }); FrameClient client = FrameClient.open(RawClient.connect(server.server().address(), 4096))) {
            Await.until("stuck", () -> opened.get() != null && opened.get().snapshot().blocked() != null);
            Await.until("ended", () -> {
                clock.advance(Duration.ofSeconds(21));
                return !opened.get().isOpen();
            });
            server.events().awaitClosed(1);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WEBSOCKET_SEND);
            assertThat(opened.get().closed())
                    .isEqualTo(new WebSocketClose(CloseStatus.ABNORMAL, WebSocketClose.By.SERVER));
        }
    }

    @Test
    void aDeadPeerIsPingedAndThenReset() {
        ManualClock clock = new ManualClock();
        AtomicReference<WebSocket> opened = new AtomicReference<>();
        try (TestServer server = timed(clock, session -> {
            opened.set(session);
            session.read();
        }); FrameClient client = FrameClient.open(server.client())) {
            Await.until("reading", () -> opened.get() instanceof Session session && session.liveness().waits());
            clock.advance(Duration.ofSeconds(30));
            assertThat(client.read().first()).isEqualTo(0x89);
            clock.advance(Duration.ofSeconds(31));
            client.raw().expectReset();
            server.events().awaitClosed(1);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WEBSOCKET_PONG);
        }
    }

    @Test
    void aPeerThatAnswersPingsLives() {
        ManualClock clock = new ManualClock();
        AtomicReference<WebSocket> opened = new AtomicReference<>();
        try (TestServer server = timed(clock, session -> {
            opened.set(session);
            echo(session);
        }); FrameClient client = FrameClient.open(server.client())) {
            for (int i = 0; i < 5; i++) {
                Await.until("reading", () -> opened.get() instanceof Session session && session.liveness().waits());
                clock.advance(Duration.ofSeconds(30));
                client.send(0x8a, client.read().payload());
                client.send(TEXT, "alive");
                assertThat(client.read().text()).isEqualTo("alive");
            }
            assertThat(opened.get().snapshot().roundTrip()).isNotNull();
        }
    }

    @Test
    void textThatIsNotUtf8FailsAtTheFirstByteThatShowsIt() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.raw().send(FrameClient.frame(TEXT, bytes('o', 'k', 0xed, 0xa0), 1, 100));
            assertThat(client.read().closeCode()).isEqualTo(1007);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000 })
    void aCloseStatusThatNobodyMaySend(int code) {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.close(code).read().closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0xa1, 0x91, 0xc1, 0x83, 0x8b, 0x80, 0x09 })
    void reservedBitsAndOpcodes(int first) {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.send(first, "x").read().closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void aFrameThatIsNotMasked() {
        try (TestServer server = echoing(); FrameClient client = FrameClient.open(server.client())) {
            client.raw().send(bytes(TEXT, 1, 'x'));
            assertThat(client.read().closeCode()).isEqualTo(1002);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "foo=1", "server_no_context_takeover=1", "client_max_window_bits=7",
        "server_max_window_bits",
        "client_max_window_bits=08", "client_no_context_takeover; client_no_context_takeover" })
    void oddExtensionParametersAreDeclined(String parameters) {
        try (TestServer server = echoing();
                FrameClient client = FrameClient.open(server.client(), DEFLATE + "; " + parameters)) {
            assertThat(client.opening().hasHeader("Sec-WebSocket-Extensions")).isFalse();
            assertThat(client.send(TEXT, "x").read().text()).isEqualTo("x");
        }
    }

    @ParameterizedTest
    @CsvSource({ "http://evil.example, 403", "null, 403", "http://localhost:81, 403", "http://localhost, 101",
        "https://localhost, 101", "https://friend.example, 101" })
    void aPageOfAnotherOrigin(String origin, int status) {
        try (TestServer server = echoing(
                WebSocketOptions.defaults().withAllowedOrigins(Set.of("https://friend.example")))) {
            assertThat(FrameClient.ask(server.client(), "Origin: " + origin).readHead().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Length: 1", "Transfer-Encoding: chunked" })
    void aBodyOnTheHandshake(String field) {
        try (TestServer server = echoing()) {
            assertThat(FrameClient.ask(server.client(), field).readHead().status()).isEqualTo(400);
        }
    }

    @Test
    void moreSessionsThanThereMayBe() {
        WebSocketSessions sessions = new WebSocketSessions(1);
        try (TestServer server = echoing(WebSocketOptions.defaults().withSessions(sessions))) {
            FrameClient first = FrameClient.open(server.client());
            first.send(TEXT, "x").read();
            assertThat(FrameClient.ask(server.client()).readHead().status()).isEqualTo(503);
            first.close(1000).read();
            Await.until("ended", () -> sessions.open().isEmpty());
            assertThat(FrameClient.ask(server.client()).readHead().status()).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: x" })
    void aFieldTwice(String field) {
        try (TestServer server = echoing()) {
            assertThat(FrameClient.ask(server.client(), field).readHead().status()).isBetween(400, 499);
        }
    }

    @Test
    void anotherVersionIsToldWhichOneIsSpoken() {
        try (TestServer server = echoing()) {
            var answer = server.client().sendHead("GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                    "Connection: Upgrade", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                    .readHead();
            assertThat(answer.status()).isEqualTo(426);
            assertThat(answer.header("Sec-WebSocket-Version")).contains("13");
        }
    }
}
