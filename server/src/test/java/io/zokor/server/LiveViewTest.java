package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

import io.zokor.config.Limits;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.event.RequestPhase;
import io.zokor.http.Handler;
import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server shows of its connections while they go on. */
class LiveViewTest {

    private static final int EACH = 100;

    private final CountDownLatch release = new CountDownLatch(1);
    private final List<RawClient> clients = new ArrayList<>();
    private TestServer server;

    private final Handler handler = (request, response) -> {
        switch (request.path()) {
            case "/read" -> {
                assertThat(request.body().read()).isEqualTo('a');
                assertThat(request.body().read()).isNotNegative();
            }
            case "/wait" -> holdHere();
            case "/write" -> {
                byte[] block = new byte[64 * 1024];
                for (int i = 0; i < 1_000 && release.getCount() > 0; i++) {
                    response.write(block);
                }
            }
            default -> response.write("hello");
        }
    };

    private void holdHere() throws InterruptedException {
        if (!release.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody released the handler");
        }
    }

    @AfterEach
    void end() {
        release.countDown();
        clients.forEach(RawClient::close);
        if (server != null) {
            server.close();
        }
    }

    private RawClient send(String wire) {
        RawClient client = RawClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 4 * 1024);
        clients.add(client);
        return client.send(wire);
    }

    private long count(Predicate<ConnectionSnapshot> wanted) {
        return server.server().connections().stream().filter(wanted).count();
    }

    private static Predicate<ConnectionSnapshot> running(String path, RequestPhase phase) {
        return connection -> {
            ConnectionSnapshot.RequestSnapshot request = connection.request();
            return request != null && request.path().equals(path) && request.phase() == phase;
        };
    }

    @Test
    void connectionsInEachPhase() {
        server = TestServer.builder(handler).leavesConnectionsOpen().start();
        for (int i = 0; i < EACH; i++) {
            send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").readResponse();
            send("");
            send("GET /half HTTP/1.1\r\nHo");
            send("POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
            send("GET /wait?secret=1 HTTP/1.1\r\nHost: x\r\nAuthorization: secret\r\n\r\n");
            send("GET /write HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        Await.until("idle", () -> count(c -> c.state() == ConnectionState.IDLE && c.request() == null) == EACH);
        Await.until("new", () -> count(c -> c.state() == ConnectionState.NEW) == EACH);
        Await.until("reading a head", () -> count(
                c -> c.state() == ConnectionState.ACTIVE && c.request() == null) == EACH);
        Await.until("reading", () -> count(running("/read", RequestPhase.READING)) == EACH);
        Await.until("in the handler", () -> count(running("/wait", RequestPhase.HANDLER)) == EACH);
        Await.until("writing", () -> count(running("/write", RequestPhase.WRITING)) == EACH);
        assertThat(server.server().connections()).hasSize(6 * EACH);
        assertThat(server.server().connections().toString()).doesNotContain("secret");
    }

    @Test
    void aSnapshotTellsOfTheRequest() {
        server = TestServer.builder(handler).start();
        RawClient client = send("POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
        Await.until("reading", () -> server.server().connections().stream()
                .anyMatch(c -> c.request() != null && c.request().bytesRead() == 1));
        ConnectionSnapshot connection = server.server().connections().getFirst();
        assertThat(connection.id()).isEqualTo(1);
        assertThat(connection.requestCount()).isEqualTo(1);
        assertThat(connection.remoteAddress()).isEqualTo(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), client.localPort()));
        assertThat(connection.tls()).isNull();
        assertThat(connection.thread()).endsWith("-" + server.port() + "-1");
        assertThat(connection.request().method()).isEqualTo("POST");
        assertThat(connection.request().age()).isPositive();
        assertThat(connection.age()).isGreaterThanOrEqualTo(connection.stateAge());
        client.send("b").readResponse();
        Await.until("idle", () -> server.server().connections().getFirst().request() == null);
    }

    @Test
    void aQueuedRequestIsShown() {
        server = TestServer.builder(handler).config(config -> config.limits(
                Limits.defaults()
                        .with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofSeconds(10)))))
                .start();
        send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
        Await.until("in the handler", () -> count(running("/wait", RequestPhase.HANDLER)) == 1);
        RawClient second = send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        Await.until("queued", () -> count(running("/hello", RequestPhase.QUEUED)) == 1);
        release.countDown();
        assertThat(second.readResponse().text()).isEqualTo("hello");
    }

    @Test
    void aStackShowsWhereTheHandlerIs() {
        server = TestServer.builder(handler).start();
        send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
        Await.until("in the handler", () -> count(running("/wait", RequestPhase.HANDLER)) == 1);
        Await.until("the stack", () -> server.server().stack(1).stream().anyMatch(
                frame -> frame.getClassName().equals(LiveViewTest.class.getName())
                        && frame.getMethodName().equals("holdHere")));
        assertThat(server.server().stack(2)).isNull();
    }

    @Test
    void listenersAndDrainingAreSeen() throws InterruptedException {
        server = TestServer.builder(handler).start();
        assertThat(server.server().addresses()).containsExactly(server.server().address());
        assertThat(server.server().maxConnections()).isPositive();
        assertThat(server.server().isDraining()).isFalse();
        send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
        Await.until("in the handler", () -> count(running("/wait", RequestPhase.HANDLER)) == 1);
        Thread stopping = Thread.ofVirtual().start(() -> {
            try {
                server.server().shutdown(Await.BOUND);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Await.until("draining", () -> server.server().isDraining());
        release.countDown();
        assertThat(stopping.join(Await.BOUND)).isTrue();
        assertThat(server.server().isDraining()).isFalse();
        assertThat(server.server().connections()).isEmpty();
        assertThat(server.server().addresses()).isEmpty();
    }

    @Test
    void failingAcceptsAreSeenUntilOneSucceeds() throws IOException {
        AtomicBoolean failing = new AtomicBoolean(true);
        Listener tcp = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server = TestServer.builder(handler).source(new Listener() {
            @Override
            public Conn accept() throws IOException {
                if (failing.get()) {
                    throw new IOException("no descriptors");
                }
                return tcp.accept();
            }

            @Override
            public SocketAddress address() {
                return tcp.address();
            }

            @Override
            public void shutdown() throws IOException {
                tcp.shutdown();
            }

            @Override
            public boolean isOpen() {
                return tcp.isOpen();
            }

            @Override
            public void close() throws IOException {
                tcp.close();
            }
        }).start();
        Await.until("failures in a row", () -> server.server().acceptFailing().toMillis() > 20);
        failing.set(false);
        assertThat(send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").readResponse().text()).isEqualTo("hello");
        Await.until("it is over", () -> server.server().acceptFailing().isZero());
    }
}
