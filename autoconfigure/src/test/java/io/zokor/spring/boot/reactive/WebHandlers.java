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
        return WebHttpHandlerBuilder
                .webHandler(exchange -> exchange.getRequest().getBody().doOnNext(DataBufferUtils::release).then())
                .exceptionHandler(new ResponseStatusExceptionHandler()).build();
    }
}
