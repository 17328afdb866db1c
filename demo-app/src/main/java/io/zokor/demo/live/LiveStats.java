package io.zokor.demo.live;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Timer;
import io.zokor.spring.actuate.ZokorEndpoint;

import org.springframework.stereotype.Component;

/** Reads the server's meters, the same that Prometheus reads, and what the endpoint {@code zokor} shows. Stateless. */
@Component
final class LiveStats {

    private static final Set<Statistic> VALUES = Set.of(Statistic.VALUE, Statistic.COUNT);

    private static final int RUNNING = 8;

    private final MeterRegistry registry;

    private final ZokorEndpoint endpoint;

    LiveStats(MeterRegistry registry, ZokorEndpoint endpoint) {
        this.registry = registry;
        this.endpoint = endpoint;
    }

    Snapshot now() {
        Runtime runtime = Runtime.getRuntime();
        return new Snapshot(Instant.now().truncatedTo(ChronoUnit.MILLIS), by("zokor.connections", "state"),
                sum("zokor.connections.accepted"), sum("zokor.requests.active"), Math.round(requests(Timer::count)),
                requests(timer -> timer.totalTime(TimeUnit.SECONDS)), by("zokor.requests.rejected", "reason"),
                by("zokor.timeouts", "kind"), sum("zokor.panics"), sum("zokor.accept.retries"),
                runtime.totalMemory() - runtime.freeMemory(), running());
    }

    private List<Snapshot.Running> running() {
        return endpoint.overview().servers().values().stream().flatMap(server -> server.oldestRequests().stream())
                .flatMap(connection -> {
                    ZokorEndpoint.RequestView request = connection.request();
                    return request == null
                            ? Stream.empty()
                            : Stream.of(new Snapshot.Running(connection.id(), protocol(connection, request),
                                    request.stream(), request.method(), request.path(), request.phase(),
                                    request.ageMillis()));
                }).limit(RUNNING).toList();
    }

    /** HTTP/2 by the names that ALPN and browsers' tools have for it (RFC 9113 section 3.1). */
    private static String protocol(ZokorEndpoint.ConnectionView connection, ZokorEndpoint.RequestView request) {
        if (!request.protocol().equals("HTTP/2.0")) {
            return request.protocol();
        }
        return connection.tls() == null ? "h2c" : "h2";
    }

    private Map<String, Long> by(String name, String tag) {
        Map<String, Long> sums = new TreeMap<>();
        for (Meter meter : registry.find(name).meters()) {
            String key = Objects.requireNonNullElse(meter.getId().getTag(tag), "");
            sums.merge(key, Math.round(value(meter)), Long::sum);
        }
        return sums;
    }

    private long sum(String name) {
        return Math.round(registry.find(name).meters().stream().mapToDouble(LiveStats::value).sum());
    }

    /** Without the streams: one that ends after minutes says nothing of how fast requests are answered. */
    private double requests(ToDoubleFunction<Timer> value) {
        return registry.find("http.server.requests").timers().stream()
                .filter(timer -> !StreamController.PATH.equals(timer.getId().getTag("uri"))).mapToDouble(value).sum();
    }

    /** NaN where a gauge's object is gone. */
    private static double value(Meter meter) {
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(measurement -> VALUES.contains(measurement.getStatistic())).mapToDouble(Measurement::getValue)
                .filter(Double::isFinite).findFirst().orElse(0);
    }
}
