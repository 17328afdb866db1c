package io.zokor.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** docs/metrics.md and the registry of a running application have the same metrics with the same tags. */
class MetricsDocumentTests {

    private static final Pattern ROW = Pattern.compile("\\| `(zokor[^`]+)` \\| (\\w+) \\| ([^|]+) \\| [^|]+ \\|");

    private static final Pattern TAG = Pattern.compile("`([^`]+)`");

    /** Only there with TLS. */
    private static final Set<String> TLS = Set.of("zokor.tls.handshakes", "zokor.tls.certificate.expiry");

    @Test
    void metricsAreThoseOfTheDocument() throws Exception {
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--server.port=0",
                "--spring.main.banner-mode=off")) {
            int port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            try (RawClient client = RawClient.connect(port)) {
                client.get("/nobody");
            }
            Await.until("the request is counted", () -> registry.find("zokor.requests").functionCounter() != null);
            Map<String, String> documented = documented();
            documented.keySet().removeAll(TLS);
            assertThat(registered(registry)).isEqualTo(documented);
            assertThat(registry.get("zokor.bytes.written").functionCounter().count()).isPositive();
            Await.until("the connection's duration",
                    () -> registry.get("zokor.connections.duration").functionTimer().count() == 1);
            assertThat(registry.get("zokor.connections.limit").gauge().value()).isPositive();
        }
    }

    private static Map<String, String> documented() throws Exception {
        Map<String, String> metrics = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(Path.of("..", "docs", "metrics.md")));
        while (rows.find()) {
            Set<String> tags = new TreeSet<>(Set.of("server"));
            TAG.matcher(rows.group(3)).results().forEach(tag -> tags.add(tag.group(1)));
            metrics.put(rows.group(1), rows.group(2) + " " + tags);
        }
        return metrics;
    }

    private static Map<String, String> registered(MeterRegistry registry) {
        Map<String, String> metrics = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getName().startsWith("zokor.")) {
                Set<String> tags = new TreeSet<>();
                meter.getId().getTags().stream().map(Tag::getKey).forEach(tags::add);
                String type = switch (meter.getId().getType()) {
                    case GAUGE -> "gauge";
                    case COUNTER -> "counter";
                    case TIMER -> "timer";
                    default -> meter.getId().getType().name();
                };
                assertThat(metrics.getOrDefault(meter.getId().getName(), type + " " + tags))
                        .as(meter.getId().getName()).isEqualTo(type + " " + tags);
                metrics.put(meter.getId().getName(), type + " " + tags);
            }
        }
        return metrics;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }
}
