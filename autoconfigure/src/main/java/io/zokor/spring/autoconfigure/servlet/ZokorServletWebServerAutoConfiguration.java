package io.zokor.spring.autoconfigure.servlet;

import io.zokor.servlet.ServletContainer;
import io.zokor.spring.autoconfigure.OtherServers;
import io.zokor.spring.autoconfigure.ZokorProperties;
import io.zokor.spring.autoconfigure.ZokorWebServerConfiguration;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.web.server.autoconfigure.servlet.ForwardedHeaderFilterCustomizer;
import org.springframework.boot.web.server.autoconfigure.servlet.ServletWebServerConfiguration;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

import jakarta.servlet.ServletRequest;

/**
 * Serves servlet applications by Zokor, also where Tomcat or Jetty are on the class path: it comes before their
 * auto-configurations, which then find that there is a server.
 */
@AutoConfiguration(beforeName = {
    "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration",
    "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration" })
@ConditionalOnClass({ ServletRequest.class, ServletContainer.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty(name = "zokor.enabled", matchIfMissing = true)
@Import({ ServletWebServerConfiguration.class, ZokorWebServerConfiguration.class,
    ZokorWebSocketConfiguration.class })
public final class ZokorServletWebServerAutoConfiguration {

    ZokorServletWebServerAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean(value = ServletWebServerFactory.class, search = SearchStrategy.CURRENT)
    ZokorServletWebServerFactory zokorServletWebServerFactory() {
        OtherServers.tellOfServletServers();
        return new ZokorServletWebServerFactory();
    }

    @Bean
    @ConditionalOnNotWarDeployment
    ZokorServletWebServerFactoryCustomizer zokorServletWebServerFactoryCustomizer(ZokorProperties properties) {
        return new ZokorServletWebServerFactoryCustomizer(properties.servlet());
    }

    /**
     * With {@code server.forward-headers-strategy=framework}, Spring's filter is what writes redirects. Boot wants one customizer
     * of it at most, and Tomcat's auto-configuration has one: only where it is needed there is another, which goes before.
     */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ForwardedHeaderFilterCustomizer.class)
    @ConditionalOnBooleanProperty("zokor.servlet.relative-redirects")
    @ConditionalOnProperty(name = "server.forward-headers-strategy", havingValue = "framework")
    static final class RelativeRedirects {

        @Bean
        @Primary
        @ConditionalOnMissingBean
        ForwardedHeaderFilterCustomizer zokorForwardedHeaderFilterCustomizer() {
            return filter -> filter.setRelativeRedirects(true);
        }
    }
}
