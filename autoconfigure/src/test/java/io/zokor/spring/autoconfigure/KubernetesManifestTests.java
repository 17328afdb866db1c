package io.zokor.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.io.ByteArrayResource;
import org.yaml.snakeyaml.Yaml;

/** The manifests of docs/operations.md agree with the properties beside them and with themselves. */
class KubernetesManifestTests {

    private Properties application;
    private Map<?, ?> deployment;
    private Map<?, ?> service;

    @BeforeEach
    void read() throws IOException {
        String page = Files.readString(Path.of("../docs/operations.md"));
        String section = page.substring(page.indexOf("## Kubernetes"));
        Matcher blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(section);
        assertThat(blocks.find()).isTrue();
        YamlPropertiesFactoryBean factory = new YamlPropertiesFactoryBean();
        factory.setResources(new ByteArrayResource(blocks.group(1).getBytes(StandardCharsets.UTF_8)));
        application = factory.getObject();
        assertThat(blocks.find()).isTrue();
        List<Map<?, ?>> manifests = new ArrayList<>();
        new Yaml().loadAll(blocks.group(1)).forEach(manifest -> manifests.add((Map<?, ?>) manifest));
        assertThat(manifests.stream().map(manifest -> (String) manifest.get("kind")))
                .containsExactly("Deployment", "Service");
        deployment = manifests.get(0);
        service = manifests.get(1);
    }

    @Test
    void eachPropertyExists() throws IOException {
        List<String> known = new ArrayList<>();
        for (String prefix : List.of("server.", "spring.", "management.", "zokor.")) {
            known.addAll(DocumentationTests.properties(prefix).keySet());
        }
        assertThat(application.stringPropertyNames()).isNotEmpty().allSatisfy(name -> assertThat(known).contains(name));
    }

    @Test
    void aPodHasTimeToDrainAndToEnd() {
        Duration drain = duration("zokor.shutdown.drain-delay");
        Duration phase = duration("spring.lifecycle.timeout-per-shutdown-phase");
        int grace = (int) at(deployment, "spec", "template", "spec", "terminationGracePeriodSeconds");
        assertThat(phase).as("what requests have left after the drain delay").isGreaterThan(drain.multipliedBy(2));
        assertThat(Duration.ofSeconds(grace)).isGreaterThan(phase);
        int period = (int) at(container(), "readinessProbe", "periodSeconds");
        assertThat(drain).as("a failing probe is noticed while the pod still serves")
                .isGreaterThan(Duration.ofSeconds(period));
    }

    @Test
    void probesAndScrapesGoToTheManagementServer() {
        String port = application.getProperty("management.server.port");
        assertThat(at(deployment, "spec", "template", "metadata", "annotations", "prometheus.io/port")).isEqualTo(port);
        assertThat(ports()).containsEntry("management", Integer.valueOf(port));
        assertThat(application).containsEntry("management.endpoint.health.probes.enabled", true);
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(at(container(), probe, "httpGet", "port")).as(probe).isEqualTo("management");
            assertThat((String) at(container(), probe, "httpGet", "path")).as(probe)
                    .matches("/actuator/health/(liveness|readiness)");
        }
    }

    @Test
    void theServiceFindsThePods() {
        Object labels = at(deployment, "spec", "template", "metadata", "labels");
        assertThat(at(deployment, "spec", "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(service, "spec", "selector")).isEqualTo(labels);
        for (Object port : (List<?>) at(service, "spec", "ports")) {
            assertThat(ports()).containsKey((String) at(port, "targetPort"));
        }
    }

    private Map<?, ?> container() {
        return (Map<?, ?>) ((List<?>) at(deployment, "spec", "template", "spec", "containers")).getFirst();
    }

    private Map<String, Integer> ports() {
        return ((List<?>) at(container(), "ports")).stream()
                .collect(Collectors.toMap(port -> (String) at(port, "name"),
                        port -> (Integer) at(port, "containerPort")));
    }

    private Duration duration(String name) {
        return DurationStyle.detectAndParse(application.getProperty(name));
    }

    private static Object at(Object start, String... path) {
        Object value = start;
        for (String name : path) {
            value = ((Map<?, ?>) value).get(name);
            assertThat(value).as(name).isNotNull();
        }
        return value;
    }
}
