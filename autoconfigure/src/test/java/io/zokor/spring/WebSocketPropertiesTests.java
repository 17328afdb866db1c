package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.spring.reactive.WebSocketApplication;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** What each of {@code zokor.websocket.*} does, frame by frame. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class WebSocketPropertiesTests {

    private ConfigurableApplicationContext context;

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    private int start(String... properties) {
        context = WebSocketApplication.start(properties);
        return WebSocketApplication.port(context);
    }

    private static FrameClient open(int port, String path, String... fields) {
        return FrameClient.openAt(RawClient.connect(port), path, fields);
    }

    private static RawResponse refused(int port, String... fields) {
        try (RawClient client = RawClient.connect(port)) {
            return FrameClient.askAt(client, "/ws", fields).readResponse();
        }
    }

    @Test
    void maxMessageSize() {
        int port = start("zokor.websocket.max-message-size=10B");
        try (FrameClient client = open(port, "/ws")) {
            assertThat(client.send(0x81, "x".repeat(10)).read().text()).hasSize(10);
            assertThat(client.send(0x81, "x".repeat(11)).read().closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void maxSessions(CapturedOutput output) {
        int port = start("zokor.websocket.max-sessions=1");
        try (FrameClient client = open(port, "/ws")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
            assertThat(refused(port).status()).isEqualTo(503);
            assertThat(refused(port).status()).isEqualTo(503);
            client.close(1000).read();
            client.raw().expectClosed();
        }
        try (FrameClient again = open(port, "/ws")) {
            assertThat(again.send(0x81, "a").read().text()).isEqualTo("a");
        }
        assertThat(output.toString().split("zokor.websocket.max-sessions raises", -1).length).isLessThanOrEqualTo(2);
    }

    @Test
    void pingInterval() {
        int port = start("zokor.websocket.ping-interval=100ms");
        try (FrameClient client = open(port, "/ws")) {
            FrameClient.Frame ping = client.read();
            assertThat(ping.first()).isEqualTo(0x89);
            client.send(0x8a, ping.payload());
            assertThat(client.read().first()).isEqualTo(0x89);
        }
    }

    @Test
    void pongTimeout() {
        int port = start("zokor.websocket.ping-interval=100ms", "zokor.websocket.pong-timeout=100ms");
        try (FrameClient client = open(port, "/ws")) {
            assertThat(client.read().first()).isEqualTo(0x89);
            client.raw().expectReset();
        }
    }

    @Test
    void idleTimeout() {
        int port = start("zokor.websocket.idle-timeout=200ms");
        try (FrameClient client = open(port, "/ws")) {
            assertThat(client.read().closeCode()).isEqualTo(1001);
        }
    }

    @Test
    void sendTimeout() {
        int port = start("zokor.websocket.send-timeout=300ms");
        try (RawClient raw = RawClient.connect(new InetSocketAddress("localhost", port), 4096);
                FrameClient client = FrameClient.openAt(raw, "/flood")) {
            client.read();
            ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
            Await.until("gone", () -> server.webSockets().size() == 0);
            raw.expectReset();
        }
    }

    @Test
    void sendQueue() {
        int port = start("zokor.websocket.send-queue=250KB");
        WebSocketApplication.Seen seen = context.getBean(WebSocketApplication.Seen.class);
        try (RawClient raw = RawClient.connect(new InetSocketAddress("localhost", port), 4096);
                FrameClient client = FrameClient.openAt(raw, "/many")) {
            client.send(0x81, "go");
            Await.until("refused", () -> seen.events().stream()
                    .anyMatch(event -> event.contains("zokor.websocket.send-queue raises the limit")));
        }
    }

    @Test
    void closeTimeout() {
        int port = start("zokor.websocket.close-timeout=200ms");
        try (FrameClient client = open(port, "/done")) {
            assertThat(client.send(0x81, "a").read().closeCode()).isEqualTo(1000);
            client.raw().expectReset();
        }
    }

    @Test
    void compressionIsOffByDefault() {
        try (FrameClient client = open(start(), "/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertThat(client.opening().header("Sec-WebSocket-Extensions")).isEmpty();
        }
    }

    @Test
    void compression() {
        int port = start("zokor.websocket.compression.enabled=true", "zokor.websocket.compression.min-size=10B");
        try (FrameClient client = open(port, "/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
            assertThat(client.opening().header("Sec-WebSocket-Extensions").orElseThrow())
                    .startsWith("permessage-deflate");
            assertThat(client.send(0x81, "x".repeat(9)).read().first()).isEqualTo(0x81);
            assertThat(client.send(0x81, "x".repeat(10)).read().first()).isEqualTo(0xc1);
        }
    }

    @Test
    void allowedOrigins() {
        int port = start("zokor.websocket.allowed-origins=https://friend.example,https://other.example");
        try (FrameClient client = open(port, "/ws", "Origin: https://friend.example")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
        }
        assertThat(refused(port, "Origin: https://evil.example").status()).isEqualTo(403);
    }

    @Test
    void everyOriginMayBeAllowed() {
        int port = start("zokor.websocket.allowed-origins=*");
        try (FrameClient client = open(port, "/ws", "Origin: https://evil.example")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
        }
    }
}
