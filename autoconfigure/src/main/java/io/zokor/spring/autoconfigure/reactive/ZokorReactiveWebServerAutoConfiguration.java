package io.zokor.spring.autoconfigure.reactive;

import io.zokor.spring.autoconfigure.OtherServers;
import io.zokor.spring.autoconfigure.ZokorWebServerConfiguration;
import io.zokor.spring.boot.reactive.ZokorReactiveWebServerFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.web.server.autoconfigure.reactive.ReactiveWebServerConfiguration;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.ReactiveHttpInputMessage;
import reactor.core.publisher.Mono;

/**
 * Serves WebFlux applications by Zokor, also where Reactor Netty, Tomcat or Jetty are on the class path: it comes before their
 * auto-configurations, which then find that there is a server.
 */
@AutoConfiguration(beforeName = {
    "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration",
    "org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration",
    "org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration" })
@ConditionalOnClass({ ReactiveHttpInputMessage.class, Mono.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = "zokor.enabled", matchIfMissing = true)
@Import({ ReactiveWebServerConfiguration.class, ZokorWebServerConfiguration.class })
public final class ZokorReactiveWebServerAutoConfiguration {

    ZokorReactiveWebServerAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(value = ReactiveWebServerFactory.class, search = SearchStrategy.CURRENT)
    ZokorReactiveWebServerFactory zokorReactiveWebServerFactory() {
        OtherServers.tellOfReactiveServers();
        return new ZokorReactiveWebServerFactory();
    }
}
