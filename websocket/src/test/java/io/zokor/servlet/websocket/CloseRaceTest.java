package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code onClose} comes exactly once, whoever closes, whenever. */
@Timeout(120)
class CloseRaceTest {

    /** Counts. */
    private static final class Counting extends Endpoint {

        final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
        final AtomicInteger opened = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();
        /** Calls that run now, by session: those of one must not overlap, those of two may. */
        final ConcurrentMap<String, AtomicInteger> calls = new ConcurrentHashMap<>();
        final AtomicInteger overlaps = new AtomicInteger();

        private void call(Session session, Runnable action) {
            AtomicInteger running = calls.computeIfAbsent(session.getId(), id -> new AtomicInteger());
            if (running.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            action.run();
            running.decrementAndGet();
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            call(session, () -> {
                opened.incrementAndGet();
                session.addMessageHandler(String.class,
                        (MessageHandler.Partial<String>) (text, last) -> call(session, () -> {
                        }));
                sessions.add(session);
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            call(session, closed::incrementAndGet);
        }

        Session session() throws InterruptedException {
            Session session = sessions.poll(30, TimeUnit.SECONDS);
            assertThat(session).isNotNull();
            return session;
        }

        void awaitAllClosedOnce() {
            Await.until("closed", () -> closed.get() >= opened.get());
            assertThat(closed.get()).isEqualTo(opened.get());
            assertThat(overlaps.get()).isZero();
        }
    }

    private final Counting endpoint = new Counting();

    private static Thread closing(Session session, CloseCodes code) {
        return Thread.ofVirtual().start(() -> {
            try {
                session.close(new CloseReason(code, ""));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void fromBothSidesAtOnce() throws Exception {
        fromBothSides(300);
    }

    @Test
    @Tag("long")
    @Timeout(900)
    void fromBothSidesAtOnceTenThousandTimes() throws Exception {
        fromBothSides(10_000);
    }

    private void fromBothSides(int tries) throws Exception {
        try (SocketApp app = SocketApp.of(endpoint)) {
            for (int i = 0; i < tries; i++) {
                try (FrameClient client = FrameClient.open(RawClient.connect(app.server.port()))) {
                    Session session = endpoint.session();
                    if (i % 3 == 1) {
                        client.send(0x01, "begun");
                    }
                    Thread one = closing(session, CloseCodes.NORMAL_CLOSURE);
                    Thread two = closing(session, CloseCodes.GOING_AWAY);
                    if (i % 3 == 2) {
                        client.raw().reset();
                    } else {
                        client.close(4000);
                        assertThat(client.read().closeCode()).isIn(1000, 1001, 4000);
                        client.raw().expectClosed();
                    }
                    one.join();
                    two.join();
                }
                endpoint.awaitAllClosedOnce();
            }
            assertThat(endpoint.opened.get()).isEqualTo(tries);
            Await.until("none", () -> app.sockets.sessions().isEmpty());
        }
    }

    @Test
    void duringASendThatIsStuck() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint);
                FrameClient client = FrameClient.open(RawClient.connect(app.server.server().address(), 4096))) {
            Session session = endpoint.session();
            BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
            List<Thread> senders = java.util.stream.IntStream.range(0, 3)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> {
                        try {
                            while (true) {
                                session.getBasicRemote().sendBinary(ByteBuffer.allocate(1 << 20));
                            }
                        } catch (IOException | IllegalStateException e) {
                            failures.add(e);
                        }
                    })).toList();
            Await.until("stuck", () -> app.sockets.options().sessions().open().stream()
                    .anyMatch(each -> {
                        Duration blocked = each.snapshot().blocked();
                        return blocked != null && blocked.toMillis() > 100;
                    }));
            closing(session, CloseCodes.GOING_AWAY).join();
            for (Thread sender : senders) {
                sender.join();
            }
            assertThat(failures).hasSize(3);
            endpoint.awaitAllClosedOnce();
        }
    }

    @Test
    void duringAMessageInPartsBothWays() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint); FrameClient client = app.open()) {
            Session session = endpoint.session();
            session.getBasicRemote().sendText("a", false);
            client.send(0x01, "b");
            closing(session, CloseCodes.NORMAL_CLOSURE).join();
            assertThat(client.read().first()).isEqualTo(0x01);
            assertThat(client.read().closeCode()).isEqualTo(1000);
            client.close(1000);
            client.raw().expectClosed();
            endpoint.awaitAllClosedOnce();
        }
    }

    @Test
    void duringShutdown() throws Exception {
        int count = 50;
        try (SocketApp app = SocketApp.of(endpoint)) {
            List<FrameClient> clients = java.util.stream.IntStream.range(0, count).mapToObj(i -> app.open()).toList();
            Await.until("all", () -> endpoint.opened.get() == count);
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    app.server.server().shutdown(Duration.ofSeconds(30));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (Session session : List.copyOf(endpoint.sessions)) {
                closing(session, CloseCodes.NORMAL_CLOSURE);
            }
            for (FrameClient client : clients) {
                assertThat(client.read().closeCode()).isIn(1000, 1001);
                client.close(1000);
                client.raw().expectClosed();
                client.close();
            }
            stopping.join();
            endpoint.awaitAllClosedOnce();
        }
    }
}
