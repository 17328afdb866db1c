package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end: gentle while there is time, and then at once. */
@Timeout(60)
class ShutdownTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static final Handler HELLO = (request, response) -> response.write("hello");

    private final CountDownLatch release = new CountDownLatch(1);

    private final Handler slow = (request, response) -> {
        if (request.path().equals("/slow")) {
            Http1ServingTest.await(release);
        }
        response.write(request.path());
    };

    @Test
    void idleConnectionsCloseAtOnce() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(HELLO)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                RawClient client = server.client();
                client.get("/");
                clients.add(client);
            }
            assertThat(server.server().shutdown(LONG)).isTrue();
            clients.forEach(RawClient::expectClosed);
            clients.forEach(client -> assertThat(client.wasReset()).isFalse());
            assertThat(server.events().closeReasons()).hasSize(5).containsOnly(CloseReason.SHUTDOWN);
            assertThat(log.text()).isEmpty();
            assertThatThrownBy(() -> RawClient.connect(server.port())).hasMessageContaining("no connection");
        }
    }

    @Test
    void runningRequestsFinishAndSayThatTheyAreTheLast() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(slow)) {
            RawClient client = server.client().sendHead("GET /slow HTTP/1.1", "Host: a");
            Await.until("the request", () -> server.events().started().size() == 1);
            CompletableFuture<Boolean> shutdown = shutdown(server, LONG);
            Await.until("a closed listener", () -> !canConnect(server.port()));
            assertThat(shutdown).isNotDone();
            release.countDown();
            RawResponse response = client.readResponse();
            assertThat(response.text()).isEqualTo("/slow");
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void closeEndsAShutdownThatWaitsForAHandlerThatIgnoresInterrupts() throws Exception {
        CountDownLatch inHandler = new CountDownLatch(1);
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            inHandler.countDown();
            awaitUninterruptibly(release);
        })) {
            server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Boolean> shutdown = shutdown(server, Duration.ofDays(1));
            Await.until("a closed listener", () -> !canConnect(server.port()));
            server.server().close();
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isFalse();
            assertThat(log.text()).contains("1 request cut: GET /");
        } finally {
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // Goes on, as badly written code does.
            }
        }
    }

    @Test
    void pipelinedRequestsBehindTheLastAreNotServed() throws Exception {
        try (TestServer server = TestServer.serving(slow)) {
            RawClient client = server.client()
                    .send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            Await.until("the request", () -> server.events().started().size() == 1);
            CompletableFuture<Boolean> shutdown = shutdown(server, LONG);
            Await.until("a closed listener", () -> !canConnect(server.port()));
            release.countDown();
            assertThat(client.readResponse().text()).isEqualTo("/slow");
            client.shutdownOutput().expectClosed();
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.events().started()).hasSize(1);
        }
    }

    @Test
    void whatIsLeftAtTheDeadlineIsCutAndNamed() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(2);
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.write("half");
            response.flush();
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw new IllegalStateException(e);
            }
        })) {
            RawClient one = server.client().sendHead("GET /report?secret=1 HTTP/1.1", "Host: a");
            RawClient two = server.client().sendHead("POST /import HTTP/1.1", "Host: a", "Content-Length: 0");
            one.readUntil("half");
            two.readUntil("half");
            assertThat(server.server().shutdown(Duration.ofMillis(50))).isFalse();
            one.expectReset();
            two.expectReset();
            assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(log.warnings()).singleElement().asString()
                    .matches("2 requests cut: (GET /report|POST /import) \\d+\\.\\d s, (GET /report|POST /import) "
                            + "\\d+\\.\\d s");
            assertThat(server.events().awaitEnded(2).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            server.events().awaitClosed(2);
            assertThat(server.events().closeReasons()).containsOnly(CloseReason.SHUTDOWN);
            assertThat(log.errors()).as("a cut request is no panic").isEmpty();
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @Test
    void aBlockedWriterThatIsCutIsNoPanic() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            byte[] piece = new byte[100_000];
            while (true) {
                response.write(piece);
            }
        })) {
            RawClient client = server.client().sendHead("GET /big HTTP/1.1", "Host: a");
            client.readBytes(1000);
            server.server().close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(log.warnings()).singleElement().asString().startsWith("1 request cut: GET /big ");
            assertThat(log.errors()).isEmpty();
            client.expectReset();
        }
    }

    @Test
    void onlyTheFirstOfManyAreNamed() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            for (int i = 0; i < 25; i++) {
                server.client().sendHead("GET /" + i + " HTTP/1.1", "Host: a");
            }
            Await.until("the requests", () -> server.events().started().size() == 25);
            server.server().close();
            assertThat(log.warnings()).singleElement().asString().startsWith("25 requests cut: ")
                    .endsWith(", and 5 more");
            server.events().awaitClosed(25);
        }
    }

    // ---- new connections

    @Test
    void newConnectionsThatSayNothingAreNotWaitedFor() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient silent = server.client();
            Await.until("accepted", () -> server.events().accepted().size() == 1);
            assertThat(server.server().shutdown(LONG)).isTrue();
            silent.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SHUTDOWN);
            assertThat(server.events().states(1)).containsExactly(ConnectionState.CLOSED);
        }
    }

    @Test
    void whatWaitsInTheBacklogIsServed() throws Exception {
        FailingListener listener = new FailingListener();
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            // The loop pauses, so that what comes now stays in the backlog until the stop.
            Await.until("the first accept", () -> listener.calls() == 1);
            listener.fail(8, new IOException("on purpose"));
            server.client().get("/");
            Await.until("some retries", () -> server.events().retries().size() >= 7);
            List<RawClient> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(server.client().sendHead("GET / HTTP/1.1", "Host: a"));
            }
            assertThat(server.server().shutdown(LONG)).isTrue();
            int served = 0;
            for (RawClient client : waiting) {
                RawResponse response = client.readResponse();
                assertThat(response.text()).isEqualTo("hello");
                served += response.headers("Connection").equals(List.of("close")) ? 1 : 0;
            }
            assertThat(served).as("told that these are the last").isPositive();
        }
    }

    @Test
    void aHeadThatHasBegunIsServed() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient client = server.client().send("GET / HTTP/1.1\r\n");
            Await.until("the first bytes", () -> server.events().states().size() == 1);
            CompletableFuture<Boolean> shutdown = shutdown(server, LONG);
            Await.until("a closed listener", () -> !canConnect(server.port()));
            client.send("Host: a\r\n\r\n");
            assertThat(client.readResponse().headers("Connection")).containsExactly("close");
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Clients that come faster than they are accepted must not keep a server from stopping. */
    @Test
    void anEndlessBacklogEndsWithTheGrace() throws Exception {
        FailingListener listener = new FailingListener();
        Listener endless = new Listener() {

            private volatile boolean closed;

            @Override
            public Conn accept() throws IOException {
                if (listener.isOpen()) {
                    return listener.accept();
                }
                if (closed) {
                    throw new ClosedChannelException();
                }
                Thread.onSpinWait();
                throw new IOException("another one that left before it was accepted");
            }

            @Override
            public SocketAddress address() {
                return listener.address();
            }

            @Override
            public boolean isOpen() {
                return !closed;
            }

            @Override
            public void shutdown() throws IOException {
                listener.close();
            }

            @Override
            public void close() throws IOException {
                closed = true;
                listener.close();
            }
        };
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).source(endless).start()) {
            server.server().shutdown(Duration.ofMillis(200));
            assertThat(endless.isOpen()).isFalse();
            assertThat(log.errors()).isEmpty();
        }
    }

    // ---- hooks, interrupts, and what comes after

    @Test
    void hooksRunWhenTheShutdownBegins() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(slow)) {
            server.server().onShutdown(() -> {
                throw new IllegalStateException("on purpose");
            });
            server.server().onShutdown(() -> {
                calls.incrementAndGet();
                release.countDown();
            });
            RawClient client = server.client().sendHead("GET /slow HTTP/1.1", "Host: a");
            Await.until("the request", () -> server.events().started().size() == 1);
            assertThat(server.server().shutdown(LONG)).isTrue();
            assertThat(client.readResponse().text()).isEqualTo("/slow");
            assertThat(calls).hasValue(1);
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void anInterruptedShutdownCutsAndThrows() throws Exception {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            try {
                Thread.sleep(20_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            Await.until("the request", () -> server.events().started().size() == 1);
            CompletableFuture<String> result = new CompletableFuture<>();
            Thread thread = Thread.ofVirtual().start(() -> {
                try {
                    result.complete("ended: " + server.server().shutdown(LONG));
                } catch (InterruptedException e) {
                    result.complete("interrupted");
                }
            });
            Await.until("a closed listener", () -> !canConnect(server.port()));
            thread.interrupt();
            assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
            client.expectReset();
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void startAgainAfterAStop() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            for (int i = 0; i < 3; i++) {
                if (i % 2 == 0) {
                    assertThat(server.server().shutdown(LONG)).isTrue();
                } else {
                    server.server().close();
                }
                assertThat(server.server().port()).isEqualTo(-1);
                assertThat(server.server().address()).isNull();
                assertThat(server.server().openConnections()).isZero();
                server.server().start();
                try (RawClient client = RawClient.connect(server.server().port())) {
                    RawResponse response = client.get("/");
                    assertThat(response.text()).isEqualTo("hello");
                    assertThat(response.hasHeader("Connection")).isFalse();
                }
                server.awaitOpenConnections(0);
            }
        }
    }

    @Test
    void startWhileShuttingDownIsRefusedAndItsListenerClosed() throws Exception {
        try (TestServer server = TestServer.serving(slow)) {
            RawClient client = server.client().sendHead("GET /slow HTTP/1.1", "Host: a");
            Await.until("the request", () -> server.events().started().size() == 1);
            CompletableFuture<Boolean> shutdown = shutdown(server, LONG);
            Await.until("a closed listener", () -> !canConnect(server.port()));
            TcpListener second = TcpListener.bind(new InetSocketAddress("127.0.0.1", 0), 10);
            assertThatThrownBy(() -> server.server().start(second)).isInstanceOf(IllegalStateException.class);
            assertThat(second.isOpen()).isFalse();
            release.countDown();
            client.readResponse();
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whatDoesNotRunCanBeStopped() throws Exception {
        Server server = Server.builder().handler(HELLO).build();
        assertThat(server.shutdown(LONG)).isTrue();
        server.close();
        server.close();
        assertThat(server.port()).isEqualTo(-1);
    }

    @Test
    void serveReturnsWhenTheServerStops() throws Exception {
        FailingListener listener = new FailingListener();
        Server server = Server.builder().handler(HELLO).build();
        CompletableFuture<Void> served = CompletableFuture.runAsync(() -> {
            try {
                server.serve(listener);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        Await.until("an accept", () -> listener.calls() == 1);
        assertThat(server.shutdown(LONG)).isTrue();
        served.get(30, TimeUnit.SECONDS);
        assertThat(listener.isOpen()).isFalse();
    }

    @Test
    void aLongGraceIsNoOverflow() throws Exception {
        try (TestServer server = TestServer.serving(HELLO)) {
            assertThat(server.server().shutdown(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
        }
    }

    @Test
    void whoWaitsInTheQueueIsServedBeforeTheEnd() throws Exception {
        try (TestServer server = TestServer.builder(slow).config(c -> c.limits(Limits.defaults()
                .with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofSeconds(30))))).start()) {
            RawClient one = server.client().sendHead("GET /slow HTTP/1.1", "Host: a");
            Await.until("the request", () -> server.server().activeRequests() == 1);
            RawClient two = server.client().sendHead("GET /queued HTTP/1.1", "Host: a");
            Await.until("the queue", () -> server.server().queuedRequests() == 1);
            CompletableFuture<Boolean> shutdown = shutdown(server, LONG);
            Await.until("a closed listener", () -> !canConnect(server.port()));
            release.countDown();
            assertThat(one.readResponse().text()).isEqualTo("/slow");
            assertThat(two.readResponse().text()).isEqualTo("/queued");
            assertThat(shutdown.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static CompletableFuture<Boolean> shutdown(TestServer server, Duration grace) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return server.server().shutdown(grace);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static boolean canConnect(int port) {
        try (RawClient client = RawClient.connect(port)) {
            return client.localPort() > 0;
        } catch (UncheckedIOException e) {
            return false;
        }
    }
}
