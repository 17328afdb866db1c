package io.zokor.spring.autoconfigure.reactive;

import io.zokor.spring.boot.reactive.ZokorReactiveWebServerFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import reactor.core.publisher.Mono;

/**
 * Has WebSocket endpoints of WebFlux fail with a sentence that says why. Left alone, WebFlux looks at the class path, takes the
 * strategy of another server, and fails somewhere in that. Its own adapter comes after this one, by their orders.
 */
@AutoConfiguration(after = ZokorReactiveWebServerAutoConfiguration.class, beforeName = "org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(WebSocketHandlerAdapter.class)
@ConditionalOnBean(ZokorReactiveWebServerFactory.class)
public final class ZokorReactiveWebSocketAutoConfiguration {

    ZokorReactiveWebSocketAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean
    WebSocketHandlerAdapter zokorWebSocketHandlerAdapter() {
        return new WebSocketHandlerAdapter((exchange, handler) -> Mono.error(new UnsupportedOperationException(
                "Zokor does not support WebSocket yet: remove the endpoint " + exchange.getRequest().getPath().value()
                        + ", or set zokor.enabled=false to serve the application by another server")));
    }
}
