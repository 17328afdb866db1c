package io.zokor.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.zokor.matrix.app.MatrixApplication;
import io.zokor.spring.boot.ZokorWebServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;

/**
 * One application on Tomcat and on Zokor, in one JVM: the same requests get the same responses, but for what is meant to
 * differ, and each such difference is described in docs/differences-from-tomcat.md and still there.
 */
class MatrixTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "differences-from-tomcat.md");

    private static final List<IntendedDifference> INTENDED = IntendedDifference.all();

    /** How the application is set up. */
    enum Setup {

        /** Forwarded headers by Spring's filter. */
        ROOT("", "--server.forward-headers-strategy=framework"),

        /** In a context path, with Spring Session, and with the server's own reading of forwarded headers. */
        CONTEXT_PATH("/shop", "--server.servlet.context-path=/shop", "--server.forward-headers-strategy=native",
                "--spring.profiles.active=spring-session");

        private final String prefix;

        private final String[] arguments;

        Setup(String prefix, String... arguments) {
            this.prefix = prefix;
            this.arguments = arguments;
        }

        /** {@return whether a context path, sessions or the server's forwarded headers play a part} */
        private boolean concerns(Scenario scenario) {
            return scenario.name().matches("(request|path|dispatch|security|cors|session|forwarded|file"
                    + "|servlet: redirect|response: cookies|error for a browser|upload).*");
        }

        private ServletWebServerApplicationContext start(boolean zokor) {
            return (ServletWebServerApplicationContext) new SpringApplicationBuilder(MatrixApplication.class)
                    .properties("zokor.enabled=" + zokor).run(arguments);
        }
    }

    private record Pair(ServletWebServerApplicationContext tomcat, ServletWebServerApplicationContext zokor) {
    }

    private static final Map<Setup, Pair> RUNNING = new EnumMap<>(Setup.class);

    private static final Set<IntendedDifference> SEEN = new LinkedHashSet<>();

    private static int compared;

    @BeforeAll
    static void start() {
        for (Setup setup : Setup.values()) {
            RUNNING.put(setup, new Pair(setup.start(false), setup.start(true)));
        }
    }

    @AfterAll
    static void stop() {
        RUNNING.values().forEach(pair -> {
            pair.tomcat().close();
            pair.zokor().close();
        });
        RUNNING.clear();
        if (compared == scenarios().count()) {
            assertThat(INTENDED).as("intended differences that no request shows any more").allMatch(SEEN::contains);
        }
    }

    static Stream<Arguments> scenarios() {
        return Stream.of(Setup.values()).flatMap(setup -> Requests.all().stream()
                .filter(scenario -> setup == Setup.ROOT || setup.concerns(scenario))
                .map(scenario -> Arguments.of(setup, scenario)));
    }

    @Test
    void theApplicationRunsOnBothServers() {
        RUNNING.values().forEach(pair -> {
            assertThat(pair.tomcat().getWebServer()).isInstanceOf(TomcatWebServer.class);
            assertThat(pair.zokor().getWebServer()).isInstanceOf(ZokorWebServer.class);
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("scenarios")
    void answersAlike(Setup setup, Scenario scenario) {
        compared++;
        Pair pair = RUNNING.get(setup);
        CompletableFuture<List<Map<String, String>>> other = CompletableFuture
                .supplyAsync(() -> play(setup, scenario, pair.tomcat()));
        List<Map<String, String>> zokor = play(setup, scenario, pair.zokor());
        List<Map<String, String>> tomcat = other.join();
        StringBuilder differences = new StringBuilder();
        for (int i = 0; i < tomcat.size(); i++) {
            compare(setup, scenario.name(), tomcat.get(i), zokor.get(i), i + 1, differences);
        }
        assertThat(differences.toString()).as("differences that nobody intended").isEmpty();
    }

    @Test
    void theDocumentListsTheIntendedDifferences() throws IOException {
        Set<String> documented = new TreeSet<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = Pattern.compile("\\| `([^`]+)` \\|.*").matcher(line);
            if (row.matches()) {
                documented.add(row.group(1));
            }
        }
        assertThat(documented).isEqualTo(
                INTENDED.stream().map(IntendedDifference::id).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static List<Map<String, String>> play(Setup setup, Scenario scenario,
            ServletWebServerApplicationContext application) {
        List<Map<String, String>> responses = new ArrayList<>();
        try (Browser browser = new Browser(application.getWebServer().getPort())) {
            for (Scenario.Step step : scenario.steps()) {
                responses.add(browser.send(step.below(setup.prefix)));
            }
        }
        return responses;
    }

    private static void compare(Setup setup, String name, Map<String, String> tomcat, Map<String, String> zokor,
            int step,
            StringBuilder differences) {
        String scenario = name + " (" + tomcat.get("status") + ")";
        Set<String> traits = new LinkedHashSet<>(List.of("status"));
        traits.addAll(tomcat.keySet());
        traits.addAll(zokor.keySet());
        if (!tomcat.get("body").equals(zokor.get("body"))) {
            // They follow from the body.
            traits.removeAll(List.of("field content-length", "field transfer-encoding", "framing"));
        }
        for (String trait : traits) {
            String ofTomcat = tomcat.getOrDefault(trait, "absent");
            String ofZokor = zokor.getOrDefault(trait, "absent");
            if (ofTomcat.equals(ofZokor)) {
                continue;
            }
            if (!isIntended(scenario, trait, ofTomcat, ofZokor)) {
                differences.append(setup).append(' ').append(scenario).append(", step ").append(step).append(": ")
                        .append(trait).append("\n  Tomcat ").append(ofTomcat).append("\n  Zokor  ").append(ofZokor)
                        .append('\n');
            } else if (trait.equals("status")) {
                return;
            }
        }
    }

    private static boolean isIntended(String scenario, String trait, String tomcat, String zokor) {
        boolean intended = false;
        for (IntendedDifference difference : INTENDED) {
            if (difference.allows(scenario, trait, tomcat, zokor)) {
                SEEN.add(difference);
                intended = true;
            }
        }
        return intended;
    }
}
