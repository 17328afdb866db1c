package io.zokor.spring;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PingMessage;
import org.springframework.web.socket.SubProtocolCapable;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.standard.StandardWebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;
import org.springframework.web.socket.server.standard.StandardWebSocketUpgradeStrategy;
import org.springframework.web.socket.server.support.DefaultHandshakeHandler;
import org.springframework.web.util.UriComponentsBuilder;

import jakarta.websocket.Session;

/**
 * Serves what the bench of WebSockets asks for by handlers of Spring's, until the process is stopped. Arguments: port, whatever, and the
 * seconds of every time limit.
 */
public final class ConformanceSpringWebSocket {

    private ConformanceSpringWebSocket() {
    }

    /**
     * Serves.
     *
     * @param args see the class comment
     * @throws Exception if the server does not answer
     */
    public static void main(String[] args) throws Exception {
        String limit = args.length > 2 ? args[2] : "20";
        List<String> properties = new ArrayList<>(List.of("--server.address=127.0.0.1", "--server.port=" + args[0],
                "--spring.main.banner-mode=off", "--spring.jmx.enabled=false", "--conformance.limit=" + limit,
                "--zokor.websocket.max-message-size=1MB", "--zokor.websocket.compression.enabled=true",
                "--zokor.websocket.send-timeout=" + limit + "s", "--zokor.websocket.close-timeout=" + limit + "s"));
        if (args.length > 2) {
            for (String name : List.of("read-header", "read", "write", "stall", "idle")) {
                properties.add("--zokor.timeouts." + name + "=" + limit + "s");
            }
        }
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET).run(properties.toArray(String[]::new));
        String address = "127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
        warmUp(address);
        System.out.println("http /" + address);
    }

    /** The first request of a Spring application loads classes for longer than the bench allows an answer beside an attack. */
    private static void warmUp(String address) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 20; i++) {
                client.send(HttpRequest.newBuilder(URI.create("http://" + address + "/")).build(),
                        HttpResponse.BodyHandlers.discarding());
                WebSocket socket = client.newWebSocketBuilder()
                        .buildAsync(URI.create("ws://" + address + "/ws/echo"), new WebSocket.Listener() {
                        }).join();
                socket.sendText("hello", true).join();
                socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSocket
    @Import(Root.class)
    static class Application implements WebSocketConfigurer {

        @org.springframework.beans.factory.annotation.Value("${conformance.limit}")
        private long limit;

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            // The class path of the tests has Jetty's classes, which Spring would take for the server.
            DefaultHandshakeHandler handshakes = new DefaultHandshakeHandler(new StandardWebSocketUpgradeStrategy());
            registry.addHandler(new Echo(), "/ws/echo").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Chat(), "/ws/sub").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Echo() {
                @Override
                public void afterConnectionEstablished(WebSocketSession session) {
                    Session own = ((StandardWebSocketSession) session).getNativeSession();
                    own.setMaxIdleTimeout(limit * 1000);
                }
            }, "/ws/idle").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Echo() {
                @Override
                public void afterConnectionEstablished(WebSocketSession session) throws Exception {
                    TextMessage text = new TextMessage("x".repeat(Integer.parseInt(query(session, "size"))));
                    for (int n = Integer.parseInt(query(session, "n")); n > 0; n--) {
                        session.sendMessage(text);
                    }
                    session.close();
                }
            }, "/ws/push").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Echo() {
                @Override
                public void afterConnectionEstablished(WebSocketSession session) throws Exception {
                    session.close(new CloseStatus(Integer.parseInt(query(session, "code")), query(session, "reason")));
                }
            }, "/ws/close").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Echo() {
                @Override
                public void afterConnectionEstablished(WebSocketSession session) throws Exception {
                    session.sendMessage(new PingMessage(ByteBuffer.wrap("zk".getBytes(StandardCharsets.US_ASCII))));
                }
            }, "/ws/ping").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
            registry.addHandler(new Echo() {
                @Override
                public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) {
                    throw new IllegalStateException("as the bench asks for");
                }
            }, "/ws/throw").setAllowedOrigins("*")
                    .setHandshakeHandler(handshakes);
        }

        private static String query(WebSocketSession session, String name) {
            String value = UriComponentsBuilder.fromUri(session.getUri()).build().getQueryParams().getFirst(name);
            return value == null ? "" : java.net.URLDecoder.decode(value, StandardCharsets.UTF_8);
        }
    }

    /** Sends back what comes. */
    static class Echo extends AbstractWebSocketHandler {

        @Override
        protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
            session.sendMessage(message);
        }

        @Override
        protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message) throws Exception {
            session.sendMessage(message);
        }
    }

    /** The same, with subprotocols. */
    static final class Chat extends Echo implements SubProtocolCapable {

        @Override
        public List<String> getSubProtocols() {
            return List.of("chat.v2", "chat.v1");
        }
    }

    @RestController
    static class Root {

        @GetMapping("/")
        String root() {
            return "ok";
        }
    }
}
