package io.zokor.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/** application.yml is the catalogue of Zokor's properties: it has all of them, no others, and a comment on each. */
class ApplicationYamlTest {

    private static final String FILE = "application.yml";

    @Test
    void setsEveryZokorProperty() throws IOException {
        assertThat(set()).isEqualTo(ZokorMetadata.defaults().keySet());
    }

    @Test
    void explainsEveryZokorProperty() throws IOException {
        List<String> lines;
        try (InputStream in = new ClassPathResource(FILE).getInputStream()) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .takeWhile(line -> !line.startsWith("server:")).toList();
        }
        List<String> bare = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).matches(" +[a-z-]+: .+") && !lines.get(i - 1).strip().startsWith("#")) {
                bare.add(lines.get(i).strip());
            }
        }
        assertThat(lines).hasSizeGreaterThan(50);
        assertThat(bare).isEmpty();
    }

    private static Set<String> set() throws IOException {
        Set<String> names = new TreeSet<>();
        for (PropertySource<?> source : new YamlPropertySourceLoader().load(FILE, new ClassPathResource(FILE))) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                if (name.startsWith("zokor.")) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
