package io.zokor.spring.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** docs/metrics.md and the registry of a running application have the same metrics with the same tags. */
class MetricsDocumentTests {

    private static final Pattern ROW = Pattern.compile("\\| `(zokor[^`]+)` \\| (\\w+) \\| ([^|]+) \\| [^|]+ \\|");

    /** A metric as Prometheus names it, and its selector. */
    private static final Pattern PROMETHEUS = Pattern.compile("\\b(zokor_[a-z_]+)(\\{[^}]*})?");

    private static final Pattern TAG = Pattern.compile("`([^`]+)`");

    @Test
    void metricsAreThoseOfTheDocument(@TempDir Path directory) throws Exception {
        Identity identity = TestCertificates.selfSigned("localhost");
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--server.port=0",
                "--spring.main.banner-mode=off", "--server.ssl.key-store=" + directory.resolve("a.p12").toUri(),
                "--server.ssl.key-store-password=secret")) {
            int port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(identity), "localhost")) {
                client.get("/nobody");
            }
            Await.until("the request is counted", () -> registry.find("zokor.requests").functionCounter() != null);
            assertThat(registered(registry)).isEqualTo(documented());
            assertThat(registry.get("zokor.tls.handshakes").tags("result", "success", "protocol", "TLSv1.3")
                    .functionCounter().count()).isEqualTo(1);
            assertThat(registry.get("zokor.tls.handshakes.duration").functionTimer().count()).isEqualTo(1);
            assertThat(registry.get("zokor.tls.certificate.expiry").gauge().value()).isPositive();
            assertThat(registry.get("zokor.bytes.written").functionCounter().count()).isPositive();
            Await.until("the connection's duration",
                    () -> registry.get("zokor.connections.duration").functionTimer().count() == 1);
            assertThat(registry.get("zokor.connections.limit").gauge().value()).isPositive();
        }
    }

    @Test
    void theManagementServersTrafficIsToldApart() {
        try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--server.port=0",
                "--spring.main.banner-mode=off", "--management.server.port=0",
                "--spring.autoconfigure.exclude=org.springframework.boot.jetty.autoconfigure"
                        + ".actuate.web.server.JettyServletManagementContextAutoConfiguration")) {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            get(context, "local.management.port", "/actuator/health", 3);
            get(context, "local.server.port", "/nobody", 2);
            Await.until("the requests", () -> requests(registry, "management") == 3 && requests(registry, "main") == 2);
            Await.until("the ends", () -> closed(registry, "management") == 3 && closed(registry, "main") == 2);
            assertThat(accepted(registry, "management")).isEqualTo(3);
            assertThat(accepted(registry, "main")).isEqualTo(2);
        }
    }

    private static void get(ConfigurableApplicationContext context, String port, String path, int times) {
        for (int i = 0; i < times; i++) {
            try (RawClient client = RawClient
                    .connect(Integer.parseInt(context.getEnvironment().getRequiredProperty(port)))) {
                client.get(path);
            }
        }
    }

    private static double sum(MeterRegistry registry, String name, String server) {
        return registry.find(name).tag("server", server).functionCounters().stream()
                .mapToDouble(FunctionCounter::count).sum();
    }

    private static double requests(MeterRegistry registry, String server) {
        return sum(registry, "zokor.requests", server);
    }

    private static double closed(MeterRegistry registry, String server) {
        return sum(registry, "zokor.connections.closed", server);
    }

    private static double accepted(MeterRegistry registry, String server) {
        return sum(registry, "zokor.connections.accepted", server);
    }

    /** Alert rules of docs/operations.md use names and tags that there are. */
    @Test
    void alertsNameMetricsThatThereAre() throws Exception {
        Map<String, Set<String>> known = new TreeMap<>();
        documented().forEach((name, kind) -> {
            Set<String> tags = new TreeSet<>();
            Pattern.compile("[a-z]+").matcher(kind.substring(kind.indexOf('[')))
                    .results().forEach(tag -> tags.add(tag.group()));
            String prometheus = name.replaceAll("[.-]", "_");
            switch (kind.substring(0, kind.indexOf(' '))) {
                case "counter" -> known.put(prometheus + "_total", tags);
                case "timer" -> {
                    known.put(prometheus + "_seconds_count", tags);
                    known.put(prometheus + "_seconds_sum", tags);
                }
                default -> known.put(prometheus, tags);
            }
        });
        String operations = Files.readString(Path.of("..", "docs", "operations.md"));
        List<MatchResult> uses = PROMETHEUS.matcher(operations).results().toList();
        assertThat(uses).hasSizeGreaterThan(8);
        for (MatchResult use : uses) {
            assertThat(known).as(use.group()).containsKey(use.group(1));
            if (use.group(2) != null) {
                Pattern.compile("([a-z]+) *(?:=|!=|=~|!~) *\"").matcher(use.group(2)).results()
                        .forEach(tag -> assertThat(known.get(use.group(1))).as(use.group()).contains(tag.group(1)));
            }
        }
        assertThat(Pattern.compile("alert: ").matcher(operations).results().count()).isGreaterThan(8);
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
