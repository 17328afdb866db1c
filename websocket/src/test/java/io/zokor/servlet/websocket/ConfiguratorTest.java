package io.zokor.servlet.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.Principal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.websocket.WebSocketOptions;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a configurator has to say in the handshake of a deployed endpoint, and who comes before it. */
@Timeout(60)
class ConfiguratorTest {

    private static final List<String> EVENTS = new CopyOnWriteArrayList<>();

    @BeforeEach
    void none() {
        EVENTS.clear();
    }

    /** Takes part in everything. */
    public static class Asked extends ServerEndpointConfig.Configurator {

        @Override
        public boolean checkOrigin(String origin) {
            EVENTS.add("origin " + origin);
            return !"https://evil.example".equals(origin);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            EVENTS.add("subprotocol " + supported + " " + requested);
            return requested.isEmpty() ? "unasked" : requested.getLast();
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            for (Extension extension : requested) {
                List<String> parameters = new ArrayList<>();
                extension.getParameters().forEach(each -> parameters.add(each.getName() + "=" + each.getValue()));
                EVENTS.add("extension " + extension.getName() + parameters);
            }
            return super.getNegotiatedExtensions(installed, requested);
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request,
                HandshakeResponse response) {
            config.getUserProperties().put("who", request.getHeaders().get("x-who"));
            config.getUserProperties().put("query", request.getQueryString() + request.getParameterMap());
            response.getHeaders().put("X-Modified", List.of("yes"));
            EVENTS.add("accept " + response.getHeaders().get(HandshakeResponse.SEC_WEBSOCKET_ACCEPT));
        }
    }

    /** Is configured. */
    @ServerEndpoint(value = "/ws", subprotocols = { "a", "b" }, configurator = Asked.class)
    public static class Configured {

        @OnOpen
        public void open(Session session, EndpointConfig config) {
            EVENTS.add("open " + session.getNegotiatedSubprotocol() + " " + session.getUserProperties().get("who")
                    + config.getUserProperties().get("query"));
            config.getUserProperties().put("mine", "1");
        }

        @OnMessage
        public String text(String text, Session session) {
            return session.getNegotiatedExtensions().stream().map(Extension::getName).toList().toString();
        }
    }

    @Test
    void everythingThatItIsAsked() throws Exception {
        try (SocketApp app = SocketApp.of(Configured.class);
                FrameClient client = app.open("/ws?q=1", "Origin: https://other.example", "X-Who: ada",
                        "Sec-WebSocket-Protocol: b, c",
                        "Sec-WebSocket-Extensions: x-own; p=\"1\"; q, permessage-deflate")) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).contains("c");
            assertThat(client.opening().header("Sec-WebSocket-Extensions")).isEmpty();
            assertThat(client.opening().header("X-Modified")).contains("yes");
            assertThat(client.send(0x81, "x").read().text()).isEqualTo("[]");
            assertThat(EVENTS).containsExactly("origin https://other.example", "subprotocol [a, b] [b, c]",
                    "extension x-own[p=1, q=]", "extension permessage-deflate[]",
                    "accept [s3pPLMBiTxaQ9kYGzzhZRbK+xOo=]", "open c [ada]q=1{q=[1]}");
        }
    }

    @Test
    void anOriginThatItRefusesIs403() throws Exception {
        try (SocketApp app = SocketApp.of(Configured.class); RawClient client = app.client()) {
            assertThat(FrameClient.ask(client, "Origin: https://evil.example").readResponse().status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aSubprotocolThatNobodyAskedForIsLeftOut() throws Exception {
        try (SocketApp app = SocketApp.of(Configured.class); FrameClient client = app.open()) {
            assertThat(client.opening().header("Sec-WebSocket-Protocol")).isEmpty();
            Await.until("open", () -> EVENTS.stream().anyMatch(event -> event.startsWith("open  ")));
        }
    }

    @Test
    void userPropertiesAreEachSessionsOwn() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Configured.class, "/ws")
                .configurator(new Asked()).build();
        config.getUserProperties().put("shared", "s");
        try (SocketApp app = SocketApp.builder().start()) {
            app.sockets.addEndpoint(config);
            try (FrameClient client = app.open()) {
                client.send(0x81, "x").read();
            }
            assertThat(config.getUserProperties()).isEqualTo(Map.of("shared", "s"));
        }
    }

    /** Has no opinion. */
    @ServerEndpoint("/ws")
    public static class Plain {

        @OnMessage
        public String text(String text, Session session) {
            return text + session.getNegotiatedExtensions().stream().map(Extension::getName).toList();
        }
    }

    @Test
    void crossSiteHijacking() throws Exception {
        try (LogCapture log = LogCapture.of("io.zokor.websocket");
                SocketApp app = SocketApp.of(Plain.class);
                RawClient client = app.client()) {
            assertThat(FrameClient.ask(client, "Origin: https://evil.example").readResponse().status())
                    .isEqualTo(403);
            FrameClient same = FrameClient.open(client, "Origin: http://localhost");
            assertThat(same.send(0x81, "x").read().text()).isEqualTo("x[]");
        }
    }

    @Test
    void allowedOrigins() throws Exception {
        try (SocketApp app = SocketApp.builder()
                .options(options -> options.withAllowedOrigins(Set.of("https://friend.example"))).start()) {
            app.sockets.addEndpoint(Plain.class);
            try (FrameClient client = app.open("/ws", "Origin: https://friend.example")) {
                assertThat(client.send(0x81, "x").read().text()).isEqualTo("x[]");
            }
        }
    }

    @Test
    void compressionWhereItIsSwitchedOn() throws Exception {
        try (SocketApp app = SocketApp.builder().options(options -> options.withCompression(true)).start()) {
            app.sockets.addEndpoint(Plain.class);
            assertThat(app.sockets.getInstalledExtensions()).extracting(Extension::getName)
                    .containsExactly("permessage-deflate");
            try (FrameClient client = app.open("/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
                assertThat(client.opening().header("Sec-WebSocket-Extensions").orElse(""))
                        .startsWith("permessage-deflate");
                assertThat(client.send(0x81, "x").read().text()).isEqualTo("x[permessage-deflate]");
            }
        }
    }

    @Test
    void oddExtensionParametersAreDeclined() throws Exception {
        try (SocketApp app = SocketApp.builder().options(options -> options.withCompression(true)).start()) {
            app.sockets.addEndpoint(Plain.class);
            try (FrameClient client = app.open("/ws",
                    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; server_max_window_bits")) {
                assertThat(client.opening().header("Sec-WebSocket-Extensions")).isEmpty();
            }
        }
    }

    @Test
    void aBodyOnTheHandshakeIs400() throws Exception {
        try (SocketApp app = SocketApp.of(Plain.class); RawClient client = app.client()) {
            assertThat(FrameClient.ask(client, "Content-Length: 1").send("x").readResponse().status())
                    .isEqualTo(400);
        }
    }

    @Test
    void aSessionFloodIs503() throws Exception {
        WebSocketOptions few = WebSocketOptions.defaults()
                .withSessions(new io.zokor.websocket.WebSocketSessions(1));
        try (SocketApp app = SocketApp.builder().options(options -> few).start()) {
            app.sockets.addEndpoint(Plain.class);
            try (FrameClient one = app.open(); RawClient two = app.client()) {
                one.send(0x81, "x").read();
                assertThat(FrameClient.ask(two).readResponse().status()).isEqualTo(503);
            }
        }
    }

    @Test
    void filtersRefuseFirstWhateverTheirOrder() throws Exception {
        SocketApp.Builder builder = SocketApp.builder()
                .context(context -> context
                        .addFilter("late",
                                (request, response, chain) -> ((HttpServletResponse) response).sendError(401))
                        .addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "*"));
        try (SocketApp app = builder.start(); RawClient client = app.client()) {
            app.sockets.addEndpoint(Configured.class);
            RawResponse response = FrameClient.ask(client).readResponse();
            assertThat(response.status()).isEqualTo(401);
            assertThat(EVENTS).isEmpty();
        }
    }

    /** Ends with the user's HTTP session. */
    @Test
    void theEndOfTheHttpSessionIs1008() throws Exception {
        List<HttpSession> sessions = new CopyOnWriteArrayList<>();
        SocketApp.Builder builder = SocketApp.builder()
                .context(context -> context.addFilter("login", (request, response, chain) -> {
                    HttpServletRequest asked = (HttpServletRequest) request;
                    sessions.add(asked.getSession());
                    boolean user = "yes".equals(asked.getHeader("X-User"));
                    chain.doFilter(!user ? request : new HttpServletRequestWrapper(asked) {
                        @Override
                        public Principal getUserPrincipal() {
                            return () -> "ada";
                        }
                    }, response);
                }).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*"));
        try (SocketApp app = builder.start()) {
            app.sockets.addEndpoint(Plain.class);
            try (FrameClient user = app.open("/ws", "X-User: yes"); FrameClient guest = app.open("/ws")) {
                user.send(0x81, "x").read();
                guest.send(0x81, "x").read();
                sessions.forEach(HttpSession::invalidate);
                assertThat(user.read().closeCode()).isEqualTo(1008);
                assertThat(guest.send(0x81, "y").read().text()).isEqualTo("y[]");
            }
        }
    }
}
