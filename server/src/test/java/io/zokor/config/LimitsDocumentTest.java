package io.zokor.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.zokor.http.RejectReason;
import io.zokor.net.TimeoutKind;

import org.junit.jupiter.api.Test;

/** docs/limits.md says what the code does. */
class LimitsDocumentTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "limits.md");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** A row: what stands in its columns behind the property. */
    private record Row(String defaultValue, String meaning, String effect, String metric) {
    }

    @Test
    void timeoutsAreThoseOfTheCode() throws Exception {
        assertThat(defaults("zokor.timeouts.")).isEqualTo(inCode(Timeouts.defaults().settings()));
    }

    @Test
    void limitsAreThoseOfTheCode() throws Exception {
        assertThat(defaults("zokor.limits.")).isEqualTo(inCode(Limits.defaults().settings()));
    }

    @Test
    void kindsAreThoseOfTheProperties() throws Exception {
        Map<String, Row> rows = rows("zokor.timeouts.");
        for (TimeoutKind kind : TimeoutKind.values()) {
            if (kind.property().startsWith("zokor.timeouts.")) {
                Row row = rows.get(kind.property().substring("zokor.timeouts.".length()));
                assertThat(row).as(kind.property()).isNotNull();
                assertThat(row.metric()).isEqualTo("`" + kind.tag() + "`");
            }
        }
    }

    @Test
    void reasonsExist() throws Exception {
        Set<String> tags = Arrays.stream(RejectReason.values()).map(RejectReason::tag).collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        rows("zokor.limits.").values().forEach(
                row -> CODE.matcher(row.metric()).results().map(result -> result.group(1)).forEach(named::add));
        assertThat(named).isNotEmpty().isSubsetOf(tags);
    }

    private static Map<String, String> defaults(String prefix) throws IOException {
        Map<String, String> defaults = new LinkedHashMap<>();
        rows(prefix).forEach((name, row) -> defaults.put(prefix + name, row.defaultValue()));
        return defaults;
    }

    private static Map<String, Row> rows(String prefix) throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            List<String> cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
            if (cells.size() == 6 && cells.get(1).startsWith("`" + prefix)) {
                String name = CODE.matcher(cells.get(1)).results().map((MatchResult result) -> result.group(1))
                        .findFirst()
                        .orElseThrow().substring(prefix.length());
                rows.put(name, new Row(cells.get(2), cells.get(3), cells.get(4), cells.get(5)));
            }
        }
        return rows;
    }

    private static Map<String, String> inCode(List<Setting> settings) {
        Map<String, String> defaults = new LinkedHashMap<>();
        settings.forEach(setting -> defaults.put(setting.property(), setting.value()));
        return defaults;
    }
}
