package io.zokor.spring.boot.reactive;

import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import org.springframework.web.server.handler.ResponseStatusExceptionHandler;

/** Handlers with WebFlux's treatment of errors around them. */
final class WebHandlers {

    private WebHandlers() {
    }

    /** Reads the body to its end. */
    static HttpHandler draining() {
        return withErrors((request, _) -> request.getBody().doOnNext(DataBufferUtils::release).then());
    }

    static HttpHandler withErrors(HttpHandler handler) {
        return WebHttpHandlerBuilder
                .webHandler(exchange -> handler.handle(exchange.getRequest(), exchange.getResponse()))
                .exceptionHandler(new ResponseStatusExceptionHandler()).build();
    }
}
