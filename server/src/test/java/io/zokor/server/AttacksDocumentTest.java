package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** docs/attacks.md names a test for each attack, and these tests exist. */
class AttacksDocumentTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");

    @Test
    void eachAttackHasATestOrASentence() throws IOException {
        Map<String, String> rows = rows();
        List<String> expected = new ArrayList<>();
        IntStream.rangeClosed(1, 15).forEach(i -> expected.add("A" + i));
        IntStream.rangeClosed(29, 31).forEach(i -> expected.add("C" + i));
        IntStream.rangeClosed(32, 41).forEach(i -> expected.add("D" + i));
        expected.add("D51");
        IntStream.rangeClosed(42, 50).forEach(i -> expected.add("E" + i));
        IntStream.rangeClosed(1, 16).forEach(i -> expected.add("H" + i));
        assertThat(rows.keySet()).containsExactlyElementsOf(expected);
        assertThat(rows).allSatisfy((id, tests) -> assertThat(
                tests.startsWith("not there: ") || TEST.matcher(tests).find()).as(id).isTrue());
    }

    @Test
    void theTestsExist() throws IOException {
        Map<String, Path> sources = new LinkedHashMap<>();
        for (String module : List.of("server", "servlet", "autoconfigure")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> sources.put(file.getFileName().toString().replace(".java", ""), file));
            }
        }
        List<String> missing = new ArrayList<>();
        for (Map.Entry<String, String> row : rows().entrySet()) {
            for (MatchResult test : TEST.matcher(row.getValue()).results().toList()) {
                Path source = sources.get(test.group(1));
                if (source == null || !isTest(Files.readString(source), test.group(2))) {
                    missing.add(row.getKey() + ": " + test.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** A method of that name with an annotation that makes it a test, and none that keeps it from running. */
    private static boolean isTest(String source, String method) {
        return Pattern.compile("@(Test|ParameterizedTest)\\b(?:(?!\\n    }|@Disabled).)*?\\n    void " + method + "\\(",
                Pattern.DOTALL).matcher(source).find();
    }

    /** What stands in the last column, by the first. */
    private static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs").resolve("attacks.md"))) {
            String[] columns = line.split("\\|");
            if (columns.length == 4 && columns[1].strip().matches("[A-EH]\\d+")) {
                assertThat(rows.put(columns[1].strip(), columns[3].strip())).as("twice: " + line).isNull();
            }
        }
        return rows;
    }
}
