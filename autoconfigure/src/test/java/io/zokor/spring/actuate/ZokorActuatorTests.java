package io.zokor.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What Actuator shows of an application's server, over HTTP. */
class ZokorActuatorTests {

    private final List<RawClient> clients = new ArrayList<>();
    private ConfigurableApplicationContext context;
    private int port;

    private void start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off"));
        Stream.of(properties).map(property -> "--" + property).forEach(arguments::add);
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @AfterEach
    void end() {
        if (context != null) {
            context.getBean(Slow.class).release.countDown();
            clients.forEach(RawClient::close);
            context.close();
        }
    }

    private RawResponse get(String target) {
        try (RawClient client = RawClient.connect(port)) {
            return client.get(target);
        }
    }

    private void sendSlow() {
        RawClient client = RawClient.connect(port);
        clients.add(client);
        client.send(
                "GET /slow?password=secret HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\nAuthorization: secret\r\n\r\n");
        Await.until("the handler runs", () -> context.getBean(Slow.class).entered.getCount() == 0);
    }

    private String slowId() {
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        return "" + server.server().connections().stream()
                .filter(connection -> connection.request() != null && connection.request().path().equals("/slow"))
                .findFirst().orElseThrow().id();
    }

    @Test
    void theEndpointIsNotExposedByItself() {
        start();
        assertThat(get("/actuator/zokor").status()).isEqualTo(404);
    }

    @Test
    void theOverviewShowsConnectionsRequestsLimitsAndListeners() {
        start("management.endpoints.web.exposure.include=zokor", "zokor.limits.max-connections=77",
                "zokor.limits.max-concurrent-requests=7");
        sendSlow();
        String overview = get("/actuator/zokor").text();
        assertThat(overview).startsWith("{\"servers\":{\"main\":{\"listeners\":[").contains(":" + port + "\"]");
        assertThat(overview).contains("\"active\":2", "\"idle\":0", "\"max-connections\":{\"used\":2,\"limit\":77}",
                "\"max-concurrent-requests\":{\"used\":2,\"limit\":7}", "\"path\":\"/slow\"", "\"method\":\"GET\"",
                "\"phase\":\"handler\"", "\"draining\":false", "\"automaticLimits\":{}");
        assertThat(overview.indexOf("/slow")).as("the oldest first").isLessThan(overview.indexOf("/actuator/zokor"));
        assertThat(overview).doesNotContain("secret");
    }

    @Test
    void aLimitThatTheServerFindsItselfIsShownWithItsBounds() {
        start("management.endpoints.web.exposure.include=zokor", "zokor.limits.max-concurrent-requests=auto");
        assertThat(get("/actuator/zokor").text()).contains("\"max-concurrent-requests\":{\"used\":1,\"limit\":50}",
                "\"automaticLimits\":{\"max-concurrent-requests\":{\"least\":10,\"most\":2000}}");
    }

    @Test
    void oneConnectionAndItsStackOnDemand() {
        start("management.endpoints.web.exposure.include=zokor");
        sendSlow();
        String id = slowId();
        String connection = get("/actuator/zokor/" + id).text();
        assertThat(connection).contains("\"id\":\"" + id + "\"", "\"path\":\"/slow\"", "\"thread\":\"zokor-main-")
                .doesNotContain("\"stack\"", "secret");
        assertThat(get("/actuator/zokor/" + id + "?stack=true").text()).contains("\"stack\":[", "holdHere")
                .doesNotContain("secret");
    }

    @Test
    void noSuchConnectionIs404() {
        start("management.endpoints.web.exposure.include=zokor");
        assertThat(get("/actuator/zokor/4711").status()).isEqualTo(404);
        assertThat(get("/actuator/zokor/nobody").status()).isEqualTo(404);
        assertThat(get("/actuator/zokor/nobody-1").status()).isEqualTo(404);
    }

    @Test
    void healthIsUp() {
        start("management.endpoint.health.show-details=always");
        assertThat(get("/actuator/health").text()).contains("\"zokor\":{\"status\":\"UP\"}");
    }

    @Test
    void healthCanBeDisabled() {
        start("management.endpoint.health.show-details=always", "management.health.zokor.enabled=false");
        assertThat(get("/actuator/health").text()).contains("\"diskSpace\":{").doesNotContain("\"zokor\":{");
    }

    @Test
    void healthIsOutOfServiceInTheDrainDelay() {
        start("management.endpoint.health.show-details=always", "zokor.shutdown.drain-delay=1h",
                "spring.lifecycle.timeout-per-shutdown-phase=10ms");
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        server.shutDownGracefully(result -> {
        });
        RawResponse health = get("/actuator/health");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.text()).contains("\"status\":\"OUT_OF_SERVICE\"", "\"main\":\"draining\"");
        server.stop();
    }

    @RestController
    static class Slow {

        final CountDownLatch release = new CountDownLatch(1);
        final CountDownLatch entered = new CountDownLatch(1);

        @GetMapping("/slow")
        String holdHere() throws InterruptedException {
            entered.countDown();
            return release.await(30, TimeUnit.SECONDS) ? "done" : "nobody released the handler";
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Slow slow() {
            return new Slow();
        }
    }
}
