package io.zokor.spring.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;

/** The access log of an application, as its properties set it. */
@ExtendWith(OutputCaptureExtension.class)
class AccessLogApplicationTests {

    private ConfigurableApplicationContext context;

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
        // What Boot's logging leaves behind would give the next test's lines another form.
        System.clearProperty("CONSOLE_LOG_STRUCTURED_FORMAT");
    }

    private int start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
        Stream.of(properties).map(property -> "--" + property).forEach(arguments::add);
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        return port("local.server.port");
    }

    private int port(String property) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty(property));
    }

    private static RawResponse get(int port, String target, String... fields) {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + String.join("", fields) + "\r\n");
            return client.readResponse();
        }
    }

    private int startWithYaml(Path directory, String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("application.yml"), yaml);
        return start("spring.config.location=" + file.toUri());
    }

    @Test
    void noLogUnlessAskedFor(CapturedOutput output) {
        get(start(), "/nobody");
        context.close();
        assertThat(output).doesNotContain("zokor.access");
    }

    @Test
    void unquotedOffInYamlIsOff(CapturedOutput output, @TempDir Path directory) throws IOException {
        get(startWithYaml(directory, "zokor:\n  access-log:\n    format: off\n"), "/nobody");
        context.close();
        assertThat(output).doesNotContain("zokor.access");
    }

    @Test
    void aPatternInYaml(CapturedOutput output, @TempDir Path directory) throws IOException {
        get(startWithYaml(directory, "zokor:\n  access-log:\n    format: \"line %U %s\"\n"), "/nobody");
        Await.until("the line", () -> output.getOut().contains("line /nobody 404"));
    }

    @Test
    void linesAreWrittenBeforeTheApplicationEnds(CapturedOutput output) {
        int port = start("zokor.access-log.format=common");
        for (int i = 0; i < 20; i++) {
            get(port, "/request-" + i);
        }
        context.close();
        for (int i = 0; i < 20; i++) {
            assertThat(output).containsOnlyOnce("\"GET /request-" + i + " HTTP/1.1\" 404");
        }
    }

    @Test
    void theClientThatATrustedProxyNames(CapturedOutput output) {
        int port = start("zokor.access-log.format=from %h via %a", "server.forward-headers-strategy=native");
        get(port, "/", "X-Forwarded-For: 203.0.113.9\r\n");
        Await.until("the line", () -> output.getOut().contains("from 203.0.113.9 via 127.0.0.1"));
    }

    @Test
    void whatNobodyTrustedSaysIsNotTheClient(CapturedOutput output) {
        int port = start("zokor.access-log.format=from %h via %a");
        get(port, "/", "X-Forwarded-For: 203.0.113.9\r\n");
        Await.until("the line", () -> output.getOut().contains("from 127.0.0.1 via 127.0.0.1"));
    }

    @Test
    void theManagementServersLinesHaveAPrefix(CapturedOutput output) {
        start("zokor.access-log.format=common", "zokor.management.access-log.prefix=[actuator] ",
                "management.server.port=0", "spring.autoconfigure.exclude=org.springframework.boot.jetty.autoconfigure"
                        + ".actuate.web.server.JettyServletManagementContextAutoConfiguration");
        get(port("local.management.port"), "/actuator/health");
        Await.until("the line", () -> output.getOut().contains("[actuator] 127.0.0.1 - - ["));
        get(port("local.server.port"), "/nobody");
        Await.until("the line", () -> output.getOut().contains("zokor.access                             : 127.0.0.1"));
    }

    @Test
    void structuredLoggingGetsTheFields(CapturedOutput output) {
        int port = start("zokor.access-log.format=common", "logging.structured.format.console=ecs");
        get(port, "/nobody");
        Await.until("the line",
                () -> output.getOut().contains("\"log\":{\"level\":\"INFO\",\"logger\":\"zokor.access\"}"));
        assertThat(output.getOut()).contains("\"status_code\":404").contains("\"path\":\"/nobody\"")
                .contains("\"duration\":");
    }

    /** CVE-2025-55754: what a client sends must neither forge lines nor reach a terminal, whatever it is and wherever it is put. */
    @ParameterizedTest
    @ValueSource(strings = { "combined", "json" })
    void controlCharactersNeitherForgeLinesNorReachATerminal(String format, CapturedOutput output) {
        int port = start("zokor.access-log.format=" + format, "logging.level.io.zokor=debug");
        int requests = 0;
        for (String attack : List.of("\r\nzokor.access : forged", "\n", "\r", "\u001b[31m", "%0d%0aforged%1b[31m",
                "\u009b31m", "\u0000")) {
            for (String wire : List.of("GET /" + attack + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                    "GET /ok HTTP/1.1\r\nHost: x\r\nUser-Agent: a" + attack + "b\r\nReferer: " + attack
                            + "\r\nConnection: close\r\n\r\n",
                    "GET /ok HTTP/1.1\r\nHost: x\r\nX" + attack + ": a\r\nConnection: close\r\n\r\n")) {
                try (RawClient client = RawClient.connect(port)) {
                    client.send(wire).readAll();
                }
                requests++;
            }
        }
        int all = requests;
        Await.until(Await.BOUND, () -> all + " lines; there are " + lines(output), () -> lines(output).size() >= all);
        context.close();
        assertThat(lines(output)).hasSize(all).allSatisfy(line -> assertThat(line).matches("[\\x20-\\x7e]+"));
        assertThat(output.getOut()).doesNotContain("\u001b", "\u009b", "\u0000");
        assertThat(output.getOut().lines()).noneMatch(line -> line.startsWith("zokor.access : forged"));
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter(line -> line.matches(".* INFO .* zokor\\.access +: .*")).toList();
    }

    /** As Micrometer Tracing does it: the logging context names the trace while Boot's filter of observations runs. */
    @Test
    void theTraceOfTheLoggingContext(CapturedOutput output) {
        context = SpringApplication.run(Traced.class, "--server.port=0", "--spring.main.banner-mode=off",
                "--zokor.access-log.format=line %U %{trace}z");
        int port = port("local.server.port");
        String parent = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
        get(port, "/traced", parent);
        Await.until("the line", () -> output.getOut().contains("line /traced trace-of-/traced"));
        get(port, "/untraced", parent);
        Await.until("the client's", () -> output.getOut().contains("line /untraced 0af7651916cd43dd8448eb211c80319c"));
        get(port, "/untraced");
        Await.until("none", () -> output.getOut().contains("line /untraced -"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Traced {

        @Bean
        FilterRegistrationBean<Filter> tracing() {
            FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
                String path = ((HttpServletRequest) request).getRequestURI();
                if (path.equals("/traced")) {
                    MDC.put("traceId", "trace-of-" + path);
                }
                try {
                    chain.doFilter(request, response);
                } finally {
                    MDC.remove("traceId");
                }
            });
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
            return registration;
        }
    }

    @Test
    void aFormatThatIsNoneStopsTheStart() {
        assertThatException().isThrownBy(() -> start("zokor.access-log.format=apache")).havingRootCause()
                .withMessageContaining("access log");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
    }
}
