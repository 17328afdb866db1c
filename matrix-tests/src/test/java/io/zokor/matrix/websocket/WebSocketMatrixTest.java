package io.zokor.matrix.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.zokor.matrix.websocket.WebSocketMatrixApplication.Greeter;
import io.zokor.matrix.websocket.WebSocketMatrixApplication.Seen;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.simp.broker.SimpleBrokerMessageHandler;
import org.springframework.messaging.support.MessageBuilder;

/**
 * One application with everything that Spring has for WebSocket in servlet applications, on Tomcat and on Zokor: what is asserted holds
 * on both, frame by frame.
 */
@Timeout(60)
class WebSocketMatrixTest {

    /** Which server runs it. */
    enum On {
        TOMCAT, ZOKOR
    }

    private static final String ANN = "Authorization: Basic "
            + Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.UTF_8));

    private static final Map<On, ServletWebServerApplicationContext> RUNNING = new EnumMap<>(On.class);

    @BeforeAll
    static void start() {
        for (On server : On.values()) {
            RUNNING.put(server, (ServletWebServerApplicationContext) new SpringApplicationBuilder(
                    WebSocketMatrixApplication.class)
                    .properties("zokor.enabled=" + (server == On.ZOKOR), "server.port=0",
                            "spring.main.banner-mode=off", "spring.graphql.websocket.path=/graphql")
                    .run());
        }
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(ServletWebServerApplicationContext::close);
        RUNNING.clear();
    }

    @BeforeEach
    void forget() {
        RUNNING.values().forEach(context -> context.getBean(Seen.class).events().clear());
        Greeter.EVENTS.clear();
    }

    private static RawClient client(On server) {
        return RawClient.connect(Objects.requireNonNull(RUNNING.get(server).getWebServer()).getPort());
    }

    private static FrameClient open(On server, String path, String... fields) {
        return FrameClient.openAt(client(server), path, fields);
    }

    private static RawResponse refused(On server, String path, String... fields) {
        try (RawClient client = client(server)) {
            return FrameClient.askAt(client, path, fields).readResponse();
        }
    }

    private static RawResponse get(On server, String path, String... fields) {
        try (RawClient client = client(server)) {
            String[] head = new String[fields.length + 2];
            head[0] = "GET " + path + " HTTP/1.1";
            head[1] = "Host: localhost";
            System.arraycopy(fields, 0, head, 2, fields.length);
            return client.sendHead(head).readResponse();
        }
    }

    private static void awaitEvent(On server, String event) {
        Await.until(event, () -> RUNNING.get(server).getBean(Seen.class).events().contains(event));
    }

    private static String cookie(RawResponse response) {
        return "Cookie: " + response.header("Set-Cookie").orElseThrow().replaceAll(";.*", "");
    }

    // ---- raw handlers

    @ParameterizedTest
    @EnumSource
    void rawHandlersEcho(On server) {
        try (FrameClient client = open(server, "/ws")) {
            assertThat(client.send(0x81, "h\u00e9llo").read().text()).isEqualTo("h\u00e9llo");
            assertThat(client.send(0x82, new byte[] { 1, 2 }).read().payload()).containsExactly(1, 2);
            assertThat(client.send(0x01, "a").send(0x80, "b").read().text()).isEqualTo("ab");
            FrameClient.Frame pong = client.send(0x89, "p").read();
            assertThat(pong.first()).isEqualTo(0x8a);
            assertThat(pong.text()).isEqualTo("p");
            assertThat(client.close(1000).read().closeCode()).isEqualTo(1000);
            awaitEvent(server, "/ws 1000");
        }
    }

    @ParameterizedTest
    @EnumSource
    void partialMessages(On server) {
        try (FrameClient client = open(server, "/partial")) {
            client.send(0x02, new byte[100_000]);
            int size = 0;
            while (size < 100_000) {
                FrameClient.Frame part = client.read();
                assertThat(part.first() & 0x80).isZero();
                size += part.payload().length;
            }
            FrameClient.Frame last = client.send(0x80, new byte[1]).read();
            while ((last.first() & 0x80) == 0) {
                last = client.read();
            }
            assertThat(last.first()).isEqualTo(0x80);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theApplicationCloses(On server) {
        try (FrameClient client = open(server, "/ws")) {
            FrameClient.Frame close = client.send(0x81, "close").read();
            assertThat(close.closeCode()).isEqualTo(4001);
            assertThat(close.text()).endsWith("enough");
            client.close(4001);
            awaitEvent(server, "/ws 4001");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoLeavesWithoutACloseFrameIs1006(On server) {
        FrameClient client = open(server, "/ws");
        assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
        client.raw().reset();
        awaitEvent(server, "/ws 1006");
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatFailsClosesWith1011(On server) {
        try (FrameClient client = open(server, "/ws")) {
            assertThat(client.send(0x81, "fail").read().closeCode()).isEqualTo(1011);
        }
        try (FrameClient client = open(server, "/failing")) {
            assertThat(client.read().closeCode()).isEqualTo(1011);
            client.close(1011);
        }
        ZokorWebServer zokor = (ZokorWebServer) RUNNING.get(On.ZOKOR).getWebServer();
        Await.until("nothing leaks", () -> zokor.webSockets().open().stream()
                .noneMatch(session -> session.request().path().equals("/failing")));
    }

    @ParameterizedTest
    @EnumSource
    void limitsSetAtTheOpeningHoldAtOnce(On server) {
        try (FrameClient client = open(server, "/small")) {
            assertThat(client.send(0x81, "x".repeat(10)).read().text()).hasSize(10);
            assertThat(client.send(0x81, "x".repeat(11)).read().closeCode()).isEqualTo(1009);
        }
    }

    // ---- handshakes

    @ParameterizedTest
    @EnumSource
    void theHandshakeHasTheFieldsOfSecurityAndInterceptors(On server) {
        try (FrameClient client = open(server, "/ws?session=yes")) {
            RawResponse opening = client.opening();
            assertThat(opening.header("X-Before")).contains("yes");
            assertThat(opening.header("X-Content-Type-Options")).contains("nosniff");
            assertThat(opening.header("Set-Cookie").orElseThrow()).startsWith("JSESSIONID=");
            assertThat(opening.header("Sec-WebSocket-Accept")).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(client.send(0x81, "attribute").read().text()).isEqualTo("the session's");
        }
    }

    @ParameterizedTest
    @EnumSource
    void subprotocols(On server) {
        try (FrameClient client = open(server, "/ws", "Sec-WebSocket-Protocol: v1")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("v1");
        }
        try (FrameClient client = open(server, "/ws", "Sec-WebSocket-Protocol: other")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void springDecidesAboutOrigins(On server) {
        assertThat(refused(server, "/origin", "Origin: https://evil.example").status()).isEqualTo(403);
        assertThat(refused(server, "/ws", "Origin: https://evil.example").status()).isEqualTo(403);
        try (FrameClient client = open(server, "/origin", "Origin: https://friend.example")) {
            assertThat(client.send(0x81, "a").read().text()).isEqualTo("a");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterceptorRefuses(On server) {
        assertThat(refused(server, "/ws?refuse=yes").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void anotherVersionIs426(On server) {
        try (RawClient client = client(server)) {
            client.sendHead("GET /ws HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
                    "Sec-WebSocket-Version: 8", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(426);
            assertThat(response.header("Sec-WebSocket-Version")).contains("13");
        }
    }

    @ParameterizedTest
    @EnumSource
    void securityRefusesFirst(On server) {
        assertThat(refused(server, "/private/ws").status()).isEqualTo(401);
        assertThat(refused(server, "/private/greeter/bob").status()).isEqualTo(401);
    }

    @ParameterizedTest
    @EnumSource
    void thePrincipalIsThere(On server) {
        try (FrameClient client = open(server, "/private/ws", ANN)) {
            assertThat(client.send(0x81, "who").read().text()).isEqualTo("ann");
        }
        try (FrameClient client = open(server, "/ws")) {
            assertThat(client.send(0x81, "who").read().text()).isEqualTo("nobody");
        }
    }

    // ---- endpoints of the Jakarta API

    @ParameterizedTest
    @EnumSource
    void serverEndpointBeans(On server) {
        try (FrameClient client = open(server, "/private/greeter/bob", ANN)) {
            assertThat(client.read().text()).isEqualTo("hello bob, ann");
            assertThat(client.send(0x81, "hi").read().text()).isEqualTo("you said hi");
            client.close(1000).read();
            Await.until("closed", () -> Greeter.EVENTS.contains("greeter 1000"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfTheHttpSessionEndsTheSession(On server) {
        RawResponse login = get(server, "/private/login", ANN);
        String cookie = cookie(login);
        try (FrameClient client = open(server, "/private/greeter/bob", ANN, cookie)) {
            assertThat(client.read().text()).startsWith("hello");
            assertThat(get(server, "/private/logout", ANN, cookie).text()).isEqualTo("out");
            assertThat(client.read().closeCode()).isEqualTo(1008);
        }
    }

    // ---- STOMP

    private static boolean isSubscribed(On server) {
        SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create(SimpMessageType.MESSAGE);
        headers.setDestination("/topic/shouts");
        return !RUNNING.get(server).getBean(SimpleBrokerMessageHandler.class).getSubscriptionRegistry()
                .findSubscriptions(MessageBuilder.createMessage(new byte[0], headers.getMessageHeaders())).isEmpty();
    }

    private static String stomp(String text) {
        return text + "\u0000";
    }

    @ParameterizedTest
    @EnumSource
    void stompWithTheSimpleBroker(On server) {
        RawResponse csrf = get(server, "/csrf", ANN);
        try (FrameClient client = open(server, "/stomp", ANN, cookie(csrf), "Sec-WebSocket-Protocol: v12.stomp")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("v12.stomp");
            client.send(0x81, stomp("CONNECT\naccept-version:1.2\nhost:x\nX-CSRF-TOKEN:" + csrf.text() + "\n\n"));
            assertThat(client.read().text()).startsWith("CONNECTED\n").contains("user-name:ann");
            client.send(0x81, stomp("SUBSCRIBE\nid:1\ndestination:/topic/shouts\n\n"));
            // Spring handles frames of one client by several threads.
            Await.until("subscribed", () -> isSubscribed(server));
            client.send(0x81, stomp("SEND\ndestination:/app/shout\ncontent-type:text/plain\n\nhello"));
            assertThat(client.read().text()).startsWith("MESSAGE\n").contains("ann: HELLO");
            client.send(0x81, stomp("DISCONNECT\nreceipt:7\n\n"));
            assertThat(client.read().text()).startsWith("RECEIPT\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStompConnectWithoutItsCsrfTokenIsRefused(On server) {
        RawResponse csrf = get(server, "/csrf", ANN);
        try (FrameClient client = open(server, "/stomp", ANN, cookie(csrf))) {
            client.send(0x81, stomp("CONNECT\naccept-version:1.2\nhost:x\n\n"));
            assertThat(client.read().text()).startsWith("ERROR\n");
            assertThat(client.read().closeCode()).isEqualTo(1002);
        }
    }

    // ---- SockJS

    @ParameterizedTest
    @EnumSource
    void sockJsByWebSocket(On server) {
        assertThat(get(server, "/sockjs/info").text()).contains("\"websocket\":true");
        try (FrameClient client = open(server, "/sockjs/000/abc/websocket")) {
            assertThat(client.read().text()).isEqualTo("o");
            assertThat(client.send(0x81, "[\"hi\"]").read().text()).isEqualTo("a[\"hi\"]");
        }
    }

    private static RawResponse post(On server, String path, String body) {
        try (RawClient client = client(server)) {
            return client.post(path, "application/json", body.getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void sockJsByPolling(On server) {
        assertThat(post(server, "/sockjs/000/poll/xhr", "").text()).isEqualTo("o\n");
        assertThat(post(server, "/sockjs/000/poll/xhr_send", "[\"hi\"]").status()).isEqualTo(204);
        assertThat(post(server, "/sockjs/000/poll/xhr", "").text()).isEqualTo("a[\"hi\"]\n");
    }

    @ParameterizedTest
    @EnumSource
    void sockJsByStreaming(On server) {
        try (RawClient stream = client(server)) {
            stream.sendHead("POST /sockjs/000/stream/xhr_streaming HTTP/1.1", "Host: localhost", "Content-Length: 0");
            stream.readUntil("o\n");
            assertThat(post(server, "/sockjs/000/stream/xhr_send", "[\"hi\"]").status()).isEqualTo(204);
            assertThat(stream.readUntil("a[\"hi\"]")).endsWith("a[\"hi\"]");
        }
    }

    @ParameterizedTest
    @EnumSource
    void sockJsByServerSentEvents(On server) {
        try (RawClient stream = client(server)) {
            stream.sendHead("GET /sockjs/000/events/eventsource HTTP/1.1", "Host: localhost",
                    "Accept: text/event-stream");
            assertThat(stream.readUntil("data: o")).contains("text/event-stream");
            assertThat(post(server, "/sockjs/000/events/xhr_send", "[\"hi\"]").status()).isEqualTo(204);
            assertThat(stream.readUntil("data: a[\"hi\"]")).endsWith("data: a[\"hi\"]");
        }
    }

    // ---- GraphQL

    @ParameterizedTest
    @EnumSource
    void graphQlSubscriptions(On server) {
        try (FrameClient client = open(server, "/graphql", "Sec-WebSocket-Protocol: graphql-transport-ws")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("graphql-transport-ws");
            client.send(0x81, "{\"type\":\"connection_init\"}");
            assertThat(client.read().text()).contains("\"connection_ack\"");
            client.send(0x81,
                    "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription { count(to: 3) }\"}}");
            StringBuilder counted = new StringBuilder();
            String text = client.read().text();
            while (!text.contains("\"complete\"")) {
                counted.append(Pattern.compile("\"count\":(\\d)").matcher(text).results().map(MatchResult::group)
                        .findFirst().orElse("?")).append(' ');
                text = client.read().text();
            }
            assertThat(counted).hasToString("\"count\":1 \"count\":2 \"count\":3 ");
        }
    }
}
