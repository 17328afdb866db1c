package io.zokor.spring.autoconfigure.servlet;

import io.zokor.spring.accesslog.TraceIdFilter;
import io.zokor.spring.accesslog.TraceIds;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

import jakarta.servlet.DispatcherType;

/** Lets the access log know the trace that Micrometer Tracing gives a request, where the client named none. */
@AutoConfiguration(after = ZokorServletWebServerAutoConfiguration.class)
@ConditionalOnClass(MDC.class)
@ConditionalOnBean(ZokorServletWebServerFactory.class)
@ConditionalOnProperty("zokor.access-log.format")
public final class ZokorTraceAutoConfiguration {

    /** Boot's filter that begins the observation, and the trace with it, comes second of all. */
    private static final int BEHIND_THE_OBSERVATION = Ordered.HIGHEST_PRECEDENCE + 2;

    ZokorTraceAutoConfiguration() {
    }

    @Bean
    @ConditionalOnMissingBean
    static TraceIds zokorTraceIds() {
        return new TraceIds();
    }

    @Bean
    static FilterRegistrationBean<TraceIdFilter> zokorTraceIdFilter(TraceIds traces) {
        FilterRegistrationBean<TraceIdFilter> registration = new FilterRegistrationBean<>(new TraceIdFilter(traces));
        registration.setOrder(BEHIND_THE_OBSERVATION);
        registration.setDispatcherTypes(DispatcherType.REQUEST);
        registration.setAsyncSupported(true);
        return registration;
    }
}
