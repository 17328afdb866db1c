package io.zokor.spring.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.zokor.config.Limits;
import io.zokor.event.ConnectionState;
import io.zokor.net.StarvationGuard;
import io.zokor.spring.boot.ServerCounters;
import io.zokor.spring.boot.SessionCounts;
import io.zokor.spring.boot.ZokorWebServer;

/**
 * The meters of one server, all with the tag {@code server}. They read the server's counters, so nothing that happened before
 * they were bound is lost. The registered meters are in a concurrent queue, as new series are added by threads of requests.
 */
public final class ZokorMetrics implements MeterBinder, AutoCloseable {

    private final ZokorWebServer webServer;
    private final Queue<Runnable> removals = new ConcurrentLinkedQueue<>();

    /**
     * Makes meters that are bound to no registry yet.
     *
     * @param webServer the server
     */
    public ZokorMetrics(ZokorWebServer webServer) {
        this.webServer = webServer;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        ServerCounters counters = webServer.counters();
        for (ConnectionState state : ConnectionState.values()) {
            if (state != ConnectionState.CLOSED) {
                gauge(registry, "zokor.connections", "Open connections", server -> server.counters().connections(state),
                        Tag.of("state", state.tag()));
            }
        }
        gauge(registry, "zokor.http2.streams", "Open streams of HTTP/2", server -> server.counters().streams());
        gauge(registry, "zokor.requests.active", "Requests that are being handled",
                server -> server.server().activeRequests());
        gauge(registry, "zokor.requests.queued", "Requests that wait for one of the concurrent ones to end",
                server -> server.server().queuedRequests());
        bindLimits(registry);
        timer(registry, "zokor.connections.duration", "How long the connections that ended were open",
                counters.connectionTimes());
        timer(registry, "zokor.tls.handshakes.duration", "How long TLS handshakes took", counters.handshakeTimes());
        added(registry, FunctionCounter
                .builder("zokor.carriers.starved", webServer, server -> StarvationGuard.starved())
                .description(
                        "How often virtual threads that were woken waited for more than 5 ms for a carrier, JVM-wide")
                .tags(tags(List.of())).register(registry));
        bindSessions(registry);
        gauge(registry, "zokor.websocket.sessions", "Open WebSocket sessions", server -> server.webSockets().size());
        timer(registry, "zokor.websocket.duration", "How long the WebSocket sessions that ended were open",
                counters.webSockets().times());
        if (webServer.certificateExpiry() != null) {
            gauge(registry, "zokor.tls.certificate.expiry", "Seconds until the first certificate expires",
                    ZokorMetrics::secondsToExpiry);
        }
        Consumer<ServerCounters.Series> observer = series -> counter(registry, series);
        counters.observe(observer);
        removals.add(() -> counters.forget(observer));
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<ZokorWebServer> value,
            Tag... tags) {
        added(registry, Gauge.builder(name, webServer, value).description(description).tags(tags(List.of(tags)))
                .register(registry));
    }

    private void bindLimits(MeterRegistry registry) {
        gauge(registry, "zokor.connections.limit", "How many connections may be open",
                server -> server.server().maxConnections());
        gauge(registry, "zokor.requests.active.limit", "How many requests may be handled at once",
                server -> orInfinite(server.server().limits().maxConcurrentRequests()));
        gauge(registry, "zokor.requests.queued.limit", "How many requests may wait",
                server -> server.server().limits().queueSize());
    }

    private static double orInfinite(int limit) {
        return limit == Limits.OFF ? Double.POSITIVE_INFINITY : limit;
    }

    private static double secondsToExpiry(ZokorWebServer server) {
        Instant expiry = server.certificateExpiry();
        return expiry == null ? Double.NaN : Duration.between(Instant.now(), expiry).toSeconds();
    }

    private void bindSessions(MeterRegistry registry) {
        if (webServer.deployment().sessions() == null) {
            return;
        }
        gauge(registry, "zokor.sessions.active", "Sessions that there are",
                server -> sessions(server, SessionCounts::active));
        sessionCounter(registry, "zokor.sessions.created", "Sessions that were created", SessionCounts::created);
        sessionCounter(registry, "zokor.sessions.expired", "Sessions that expired", SessionCounts::expired);
        sessionCounter(registry, "zokor.sessions.rejected",
                "Sessions that were not created because there were too many",
                SessionCounts::rejected);
    }

    private void sessionCounter(MeterRegistry registry, String name, String description,
            ToDoubleFunction<SessionCounts> count) {
        added(registry, FunctionCounter.builder(name, webServer, server -> sessions(server, count))
                .description(description).tags(tags(List.of())).register(registry));
    }

    private static double sessions(ZokorWebServer server, ToDoubleFunction<SessionCounts> count) {
        SessionCounts counts = server.deployment().sessions();
        return counts == null ? Double.NaN : count.applyAsDouble(counts);
    }

    private void timer(MeterRegistry registry, String name, String description, ServerCounters.Times times) {
        added(registry, FunctionTimer.builder(name, times, t -> t.count().sum(), t -> t.nanos().sum(),
                TimeUnit.NANOSECONDS).description(description).tags(tags(List.of())).register(registry));
    }

    private void counter(MeterRegistry registry, ServerCounters.Series series) {
        List<Tag> tags = new ArrayList<>();
        for (int i = 0; i < series.tags().size(); i += 2) {
            tags.add(Tag.of(series.tags().get(i), series.tags().get(i + 1)));
        }
        added(registry, FunctionCounter.builder(series.name(), series.count(), LongAdder::sum)
                .description(series.description()).tags(tags(tags)).register(registry));
    }

    private Tags tags(List<Tag> tags) {
        return Tags.of("server", webServer.name()).and(tags);
    }

    private void added(MeterRegistry registry, Meter meter) {
        removals.add(() -> registry.remove(meter));
    }

    /** Takes the meters out of their registries. */
    @Override
    public void close() {
        for (Runnable removal = removals.poll(); removal != null; removal = removals.poll()) {
            removal.run();
        }
    }
}
