package io.zokor.spring.autoconfigure.actuate;

import io.zokor.spring.autoconfigure.ZokorWebServerConfiguration;
import io.zokor.spring.autoconfigure.servlet.ZokorServletWebServerAutoConfiguration;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextFactory;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * Serves Actuator by Zokor on a port of its own. Boot wants exactly one factory of management contexts and has no extension
 * point for it: its factory is meant for its own modules, and this is the only class that uses it. It is primary because Tomcat's
 * and Jetty's modules define theirs whenever they are on the class path.
 */
@AutoConfiguration(after = ZokorServletWebServerAutoConfiguration.class)
@ConditionalOnClass(ManagementContextFactory.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
@ConditionalOnBean(ZokorServletWebServerFactory.class)
public final class ZokorServletManagementContextAutoConfiguration {

    ZokorServletManagementContextAutoConfiguration() {
    }

    @Bean
    @Primary
    static ManagementContextFactory zokorServletManagementContextFactory() {
        return new ManagementContextFactory(WebApplicationType.SERVLET, ServletWebServerFactory.class,
                ZokorWebServerConfiguration.class, ZokorServletWebServerAutoConfiguration.class);
    }
}
