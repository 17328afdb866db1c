package io.zokor.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** What metrics, the live view and the logs tell of sessions, and how sessions end when the server does. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class WebSocketObservationTests {

    private ConfigurableApplicationContext context;

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    private FrameClient open(String path, String... fields) {
        return FrameClient.openAt(RawClient.connect(WebSocketApplication.port(context)), path, fields);
    }

    private double counter(String name, String... tags) {
        return context.getBean(MeterRegistry.class).get(name).tag("server", "main").tags(tags).functionCounter()
                .count();
    }

    private double sessions() {
        return context.getBean(MeterRegistry.class).get("zokor.websocket.sessions").gauge().value();
    }

    private ZokorWebServer server() {
        return (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
    }

    @Test
    void metricsCountSessionsMessagesBytesAndRefusals() {
        context = WebSocketApplication.start();
        try (FrameClient client = open("/ws");
                RawClient stranger = RawClient.connect(WebSocketApplication.port(context))) {
            client.send(0x81, "hello").read();
            client.send(0x82, new byte[10]).read();
            assertThat(sessions()).isEqualTo(1);
            assertThat(context.getBean(MeterRegistry.class).get("zokor.connections").tag("state", "websocket").gauge()
                    .value()).isEqualTo(1);
            assertThat(FrameClient.askAt(stranger, "/ws", "Origin: http://evil.example").readResponse().status())
                    .isEqualTo(403);
            client.close(4321).read();
            client.raw().expectClosed();
        }
        Await.until("ended", () -> sessions() == 0);
        assertThat(counter("zokor.websocket.opened")).isEqualTo(1);
        assertThat(counter("zokor.websocket.closed", "code", "4xxx", "by", "peer")).isEqualTo(1);
        assertThat(counter("zokor.websocket.messages", "direction", "received")).isEqualTo(2);
        assertThat(counter("zokor.websocket.messages", "direction", "sent")).isEqualTo(2);
        assertThat(counter("zokor.websocket.bytes", "direction", "received")).isEqualTo(15);
        assertThat(counter("zokor.websocket.bytes", "direction", "sent")).isEqualTo(15);
        assertThat(counter("zokor.websocket.rejected", "reason", "origin")).isEqualTo(1);
        assertThat(context.getBean(MeterRegistry.class).get("zokor.websocket.duration").functionTimer()
                .totalTime(TimeUnit.NANOSECONDS)).isPositive();
    }

    @Test
    void timeLimitsAreCountedByTheirKind() {
        context = WebSocketApplication.start("zokor.websocket.ping-interval=50ms", "zokor.websocket.pong-timeout=50ms");
        try (FrameClient client = open("/ws")) {
            client.raw().expectReset();
        }
        Await.until("counted", () -> counter("zokor.timeouts", "kind", "websocket-pong") == 1);
        Await.until("closed", () -> counter("zokor.connections.closed", "reason", "timeout") == 1);
        assertThat(counter("zokor.websocket.closed", "code", "1006", "by", "server")).isEqualTo(1);
    }

    @Test
    void theLiveViewShowsSessions() {
        context = WebSocketApplication.start("management.endpoints.web.exposure.include=zokor",
                "zokor.websocket.ping-interval=50ms", "zokor.websocket.max-sessions=7");
        try (FrameClient client = open("/ws");
                RawClient viewer = RawClient.connect(WebSocketApplication.port(context))) {
            FrameClient.Frame ping = client.read();
            client.send(0x8a, ping.payload()).send(0x81, "a");
            for (FrameClient.Frame frame = client.read(); frame.first() != 0x81;) {
                frame = client.send(0x8a, frame.payload()).read();
            }
            String view = viewer.get("/actuator/zokor").text();
            assertThat(view).contains("\"webSockets\":[{\"connection\":\"", "\"path\":\"/ws\"",
                    "\"received\":1", "\"sent\":1", "\"queuedBytes\":0",
                    "\"websocket.max-sessions\":{\"used\":1,\"limit\":7}", "\"websocket\":1");
            assertThat(view).containsPattern("\"lastPongMillis\":\\d+,\"roundTripMillis\":\\d+");
            assertThat(view).containsPattern("\"ageMillis\":\\d+,\"received\"");
        }
    }

    @Test
    void theAccessLogHasOneLineForASession(CapturedOutput output) {
        context = WebSocketApplication.start("zokor.access-log.format=%s %r in %D us");
        try (FrameClient client = open("/ws?secret=1")) {
            client.send(0x81, "a").read();
            client.close(1000).read();
            client.raw().expectClosed();
        }
        context.close();
        assertThat(output.toString().lines().filter(line -> line.contains("GET /ws"))).singleElement().asString()
                .containsPattern("101 GET /ws\\?secret=1 HTTP/1.1 in \\d+ us");
        context = null;
    }

    @Test
    void aShutdownSaysGoodbyeAndWaitsOnlyForThoseWhoDoNotAnswer(CapturedOutput output) throws Exception {
        context = WebSocketApplication.start("zokor.websocket.close-timeout=1h");
        CompletableFuture<GracefulShutdownResult> result = new CompletableFuture<>();
        try (FrameClient polite = open("/ws"); FrameClient mute = open("/ws")) {
            polite.send(0x81, "a").read();
            mute.send(0x81, "a").read();
            server().shutDownGracefully(result::complete);
            assertThat(polite.read().closeCode()).isEqualTo(1001);
            assertThat(mute.read().closeCode()).isEqualTo(1001);
            polite.close(1001);
            polite.raw().expectClosed().close();
            Await.until("one is left", () -> server().server().openConnections() == 1);
            assertThat(result).isNotDone();
            server().stop();
            mute.raw().expectReset();
            assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.REQUESTS_ACTIVE);
        }
        assertThat(output).contains("1 upgraded connection cut: websocket /ws, received 1, sent 1");
    }

    @Test
    void aShutdownIsOverWhenAllHaveAnswered() throws Exception {
        context = WebSocketApplication.start();
        CompletableFuture<GracefulShutdownResult> result = new CompletableFuture<>();
        try (FrameClient client = open("/ws"); FrameClient reading = open("/demand")) {
            client.send(0x81, "a").read();
            // Its application asks for nothing, so its thread waits for something else than input.
            reading.send(0x81, "a");
            Await.until("both", () -> server().webSockets().size() == 2);
            server().shutDownGracefully(result::complete);
            assertThat(client.read().closeCode()).isEqualTo(1001);
            assertThat(reading.read().closeCode()).isEqualTo(1001);
            client.close(1001).raw().shutdownOutput();
            reading.close(1001).raw().shutdownOutput();
            assertThat(result.get(Duration.ofSeconds(20).toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(GracefulShutdownResult.IDLE);
        }
    }

    @Test
    void theDrainDelayLeavesSessionsOpen() {
        context = WebSocketApplication.start("zokor.shutdown.drain-delay=1h",
                "spring.lifecycle.timeout-per-shutdown-phase=10ms");
        try (FrameClient client = open("/ws")) {
            client.send(0x81, "a").read();
            server().shutDownGracefully(result -> {
            });
            assertThat(client.send(0x81, "still").read().text()).isEqualTo("still");
        }
    }
}
