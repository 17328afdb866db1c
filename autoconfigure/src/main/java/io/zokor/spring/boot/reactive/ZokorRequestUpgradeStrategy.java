package io.zokor.spring.boot.reactive;

import java.util.function.Supplier;

import io.zokor.http.Request;
import io.zokor.websocket.WebSocketHandshake;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.adapter.ContextWebSocketHandler;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Opens WebSocket sessions for WebFlux. The 101 goes out when the request's answer has ended, with the fields that filters have set by
 * then; the session runs on the connection's thread after that. Stateless.
 */
public final class ZokorRequestUpgradeStrategy implements RequestUpgradeStrategy {

    /** Makes one. */
    public ZokorRequestUpgradeStrategy() {
    }

    /**
     * Has the exchange's connection switched to WebSocket, or refuses what is no handshake, by 400, 403, 426 or 503.
     *
     * @throws IllegalStateException if another server than Zokor serves the exchange
     */
    @Override
    public Mono<Void> upgrade(ServerWebExchange exchange, WebSocketHandler handler, @Nullable String subProtocol,
            Supplier<HandshakeInfo> handshakeInfoFactory) {
        ServerHttpResponse response = exchange.getResponse();
        Request request = request(exchange.getRequest());
        ZokorServerHttpResponse ours = response(response);
        ReactiveExchange connection = ours.exchange();
        WebSocketHandshake handshake = WebSocketHandshake.of(request, connection.webSocketOptions(),
                isOriginToBeChecked(exchange));
        if (handshake.refusal() != 0) {
            response.setStatusCode(HttpStatusCode.valueOf(handshake.refusal()));
            handshake.refusalFields().forEach(response.getHeaders()::set);
            return response.setComplete();
        }
        ours.switching();
        response.setStatusCode(HttpStatusCode.valueOf(handshake.status()));
        HandshakeInfo info = handshakeInfoFactory.get();
        return response.setComplete().then(Mono.deferContextual(context -> {
            WebSocketHandler inContext = ContextWebSocketHandler.decorate(handler, context);
            connection.upgrade(handshake.fields(subProtocol), handshake.upgrade(subProtocol,
                    session -> new ReactiveWebSocketSession(session, info, response.bufferFactory())
                            .serve(inContext)));
            return Mono.empty();
        }));
    }

    /** Where Spring's own rules for the endpoint have let an origin pass, or took a proxy's word for where the server is, those count. */
    private static boolean isOriginToBeChecked(ServerWebExchange exchange) {
        if (exchange.getResponse().getHeaders().getAccessControlAllowOrigin() != null) {
            return false;
        }
        try {
            return CorsUtils.isCorsRequest(exchange.getRequest());
        } catch (IllegalArgumentException e) {
            // No URI: nobody's own page has such an origin.
            return true;
        }
    }

    private static Request request(ServerHttpRequest request) {
        Object original = ServerHttpRequestDecorator.getNativeRequest(request);
        if (original instanceof Request ours) {
            return ours;
        }
        throw new IllegalStateException("not served by Zokor: " + original.getClass().getName());
    }

    private static ZokorServerHttpResponse response(ServerHttpResponse response) {
        ServerHttpResponse inner = response;
        while (inner instanceof ServerHttpResponseDecorator decorator) {
            inner = decorator.getDelegate();
        }
        if (inner instanceof ZokorServerHttpResponse ours) {
            return ours;
        }
        throw new IllegalStateException("not served by Zokor: " + inner.getClass().getName());
    }
}
