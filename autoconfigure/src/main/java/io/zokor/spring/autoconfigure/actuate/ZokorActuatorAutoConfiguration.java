package io.zokor.spring.autoconfigure.actuate;

import io.zokor.spring.actuate.ZokorEndpoint;
import io.zokor.spring.actuate.ZokorHealthIndicator;
import io.zokor.spring.actuate.ZokorServers;
import io.zokor.spring.autoconfigure.servlet.ZokorServletWebServerAutoConfiguration;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Shows Zokor's servers in Actuator: the endpoint {@code zokor} and the health contributor {@code zokor}. */
@AutoConfiguration(after = ZokorServletWebServerAutoConfiguration.class)
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty(name = "zokor.enabled", matchIfMissing = true)
public final class ZokorActuatorAutoConfiguration {

    ZokorActuatorAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean
    static ZokorServers zokorServers() {
        return new ZokorServers();
    }

    /** The live view. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class EndpointConfiguration {

        EndpointConfiguration() {
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        ZokorEndpoint zokorEndpoint(ZokorServers servers) {
            return new ZokorEndpoint(servers);
        }
    }

    /** Health. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
    static class HealthConfiguration {

        HealthConfiguration() {
        }

        @Bean
        @ConditionalOnMissingBean(name = "zokorHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("zokor")
        ZokorHealthIndicator zokorHealthIndicator(ZokorServers servers) {
            return new ZokorHealthIndicator(servers);
        }
    }
}
