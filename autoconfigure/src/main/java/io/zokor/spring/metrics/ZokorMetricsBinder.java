package io.zokor.spring.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.spring.boot.ZokorWebServer;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Binds the meters of each Zokor server, that of the application and that of Actuator, once the application has started. The
 * lock guards which servers are known.
 */
public final class ZokorMetricsBinder implements SmartApplicationListener, DisposableBean {

    private final ReentrantLock lock = new ReentrantLock();
    private final MeterRegistry registry;
    private final Map<ZokorWebServer, ZokorMetrics> metrics = new LinkedHashMap<>();
    private boolean applicationStarted;

    /**
     * Makes a binder.
     *
     * @param registry where the meters go
     */
    public ZokorMetricsBinder(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public boolean supportsEventType(Class<? extends ApplicationEvent> eventType) {
        return ApplicationStartedEvent.class.isAssignableFrom(eventType)
                || WebServerInitializedEvent.class.isAssignableFrom(eventType);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        lock.lock();
        try {
            if (event instanceof WebServerInitializedEvent initialized) {
                // Comes again with every start of the same server, and from the context of a management server too.
                if (initialized.getWebServer() instanceof ZokorWebServer server) {
                    addLocked(server);
                }
            } else if (!applicationStarted) {
                applicationStarted = true;
                metrics.values().forEach(meters -> meters.bindTo(registry));
            }
        } finally {
            lock.unlock();
        }
    }

    private void addLocked(ZokorWebServer server) {
        if (!metrics.containsKey(server)) {
            ZokorMetrics added = new ZokorMetrics(server);
            metrics.put(server, added);
            if (applicationStarted) {
                added.bindTo(registry);
            }
        }
    }

    @Override
    public void destroy() {
        lock.lock();
        try {
            metrics.values().forEach(ZokorMetrics::close);
            metrics.clear();
        } finally {
            lock.unlock();
        }
    }
}
