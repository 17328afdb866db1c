package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Timeouts;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionSnapshot.RequestSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.RequestPhase;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Several requests of one connection at the same time, as protocols that have them show them. */
@Timeout(60)
class TurnsTest {

    private final CountDownLatch release = new CountDownLatch(1);

    private final Handler handler = (request, response) -> {
        if (request.path().startsWith("/wait")) {
            if (!release.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody released the handler");
            }
        } else if (request.path().startsWith("/read")) {
            assertThat(request.body().read()).isNotNegative();
        } else if (request.path().startsWith("/panic")) {
            throw new IllegalStateException("no way");
        }
        response.write("answer");
    };

    private TestServer.Builder server() {
        return TestServer.builder(handler).server(made -> made.protocols(LineProtocol::new));
    }

    private static String line(RawClient client) {
        return client.readUntil("\n").strip();
    }

    private static ConnectionSnapshot connection(TestServer server, int running) {
        Await.until(running + " running requests", () -> server.server().activeRequests() == running);
        return server.server().connections().getFirst();
    }

    @Test
    void theLiveViewShowsEachWithItsNumberThreadAndPhase() {
        try (TestServer server = server().start()) {
            RawClient client = server.client().send("get /wait\nget /read\n");
            Await.until("both at work", () -> {
                List<ConnectionSnapshot> all = server.server().connections();
                return all.size() == 1 && all.getFirst().requests().size() == 2
                        && all.getFirst().requests().get(1).phase() == RequestPhase.READING;
            });
            ConnectionSnapshot connection = connection(server, 2);
            assertThat(connection.requestCount()).isEqualTo(2);
            assertThat(connection.requests()).extracting(RequestSnapshot::number).containsExactly(1L, 2L);
            assertThat(connection.requests()).extracting(RequestSnapshot::protocolRequestId)
                    .containsExactly("line-1", "line-2");
            assertThat(connection.requests()).extracting(RequestSnapshot::path).containsExactly("/wait", "/read");
            assertThat(connection.requests()).extracting(RequestSnapshot::phase)
                    .containsExactly(RequestPhase.HANDLER, RequestPhase.READING);
            assertThat(connection.requests()).extracting(RequestSnapshot::thread)
                    .containsExactly(connection.thread() + "-1", connection.thread() + "-2");
            assertThat(server.server().stack(connection.id(), 1).toString()).contains("TurnsTest", "await");
            assertThat(server.server().stack(connection.id(), 2).toString()).contains("RequestBody.read");
            assertThat(server.server().stack(connection.id(), 3)).isNull();
            client.send("cancel 2\n");
            assertThat(line(client)).isEqualTo("2 cut");
            release.countDown();
            assertThat(line(client)).isEqualTo("1 200 answer");
        }
    }

    @Test
    void eachIsSummedUpUnderItsOwnNumber() throws Exception {
        Path file = Files.createTempFile("turns", ".jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.zokor.Request");
            recording.start();
            try (TestServer server = server().start()) {
                RawClient client = server.client().send("get /wait\nget /fast\n");
                assertThat(line(client)).isEqualTo("2 200 answer");
                assertThat(server.events().awaitEnded(1).number()).isEqualTo(2);
                assertThat(server.events().ended().getFirst().request().number()).isEqualTo(2);
                release.countDown();
                assertThat(line(client)).isEqualTo("1 200 answer");
                assertThat(server.events().awaitEnded(2).number()).isEqualTo(1);
                assertThat(server.events().started()).extracting(Request::number).containsExactlyInAnyOrder(1L, 2L);
            }
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("io.zokor.Request")).toList();
        Files.delete(file);
        assertThat(events).filteredOn(event -> "/fast".equals(event.getString("path")))
                .extracting(event -> event.getLong("request")).containsExactly(2L);
        assertThat(events).filteredOn(event -> "/wait".equals(event.getString("path")))
                .extracting(event -> event.getLong("request")).containsExactly(1L);
    }

    @Test
    void aDeadlineOfOneEndsThatOne() {
        ManualClock clock = new ManualClock();
        try (TestServer server = server().server(made -> made.protocols(LineProtocol::new).ticker(clock))
                .config(config -> config.timeouts(Timeouts.defaults().with(v -> v.read(Duration.ofSeconds(5)))))
                .start()) {
            RawClient client = server.client().send("get /read\nget /wait\n");
            Await.until("a blocked read", () -> server.server().connections().stream()
                    .flatMap(connection -> connection.requests().stream())
                    .anyMatch(request -> request.phase() == RequestPhase.READING));
            clock.advance(Duration.ofSeconds(6));
            assertThat(line(client)).startsWith("1 408");
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ);
            release.countDown();
            assertThat(line(client)).isEqualTo("2 200 answer");
            assertThat(server.events().closed()).isEmpty();
        }
    }

    @Test
    void aPanicEndsItsTurnAndNoOther() {
        try (LogCapture log = LogCapture.server(); TestServer server = server().start()) {
            RawClient client = server.client().send("get /wait\nget /panic\n");
            assertThat(line(client)).startsWith("2 500");
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.PANIC);
            assertThat(log.text()).contains("panic serving");
            release.countDown();
            assertThat(line(client)).isEqualTo("1 200 answer");
        }
    }

    @Test
    void aTurnThatIsCancelledWhileItQueuesFreesItsPlace() {
        try (TestServer server = server().config(config -> config.limits(config.build().limits()
                .with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofSeconds(60))))).start()) {
            RawClient client = server.client().send("get /wait\n");
            connection(server, 1);
            client.send("get /queued\n");
            Await.until("one in the queue", () -> server.server().queuedRequests() == 1);
            client.send("cancel 2\n");
            assertThat(line(client)).isEqualTo("2 cut");
            assertThat(server.server().queuedRequests()).isZero();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            client.send("get /third\n");
            Await.until("the next in the queue", () -> server.server().queuedRequests() == 1);
            release.countDown();
            assertThat(List.of(line(client), line(client)))
                    .containsExactlyInAnyOrder("1 200 answer", "3 200 answer");
        }
    }

    @Test
    void aShutdownDrainsTheConnection() throws Exception {
        try (TestServer server = server().start()) {
            RawClient client = server.client().send("get /wait\nget /wait/too\n");
            connection(server, 2);
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    server.server().shutdown(Await.BOUND);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until("draining", () -> server.server().isDraining());
            release.countDown();
            assertThat(List.of(line(client), line(client)))
                    .containsExactlyInAnyOrder("1 200 answer", "2 200 answer");
            client.expectClosed();
            assertThat(stopping.join(Await.BOUND)).isTrue();
        }
    }

    @Test
    void aStopNamesAndInterruptsEveryRunningRequest() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = server().start()) {
            server.client().send("get /wait\nget /wait/too\n");
            connection(server, 2);
            assertThat(server.server().shutdown(Duration.ofMillis(1))).isFalse();
            assertThat(log.text())
                    .containsPattern("2 requests cut: GET /wait \\d+\\.\\d s, GET /wait/too \\d+\\.\\d s");
            assertThat(server.events().awaitEnded(2).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            assertThat(server.events().states()).last().satisfies(
                    change -> assertThat(change.to()).isEqualTo(ConnectionState.CLOSED));
        }
    }
}
