package io.zokor.spring.autoconfigure.reactive;

import io.zokor.spring.boot.reactive.WebSocketStrategyPostProcessor;
import io.zokor.spring.boot.reactive.ZokorReactiveWebServerFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;

/** Has WebSocket sessions of WebFlux opened by Zokor's strategy, whichever other servers are on the class path. */
@AutoConfiguration(after = ZokorReactiveWebServerAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(WebSocketHandlerAdapter.class)
@ConditionalOnBean(ZokorReactiveWebServerFactory.class)
public final class ZokorReactiveWebSocketAutoConfiguration {

    ZokorReactiveWebSocketAutoConfiguration() {
    }

    @Bean
    static WebSocketStrategyPostProcessor zokorWebSocketStrategyPostProcessor() {
        return new WebSocketStrategyPostProcessor();
    }
}
