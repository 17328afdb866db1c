package io.zokor.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** What a recording tells of a server. */
class JfrListenerTest {

    private final Handler handler = (request, response) -> {
        if (request.path().equals("/panic")) {
            throw new IllegalStateException("boom");
        }
        response.write("hello");
    };

    @Test
    void requestsRefusalsPanicsAndConnectionsAreRecorded() {
        Map<String, List<RecordedEvent>> events = new ConcurrentHashMap<>();
        try (RecordingStream recording = new RecordingStream()) {
            recording.setReuse(false);
            recording.onEvent(event -> events
                    .computeIfAbsent(event.getEventType().getName(), name -> new CopyOnWriteArrayList<>()).add(event));
            recording.startAsync();
            int client;
            try (TestServer server = TestServer.serving(handler)) {
                try (RawClient first = server.client()) {
                    client = first.localPort();
                    first.get("/path?query=secret");
                    first.get("/panic");
                }
                try (RawClient second = server.client()) {
                    second.send("GET / HTTP/1.1\r\n\r\n").readResponse();
                }
                server.awaitOpenConnections(0);
            }
            recording.stop();
            String address = "/127.0.0.1:" + client;
            Await.until("the connection's event", () -> events.getOrDefault("io.zokor.Connection", List.of()).stream()
                    .anyMatch(event -> address.equals(event.getString("remoteAddress"))));
        }
        assertThat(events.get("io.zokor.Request")).anySatisfy(event -> {
            assertThat(event.getString("path")).isEqualTo("/path");
            assertThat(event.getInt("status")).isEqualTo(200);
            assertThat(event.getLong("bytesWritten")).isEqualTo(5);
            assertThat(event.getDuration("elapsed")).isPositive();
        });
        assertThat(events.get("io.zokor.Panic")).anySatisfy(
                event -> assertThat(event.getString("exception")).contains("boom"));
        assertThat(events.get("io.zokor.Rejection")).anySatisfy(
                event -> assertThat(event.getString("reason")).isEqualTo("host"));
        assertThat(events.toString()).doesNotContain("secret");
    }
}
