package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.server.Server;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** zokor.limits.max-per-client in an application. Linux has all of 127.0.0.0/8 for clients. */
@EnabledOnOs(OS.LINUX)
class PerClientTests {

    private static final String PROXY = "127.0.0.9";

    private final List<RawClient> clients = new ArrayList<>();
    private ConfigurableApplicationContext context;
    private Server server;

    private void start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
                "--zokor.trusted-proxies=" + PROXY, "--management.endpoints.web.exposure.include=zokor"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        server = ((ZokorWebServer) ((WebServerApplicationContext) context).getWebServer()).server();
    }

    @AfterEach
    void end() {
        clients.forEach(RawClient::close);
        context.getBean(Controller.class).permits.release(100);
        Await.until("no client is known any more", () -> server.mostOfOneClient() == 0);
        context.close();
    }

    private RawClient from(String address) {
        RawClient client = RawClient.connectFrom(address, server.port());
        clients.add(client);
        return client;
    }

    private RawResponse get(String address, String... fields) {
        return send(from(address), "/hello", fields).readResponse();
    }

    private static RawClient send(RawClient client, String path, String... fields) {
        List<String> lines = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: a"));
        lines.addAll(List.of(fields));
        return client.sendHead(lines.toArray(String[]::new));
    }

    /** Has a request wait in its handler. */
    private RawClient waiting(String address, String... fields) {
        int before = server.activeRequests();
        RawClient client = send(from(address), "/wait", fields);
        Await.until("it runs", () -> server.activeRequests() == before + 1);
        return client;
    }

    private double counter(String name, String... tags) {
        return context.getBean(MeterRegistry.class).get(name).tags(tags).functionCounter().count();
    }

    @Test
    void limitsMaxPerClient() {
        start("zokor.limits.max-per-client=1");
        assertThat(counter("zokor.connections.closed", "reason", "per-client")).isZero();
        waiting("127.0.0.2");
        from("127.0.0.2").expectReset();
        assertThat(get("127.0.0.3").text()).isEqualTo("hello");
        Await.until("it is counted", () -> counter("zokor.connections.closed", "reason", "per-client") == 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x-forwarded | X-Forwarded-For: 192.0.2.1 | X-Forwarded-For: 198.51.100.9, 192.0.2.1 | X-Forwarded-For: 192.0.2.2
            x-forwarded | X-Forwarded-For: 2001:db8::1 | X-Forwarded-For: 2001:db8::2 | X-Forwarded-For: 2001:db8:0:1::1
            rfc7239     | Forwarded: for=192.0.2.1     | Forwarded: for="192.0.2.1:4711" | Forwarded: for=192.0.2.2
            """)
    void clientsBehindATrustedProxyAreToldApart(String fields, String flood, String same, String other) {
        start("zokor.limits.max-per-client=2", "server.forward-headers-strategy=native",
                "zokor.forwarded-headers=" + fields);
        assertThat(counter("zokor.requests.rejected", "reason", "per-client", "status", "429")).isZero();
        RawClient one = waiting(PROXY, flood);
        RawClient two = waiting(PROXY, same);
        RawResponse refused = get(PROXY, flood);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).contains("1");
        assertThat(get(PROXY, other).text()).as("of the same proxy").isEqualTo("hello");
        assertThat(counter("zokor.requests.rejected", "reason", "per-client", "status", "429")).isEqualTo(1);
        assertThat(send(from("127.0.0.4"), "/actuator/zokor").readResponse().text())
                .contains("\"max-per-client\":{\"used\":2,\"limit\":2}");
        context.getBean(Controller.class).permits.release(2);
        assertThat(one.readResponse().text()).isEqualTo("released");
        assertThat(two.readResponse().text()).isEqualTo("released");
    }

    @Test
    void whatAPeerThatIsNotTrustedForwardsIsNotBelieved() {
        start("zokor.limits.max-per-client=1", "server.forward-headers-strategy=native");
        waiting("127.0.0.2", "X-Forwarded-For: 192.0.2.1");
        from("127.0.0.2").expectReset();
        assertThat(get(PROXY, "X-Forwarded-For: 192.0.2.1").status()).isEqualTo(200);
    }

    @Test
    void whereForwardedFieldsAreNotReadAProxyIsAClient() {
        start("zokor.limits.max-per-client=1");
        waiting(PROXY, "X-Forwarded-For: 192.0.2.1");
        from(PROXY).expectReset();
    }

    @Test
    void theLiveViewShowsNoLimitWhereThereIsNone() {
        start();
        assertThat(send(from("127.0.0.4"), "/actuator/zokor").readResponse().text())
                .contains("\"max-per-client\":{\"used\":0}");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {
    }

    @RestController
    static class Controller {

        final Semaphore permits = new Semaphore(0);

        @GetMapping("/hello")
        String hello() {
            return "hello";
        }

        @GetMapping("/wait")
        String await() throws InterruptedException {
            return permits.tryAcquire(30, TimeUnit.SECONDS) ? "released" : "forgotten";
        }
    }
}
