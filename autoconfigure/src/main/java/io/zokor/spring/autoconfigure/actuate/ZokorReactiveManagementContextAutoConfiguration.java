package io.zokor.spring.autoconfigure.actuate;

import io.zokor.spring.autoconfigure.ZokorWebServerConfiguration;
import io.zokor.spring.autoconfigure.reactive.ZokorReactiveWebServerAutoConfiguration;
import io.zokor.spring.boot.reactive.ZokorReactiveWebServerFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextFactory;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Serves Actuator of a WebFlux application by Zokor on a port of its own; see {@link ZokorServletManagementContextAutoConfiguration}
 * for why this is primary.
 */
@AutoConfiguration(after = ZokorReactiveWebServerAutoConfiguration.class)
@ConditionalOnClass(ManagementContextFactory.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
@ConditionalOnBean(ZokorReactiveWebServerFactory.class)
public final class ZokorReactiveManagementContextAutoConfiguration {

    ZokorReactiveManagementContextAutoConfiguration() {
    }

    @Bean
    @Primary
    static ManagementContextFactory zokorReactiveManagementContextFactory() {
        return new ManagementContextFactory(WebApplicationType.REACTIVE, ReactiveWebServerFactory.class,
                ZokorWebServerConfiguration.class, ZokorReactiveWebServerAutoConfiguration.class);
    }
}
