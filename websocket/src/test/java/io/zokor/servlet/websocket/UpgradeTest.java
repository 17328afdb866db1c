package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Principal;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code upgradeHttpToWebSocket}: the way that Spring goes. */
@Timeout(60)
class UpgradeTest {

    /** Answers each text with itself, and writes down what happens. */
    static class Echo extends Endpoint {

        final List<String> events = new CopyOnWriteArrayList<>();

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            events.add("open");
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                try {
                    session.getBasicRemote().sendText(text);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            events.add("close " + reason.getCloseCode().getCode());
        }

        @Override
        public void onError(Session session, Throwable failure) {
            events.add("error " + failure.getMessage());
        }

        void await(String event) {
            Await.until(event, () -> events.contains(event));
        }
    }

    private final Echo echo = new Echo();

    private static void filter(SocketApp.Builder builder, Filter filter) {
        builder.context(context -> context.addFilter("filter", filter)
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*"));
    }

    @Test
    void aSessionFromItsBeginningToItsEnd() throws Exception {
        try (SocketApp app = SocketApp.builder().upgrading("/ws", echo).start(); FrameClient client = app.open()) {
            assertThat(client.opening().header("Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(client.send(0x81, "hello").read().text()).isEqualTo("hello");
            assertThat(client.close(1000).read().closeCode()).isEqualTo(1000);
            client.raw().expectClosed();
            echo.await("close 1000");
            assertThat(echo.events).containsExactly("open", "close 1000");
        }
    }

    @Test
    void fieldsThatFiltersSetAfterwardsAreOnThe101() throws Exception {
        SocketApp.Builder builder = SocketApp.builder().upgrading("/ws", echo);
        filter(builder, (request, response, chain) -> {
            ((HttpServletResponse) response).setHeader("X-Before", "1");
            chain.doFilter(request, response);
            assertThat(response.isCommitted()).isFalse();
            ((HttpServletResponse) response).setHeader("X-After", "2");
            ((HttpServletRequest) request).getSession();
        });
        try (SocketApp app = builder.start(); FrameClient client = app.open()) {
            assertThat(client.opening().header("X-Before")).contains("1");
            assertThat(client.opening().header("X-After")).contains("2");
            assertThat(client.opening().header("Set-Cookie")).isPresent();
            assertThat(client.opening().header("Content-Length")).isEmpty();
            assertThat(client.send(0x81, "x").read().text()).isEqualTo("x");
        }
    }

    @Test
    void wrappersCount() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        Endpoint endpoint = new Endpoint() {
            @Override
            public void onOpen(Session session, EndpointConfig config) {
                seen.add(session.getUserPrincipal().getName());
                seen.add(session.getRequestURI().toString());
                seen.add(String.valueOf(session.isSecure()));
            }
        };
        SocketApp.Builder builder = SocketApp.builder().upgrading("/ws", endpoint);
        filter(builder, (request, response, chain) -> chain
                .doFilter(new HttpServletRequestWrapper((HttpServletRequest) request) {
                    @Override
                    public Principal getUserPrincipal() {
                        return () -> "ada";
                    }

                    @Override
                    public boolean isSecure() {
                        return true;
                    }

                    @Override
                    public StringBuffer getRequestURL() {
                        return new StringBuffer("https://example.org/ws");
                    }
                }, new HttpServletResponseWrapper((HttpServletResponse) response)));
        try (SocketApp app = builder.start(); FrameClient client = app.open("/ws?a=b&c=%20|")) {
            Await.until("opened", () -> seen.size() == 3);
            assertThat(seen).containsExactly("ada", "wss://example.org/ws?a=b&c=%20%7C", "true");
        }
    }

    @Test
    void aFilterThatFailsAfterwardsIsAnsweredAsAlways() throws Exception {
        SocketApp.Builder builder = SocketApp.builder().upgrading("/ws", echo);
        filter(builder, (request, response, chain) -> {
            chain.doFilter(request, response);
            ((HttpServletResponse) response).sendError(403);
        });
        try (SocketApp app = builder.start(); RawClient client = app.client()) {
            RawResponse response = FrameClient.ask(client).readResponse();
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.header("Upgrade")).isEmpty();
            assertThat(response.header("Sec-WebSocket-Accept")).isEmpty();
            assertThat(client.get("/ws").status()).isEqualTo(426);
            assertThat(echo.events).isEmpty();
        }
    }

    @Test
    void aRequestThatIsNoHandshakeIsAnsweredWithWhatIsWrong() throws Exception {
        try (SocketApp app = SocketApp.builder().upgrading("/ws", echo).start(); RawClient client = app.client()) {
            RawResponse plain = client.get("/ws");
            assertThat(plain.status()).isEqualTo(426);
            assertThat(plain.header("Upgrade")).contains("websocket");
            RawResponse version = client.sendHead("GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                    "Connection: Upgrade", "Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
                    .readResponse();
            assertThat(version.status()).isEqualTo(426);
            assertThat(version.header("Sec-WebSocket-Version")).contains("13");
            RawResponse key = client.sendHead("GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket",
                    "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: short").readResponse();
            assertThat(key.status()).isEqualTo(400);
        }
    }

    @Test
    void aListOfSubprotocolsMayHoldANull() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Echo.class, "/")
                .subprotocols(Collections.singletonList(null)).configurator(new SocketApp.Giving(echo)).build();
        try (SocketApp app = SocketApp.builder().upgrading("/ws", config).start();
                FrameClient client = app.open("/ws", "Sec-WebSocket-Protocol: a, b")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).isEmpty();
        }
    }

    @Test
    void theSubprotocolOfTheListIsAgreed() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Echo.class, "/").subprotocols(List.of("b"))
                .configurator(new SocketApp.Giving(echo)).build();
        try (SocketApp app = SocketApp.builder().upgrading("/ws", config).start();
                FrameClient client = app.open("/ws", "Sec-WebSocket-Protocol: a, b")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("b");
        }
    }

    @Test
    void theOriginIsTheCallersToJudge() throws Exception {
        try (SocketApp app = SocketApp.builder().upgrading("/ws", echo).start();
                FrameClient client = app.open("/ws", "Origin: https://elsewhere.example")) {
            assertThat(client.send(0x81, "x").read().text()).isEqualTo("x");
        }
    }

    @Test
    void aShutdownSaysGoodbye() throws Exception {
        try (SocketApp app = SocketApp.builder().upgrading("/ws", echo).start(); FrameClient client = app.open()) {
            echo.await("open");
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    app.server.server().shutdown(java.time.Duration.ofSeconds(30));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(client.read().closeCode()).isEqualTo(1001);
            client.close(1001);
            client.raw().expectClosed();
            client.close();
            stopping.join();
            echo.await("close 1001");
        }
    }
}
