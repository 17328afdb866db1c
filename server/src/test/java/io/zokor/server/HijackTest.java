package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.HijackedConnection;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that a handler takes over: from then on the server leaves them alone. */
@Timeout(60)
class HijackTest {

    @Test
    void nothingIsSentByItself() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("X", "not sent");
            response.write("not sent either");
            try (HijackedConnection taken = response.controller().hijack()) {
                taken.output().write("anything at all".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            assertThat(server.client().sendHead("GET / HTTP/1.1", "Host: a").readAll()).isEqualTo("anything at all");
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.HIJACKED);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.HIJACKED);
            long id = server.events().accepted().getFirst().id();
            assertThat(server.events().states(id)).containsExactly(ConnectionState.ACTIVE, ConnectionState.HIJACKED,
                    ConnectionState.CLOSED);
        }
    }

    @Test
    void aSwitchOfProtocolsSendsItsFieldsFirst() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(101);
            response.headers().set("Connection", "Upgrade").set("Upgrade", "echo");
            try (HijackedConnection taken = response.controller().hijack()) {
                taken.input().transferTo(taken.output());
            }
        })) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", "Upgrade: echo", "Connection: upgrade")
                    .readHead();
            assertThat(response.status()).isEqualTo(101);
            assertThat(response.header("Upgrade")).contains("echo");
            assertThat(response.header("Connection")).contains("Upgrade");
            assertThat(response.hasHeader("Transfer-Encoding")).isFalse();
            assertThat(response.hasHeader("Content-Length")).isFalse();
            client.send("ping");
            assertThat(client.readBytes(4)).isEqualTo("ping");
            client.shutdownOutput().expectClosed();
        }
    }

    @Test
    void whatTheServerHadReadAheadComesFirst() {
        try (TestServer server = TestServer.serving((request, response) -> {
            try (HijackedConnection taken = response.controller().hijack()) {
                int available = taken.input().available();
                byte[] rest = taken.input().readAllBytes();
                taken.output().write((available > 0 ? "ahead " : "late ").getBytes());
                taken.output().write(rest);
            }
        })) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nfirst words").send(", more words").shutdownOutput();
            assertThat(client.readAll()).isEqualTo("ahead first words, more words");
        }
    }

    @Test
    void itLivesOnAfterTheHandlerHasReturnedAndTheServerHasStopped() throws Exception {
        BlockingQueue<HijackedConnection> taken = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> taken
                .add(response.controller().hijack()))) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            try (HijackedConnection connection = taken.poll(30, TimeUnit.SECONDS)) {
                server.awaitOpenConnections(0);
                assertThat(server.server().shutdown(Await.BOUND)).isTrue();
                client.send("?");
                assertThat(connection.input().read()).isEqualTo('?');
                connection.output().write('!');
                assertThat(client.readBytes(1)).isEqualTo("!");
            }
            client.expectClosed();
        }
    }

    /** As Go's Shutdown and Close do: it is the handler's, who is told by a hook. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aStopNeitherWaitsForItNorTouchesItWhileTheHandlerRuns(boolean gracefully) throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            try (HijackedConnection connection = response.controller().hijack()) {
                taken.countDown();
                int c = connection.input().read();
                connection.output().write(Thread.currentThread().isInterrupted() ? 'I' : c);
            }
        }).leavesConnectionsOpen().start()) {
            server.server().onShutdown(told::countDown);
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.events().states(server.events().accepted().getFirst().id())).last()
                    .isEqualTo(ConnectionState.HIJACKED);
            if (gracefully) {
                assertThat(server.server().shutdown(Duration.ofDays(1))).isTrue();
            } else {
                server.server().close();
            }
            assertThat(told.getCount()).isZero();
            client.send("?");
            assertThat(client.readAll()).isEqualTo("?");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.HIJACKED);
            assertThat(server.events().states()).filteredOn(change -> change.to() == ConnectionState.CLOSED).hasSize(1);
            assertThat(log.text()).doesNotContain("cut");
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @Test
    void noTimeLimitOfTheServersReachesIt() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        Duration second = Duration.ofSeconds(1);
        Timeouts brief = new Timeouts(null, null, second, second, second, second, second);
        ManualClock clock = new ManualClock();
        CountDownLatch takenOver = new CountDownLatch(1);
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            try (HijackedConnection taken = response.controller().hijack()) {
                takenOver.countDown();
                boolean interrupted = late.await(30, TimeUnit.SECONDS) && Thread.currentThread().isInterrupted();
                taken.output().write((interrupted + " " + (char) taken.input().read()).getBytes());
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
        }).config(c -> c.timeouts(brief)).server(b -> b.ticker(clock)).start()) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(takenOver.await(30, TimeUnit.SECONDS)).isTrue();
            clock.advance(Duration.ofHours(1));
            // There is nothing to wait for, as nothing must happen: sweeps of the reaper pass.
            assertThat(client.isClosedByPeer(Duration.ofMillis(200))).isFalse();
            late.countDown();
            client.send("x");
            assertThat(client.readAll()).isEqualTo("false x");
            assertThat(log.text()).isEmpty();
            assertThat(server.events().timeouts()).isEmpty();
        }
    }

    @Test
    void aPanicAfterwardsDoesNotTouchTheConnection() throws Exception {
        BlockingQueue<HijackedConnection> taken = new LinkedBlockingQueue<>();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            taken.add(response.controller().hijack());
            throw new IllegalStateException("thrown on purpose");
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.HIJACKED);
            assertThat(server.events().panics()).hasSize(1);
            assertThat(log.errors()).singleElement().asString().startsWith("panic serving 127.0.0.1:");
            try (HijackedConnection connection = taken.poll(30, TimeUnit.SECONDS)) {
                connection.output().write("still mine".getBytes());
            }
            assertThat(client.readAll()).isEqualTo("still mine");
        }
    }

    @Test
    void afterwardsTheResponseIsDead() {
        try (TestServer server = TestServer.serving((request, response) -> {
            try (HijackedConnection taken = response.controller().hijack()) {
                StringBuilder failures = new StringBuilder();
                for (IoAction action : new IoAction[] { () -> response.write("x"), response::flush,
                    () -> response.controller().hijack(), () -> response.writeHead(103) }) {
                    try {
                        action.run();
                        failures.append("none ");
                    } catch (IllegalStateException e) {
                        failures.append("ise ");
                    }
                }
                response.controller().abort(null);
                taken.output().write(failures.toString().getBytes());
            }
        })) {
            assertThat(server.client().sendHead("GET / HTTP/1.1", "Host: a").readAll()).isEqualTo("ise ise ise ise ");
        }
    }

    @Test
    void aCommittedResponseCannotBeTakenOver() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("a");
            response.flush();
            try {
                response.controller().hijack();
            } catch (IllegalStateException e) {
                response.write("b");
            }
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").text()).isEqualTo("ab");
            assertThat(client.get("/").text()).isEqualTo("ab");
        }
    }

    @Test
    void itsInterruptFlagIsNoMatter() {
        try (TestServer server = TestServer.serving((request, response) -> {
            try (HijackedConnection taken = response.controller().hijack()) {
                Thread.currentThread().interrupt();
                int c = taken.input().read();
                taken.output().write(c);
                taken.output().write(Thread.interrupted() ? 'I' : '-');
            }
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").send("c");
            assertThat(client.readAll()).isEqualTo("cI");
        }
    }

    private interface IoAction {
        void run() throws IOException;
    }
}
