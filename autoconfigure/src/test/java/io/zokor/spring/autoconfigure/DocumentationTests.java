package io.zokor.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.boot.json.JsonParserFactory;

/** The documents and the metadata say the same as the code. */
class DocumentationTests {

    private static final Pattern TEST = Pattern.compile("`(\\w+Tests)#(\\w+)`");
    private static final List<String> PACKAGES = List.of("io.zokor.spring", "io.zokor.spring.boot",
            "io.zokor.spring.boot.servlet", "io.zokor.spring.autoconfigure", "io.zokor.spring.autoconfigure.servlet",
            "io.zokor.spring.autoconfigure.actuate", "io.zokor.spring.accesslog");

    private static String document(String name) throws IOException {
        return Files.readString(Path.of(System.getProperty("basedir", ".")).resolve("../docs").resolve(name));
    }

    /** Properties by name, those that are deprecated left out. */
    static Map<String, Map<String, Object>> properties(String prefix) throws IOException {
        Map<String, Map<String, Object>> properties = new TreeMap<>();
        for (URL url : Collections.list(DocumentationTests.class.getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = url.openStream()) {
                Map<String, Object> metadata = JsonParserFactory.getJsonParser()
                        .parseMap(new String(in.readAllBytes()));
                for (Object each : (List<?>) metadata.get("properties")) {
                    @SuppressWarnings("unchecked") Map<String, Object> property = (Map<String, Object>) each;
                    String name = (String) property.get("name");
                    if (name.startsWith(prefix) && !property.containsKey("deprecation")) {
                        properties.put(name, property);
                    }
                }
            }
        }
        assertThat(properties).isNotEmpty();
        return properties;
    }

    private static String row(String document, String property) {
        return document.lines().filter(line -> line.startsWith("|")
                && line.substring(0, line.indexOf('|', 1)).contains("`" + property + "`")).findFirst()
                .orElseThrow(() -> new AssertionError("not documented: " + property));
    }

    @Test
    void everyPropertyOfBootIsDocumented() throws IOException {
        String document = document("spring-boot.md");
        for (String name : properties("server.").keySet()) {
            if (!name.startsWith("server.tomcat.") && !name.startsWith("server.jetty.")) {
                assertThat(row(document, name)).isNotBlank();
            }
        }
    }

    @Test
    void everyPropertyOfZokorIsDocumentedWithItsDefaultAndDescription() throws IOException {
        String document = document("spring-boot.md");
        properties("zokor.").forEach((name, property) -> {
            String row = row(document, name);
            assertThat(row).contains(((String) property.get("description")).replaceAll("\\s+", " "));
            Object defaultValue = property.get("defaultValue");
            if (defaultValue != null && !(defaultValue instanceof List)) {
                assertThat(row).contains("| `" + defaultValue + "` |");
            }
        });
    }

    @Test
    void everyPropertyOfZokorHasADescriptionAsBootWantsThem() throws IOException {
        properties("zokor.").forEach((name, property) -> {
            assertThat((String) property.get("description")).as(name).isNotBlank().endsWith(".")
                    .doesNotStartWithIgnoringCase("the ").doesNotStartWithIgnoringCase("a ");
            if ("java.lang.Boolean".equals(property.get("type"))) {
                assertThat((String) property.get("description")).as(name).startsWith("Whether ");
            }
            assertThat(property.get("type")).as(name).isNotNull();
        });
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Matcher names = TEST.matcher(document("spring-boot.md"));
        List<String> missing = new ArrayList<>();
        while (names.find()) {
            if (!exists(names.group(1), names.group(2))) {
                missing.add(names.group());
            }
        }
        assertThat(missing).isEmpty();
    }

    private static boolean exists(String simpleName, String method) {
        for (String candidate : PACKAGES) {
            try {
                Class<?> type = Class.forName(candidate + "." + simpleName, false,
                        DocumentationTests.class.getClassLoader());
                return Arrays.stream(type.getDeclaredMethods()).anyMatch(found -> found.getName().equals(method));
            } catch (ClassNotFoundException e) {
                continue;
            }
        }
        return false;
    }

    /** The text of each test class of all modules, by its simple name. */
    private static Map<String, String> testSources(Path root) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path parent : List.of(root, root.resolve("samples"))) {
            try (Stream<Path> modules = Files.list(parent)) {
                for (Path tests : modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory)
                        .toList()) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                            sources.merge(file.getFileName().toString().replace(".java", ""), Files.readString(file),
                                    String::concat);
                        }
                    }
                }
            }
        }
        return sources;
    }

    /** Each row of its tables names a test or an end-to-end check, of whatever module, and all of them exist. */
    @Test
    void everyRowOfTheContractHasATest() throws IOException {
        everyRowHasATest("boot-contract.md", 80);
    }

    @Test
    void everyRowOfWhatWebSocketsDoHasATest() throws IOException {
        everyRowHasATest("websocket.md", 35);
    }

    /** The tables whose last column is named "tests". */
    private static void everyRowHasATest(String name, int least) throws IOException {
        Path root = Path.of(System.getProperty("basedir", ".")).resolve("..").toAbsolutePath().normalize();
        Map<String, String> tests = testSources(root);
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        boolean among = false;
        for (String row : document(name).lines().toList()) {
            if (!row.startsWith("| ")) {
                among &= row.startsWith("|");
                continue;
            }
            String named = row.substring(row.lastIndexOf('|', row.length() - 2) + 1);
            among |= named.strip().equals("tests |");
            if (!among || named.isBlank() || named.strip().equals("tests |")) {
                continue;
            }
            rows++;
            Matcher names = Pattern.compile("`(?:(\\w+)#(\\w+)|(\\.ci/checks/[a-z0-9-]+\\.sh))`").matcher(named);
            int found = 0;
            while (names.find()) {
                found++;
                boolean there = names.group(3) == null
                        ? tests.getOrDefault(names.group(1), "").matches("(?s).*\\bvoid " + names.group(2) + "\\(.*")
                        : Files.isExecutable(root.resolve(names.group(3)));
                if (!there) {
                    wrong.add(names.group());
                }
            }
            if (found == 0) {
                wrong.add(row);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(rows).isGreaterThan(least);
    }

    @Test
    void everyPropertyOfTomcatAndJettyIsInTheMigrationTable() throws IOException {
        String document = document("migrating-from-tomcat.md");
        for (String prefix : List.of("server.tomcat.", "server.jetty.")) {
            for (String name : properties(prefix).keySet()) {
                assertThat(MigrationTable.adviceFor(name)).as(name).isNotEqualTo("has no counterpart");
                assertThat(row(document, name))
                        .isEqualTo("| `" + name + "` | " + MigrationTable.adviceFor(name) + " |");
            }
        }
    }

    @Test
    void whatTheMigrationTableNamesExists() throws IOException {
        Matcher names = Pattern.compile("zokor\\.[a-z.-]*[a-z]").matcher(document("migrating-from-tomcat.md"));
        while (names.find()) {
            String name = names.group();
            // The latter is a logger.
            if (!name.equals("zokor.enabled") && !name.equals("zokor.access")) {
                assertThat(properties("zokor.")).containsKey(name);
            }
        }
    }
}
