package io.zokor.spring.boot.reactive;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.server.Server;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** A started server of one reactive handler, which remembers how its exchanges ended. */
final class ReactiveServer implements AutoCloseable {

    final AtomicInteger panics = new AtomicInteger();
    final AtomicInteger rejected = new AtomicInteger();
    final Map<String, ExchangeSummary> ended = new ConcurrentHashMap<>();
    private final ZokorWebServer server;
    private final AtomicInteger active = new AtomicInteger();

    private ReactiveServer(HttpHandler handler, Consumer<ZokorReactiveWebServerFactory> settings) {
        ZokorReactiveWebServerFactory factory = new ZokorReactiveWebServerFactory(0);
        factory.addServerListeners(new ServerListener() {
            @Override
            public void requestStarted(ConnectionInfo connection, Request request) {
                active.incrementAndGet();
            }

            @Override
            public void exchangeEnded(ExchangeSummary summary) {
                Request request = summary.request();
                ended.put(request == null ? "" : request.path(), summary);
                active.decrementAndGet();
            }

            @Override
            public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
                rejected.incrementAndGet();
            }

            @Override
            public void panic(ConnectionInfo connection, Throwable cause) {
                panics.incrementAndGet();
            }
        });
        settings.accept(factory);
        server = (ZokorWebServer) factory.getWebServer(handler);
        server.start();
    }

    static ReactiveServer of(HttpHandler handler) {
        return new ReactiveServer(handler, factory -> {
        });
    }

    static ReactiveServer of(HttpHandler handler, Consumer<ZokorReactiveWebServerFactory> settings) {
        return new ReactiveServer(handler, settings);
    }

    static ReactiveServer of(RouterFunction<ServerResponse> routes) {
        return of(RouterFunctions.toHttpHandler(routes));
    }

    /** With WebFlux's treatment of errors around the handler. */
    static ReactiveServer web(HttpHandler handler) {
        return of(WebHandlers.withErrors(handler));
    }

    static HttpHandler text(Function<ServerHttpRequest, String> answer) {
        return (request, response) -> send(response, answer.apply(request));
    }

    static Mono<Void> send(ServerHttpResponse response, String text) {
        return response.writeWith(Mono.fromSupplier(() -> buffer(text)));
    }

    static DataBuffer buffer(String text) {
        return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    ZokorWebServer webServer() {
        return server;
    }

    int port() {
        return server.getPort();
    }

    RawClient connect() {
        return RawClient.connect(port());
    }

    /** Waits until no request is being answered. */
    void awaitQuiet() {
        Await.until("all exchanges ended", () -> active.get() == 0);
    }

    @Override
    public void close() {
        server.stop();
        server.destroy();
    }
}
