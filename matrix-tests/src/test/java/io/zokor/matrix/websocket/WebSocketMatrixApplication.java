package io.zokor.matrix.websocket;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.boot.graphql.autoconfigure.GraphQlSourceBuilderCustomizer;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.data.method.annotation.SubscriptionMapping;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.socket.EnableWebSocketSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.messaging.access.intercept.MessageMatcherDelegatingAuthorizationManager;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.SubProtocolCapable;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;
import org.springframework.web.socket.server.support.HttpSessionHandshakeInterceptor;
import reactor.core.publisher.Flux;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;

/** Every way in which a servlet application of Spring's speaks WebSocket; both servers run it. */
@SpringBootApplication
public class WebSocketMatrixApplication {

    /** What the application has seen. */
    public static final class Seen {

        private final List<String> events = new CopyOnWriteArrayList<>();

        /** {@return what has happened, in its order} */
        public List<String> events() {
            return events;
        }
    }

    @Bean
    Seen seen() {
        return new Seen();
    }

    @Bean
    ServerEndpointExporter exporter() {
        return new ServerEndpointExporter();
    }

    @Bean
    Greeter greeter() {
        return new Greeter();
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http
                .authorizeHttpRequests(requests -> requests.requestMatchers("/private/**").authenticated().anyRequest()
                        .permitAll())
                .httpBasic(Customizer.withDefaults())
                .csrf(csrf -> csrf.ignoringRequestMatchers("/sockjs/**", "/graphql")).build();
    }

    @Bean
    UserDetailsService users() {
        return new InMemoryUserDetailsManager(User.withUsername("ann").password("{noop}secret").roles("USER").build());
    }

    @Bean
    GraphQlSourceBuilderCustomizer schema() {
        return builder -> builder.schemaResources(new ByteArrayResource(
                "type Query { hello: String } type Subscription { count(to: Int): Int }".getBytes()));
    }

    /** The application's own endpoint of the Jakarta API. */
    @ServerEndpoint("/private/greeter/{name}")
    public static class Greeter {

        /** The container makes an instance for each session. */
        static final List<String> EVENTS = new CopyOnWriteArrayList<>();

        /** Made by Spring and by the container. */
        public Greeter() {
            // Nothing is to be done.
        }

        /** A session begins. */
        @OnOpen
        public void open(Session session, @PathParam("name") String name) throws IOException {
            session.getBasicRemote().sendText("hello " + name + ", " + session.getUserPrincipal().getName());
        }

        /** A text comes. */
        @OnMessage
        public String message(String text) {
            return "you said " + text;
        }

        /** A session ends. */
        @OnClose
        public void close(CloseReason reason) {
            EVENTS.add("greeter " + reason.getCloseCode().getCode());
        }
    }

    @RestController
    static class Web {

        @GetMapping("/csrf")
        String csrf(CsrfToken token) {
            return token.getToken();
        }

        @GetMapping("/private/login")
        String login(HttpSession session) {
            return session.getId();
        }

        @GetMapping("/private/logout")
        String logout(HttpSession session) {
            session.invalidate();
            return "out";
        }
    }

    @Controller
    static class GraphQl {

        @QueryMapping
        String hello() {
            return "world";
        }

        @SubscriptionMapping
        Flux<Integer> count(@org.springframework.graphql.data.method.annotation.Argument int to) {
            return Flux.range(1, to).delayElements(Duration.ofMillis(10));
        }
    }

    @Controller
    static class Stomp {

        @MessageMapping("/shout")
        @SendTo("/topic/shouts")
        String shout(String text, Principal principal) {
            return principal.getName() + ": " + text.toUpperCase(java.util.Locale.ROOT);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocketMessageBroker
    @EnableWebSocketSecurity
    static class Broker implements WebSocketMessageBrokerConfigurer {

        @Bean
        static AuthorizationManager<Message<?>> messages(MessageMatcherDelegatingAuthorizationManager.Builder builder) {
            return builder.anyMessage().permitAll().build();
        }

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/stomp");
            registry.addEndpoint("/stomp-sockjs").withSockJS();
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            registry.enableSimpleBroker("/topic");
            registry.setApplicationDestinationPrefixes("/app");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocket
    static class Raw implements WebSocketConfigurer {

        private final Seen seen;

        Raw(Seen seen) {
            this.seen = seen;
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new Echo(seen, false), "/ws", "/private/ws").addInterceptors(new Fields(),
                    new HttpSessionHandshakeInterceptor());
            registry.addHandler(new Echo(seen, true), "/partial");
            registry.addHandler(new Echo(seen, false), "/origin").setAllowedOrigins("https://friend.example");
            registry.addHandler(new Small(), "/small");
            registry.addHandler(new Failing(), "/failing");
            registry.addHandler(new Echo(seen, false), "/sockjs").withSockJS();
        }
    }

    /** Sets fields of the response, before and after. */
    static final class Fields implements HandshakeInterceptor {

        @Override
        public boolean beforeHandshake(ServerHttpRequest request, ServerHttpResponse response, WebSocketHandler handler,
                Map<String, Object> attributes) {
            response.getHeaders().set("X-Before", "yes");
            HttpServletRequest servlet = ((ServletServerHttpRequest) request).getServletRequest();
            if (servlet.getParameter("session") != null) {
                servlet.getSession().setAttribute("who", "the session's");
            }
            return servlet.getParameter("refuse") == null;
        }

        @Override
        public void afterHandshake(ServerHttpRequest request, ServerHttpResponse response, WebSocketHandler handler,
                Exception exception) {
            // Nothing is left to do.
        }
    }

    /** Sends back what comes, and tells of itself when asked. */
    static final class Echo extends AbstractWebSocketHandler implements SubProtocolCapable {

        private final Seen seen;

        private final boolean partial;

        Echo(Seen seen, boolean partial) {
            this.seen = seen;
            this.partial = partial;
        }

        @Override
        public List<String> getSubProtocols() {
            return List.of("v2", "v1");
        }

        @Override
        public boolean supportsPartialMessages() {
            return partial;
        }

        @Override
        protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
            Principal principal = session.getPrincipal();
            switch (message.getPayload()) {
                case "who" -> session.sendMessage(new TextMessage(principal == null ? "nobody" : principal.getName()));
                case "attribute" -> session.sendMessage(new TextMessage("" + session.getAttributes().get("who")));
                case "close" -> session.close(new CloseStatus(4001, "enough"));
                case "fail" -> throw new IllegalStateException("on purpose");
                default -> session.sendMessage(new TextMessage(message.getPayload(), message.isLast()));
            }
        }

        @Override
        protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message) throws Exception {
            session.sendMessage(new BinaryMessage(message.getPayload(), message.isLast()));
        }

        @Override
        public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
            seen.events.add(session.getUri().getPath() + " " + status.getCode());
        }
    }

    /** Has a small limit, set when a session opens. */
    static final class Small extends AbstractWebSocketHandler {

        @Override
        public void afterConnectionEstablished(WebSocketSession session) {
            session.setTextMessageSizeLimit(10);
        }

        @Override
        protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
            session.sendMessage(message);
        }
    }

    /** Fails when a session opens. */
    static final class Failing extends AbstractWebSocketHandler {

        @Override
        public void afterConnectionEstablished(WebSocketSession session) {
            throw new IllegalStateException("on purpose");
        }
    }
}
