package io.zokor.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnNotWarDeployment;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What servlet and reactive servers have in common, in the main context and in that of a management server. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnNotWarDeployment
@EnableConfigurationProperties({ ZokorProperties.class, ServerProperties.class })
public class ZokorWebServerConfiguration {

    ZokorWebServerConfiguration() {
    }

    @Bean
    @ConfigurationPropertiesBinding
    static LimitConverter zokorLimitConverter() {
        return new LimitConverter();
    }

    @Bean
    ZokorWebServerFactoryCustomizer zokorWebServerFactoryCustomizer(ApplicationContext context,
            ZokorProperties properties, ServerProperties serverProperties) {
        return new ZokorWebServerFactoryCustomizer(context, properties, serverProperties);
    }
}
