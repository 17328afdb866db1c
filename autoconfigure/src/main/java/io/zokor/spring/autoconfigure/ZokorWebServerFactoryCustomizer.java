package io.zokor.spring.autoconfigure;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.http.ServerErrorHandler;
import io.zokor.spring.accesslog.AccessLogFormat;
import io.zokor.spring.accesslog.TraceIds;
import io.zokor.spring.boot.ConfigurableZokorWebServerFactory;
import io.zokor.spring.boot.ZokorServerCustomizer;

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties.ForwardHeadersStrategy;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/**
 * Brings {@code zokor.*}, the properties of {@code server.*} that Boot leaves to each server, and customizer beans to a factory.
 * {@code zokor.limits.*} and {@code zokor.timeouts.request} are for the application: a management server on its own port must
 * answer when those are reached.
 */
final class ZokorWebServerFactoryCustomizer
        implements WebServerFactoryCustomizer<ConfigurableZokorWebServerFactory>, Ordered {

    private final ApplicationContext context;
    private final ZokorProperties properties;
    private final ServerProperties serverProperties;

    ZokorWebServerFactoryCustomizer(ApplicationContext context, ZokorProperties properties,
            ServerProperties serverProperties) {
        this.context = context;
        this.properties = properties;
        this.serverProperties = serverProperties;
    }

    /** After Boot's own customizer, before those of an application that say nothing of their order. */
    @Override
    public int getOrder() {
        return 0;
    }

    @Override
    public void customize(ConfigurableZokorWebServerFactory factory) {
        boolean management = WebServerApplicationContext.hasServerNamespace(context, "management");
        long headerBytes = headerBytes();
        Timeouts timeouts = properties.timeouts().toTimeouts();
        // What an operator asks for, such as a heap dump, takes its time.
        factory.setTimeouts(management ? timeouts.with(v -> v.request(null)) : timeouts);
        factory.setHttp2Settings(properties.http2().toHttp2());
        factory.setBacklog(properties.backlog());
        factory.setWebSocketOptions(properties.websocket().toOptions());
        if (serverProperties.getServerHeader() != null) {
            // Boot brings it to servlet servers alone.
            factory.setServerHeader(serverProperties.getServerHeader());
        }
        factory.setPreserveEncodedSlash(properties.uri().encodedSlash() == ZokorProperties.EncodedSlash.PRESERVE);
        factory.setUseForwardHeaders(useForwardHeaders());
        factory.setForwardedFields(properties.forwardedHeaders());
        factory.setTrustedProxies(properties.trustedRanges());
        AccessLogFormat accessLog = properties.accessLog().toFormat();
        factory.setAccessLogFormat(accessLog == null || !management
                ? accessLog
                : accessLog.withPrefix(properties.management().accessLog().prefix()));
        if (management) {
            factory.setName("management");
            factory.setPlatformThreads(true);
            factory.setLimits(Limits.defaults().with(v -> v.maxHeaderBytes(headerBytes)));
        } else {
            factory.setLimits(properties.limits().toLimits(headerBytes));
            factory.setAdaptiveConcurrency(properties.limits().maxConcurrentRequests().auto());
            factory.setTraceIds(context.getBeanProvider(TraceIds.class).getIfAvailable());
            factory.setDrainDelay(properties.shutdown().drainDelay());
            factory.setProxyProtocol(properties.proxyProtocol() == ZokorProperties.ProxyProtocol.REQUIRED);
            properties.listeners().forEach(listener -> factory.addListeners(listener.toSettings()));
            new ServerPropertiesReport(context.getEnvironment()).log();
        }
        ServerErrorHandler errorHandler = context.getBeanProvider(ServerErrorHandler.class).getIfUnique();
        if (errorHandler != null) {
            factory.setErrorHandler(errorHandler);
        }
        context.getBeansOfType(ZokorServerCustomizer.class, false, false).values().stream()
                .sorted(AnnotationAwareOrderComparator.INSTANCE).forEach(factory::addServerCustomizers);
    }

    /** Boot's other servers fall back on their default where the property is no size; the word of {@code zokor.*} is strict. */
    private long headerBytes() {
        long bytes = serverProperties.getMaxHttpRequestHeaderSize().toBytes();
        return bytes > 0 ? bytes : Limits.defaults().maxHeaderBytes();
    }

    /** On platforms whose router always writes these fields, they are read unless the application says otherwise. */
    private boolean useForwardHeaders() {
        ForwardHeadersStrategy strategy = serverProperties.getForwardHeadersStrategy();
        if (strategy == null) {
            CloudPlatform platform = CloudPlatform.getActive(context.getEnvironment());
            return platform != null && platform.isUsingForwardHeaders();
        }
        return strategy == ForwardHeadersStrategy.NATIVE;
    }
}
