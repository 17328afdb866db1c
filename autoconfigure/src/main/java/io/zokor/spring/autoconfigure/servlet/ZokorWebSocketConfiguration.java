package io.zokor.spring.autoconfigure.servlet;

import io.zokor.servlet.websocket.ZokorServerContainer;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.socket.server.support.WebSocketHandlerMapping;

import jakarta.websocket.server.ServerContainer;

/**
 * Gives servlet applications a container of the Jakarta WebSocket API. Endpoints may be added to it at any time, as Spring's exporter
 * does before the server starts.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ ServerContainer.class, ZokorServerContainer.class })
class ZokorWebSocketConfiguration {

    ZokorWebSocketConfiguration() {
    }

    @Bean
    @ConditionalOnNotWarDeployment
    static WebServerFactoryCustomizer<ZokorServletWebServerFactory> zokorWebSocketFactoryCustomizer() {
        return factory -> factory.setWebSocketContainer(ZokorServerContainer::addTo);
    }

    /** Spring's usual handshake handler takes Jetty for the server where it finds these classes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = { "org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer",
        "org.springframework.web.socket.server.support.WebSocketHandlerMapping" })
    static class BesideJetty {

        private static final Log logger = LogFactory.getLog(ZokorWebSocketConfiguration.class);

        BesideJetty() {
        }

        @Bean
        static SmartInitializingSingleton zokorWebSocketBesideJetty(ListableBeanFactory beans) {
            return () -> {
                if (beans.getBeanNamesForType(WebSocketHandlerMapping.class, true, false).length > 0) {
                    logger.warn(
                            "Jetty's WebSocket classes are on the class path, so Spring takes Jetty for the server, and the handshakes"
                                    + " of its WebSocket handlers fail: exclude"
                                    + " org.eclipse.jetty.ee11.websocket:jetty-ee11-websocket-jetty-server, or give each handler a"
                                    + " DefaultHandshakeHandler with a StandardWebSocketUpgradeStrategy");
                }
            };
        }
    }
}
