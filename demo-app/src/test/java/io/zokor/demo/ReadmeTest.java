package io.zokor.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

/** README.md's table of properties is the code's; .ci/checks/05-readme.sh runs its programs. */
class ReadmeTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(zokor\\.[a-z0-9.-]+)` \\| ([^|]+) \\|");

    @Test
    void listsEveryPropertyWithItsDefault() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        for (MatchResult row : ROW.matcher(Files.readString(Path.of("..", "README.md"))).results().toList()) {
            listed.put(row.group(1), row.group(2).strip());
        }
        Map<String, String> known = ZokorMetadata.defaults();
        assertThat(listed).containsOnlyKeys(known.keySet());
        known.forEach((name, value) -> {
            if (!value.isEmpty() && !name.equals("zokor.trusted-proxies")) {
                assertThat(listed).containsEntry(name, value);
            }
        });
    }
}
