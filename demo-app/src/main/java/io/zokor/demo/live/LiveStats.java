package io.zokor.demo.live;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;

import org.springframework.stereotype.Component;

/** Reads the server's meters, the same that Prometheus reads. Stateless. */
@Component
final class LiveStats {

    private static final Set<Statistic> VALUES = Set.of(Statistic.VALUE, Statistic.COUNT);

    private final MeterRegistry registry;

    LiveStats(MeterRegistry registry) {
        this.registry = registry;
    }

    Snapshot now() {
        Runtime runtime = Runtime.getRuntime();
        return new Snapshot(Instant.now().truncatedTo(ChronoUnit.MILLIS), by("zokor.connections", "state"),
                sum("zokor.connections.accepted"),
                sum("zokor.requests.active"), sum("http.server.requests"), seconds("http.server.requests"),
                by("zokor.requests.rejected", "reason"), by("zokor.timeouts", "kind"), sum("zokor.panics"),
                sum("zokor.accept.retries"), runtime.totalMemory() - runtime.freeMemory());
    }

    private Map<String, Long> by(String name, String tag) {
        Map<String, Long> sums = new TreeMap<>();
        for (Meter meter : registry.find(name).meters()) {
            String key = Objects.requireNonNullElse(meter.getId().getTag(tag), "");
            sums.merge(key, Math.round(value(meter, VALUES)), Long::sum);
        }
        return sums;
    }

    private long sum(String name) {
        return Math.round(registry.find(name).meters().stream().mapToDouble(meter -> value(meter, VALUES)).sum());
    }

    private double seconds(String name) {
        return registry.find(name).timers().stream()
                .mapToDouble(timer -> timer.totalTime(TimeUnit.SECONDS)).sum();
    }

    /** NaN where a gauge's object is gone. */
    private static double value(Meter meter, Set<Statistic> wanted) {
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(measurement -> wanted.contains(measurement.getStatistic())).mapToDouble(Measurement::getValue)
                .filter(Double::isFinite).findFirst().orElse(0);
    }
}
