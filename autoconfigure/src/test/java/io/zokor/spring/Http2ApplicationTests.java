package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zokor.config.Http2;
import io.zokor.spring.boot.ZokorServerCustomizer;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** {@code server.http2.enabled} and {@code zokor.http2.*} in whole servlet applications: every port, and what is to be seen of it. */
@ExtendWith(OutputCaptureExtension.class)
class Http2ApplicationTests {

    private static final String ON = "server.http2.enabled=true";

    private ConfigurableApplicationContext context;

    @TempDir
    Path directory;

    private int start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
                "--logging.level.root=info"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        return port("local.server.port");
    }

    private int port(String name) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty(name));
    }

    private ZokorWebServer server() {
        return (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
    }

    private List<Integer> ports() {
        return server().server().addresses().stream().map(address -> ((InetSocketAddress) address).getPort())
                .toList();
    }

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    private Identity withKey() {
        Identity identity = TestCertificates.selfSigned("localhost", "localhost");
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        return identity;
    }

    private String[] tls(String... more) {
        List<String> properties = new ArrayList<>(
                List.of("server.ssl.key-store=" + directory.resolve("a.p12").toUri(),
                        "server.ssl.key-store-password=secret"));
        properties.addAll(List.of(more));
        return properties.toArray(String[]::new);
    }

    private static HttpResponse<String> get(Identity trusted, int port, String path) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(TestCertificates.trusting(trusted)).build()) {
            return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void overTlsByAlpn() throws Exception {
        Identity identity = withKey();
        int port = start(tls(ON));
        HttpResponse<String> response = get(identity, port, "/protocol");
        assertThat(response.version()).isEqualTo(Version.HTTP_2);
        assertThat(response.body()).isEqualTo("HTTP/2.0 h2 1 true null localhost:" + port);
        try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(identity), "localhost")) {
            assertThat(client.get("/protocol").text()).startsWith("HTTP/1.1 http/1.1  true");
        }
    }

    @Test
    void withoutTlsByPriorKnowledge(CapturedOutput output) {
        int port = start(ON);
        H2cClient.Answer answer = H2cClient.get(port, "/protocol");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("HTTP/2.0 h2c 1 false null a");
        assertThat(Ask.get(port, "/protocol").text()).startsWith("HTTP/1.1 http/1.1");
        assertThat(output).contains("Zokor serves port " + port + " (http), HTTP/2 and HTTP/1.1, Java ");
        assertThat(output).doesNotContain("WARN");
    }

    @Test
    void offUnlessAskedFor() throws Exception {
        Identity identity = withKey();
        int port = start(tls("zokor.listeners[0].port=0"));
        assertThat(get(identity, port, "/protocol").version()).isEqualTo(Version.HTTP_1_1);
        try (RawClient client = RawClient.connect(ports().get(1))) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(client.readResponse().status()).isBetween(400, 505);
        }
    }

    @Test
    void everyPortSpeaksIt() {
        withKey();
        int main = start(tls(ON, "zokor.listeners[0].port=0", "zokor.listeners[1].port=0",
                "zokor.listeners[1].redirect-to-https=true", "management.server.port=0",
                "management.server.ssl.enabled=false"));
        int plain = ports().stream().filter(port -> port != main).findFirst().orElseThrow();
        assertThat(H2cClient.get(plain, "/protocol").text()).startsWith("HTTP/2.0 h2c");
        assertThat(H2cClient.get(port("local.management.port"), "/actuator/health").status()).isEqualTo(200);
    }

    @Test
    void aListenerThatRedirects() throws Exception {
        withKey();
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        int main = start(tls(ON, "zokor.listeners[0].port=" + free, "zokor.listeners[0].redirect-to-https=true"));
        H2cClient.Answer answer = H2cClient.get(free, "/x?y");
        assertThat(answer.status()).isEqualTo(308);
        assertThat(answer.fields()).containsEntry("location", "https://a:" + main + "/x?y");
    }

    @Test
    void anyScheme() {
        int port = start(ON);
        try (H2cClient client = H2cClient.connect(port)) {
            assertThat(client.read(client.send("GET", "https", "/protocol")).status()).isEqualTo(421);
        }
        context.close();
        port = start(ON, "zokor.http2.any-scheme=true");
        try (H2cClient client = H2cClient.connect(port)) {
            H2cClient.Answer answer = client.read(client.send("GET", "https", "/protocol"));
            assertThat(answer.text()).startsWith("HTTP/2.0 h2c 1 false");
        }
    }

    @Test
    void settingsAreWhatThePropertiesSay(CapturedOutput output) {
        int port = start(ON, "zokor.http2.max-streams=7", "zokor.http2.max-stream-window=2MB",
                "zokor.http2.ping-interval=30s");
        try (H2cClient client = H2cClient.connect(port)) {
            client.read(client.send("GET", "http", "/protocol"));
            assertThat(client.maxConcurrentStreams()).isEqualTo(7);
        }
        assertThat(output).contains(
                "zokor.http2.max-streams=7, zokor.http2.max-stream-window=2MB, zokor.http2.ping-interval=30s");
    }

    @Test
    void aServerCustomizerHasTheLastWord() throws Exception {
        Identity identity = withKey();
        int port = start(tls(ON, "test.http2=off"));
        assertThat(get(identity, port, "/protocol").version()).isEqualTo(Version.HTTP_1_1);
    }

    @Test
    void trailersStandBesideALength() {
        H2cClient.Answer answer = H2cClient.get(start(ON), "/trailers");
        assertThat(answer.text()).isEqualTo("ab");
        assertThat(answer.fields()).containsEntry("content-length", "2").containsEntry("x-end", "yes");
    }

    @Test
    void itIsCountedAndShown() {
        int port = start(ON, "management.endpoints.web.exposure.include=*", "zokor.access-log.format=%r %s");
        MeterRegistry registry = context.getBean(MeterRegistry.class);
        try (H2cClient client = H2cClient.connect(port)) {
            assertThat(client.read(client.send("GET", "http", "/protocol")).status()).isEqualTo(200);
            int waiting = client.send("GET", "http", "/wait");
            Await.until("the stream", () -> registry.get("zokor.http2.streams").gauge().value() == 1);
            Await.until("the request in the live view",
                    () -> Ask.get(port, "/actuator/zokor").text()
                            .contains("\"protocol\":\"HTTP/2.0\",\"stream\":\"3\""));
            client.cancel(waiting);
            Await.until("the reset",
                    () -> registry.get("zokor.http2.resets").tag("by", "client").functionCounter().count() == 1);
            Await.until("no stream", () -> registry.get("zokor.http2.streams").gauge().value() == 0);
        }
        Await.until("the requests",
                () -> registry.find("zokor.requests").tag("protocol", "HTTP/2.0").functionCounters().stream()
                        .mapToDouble(counter -> counter.count()).sum() == 2);
        assertThat(registry.get("zokor.http2.goaways").tags("by", "server", "code", "no-error").functionCounter())
                .isNotNull();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        ZokorServerCustomizer customizer(Environment environment) {
            return builder -> {
                if (environment.containsProperty("test.http2")) {
                    builder.http2(Http2.defaults());
                }
            };
        }
    }

    @RestController
    static class Controller {

        @GetMapping("/protocol")
        String protocol(HttpServletRequest request) {
            return request.getProtocol() + " " + request.getServletConnection().getProtocol() + " "
                    + request.getProtocolRequestId() + " " + request.isSecure() + " " + push(request) + " "
                    + request.getHeader("Host");
        }

        @SuppressWarnings("deprecation") // the interface still has it
        private static Object push(HttpServletRequest request) {
            return request.newPushBuilder();
        }

        @GetMapping("/trailers")
        void trailers(HttpServletResponse response) throws Exception {
            response.setContentLength(2);
            response.setTrailerFields(() -> Map.of("x-end", "yes"));
            response.getOutputStream().write(new byte[] { 'a', 'b' });
        }

        /** Until its client leaves. */
        @GetMapping("/wait")
        void waits(HttpServletResponse response) throws Exception {
            while (true) {
                response.getOutputStream().write(new byte[1000]);
                response.flushBuffer();
            }
        }
    }
}
