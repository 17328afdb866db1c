package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.zokor.event.CloseReason;
import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.ServerEvents.Retry;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An accept loop that meets failures never dies, and comes back by itself. */
@Timeout(60)
class AcceptRetryTest {

    private static final Handler HELLO = (request, response) -> response.write("hello");

    private static final IOException TOO_MANY = new SocketException("Too many open files");

    @Test
    void pausesGrowFrom5MillisecondsTo1Second() throws Exception {
        FailingListener listener = new FailingListener();
        listener.fail(10, TOO_MANY);
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            Await.until("ten retries", () -> server.events().retries().size() == 10);
            assertThat(server.events().retries()).extracting(Retry::pause)
                    .containsExactlyElementsOf(Stream.of(5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000)
                            .map(Duration::ofMillis).toList());
            assertThat(server.events().retries()).allSatisfy(retry -> {
                assertThat(retry.cause()).isSameAs(TOO_MANY);
                assertThat(retry.listener()).isEqualTo(listener.address());
            });
            assertThat(log.warnings()).as("logged once, counted each time")
                    .containsExactly("Accept error: Too many open files; retrying in 5ms on " + listener.address());
            assertThat(server.client().get("/").text()).isEqualTo("hello");
        }
    }

    @Test
    void successStartsAnew() throws Exception {
        FailingListener listener = new FailingListener();
        listener.fail(3, TOO_MANY);
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            assertThat(server.client().get("/").text()).isEqualTo("hello");
            listener.fail(2, TOO_MANY);
            assertThat(server.client().get("/").text()).isEqualTo("hello");
            assertThat(server.client().get("/").text()).isEqualTo("hello");
            assertThat(server.events().retries()).extracting(retry -> retry.pause().toMillis())
                    .containsExactly(5L, 10L, 20L, 5L, 10L);
            assertThat(log.warnings()).as("at most one line a minute").hasSize(1);
        }
    }

    @Test
    void noFailureEndsTheLoop() throws Exception {
        FailingListener listener = new FailingListener();
        for (Throwable failure : List.of(new IllegalStateException("runtime"), new OutOfMemoryError("error"),
                new ClosedChannelException(), new NullPointerException(), new AssertionError())) {
            listener.fail(1, failure);
        }
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            assertThat(server.client().get("/").text()).isEqualTo("hello");
            assertThat(server.events().retries()).hasSize(5);
            assertThat(log.errors()).isEmpty();
        }
    }

    @Test
    void existingConnectionsAreServedMeanwhile() throws Exception {
        FailingListener listener = new FailingListener();
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            RawClient client = server.client();
            assertThat(client.get("/").text()).isEqualTo("hello");
            listener.failAlways(TOO_MANY);
            RawClient waiting = server.client();
            // One connection may be accepted by the call that was blocked before.
            RawClient next = server.client();
            Await.until("a retry", () -> !server.events().retries().isEmpty());
            waiting.sendHead("GET / HTTP/1.1", "Host: a");
            next.sendHead("GET / HTTP/1.1", "Host: a");
            listener.failAlways(null);
            assertThat(waiting.readResponse().text()).isEqualTo("hello");
            assertThat(next.readResponse().text()).isEqualTo("hello");
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void whileItKeepsFailingTheOldestIdleConnectionIsClosed() throws Exception {
        FailingListener listener = new FailingListener();
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            RawClient oldest = server.client();
            oldest.get("/");
            Await.until("idle", () -> server.events().states().size() == 2);
            RawClient younger = server.client();
            younger.get("/");
            Await.until("idle", () -> server.events().states().size() == 4);
            listener.fail(2, TOO_MANY);
            // The blocked accept takes this one; the next calls fail.
            RawClient active = server.client();
            active.send("GET / HT");
            oldest.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SERVER);
            assertThat(server.events().closed().getFirst().connection()).isEqualTo(1);
            assertThat(younger.get("/").text()).isEqualTo("hello");
            active.send("TP/1.1\r\nHost: a\r\n\r\n");
            assertThat(active.readResponse().text()).isEqualTo("hello");
            assertThat(log.errors()).isEmpty();
        }
    }

    @Test
    void aServerThatCannotAcceptCanStillStop() throws Exception {
        FailingListener listener = new FailingListener();
        listener.failAlways(TOO_MANY);
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            Await.until("some retries", () -> server.events().retries().size() >= 3);
            assertThat(server.server().shutdown(Await.BOUND)).isTrue();
            assertThat(listener.isOpen()).isFalse();
            int calls = listener.calls();
            assertThat(Await.holds(Duration.ofMillis(50), () -> listener.calls() > calls)).isFalse();
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void anInterruptOfTheAcceptingThreadDoesNotEndIt() throws Exception {
        FailingListener listener = new FailingListener();
        Server server = Server.builder().handler(HELLO).build();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                server.serve(listener);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        try (server) {
            for (int i = 0; i < 3; i++) {
                int accepted = i;
                Await.until("an accept", () -> listener.calls() == accepted + 1);
                thread.interrupt();
                try (RawClient client = RawClient.connect(listener.port())) {
                    assertThat(client.get("/").text()).isEqualTo("hello");
                }
            }
            Await.until("the last connection's end", () -> server.openConnections() == 0);
        }
        assertThat(thread.join(Await.BOUND)).isTrue();
    }
}
