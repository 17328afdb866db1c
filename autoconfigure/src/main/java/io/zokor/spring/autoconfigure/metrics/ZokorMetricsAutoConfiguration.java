package io.zokor.spring.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.spring.autoconfigure.servlet.ZokorServletWebServerAutoConfiguration;
import io.zokor.spring.metrics.ZokorMetricsBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** Hands what Zokor counts to Micrometer. */
@AutoConfiguration(after = ZokorServletWebServerAutoConfiguration.class, afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnWebApplication
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "zokor.enabled", matchIfMissing = true)
public final class ZokorMetricsAutoConfiguration {

    ZokorMetricsAutoConfiguration() {
    }

    @Bean
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnMissingBean
    ZokorMetricsBinder zokorMetricsBinder(MeterRegistry registry) {
        return new ZokorMetricsBinder(registry);
    }
}
