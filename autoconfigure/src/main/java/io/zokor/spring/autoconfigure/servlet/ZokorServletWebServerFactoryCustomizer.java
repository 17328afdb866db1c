package io.zokor.spring.autoconfigure.servlet;

import io.zokor.config.Limits;
import io.zokor.spring.autoconfigure.ZokorProperties;
import io.zokor.spring.boot.servlet.ZokorServletWebServerFactory;

import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

/** Brings {@code zokor.servlet.*} to a factory. Immutable. */
final class ZokorServletWebServerFactoryCustomizer
        implements WebServerFactoryCustomizer<ZokorServletWebServerFactory>, Ordered {

    private final ZokorProperties.Servlet properties;

    ZokorServletWebServerFactoryCustomizer(ZokorProperties.Servlet properties) {
        this.properties = properties;
    }

    /** With the other properties, before the customizers of an application that say nothing of their order. */
    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public void customize(ZokorServletWebServerFactory factory) {
        long cached = properties.resourceCache().bytes();
        factory.setResourceCacheBytes(cached == Limits.OFF ? 0 : cached);
        factory.setRelativeRedirects(properties.relativeRedirects());
    }
}
