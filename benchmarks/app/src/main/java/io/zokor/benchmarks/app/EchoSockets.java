package io.zokor.benchmarks.app;

import java.nio.ByteBuffer;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.BinaryWebSocketHandler;
import org.springframework.web.socket.server.standard.ServletServerContainerFactoryBean;

/** Sends back at {@code /ws} what comes, where WebSockets are what is measured. Without state. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("benchmark.websocket")
@EnableWebSocket
class EchoSockets extends BinaryWebSocketHandler implements WebSocketConfigurer {

    @Override
    public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
        registry.addHandler(this, "/ws");
    }

    /** Room for messages that are larger than a container's default; not where idle sessions are weighed, as some hold it for ever. */
    @Bean
    @ConditionalOnProperty("benchmark.message-size")
    ServletServerContainerFactoryBean messageSize(@Value("${benchmark.message-size}") int bytes) {
        ServletServerContainerFactoryBean container = new ServletServerContainerFactoryBean();
        container.setMaxBinaryMessageBufferSize(bytes);
        return container;
    }

    @Override
    protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message) throws Exception {
        ByteBuffer bytes = message.getPayload();
        session.sendMessage(new BinaryMessage(bytes));
    }
}
