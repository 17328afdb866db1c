package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.ServerErrorHandler;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Errors that the server answers by itself, and those that the application's error page answers, in a Boot application. */
@ExtendWith(OutputCaptureExtension.class)
class ServerErrorsTests {

    private static final String NO_HOST = "GET / HTTP/1.1\r\n\r\n";

    private static final String BAD_CHUNK = "POST /text HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
            + "Transfer-Encoding: chunked\r\n\r\nzz\r\n";

    private ConfigurableApplicationContext context;
    private int port;

    private void start(Class<?> application, String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
        Stream.of(properties).map(property -> "--" + property).forEach(arguments::add);
        context = SpringApplication.run(application, arguments.toArray(String[]::new));
        port = port("local.server.port");
    }

    private int port(String property) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty(property));
    }

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    private static RawResponse send(int port, String wire) {
        try (RawClient client = RawClient.connect(port)) {
            return client.send(wire).readResponse();
        }
    }

    private double rejected(String reason, String status) {
        FunctionCounter counter = context.getBean(MeterRegistry.class).find("zokor.requests.rejected")
                .tags("server", "main", "reason", reason, "status", status).functionCounter();
        return counter == null ? 0 : counter.count();
    }

    @Test
    void aBeanRendersTheServersOwnErrors() {
        start(Own.class);
        RawResponse response = send(port, NO_HOST);
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Content-Type")).contains("text/x-own");
        assertThat(response.text()).isEqualTo("own 400 HOST");
    }

    @Test
    void theBeanServesTheManagementServerToo() {
        start(Own.class, "management.server.port=0",
                "spring.autoconfigure.exclude=org.springframework.boot.jetty.autoconfigure"
                        + ".actuate.web.server.JettyServletManagementContextAutoConfiguration");
        assertThat(send(port("local.management.port"), NO_HOST).text()).isEqualTo("own 400 HOST");
    }

    @Test
    void withoutOneTheTextIsConstant() {
        start(Application.class);
        assertThat(send(port, NO_HOST).text()).isEqualTo("400 Bad Request\n");
    }

    /** What has reached the application is answered by its error page, as server.error.* says. */
    @Test
    void aRefusalWithinTheApplicationIsItsErrorPages() {
        start(Own.class, "server.error.include-message=always", "server.error.path=/problem");
        RawResponse response = send(port, BAD_CHUNK.replace("/text", "/raw").replace("Host: x",
                "Host: x\r\nAccept: application/json"));
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.text()).contains("\"status\":400", "\"error\":\"Bad Request\"")
                .doesNotContain("own", "trace");
        Await.until("the refusal is counted", () -> rejected("chunk", "400") == 1);
    }

    @Test
    void aMalformedBodyThatSpringAnswersForCountsAsRefused(CapturedOutput output) {
        start(Application.class, "zokor.access-log.format=line %r %s %{outcome}z %{rejected}z");
        assertThat(send(port, BAD_CHUNK).status()).isEqualTo(400);
        Await.until("the refusal is counted", () -> rejected("chunk", "400") == 1);
        Await.until("the line",
                () -> output.getOut().contains("line POST /text HTTP/1.1 400 rejected chunk"));
    }

    @RestController
    static class Text {

        @PostMapping("/raw")
        int raw(InputStream body) throws IOException {
            return body.readAllBytes().length;
        }

        @PostMapping("/text")
        String text(@RequestBody String text) {
            return text;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Text.class)
    static class Application {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    static class Own {

        @Bean
        ServerErrorHandler errors() {
            return error -> ServerErrorBody.of("text/x-own", "own " + error.status() + " " + error.reason());
        }
    }
}
