package io.zokor.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who closes, when and how often it is told. */
@Timeout(60)
class WebSocketCloseTest {

    /** Remembers what is told. */
    private static final class Told implements WebSocketListener {

        private final List<WebSocketClose> closed = new CopyOnWriteArrayList<>();

        @Override
        public void closed(WebSocket session, WebSocketClose close) {
            closed.add(close);
        }
    }

    private final Told told = new Told();
    private final AtomicReference<@Nullable WebSocket> opened = new AtomicReference<>();

    private TestServer reading() {
        return TestServer.serving(WebSockets.handler(WebSocketOptions.defaults().withListener(told), session -> {
            opened.set(session);
            while (session.read() != null) {
                // Nothing is answered.
            }
        }));
    }

    private WebSocket session() {
        Await.until("opened", () -> opened.get() != null);
        WebSocket session = opened.get();
        assertThat(session).isNotNull();
        return session;
    }

    private void awaitTold(CloseStatus status, WebSocketClose.By by) {
        Await.until("told", () -> !told.closed.isEmpty());
        assertThat(told.closed).containsExactly(new WebSocketClose(status, by));
    }

    @Test
    void thePeersStatusIsAnsweredAndSeen() {
        try (TestServer server = reading(); FrameClient client = FrameClient.open(server.client())) {
            assertThat(client.close(4001).read().closeCode()).isEqualTo(4001);
            client.raw().expectClosed();
            awaitTold(new CloseStatus(4001, ""), WebSocketClose.By.PEER);
        }
    }

    @Test
    void anotherThreadClosesWhileOneReads() {
        try (TestServer server = reading(); FrameClient client = FrameClient.open(server.client())) {
            WebSocket session = session();
            session.close(CloseStatus.POLICY, "enough");
            FrameClient.Frame close = client.read();
            assertThat(close.closeCode()).isEqualTo(1008);
            client.send(0x81, "late").close(1008);
            client.raw().expectClosed();
            awaitTold(CloseStatus.POLICY.withReason("enough"), WebSocketClose.By.APPLICATION);
            assertThatThrownBy(() -> session.write("x")).isInstanceOf(WebSocketException.class);
        }
    }

    @Test
    void aPeerThatLeavesWithoutACloseFrameIs1006() {
        try (TestServer server = reading(); FrameClient client = FrameClient.open(server.client())) {
            session();
            client.raw().reset();
            awaitTold(CloseStatus.ABNORMAL, WebSocketClose.By.PEER);
        }
    }

    @Test
    void closeDoesNotWaitForAWriteThatIsStuck() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (TestServer server = TestServer
                .serving(WebSockets.handler(WebSocketOptions.defaults().withListener(told), session -> {
                    opened.set(session);
                    try {
                        while (true) {
                            session.write(ByteBuffer.allocate(1 << 20));
                        }
                    } finally {
                        ended.countDown();
                    }
                })); FrameClient client = FrameClient.open(RawClient.connect(server.server().address(), 4096))) {
            WebSocket session = session();
            Await.until("stuck for a while", () -> {
                Duration blocked = session.snapshot().blocked();
                return blocked != null && blocked.toMillis() > 200;
            });
            session.close(CloseStatus.GOING_AWAY);
            ended.await();
            awaitTold(CloseStatus.GOING_AWAY, WebSocketClose.By.APPLICATION);
        }
    }

    @Test
    void aCloseInAMessageThatIsSentInParts() throws Exception {
        try (TestServer server = reading(); FrameClient client = FrameClient.open(server.client())) {
            WebSocket session = session();
            session.write("begun", false);
            session.ping(ByteBuffer.wrap("p".getBytes(StandardCharsets.US_ASCII)));
            assertThatThrownBy(() -> session.write(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
            session.close(CloseStatus.NORMAL);
            assertThat(client.read().first()).isEqualTo(0x01);
            assertThat(client.read().first()).isEqualTo(0x89);
            assertThat(client.read().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void aShutdownSaysGoodbyeAndThoseWhoAnswerAreGoneAtOnce() throws Exception {
        try (TestServer server = reading(); FrameClient client = FrameClient.open(server.client())) {
            session();
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    server.server().shutdown(Duration.ofSeconds(30));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(client.read().closeCode()).isEqualTo(1001);
            client.close(1001);
            client.raw().expectClosed();
            client.close();
            stopping.join();
            awaitTold(CloseStatus.GOING_AWAY, WebSocketClose.By.SERVER);
        }
    }

    @Test
    void aHandlerThatThrowsIs1011AndAPanic() {
        try (TestServer server = TestServer.serving(WebSockets.handler(session -> {
            throw new IllegalStateException("as asked");
        })); FrameClient client = FrameClient.open(server.client())) {
            FrameClient.Frame close = client.read();
            assertThat(close.closeCode()).isEqualTo(1011);
            assertThat(close.payload()).hasSize(2);
            client.close(1011);
            client.raw().expectClosed();
            client.close();
            server.events().awaitClosed(1);
            assertThat(server.events().panics()).hasSize(1);
        }
    }

    @Test
    void bothSidesCloseAtOnce() throws Exception {
        race(200);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void bothSidesCloseAtOnceTenThousandTimes() throws Exception {
        race(10_000);
    }

    private void race(int tries) throws Exception {
        try (TestServer server = reading()) {
            for (int i = 0; i < tries; i++) {
                opened.set(null);
                told.closed.clear();
                try (FrameClient client = FrameClient.open(server.client())) {
                    WebSocket session = session();
                    List<Thread> closers = List.of(Thread.ofVirtual().start(() -> session.close(CloseStatus.NORMAL)),
                            Thread.ofVirtual().start(() -> session.close(CloseStatus.GOING_AWAY)));
                    client.close(4000);
                    assertThat(client.read().closeCode()).isIn(1000, 1001, 4000);
                    client.raw().expectClosed();
                    for (Thread closer : closers) {
                        closer.join();
                    }
                    Await.until("told", () -> !told.closed.isEmpty());
                }
                assertThat(told.closed).hasSize(1);
            }
        }
    }
}
