package io.zokor.spring.reactive;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.reactivestreams.Subscription;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A WebFlux application with WebSocket endpoints, and what its handlers have seen. Safe for use by many threads. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class WebSocketApplication {

    /** What handlers have seen. */
    public static final class Seen {

        final List<String> events = new CopyOnWriteArrayList<>();
        final AtomicInteger produced = new AtomicInteger();
        final AtomicReference<Subscription> demand = new AtomicReference<>();
        final CountDownLatch go = new CountDownLatch(1);

        /** {@return what has happened, in its order} */
        public List<String> events() {
            return events;
        }
    }

    /** Starts it on a free port. */
    public static ConfigurableApplicationContext start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return new SpringApplicationBuilder(WebSocketApplication.class).web(WebApplicationType.REACTIVE)
                .run(arguments.toArray(String[]::new));
    }

    /** {@return the port of a running one} */
    public static int port(ConfigurableApplicationContext context) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Bean
    Seen seen() {
        return new Seen();
    }

    @Bean
    WebFilter context() {
        return (exchange, chain) -> {
            if (exchange.getRequest().getHeaders().containsHeader("X-Late")) {
                // Long enough for the server to begin to watch for the client's leaving.
                return Mono.delay(Duration.ofMillis(400)).then(chain.filter(exchange));
            }
            exchange.getResponse().getHeaders().set("X-Filter", "was here");
            Mono<Void> rest = chain.filter(exchange);
            if (exchange.getRequest().getHeaders().containsHeader("X-Fail-Behind")) {
                rest = rest.then(Mono.error(new IllegalStateException("behind the upgrade")));
            }
            return rest.contextWrite(context -> context.put("who", "the filter"));
        };
    }

    @Bean
    HandlerMapping webSockets(Seen seen) {
        Map<String, WebSocketHandler> handlers = new HashMap<>();
        handlers.put("/ws", session -> session.send(session.receive()
                .doOnNext(
                        message -> seen.events.add(message.getType() + " " + message.getPayload().readableByteCount()))
                .filter(message -> message.getType() != WebSocketMessage.Type.PONG)
                .doOnNext(WebSocketMessage::retain).map(message -> copy(session, message))));
        handlers.put("/first", session -> session.send(Mono.just(session.textMessage("first")))
                .and(session.receive().then()));
        handlers.put("/context", session -> Mono.deferContextual(context -> session
                .send(Mono.just(session.textMessage(context.get("who")))).then(session.receive().then())));
        handlers.put("/demand", session -> {
            session.receive().doOnNext(message -> seen.events.add(message.getPayloadAsText()))
                    .doOnComplete(() -> seen.events.add("complete")).subscribe(new BaseSubscriber<>() {
                        @Override
                        protected void hookOnSubscribe(Subscription subscription) {
                            seen.demand.set(subscription);
                        }
                    });
            return Mono.never();
        });
        handlers.put("/one", session -> session.receive().take(1)
                .flatMap(message -> session.send(Mono.just(session.textMessage(message.getPayloadAsText()))))
                .then(session.closeStatus()).doOnNext(status -> seen.events.add("closed " + status.getCode())).then());
        handlers.put("/flood", session -> session.send(Flux.generate(sink -> {
            seen.produced.incrementAndGet();
            sink.next(session.binaryMessage(factory -> factory.wrap(new byte[64 * 1024])));
        })));
        handlers.put("/many", session -> session.receive().next().thenMany(Flux.range(0, 40))
                .flatMap(i -> session
                        .send(Mono.just(session.binaryMessage(factory -> factory.wrap(new byte[100_000]))))
                        .onErrorResume(e -> {
                            seen.events.add(e.getMessage());
                            return Mono.empty();
                        }), 40)
                .then(session.receive().then()));
        handlers.put("/fail", session -> session.receive()
                .flatMap(message -> Mono.<Void>error(new IllegalStateException("on purpose"))).then());
        handlers.put("/done", session -> session.receive().next().then());
        handlers.put("/close", session -> session.receive().next()
                .then(session.close(new CloseStatus(4001, "enough"))).then(session.closeStatus())
                .doOnNext(status -> seen.events.add("closed " + status.getCode() + " " + status.getReason())).then());
        handlers.put("/watch", session -> {
            session.closeStatus().subscribe(status -> seen.events.add("closed " + status.getCode()));
            session.closeStatus().subscribe(status -> seen.events.add("again " + status.getCode()));
            return session.receive().doOnComplete(() -> seen.events.add("complete " + session.isOpen())).then();
        });
        handlers.put("/ping", session -> session
                .send(Mono.just(session.pingMessage(factory -> factory.wrap("p".getBytes(StandardCharsets.UTF_8)))))
                .and(session.receive().doOnNext(
                        message -> seen.events.add(message.getType() + " " + message.getPayloadAsText()))));
        handlers.put("/cors", session -> session.send(Mono.just(session.textMessage("cors"))));
        SimpleUrlHandlerMapping mapping = new SimpleUrlHandlerMapping(handlers, -1);
        CorsConfiguration cors = new CorsConfiguration();
        cors.addAllowedOrigin("https://friend.example");
        mapping.setCorsConfigurations(Map.of("/cors", cors));
        return mapping;
    }

    private static WebSocketMessage copy(WebSocketSession session, WebSocketMessage message) {
        return message.getType() == WebSocketMessage.Type.TEXT ? session.textMessage(message.getPayloadAsText())
                : message;
    }
}
