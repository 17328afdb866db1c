package io.zokor.samples.fleet;

import java.util.List;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.server.support.HttpSessionHandshakeInterceptor;

/** A WebSocket at {@code /news}, whose handshake belongs to the customer's session. Stateless. */
@Configuration(proxyBeanMethods = false)
@EnableWebSocket
class NewsConfiguration implements WebSocketConfigurer {

    private final NewsHandler handler;

    /**
     * Makes the configuration.
     *
     * @param instance what this instance is called
     */
    NewsConfiguration(@Value("${fleet.instance}") String instance) {
        this.handler = new NewsHandler(instance);
    }

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        registry.addHandler(handler, "/news")
                .addInterceptors(new HttpSessionHandshakeInterceptor(List.of(CartController.CART)));
    }
}
