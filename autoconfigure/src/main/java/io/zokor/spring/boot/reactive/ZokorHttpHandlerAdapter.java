package io.zokor.spring.boot.reactive;

import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.websocket.WebSocketOptions;

import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.HttpHeadResponseDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Has requests answered by a reactive {@link HttpHandler}. Immutable; used by all connections at once. */
final class ZokorHttpHandlerAdapter implements Handler {

    private final HttpHandler handler;
    private final Supplier<Limits> limits;
    private final WebSocketOptions webSockets;

    ZokorHttpHandlerAdapter(HttpHandler handler, Supplier<Limits> limits, WebSocketOptions webSockets) {
        this.handler = handler;
        this.limits = limits;
        this.webSockets = webSockets;
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        ReactiveExchange exchange = new ReactiveExchange(request, response, webSockets);
        ZokorServerHttpRequest serverRequest = ZokorServerHttpRequest.of(request, exchange.body(),
                limits.get().maxCookies(), response.controller());
        ServerHttpResponse serverResponse = exchange.response();
        boolean head = serverRequest.getMethod().equals(HttpMethod.HEAD);
        exchange.run(() -> handler.handle(serverRequest,
                head ? new HttpHeadResponseDecorator(serverResponse) : serverResponse)
                .then(Mono.defer(serverResponse::setComplete)));
    }
}
