package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API of a session and of its remote endpoints, by what the peer sees. */
@Timeout(60)
class SessionTest {

    /** Hands its sessions to the test. */
    static class Opened extends Endpoint {

        final BlockingQueue<Session> sessions = new LinkedBlockingQueue<>();
        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(new MessageHandler.Whole<String>() {
                @Override
                public void onMessage(String text) {
                    events.add(text);
                }
            });
            sessions.add(session);
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            // All can be asked still.
            events.add("close " + reason.getCloseCode().getCode() + " " + session.getUserProperties().get("name"));
        }

        Session session() throws InterruptedException {
            Session session = sessions.poll(30, TimeUnit.SECONDS);
            assertThat(session).isNotNull();
            return session;
        }
    }

    private final Opened endpoint = new Opened();

    /** Does something with a session and the client of it. */
    private interface Use {
        void run(Session session, FrameClient client) throws Exception;
    }

    private void with(Use use) throws Exception {
        try (SocketApp app = SocketApp.of(endpoint); FrameClient client = app.open("/ws?a=1&a=2&b")) {
            use.run(endpoint.session(), client);
        }
    }

    private static void refusesNull(ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call);
    }

    @Test
    void whatIsKnownOfTheRequest() throws Exception {
        with((session, client) -> {
            assertThat(session.getRequestURI()).isEqualTo(URI.create("ws://localhost/ws?a=1&a=2&b"));
            assertThat(session.getQueryString()).isEqualTo("a=1&a=2&b");
            assertThat(session.getRequestParameterMap()).containsEntry("a", List.of("1", "2")).containsEntry("b",
                    List.of(""));
            assertThat(session.getPathParameters()).isEmpty();
            assertThat(session.getProtocolVersion()).isEqualTo("13");
            assertThat(session.getNegotiatedSubprotocol()).isEmpty();
            assertThat(session.getNegotiatedExtensions()).isEmpty();
            assertThat(session.isSecure()).isFalse();
            assertThat(session.isOpen()).isTrue();
            assertThat(session.getUserPrincipal()).isNull();
            assertThat(session.getContainer()).isInstanceOf(ZokorServerContainer.class);
            assertThat(session.getId()).isNotEmpty();
            assertThatThrownBy(() -> session.getRequestParameterMap().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> session.getPathParameters().put("a", "b"))
                    .isInstanceOf(UnsupportedOperationException.class);
        });
    }

    @Test
    void handlersOneOfEachKind() throws Exception {
        with((session, client) -> {
            assertThat(session.getMessageHandlers()).hasSize(1);
            MessageHandler.Whole<String> second = text -> {
            };
            assertThatIllegalStateException().isThrownBy(() -> session.addMessageHandler(String.class, second));
            MessageHandler.Partial<byte[]> binary = (bytes, last) -> {
            };
            session.addMessageHandler(byte[].class, binary);
            session.addMessageHandler(PongMessage.class, pong -> endpoint.events
                    .add("pong " + StandardCharsets.US_ASCII.decode(pong.getApplicationData())));
            assertThat(session.getMessageHandlers()).hasSize(3).contains(binary);
            session.getBasicRemote().sendPing(ByteBuffer.wrap(new byte[] { 'p' }));
            assertThat(client.read().first()).isEqualTo(0x89);
            client.send(0x8a, "p");
            Await.until("pong", () -> endpoint.events.contains("pong p"));
            session.removeMessageHandler(binary);
            session.addMessageHandler(ByteBuffer.class, bytes -> endpoint.events.add("bytes " + bytes.remaining()));
            client.send(0x82, "123");
            Await.until("bytes", () -> endpoint.events.contains("bytes 3"));
            Set<MessageHandler> copy = session.getMessageHandlers();
            assertThatThrownBy(copy::clear).isInstanceOf(UnsupportedOperationException.class);
            refusesNull(() -> session.addMessageHandler((MessageHandler) null));
            refusesNull(() -> session.addMessageHandler(String.class, (MessageHandler.Whole<String>) null));
            refusesNull(() -> session.addMessageHandler(null, binary));
        });
    }

    @Test
    void sizesHoldAtOnce() throws Exception {
        with((session, client) -> {
            assertThat(session.getMaxTextMessageBufferSize()).isEqualTo(65_536);
            session.setMaxTextMessageBufferSize(2);
            session.setMaxBinaryMessageBufferSize(100);
            assertThat(session.getMaxBinaryMessageBufferSize()).isEqualTo(100);
            client.send(0x81, "ab");
            Await.until("taken", () -> endpoint.events.contains("ab"));
            assertThat(client.send(0x81, "abc").read().closeCode()).isEqualTo(1009);
        });
    }

    @Test
    void textAndBytes() throws Exception {
        with((session, client) -> {
            RemoteEndpoint.Basic remote = session.getBasicRemote();
            remote.sendText("one");
            assertThat(client.read().text()).isEqualTo("one");
            ByteBuffer data = ByteBuffer.wrap(new byte[] { 1, 2, 3 });
            remote.sendBinary(data);
            assertThat(data.hasRemaining()).isFalse();
            assertThat(client.read().payload()).containsExactly(1, 2, 3);
            remote.sendText("a", false);
            assertThatIllegalStateException().isThrownBy(() -> remote.sendBinary(ByteBuffer.allocate(1)));
            remote.sendText("b", true);
            assertThat(client.read().first()).isEqualTo(0x01);
            assertThat(client.read().first()).isEqualTo(0x80);
            remote.sendPong(ByteBuffer.wrap(new byte[1]));
            assertThat(client.read().first()).isEqualTo(0x8a);
            remote.sendObject(12.5);
            assertThat(client.read().text()).isEqualTo("12.5");
            assertThatThrownBy(() -> remote.sendObject(new Object())).isInstanceOf(EncodeException.class);
            refusesNull(() -> remote.sendText(null));
            refusesNull(() -> remote.sendText(null, true));
            refusesNull(() -> remote.sendBinary(null));
            refusesNull(() -> remote.sendBinary(null, true));
            refusesNull(() -> remote.sendObject(null));
            refusesNull(() -> remote.sendPing(null));
            refusesNull(() -> remote.sendPong(null));
            assertThatIllegalArgumentException().isThrownBy(() -> remote.sendPing(ByteBuffer.allocate(126)));
            assertThatIllegalArgumentException().isThrownBy(() -> remote.sendPong(ByteBuffer.allocate(126)));
        });
    }

    @Test
    void messagesAsStreams() throws Exception {
        with((session, client) -> {
            try (OutputStream stream = session.getBasicRemote().getSendStream()) {
                stream.write(1);
                stream.flush();
                stream.write(new byte[] { 2, 3 }, 1, 1);
            }
            assertThat(client.read()).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x02);
                assertThat(frame.payload()).containsExactly(1);
            });
            assertThat(client.read()).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x80);
                assertThat(frame.payload()).containsExactly(3);
            });
            session.getBasicRemote().getSendStream().close();
            session.getBasicRemote().getSendWriter().close();
            try (Writer writer = session.getBasicRemote().getSendWriter()) {
                writer.append("");
            }
            FrameClient.Frame empty = client.read();
            assertThat(empty.first()).isEqualTo(0x81);
            assertThat(empty.payload()).isEmpty();
            Writer writer = session.getBasicRemote().getSendWriter();
            writer.write("x".repeat(10_000));
            writer.close();
            writer.close();
            assertThat(client.read().payload().length + client.read().payload().length).isEqualTo(10_000);
            assertThatThrownBy(() -> writer.write("late")).isInstanceOf(IOException.class);
        });
    }

    @Test
    void asynchronousSends() throws Exception {
        with((session, client) -> {
            RemoteEndpoint.Async remote = session.getAsyncRemote();
            List<SendResult> results = new CopyOnWriteArrayList<>();
            remote.sendText("a", results::add);
            remote.sendBinary(ByteBuffer.wrap(new byte[] { 7 }), results::add);
            remote.sendObject(1L, results::add);
            Future<Void> text = remote.sendText("b");
            Future<Void> binary = remote.sendBinary(ByteBuffer.allocate(0));
            Future<Void> object = remote.sendObject(true);
            List<String> read = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                read.add(client.read().text());
            }
            assertThat(read).containsExactly("a", "\u0007", "1", "b", "", "true");
            assertThat(text.get()).isNull();
            assertThat(binary.get()).isNull();
            assertThat(object.get()).isNull();
            Await.until("three", () -> results.size() == 3);
            assertThat(results).allSatisfy(result -> {
                assertThat(result.isOK()).isTrue();
                assertThat(result.getSession()).isSameAs(session);
            });
            AtomicReference<SendResult> failed = new AtomicReference<>();
            remote.sendObject(new Object(), failed::set);
            assertThat(failed.get().isOK()).isFalse();
            assertThat(failed.get().getException()).isInstanceOf(EncodeException.class);
            assertThatThrownBy(() -> remote.sendObject(new Object()).get()).isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(EncodeException.class);
            refusesNull(() -> remote.sendText(null));
            refusesNull(() -> remote.sendText(null, results::add));
            refusesNull(() -> remote.sendText("x", null));
            refusesNull(() -> remote.sendBinary(null));
            refusesNull(() -> remote.sendBinary(ByteBuffer.allocate(1), null));
            refusesNull(() -> remote.sendObject(null));
            refusesNull(() -> remote.sendObject(1, null));
            refusesNull(() -> remote.sendObject(null, results::add));
        });
    }

    @Test
    void batching() throws Exception {
        with((session, client) -> {
            RemoteEndpoint.Basic remote = session.getBasicRemote();
            assertThat(remote.getBatchingAllowed()).isFalse();
            remote.setBatchingAllowed(true);
            assertThat(remote.getBatchingAllowed()).isTrue();
            remote.sendText("a");
            remote.flushBatch();
            assertThat(client.read().text()).isEqualTo("a");
        });
    }

    @Test
    void theSendTimeoutResetsAPeerThatDoesNotRead() throws Exception {
        ManualClock clock = new ManualClock();
        try (SocketApp app = SocketApp.builder().server(server -> server.server(made -> made.ticker(clock))).start()) {
            app.sockets.addEndpoint(SocketApp.config(endpoint, "/ws"));
            try (FrameClient client = FrameClient.open(RawClient.connect(app.server.server().address(), 4096))) {
                Session session = endpoint.session();
                assertThat(session.getAsyncRemote().getSendTimeout()).isEqualTo(20_000);
                session.getAsyncRemote().setSendTimeout(3_000);
                Future<Void> sent = session.getAsyncRemote().sendBinary(ByteBuffer.allocate(50_000_000));
                Await.until("cut", () -> {
                    clock.advance(Duration.ofSeconds(1));
                    return sent.isDone();
                });
                assertThatThrownBy(sent::get).isInstanceOf(ExecutionException.class);
                Await.until("told", () -> endpoint.events.contains("close 1006 null"));
            }
        }
    }

    @Test
    void theIdleTimeoutCountsMessages() throws Exception {
        ManualClock clock = new ManualClock();
        try (SocketApp app = SocketApp.builder().server(server -> server.server(made -> made.ticker(clock))).start()) {
            app.sockets.addEndpoint(SocketApp.config(endpoint, "/ws"));
            try (FrameClient client = app.open()) {
                Session session = endpoint.session();
                assertThat(session.getMaxIdleTimeout()).isZero();
                session.setMaxIdleTimeout(5_000);
                assertThat(session.getMaxIdleTimeout()).isEqualTo(5_000);
                clock.advance(Duration.ofSeconds(6));
                assertThat(client.read().closeCode()).isEqualTo(1001);
                client.close(1001);
                Await.until("told", () -> endpoint.events.contains("close 1001 null"));
            }
        }
    }

    @Test
    void openSessionsAreThoseOfTheEndpoint() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint)) {
            app.sockets.addEndpoint(SocketApp.config(endpoint, "/other"));
            try (FrameClient one = app.open()) {
                Session first = endpoint.session();
                try (FrameClient other = app.open("/other")) {
                    endpoint.session();
                    try (FrameClient two = app.open()) {
                        Session second = endpoint.session();
                        assertThat(first.getOpenSessions()).containsExactlyInAnyOrder(first, second);
                        two.close(1000).read();
                    }
                    Await.until("one", () -> first.getOpenSessions().equals(Set.of(first)));
                }
            }
        }
    }

    @Test
    void closeCodes() throws Exception {
        with((session, client) -> {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.close(new CloseReason(CloseCodes.RESERVED, "")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> session.close(new CloseReason(CloseCodes.TLS_HANDSHAKE_FAILURE, "")));
            refusesNull(() -> session.close(null));
            assertThat(session.isOpen()).isTrue();
            session.close(new CloseReason(CloseCodes.NO_STATUS_CODE, ""));
            FrameClient.Frame frame = client.read();
            assertThat(frame.first()).isEqualTo(0x88);
            assertThat(frame.payload()).isEmpty();
            client.send(0x88, "");
            Await.until("told", () -> endpoint.events.contains("close 1005 null"));
        });
    }

    @Test
    void anAbnormalCloseIsNoFrame() throws Exception {
        with((session, client) -> {
            session.close(new CloseReason(CloseCodes.CLOSED_ABNORMALLY, ""));
            client.raw().expectClosed();
            Await.until("told", () -> endpoint.events.contains("close 1006 null"));
        });
    }

    @Test
    void onceClosedNothingButCloseCanBeCalled() throws Exception {
        with((session, client) -> {
            RemoteEndpoint.Basic basic = session.getBasicRemote();
            RemoteEndpoint.Async async = session.getAsyncRemote();
            session.getUserProperties().put("name", "ada");
            session.close(new CloseReason(CloseCodes.getCloseCode(4000), "enough"));
            FrameClient.Frame frame = client.read();
            assertThat(frame.closeCode()).isEqualTo(4000);
            client.close(4000);
            Await.until("told", () -> endpoint.events.contains("close 4000 ada"));
            Await.until("over", () -> {
                try {
                    session.getProtocolVersion();
                    return false;
                } catch (IllegalStateException e) {
                    return true;
                }
            });
            session.close();
            session.close(new CloseReason(CloseCodes.GOING_AWAY, ""));
            assertThat(session.isOpen()).isFalse();
            assertThat(session.getId()).isNotEmpty();
            List<ThrowingCallable> calls = List.of(session::getContainer, session::getMessageHandlers,
                    () -> session.addMessageHandler(new MessageHandler.Whole<String>() {
                        @Override
                        public void onMessage(String message) {
                        }
                    }), () -> session.addMessageHandler(String.class, text -> {
                    }), () -> session.addMessageHandler(String.class, (text, last) -> {
                    }), () -> session.removeMessageHandler(null), session::getProtocolVersion,
                    session::getNegotiatedSubprotocol, session::getNegotiatedExtensions, session::isSecure,
                    session::getMaxIdleTimeout, () -> session.setMaxIdleTimeout(1),
                    session::getMaxTextMessageBufferSize, () -> session.setMaxTextMessageBufferSize(1),
                    session::getMaxBinaryMessageBufferSize, () -> session.setMaxBinaryMessageBufferSize(1),
                    session::getAsyncRemote, session::getBasicRemote, session::getRequestURI,
                    session::getRequestParameterMap, session::getQueryString, session::getPathParameters,
                    session::getUserProperties, session::getUserPrincipal, session::getOpenSessions);
            assertThat(calls).allSatisfy(call -> assertThatIllegalStateException().isThrownBy(call));
            List<ThrowingCallable> sends = List.of(() -> basic.sendText("x"), () -> basic.sendText("x", true),
                    () -> basic.sendBinary(ByteBuffer.allocate(1)),
                    () -> basic.sendBinary(ByteBuffer.allocate(1), true),
                    () -> basic.sendObject(1), () -> basic.sendPing(ByteBuffer.allocate(1)),
                    () -> basic.sendPong(ByteBuffer.allocate(1)), basic::flushBatch, basic::getSendStream,
                    basic::getSendWriter);
            assertThat(sends).allSatisfy(send -> assertThatThrownBy(send).isInstanceOf(IOException.class));
            assertThatThrownBy(() -> async.sendText("x").get()).hasCauseInstanceOf(IOException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> async.setSendTimeout(1));
            assertThatIllegalArgumentException().isThrownBy(() -> async.setBatchingAllowed(true));
        });
    }

    @Test
    void onOpenThatThrowsEndsTheSessionAndNothingIsLeft() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        AtomicReference<Session> seen = new AtomicReference<>();
        Endpoint failing = new Endpoint() {
            @Override
            public void onOpen(Session session, EndpointConfig config) {
                seen.set(session);
                throw new IllegalStateException("as asked");
            }

            @Override
            public void onError(Session session, Throwable failure) {
                events.add(failure.getMessage() + " " + session.getOpenSessions().size());
            }

            @Override
            public void onClose(Session session, CloseReason reason) {
                events.add("close " + reason.getCloseCode().getCode());
            }
        };
        try (SocketApp app = SocketApp.of(failing); FrameClient client = app.open()) {
            assertThat(client.read().closeCode()).isEqualTo(1011);
            client.close(1011);
            client.raw().expectClosed();
            Await.until("closed", () -> events.size() == 2);
            assertThat(events).containsExactly("as asked 1", "close 1011");
            Await.until("none", () -> app.sockets.sessions().isEmpty() && app.sockets.options().sessions().open()
                    .isEmpty());
            assertThat(seen.get().isOpen()).isFalse();
        }
    }

    @Test
    void aFailureThatNobodyIsToldOfIsInTheLog() throws Exception {
        Endpoint failing = new Endpoint() {
            @Override
            public void onOpen(Session session, EndpointConfig config) {
                session.addMessageHandler(String.class, text -> {
                    throw new IllegalStateException("as asked: " + text);
                });
            }
        };
        try (LogCapture log = LogCapture.of("io.zokor.servlet.websocket");
                SocketApp app = SocketApp.of(failing);
                FrameClient client = app.open()) {
            client.send(0x81, "a").send(0x81, "b").send(0x89, "p");
            assertThat(client.read().first()).isEqualTo(0x8a);
            assertThat(log.warnings()).singleElement().asString().contains("onError");
        }
    }

    @Test
    void theEndOfTheApplicationIs1001() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint); FrameClient client = app.open()) {
            endpoint.session();
            app.servlets.destroy();
            assertThat(client.read().closeCode()).isEqualTo(1001);
        }
    }

    @Test
    void defaultsOfNewSessions() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint)) {
            ZokorServerContainer container = app.sockets;
            assertThat(container.getDefaultAsyncSendTimeout()).isEqualTo(20_000);
            assertThat(container.getDefaultMaxSessionIdleTimeout()).isZero();
            assertThat(container.getDefaultMaxTextMessageBufferSize()).isEqualTo(65_536);
            assertThat(container.getDefaultMaxBinaryMessageBufferSize()).isEqualTo(65_536);
            assertThat(container.getInstalledExtensions()).isEmpty();
            container.setAsyncSendTimeout(-1);
            container.setDefaultMaxSessionIdleTimeout(7_000);
            container.setDefaultMaxTextMessageBufferSize(11);
            container.setDefaultMaxBinaryMessageBufferSize(12);
            try (FrameClient client = app.open()) {
                Session session = endpoint.session();
                assertThat(session.getAsyncRemote().getSendTimeout()).isZero();
                assertThat(session.getMaxIdleTimeout()).isEqualTo(7_000);
                assertThat(session.getMaxTextMessageBufferSize()).isEqualTo(11);
                assertThat(session.getMaxBinaryMessageBufferSize()).isEqualTo(12);
                assertThat(client.send(0x81, "x".repeat(12)).read().closeCode()).isEqualTo(1009);
            }
        }
    }

    @Test
    void thereIsNoClientAndTheMessageSaysWhichToAdd() throws Exception {
        try (SocketApp app = SocketApp.of(endpoint)) {
            URI uri = URI.create("ws://localhost/");
            ClientEndpointConfig config = ClientEndpointConfig.Builder.create().build();
            List<ThrowingCallable> calls = List.of(() -> app.sockets.connectToServer(new Object(), uri),
                    () -> app.sockets.connectToServer(Object.class, uri),
                    () -> app.sockets.connectToServer(endpoint, config, uri),
                    () -> app.sockets.connectToServer(Opened.class, config, uri));
            assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("tyrus-standalone-client"));
        }
    }
}
