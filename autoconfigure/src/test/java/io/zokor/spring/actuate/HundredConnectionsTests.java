package io.zokor.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.zokor.event.ConnectionSnapshot;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** A hundred scripted connections in each phase, as the endpoint reports them. */
@Timeout(120)
class HundredConnectionsTests {

    private static final int EACH = 100;

    private final List<RawClient> clients = new ArrayList<>();
    private ConfigurableApplicationContext context;
    private int port;

    @AfterEach
    void end() {
        if (context != null) {
            context.getBean(Phases.class).release.countDown();
            clients.forEach(RawClient::close);
            context.close();
        }
    }

    private RawClient send(String wire) {
        RawClient client = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4 * 1024);
        clients.add(client);
        return client.send(wire);
    }

    @Test
    void eachIsReportedRight() {
        context = SpringApplication.run(Application.class, "--server.port=0", "--spring.main.banner-mode=off",
                "--management.endpoints.web.exposure.include=zokor", "--server.address=127.0.0.1");
        port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
        for (int i = 0; i < EACH; i++) {
            send("");
            send("GET /half HTTP/1.1\r\nHo");
            send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").readResponse();
            send("POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
            send("GET /wait?secret=1 HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n\r\n");
            send("GET /write HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        try (RawClient observer = RawClient.connect(port)) {
            // The observer's own connection is active while it asks.
            Await.until("all connections in their states", () -> states(observer).equals(Map.of("new", EACH, "tls", 0,
                    "idle", EACH, "active", 4 * EACH + 1, "hijacked", 0, "upgraded", 0, "websocket", 0)));
            Map<String, Integer> wanted = Map.of("/read reading", EACH, "/wait handler", EACH, "/write writing", EACH,
                    "head", EACH, "new", EACH, "idle", EACH);
            Map<String, Integer> seen = new HashMap<>();
            Await.until(Await.BOUND, () -> "each connection in its phase: " + seen, () -> {
                seen.clear();
                server().server().connections().forEach(
                        connection -> count(seen, observer, connection));
                return seen.equals(wanted);
            });
            String stack = null;
            for (ConnectionSnapshot connection : server().server().connections()) {
                if (connection.request() != null && connection.request().path().equals("/wait")) {
                    stack = get(observer, "/actuator/zokor/" + connection.id() + "?stack=true");
                    assertThat(JsonPath.<List<String>>read(stack, "$.stack")).anyMatch(
                            frame -> frame
                                    .matches(".*HundredConnectionsTests\\$Phases\\.holdHere\\(.*\\.java:\\d+\\)"));
                }
            }
            assertThat(stack).isNotNull().doesNotContain("secret");
        }
    }

    private ZokorWebServer server() {
        return (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
    }

    private static String get(RawClient client, String target) {
        return client.get(target).text();
    }

    private static Map<String, Integer> states(RawClient observer) {
        return JsonPath.read(get(observer, "/actuator/zokor"), "$.servers.main.connections");
    }

    /** Adds what the endpoint says of a connection; that of the observer is left out. */
    private static void count(Map<String, Integer> seen, RawClient observer, ConnectionSnapshot connection) {
        String view = get(observer, "/actuator/zokor/" + connection.id());
        // What is not there has no field.
        Map<String, Object> request = JsonPath.<Map<String, Map<String, Object>>>read(view, "$").get("request");
        String what;
        if (request == null) {
            String state = JsonPath.read(view, "$.state");
            what = state.equals("active") ? "head" : state;
        } else if (request.get("path").toString().startsWith("/actuator")) {
            return;
        } else {
            what = request.get("path") + " " + request.get("phase");
        }
        seen.merge(what, 1, Integer::sum);
    }

    @RestController
    static class Phases {

        final CountDownLatch release = new CountDownLatch(1);

        @GetMapping("/hello")
        String hello() {
            return "hello";
        }

        @PostMapping("/read")
        int read(InputStream body) throws IOException {
            return body.readAllBytes().length;
        }

        @GetMapping("/wait")
        String holdHere() throws InterruptedException {
            return release.await(100, TimeUnit.SECONDS) ? "done" : "nobody released the handler";
        }

        @GetMapping("/write")
        void write(OutputStream body) throws IOException {
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < 1_000 && release.getCount() > 0; i++) {
                body.write(block);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Phases phases() {
            return new Phases();
        }
    }
}
