package io.zokor.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** Reading and writing by the API. */
@Timeout(60)
class WebSocketTest {

    @Test
    void aSessionInPlace() {
        try (TestServer server = TestServer.serving((request, response) -> {
            try (WebSocket session = WebSockets.accept(request, response, WebSocketOptions.defaults())) {
                assertThat(session).isNotNull();
                session.write("hello");
            }
        }); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.read().text()).isEqualTo("hello");
            assertThat(client.read().closeCode()).isEqualTo(1000);
            client.close(1000);
            client.raw().expectClosed();
        }
    }

    @Test
    void textInPartsIsCutBetweenCharacters() {
        List<WebSocketMessage> parts = new CopyOnWriteArrayList<>();
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            for (WebSocketMessage part; (part = session.readPart()) != null;) {
                parts.add(part);
            }
        })); FrameClient client = FrameClient.open(server.client())) {
            byte[] text = "a\u20acb".getBytes(StandardCharsets.UTF_8);
            client.send(0x01, Arrays.copyOf(text, 2));
            client.send(0x80, Arrays.copyOfRange(text, 2, text.length));
            client.close(1000).read();
            Await.until("both", () -> parts.size() == 2);
            assertThat(parts).containsExactly(new WebSocketMessage.Text("a", false),
                    new WebSocketMessage.Text("\u20acb", true));
        }
    }

    @Test
    void streamsOfTextAndBytes() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            Reader text = session.nextText();
            StringWriter all = new StringWriter();
            text.transferTo(all);
            InputStream binary = session.nextBinary();
            seen.add(all + " " + binary.readAllBytes().length);
            session.write("done");
        })); FrameClient client = FrameClient.open(server.client())) {
            client.send(0x01, "x".repeat(100_000)).send(0x80, "y");
            client.send(0x02, new byte[300_000]).send(0x80, new byte[1]);
            assertThat(client.read().text()).isEqualTo("done");
            assertThat(seen).containsExactly("x".repeat(100_000) + "y 300001");
        }
    }

    @Test
    void aCharacterInTwoHalvesIsSentWhole() {
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            session.write("\ud83d", false);
            session.write("\ude00", true);
        })); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.read().text() + client.read().text()).isEqualTo("\ud83d\ude00");
        }
    }

    @Test
    void aFullQueueFailsThatSendAlone() {
        AtomicReference<@Nullable Throwable> refused = new AtomicReference<>();
        List<Object> sent = new CopyOnWriteArrayList<>();
        WebSocketOptions options = WebSocketOptions.defaults().withSendQueue(1 << 20);
        try (TestServer server = TestServer.serving(WebSockets.handler(options, session -> {
            while (refused.get() == null) {
                session.send(new WebSocketMessage.Binary(ByteBuffer.allocate(300_000)), failure -> {
                    if (failure != null) {
                        refused.set(failure);
                    } else {
                        sent.add("sent");
                    }
                });
            }
            session.read();
        })); FrameClient client = FrameClient.open(RawClient.connect(server.server().address(), 4096))) {
            Await.until("refused", () -> refused.get() != null);
            assertThat(refused.get()).isInstanceOf(WebSocketException.class).hasMessageContaining("send-queue");
            assertThat(client.read().payload()).hasSize(300_000);
            Await.until("sent", () -> !sent.isEmpty());
        }
    }

    @Test
    void limitsChangeWhileASessionRuns() {
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            session.maxTextSize(3);
            for (WebSocketMessage message; (message = session.read()) != null;) {
                session.write(message);
            }
        })); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.send(0x81, "abc").read().text()).isEqualTo("abc");
            assertThat(client.send(0x82, "abcd").read().text()).isEqualTo("abcd");
            assertThat(client.send(0x81, "abcd").read().closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aMessageThatIsTooLargeIsToldOnceWithItsProperty() {
        WebSocketOptions options = WebSocketOptions.defaults();
        try (LogCapture log = LogCapture.of("io.zokor.websocket");
                TestServer server = TestServer.serving(WebSockets.handler(options, session -> {
                    session.maxTextSize(3);
                    session.read();
                }))) {
            for (int i = 0; i < 2; i++) {
                try (FrameClient client = FrameClient.open(server.client())) {
                    assertThat(client.send(0x81, "abcd").read().closeCode()).isEqualTo(1009);
                }
            }
            assertThat(log.warnings()).singleElement().asString().contains("1009",
                    "zokor.websocket.max-message-size");
        }
    }

    @Test
    void theServersOrderOfSubprotocolsCounts() {
        WebSocketOptions options = WebSocketOptions.defaults().withSubprotocols(List.of("v2", "v1"));
        try (TestServer server = TestServer.serving(WebSockets.handler(options, WebSocket::read));
                FrameClient client = FrameClient.open(server.client(), "Sec-WebSocket-Protocol: v1, v2")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("v2");
        }
    }

    @Test
    void whoWaitsForSomethingElseIsToldOfTheClosing() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        AtomicReference<WebSocketClose> seen = new AtomicReference<>();
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            session.onClosing(told::countDown);
            session.write("ready");
            told.await();
            seen.set(session.closed());
            Runnable late = () -> seen.set(new WebSocketClose(session.closed().status().withReason("late"),
                    WebSocketClose.By.SERVER));
            session.onClosing(late);
        })); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.read().text()).isEqualTo("ready");
            Thread shutdown = Thread.ofVirtual().start(() -> {
                try {
                    server.server().shutdown(Duration.ofSeconds(10));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(client.read().closeCode()).isEqualTo(1001);
            client.close(1001);
            client.raw().expectClosed();
            shutdown.join();
            assertThat(seen.get())
                    .isEqualTo(new WebSocketClose(new CloseStatus(1001, "late"), WebSocketClose.By.SERVER));
        }
    }

    @Test
    void aRecordingTellsHowASessionEnded() {
        List<RecordedEvent> events = new CopyOnWriteArrayList<>();
        try (RecordingStream recording = new RecordingStream()) {
            recording.setReuse(false);
            recording.onEvent("io.zokor.WebSocket", events::add);
            recording.startAsync();
            try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
                session.write(session.read());
                session.read();
            })); FrameClient client = FrameClient.open(server.client(), "X-Session: recorded")) {
                client.send(0x81, "a").read();
                client.close(4000).read();
                client.raw().expectClosed();
            }
            recording.stop();
        }
        assertThat(events).anySatisfy(event -> {
            assertThat(event.getInt("code")).isEqualTo(4000);
            assertThat(event.getString("by")).isEqualTo("peer");
            assertThat(event.getString("path")).isEqualTo("/ws");
            assertThat(event.getLong("received")).isEqualTo(1);
            assertThat(event.getLong("sent")).isEqualTo(1);
            assertThat(event.getDuration("elapsed")).isPositive();
        });
    }

    @Test
    void aSessionSpeaksFirstWhereTheRequestWasWatched() {
        Handler webSocket = WebSockets.handler(session -> {
            session.write("first");
            session.write(session.read());
        });
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().onPeerGone(() -> {
            });
            webSocket.handle(request, response);
        }); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.read().text()).isEqualTo("first");
            assertThat(client.send(0x81, "second").read().text()).isEqualTo("second");
        }
    }
}
