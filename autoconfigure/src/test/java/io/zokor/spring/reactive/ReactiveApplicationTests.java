package io.zokor.spring.reactive;

import static io.zokor.spring.Ask.compressed;
import static io.zokor.spring.Ask.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.spring.boot.reactive.ZokorReactiveWebServerFactory;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.reactive.ReactiveWebServerFactory;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.codec.multipart.FilePart;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Whole WebFlux applications, with the servlet stack, Tomcat and Jetty on the class path as well. */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveApplicationTests {

    static final CountDownLatch RELEASE = new CountDownLatch(1);

    private ConfigurableApplicationContext context;

    @TempDir
    Path directory;

    private int start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
                "--logging.level.root=info"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
                .run(arguments.toArray(String[]::new));
        return port("local.server.port");
    }

    private int port(String name) {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty(name));
    }

    @AfterEach
    void end() {
        if (context != null) {
            context.close();
        }
    }

    @Test
    void anApplicationAnswers(CapturedOutput output) {
        int port = start();
        assertThat(get(port, "/hello").text()).isEqualTo("hello");
        assertThat(get(port, "/functional?name=x").text()).isEqualTo("functional x");
        assertThat(get(port, "/json").text()).isEqualTo("{\"a\":1}");
        assertThat(get(port, "/json").header("Content-Length")).contains("7");
        assertThat(get(port, "/nobody").status()).isEqualTo(404);
        assertThat(context.getBean(ReactiveWebServerFactory.class)).isInstanceOf(ZokorReactiveWebServerFactory.class);
        assertThat(output).containsOnlyOnce("Zokor started on port " + port + " (http)");
        assertThat(output).containsOnlyOnce("although Tomcat is on the class path")
                .containsOnlyOnce("although Jetty is on the class path").doesNotContain("although Reactor Netty");
        assertThat(output).doesNotContain("context path").doesNotContain("WARN").doesNotContain("ERROR");
    }

    @Test
    void zokorCanBeSwitchedOff() {
        start("zokor.enabled=false");
        assertThat(context.getBean(ReactiveWebServerFactory.class))
                .isNotInstanceOf(ZokorReactiveWebServerFactory.class);
    }

    @Test
    void aBodyIsConverted() {
        try (RawClient client = RawClient.connect(start())) {
            assertThat(client.post("/echo", "text/plain", "ping".getBytes(StandardCharsets.UTF_8)).text())
                    .isEqualTo("ping");
            assertThat(client.post("/sum", "application/json", "[1,2,3]".getBytes(StandardCharsets.UTF_8)).text())
                    .isEqualTo("6");
            assertThat(client.post("/sum", "application/json", "[1,".getBytes(StandardCharsets.UTF_8)).status())
                    .isEqualTo(400);
        }
    }

    @Test
    void eventsAreSentOneByOne() {
        try (RawClient client = RawClient.connect(start())) {
            client.sendHead("GET /events HTTP/1.1", "Host: a", "Accept: text/event-stream");
            assertThat(client.readHead().header("Content-Type").orElse("")).startsWith("text/event-stream");
            for (int i = 0; i < 5; i++) {
                client.readUntil("data:" + i + "\n\n");
            }
            client.readUntil("0\r\n\r\n");
        }
    }

    @Test
    void multipart() {
        String body = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nsome text\r\n--b\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\"f.bin\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n" + "x".repeat(2_000_000) + "\r\n--b--\r\n";
        try (RawClient client = RawClient.connect(start())) {
            RawResponse response = client.post("/multipart", "multipart/form-data; boundary=b",
                    body.getBytes(StandardCharsets.US_ASCII));
            assertThat(response.text()).isEqualTo("some text f.bin 2000000");
            assertThat(client.get("/hello").text()).isEqualTo("hello");
        }
    }

    @Test
    void aLargeUploadIsReadPieceByPiece() {
        try (RawClient client = RawClient.connect(start())) {
            int pieces = 2000;
            client.sendHead("POST /count HTTP/1.1", "Host: a", "Content-Type: application/octet-stream",
                    "Content-Length: " + pieces * 100_000L);
            byte[] piece = new byte[100_000];
            for (int i = 0; i < pieces; i++) {
                client.send(piece);
            }
            String[] counts = client.readResponse().text().split(" ");
            assertThat(counts[0]).isEqualTo("200000000");
            assertThat(Integer.parseInt(counts[1])).as("largest buffer").isLessThanOrEqualTo(16 * 1024);
        }
    }

    @Test
    void aLargeDownloadIsSentWhole() {
        try (RawClient client = RawClient.connect(start())) {
            client.sendHead("GET /download?n=5000 HTTP/1.1", "Host: a");
            assertThat(client.readResponse().body()).hasSize(5000 * 10_000);
        }
    }

    @Test
    void aResourceIsSentWithRanges() throws Exception {
        Path file = Files.writeString(directory.resolve("f.txt"), "0123456789");
        int port = start("test.file=" + file);
        assertThat(get(port, "/file").text()).isEqualTo("0123456789");
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /file HTTP/1.1", "Host: a", "Range: bytes=2-4");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(206);
            assertThat(response.text()).isEqualTo("234");
            client.sendHead("HEAD /file HTTP/1.1", "Host: a");
            assertThat(client.readHeadResponse().header("Content-Length")).contains("10");
        }
    }

    @Test
    void errors() {
        int port = start();
        RawResponse before = get(port, "/error-before");
        assertThat(before.status()).isEqualTo(500);
        assertThat(before.text()).contains("\"status\":500").doesNotContain("on purpose");
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /error-after HTTP/1.1", "Host: a");
            assertThat(client.readAll()).contains("begun").doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void compression() {
        int port = start("server.compression.enabled=true", "server.compression.min-response-size=10",
                "server.compression.excluded-user-agents=old.*");
        assertThat(compressed(port, "/big", "User-Agent: new")).isTrue();
        assertThat(compressed(port, "/hello", "User-Agent: new")).isFalse();
        assertThat(compressed(port, "/big", "User-Agent: very old/1")).isFalse();
    }

    @Test
    void serverHeaderOnlyIfSet() {
        assertThat(get(start(), "/hello").hasHeader("Server")).isFalse();
        context.close();
        assertThat(get(start("server.server-header=something"), "/hello").header("Server")).contains("something");
    }

    @Test
    void aFactoryOfTheApplicationWins() {
        context = new SpringApplicationBuilder(Application.class, OwnFactory.class).web(WebApplicationType.REACTIVE)
                .run("--server.port=0");
        assertThat(context.getBeansOfType(ReactiveWebServerFactory.class)).containsOnlyKeys("own");
    }

    @Test
    void managementHasTheTlsOfTheApplication() throws Exception {
        Identity identity = TestCertificates.selfSigned("localhost");
        Path certificate = Files.writeString(directory.resolve("c.pem"), identity.certificatePem());
        Path key = Files.writeString(directory.resolve("k.pem"), identity.keyPem());
        start("management.server.port=0", "server.ssl.certificate=" + certificate,
                "server.ssl.certificate-private-key=" + key);
        try (RawClient client = RawClient.connectTls(port("local.management.port"),
                TestCertificates.trusting(identity), "localhost")) {
            assertThat(client.get("/actuator/health").text()).contains("UP");
        }
    }

    @Test
    void theRequestHeaderLimitOfBoot() {
        int port = start("server.max-http-request-header-size=1KB");
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /hello HTTP/1.1", "Host: a", "X: " + "x".repeat(1500));
            assertThat(client.readResponse().status()).isEqualTo(431);
        }
    }

    @Test
    void forwardedFieldsNativeOrByTheFramework() {
        for (String strategy : List.of("native", "framework")) {
            int port = start("server.forward-headers-strategy=" + strategy, "zokor.trusted-proxies=127.0.0.0/8,::1");
            try (RawClient client = RawClient.connect(port)) {
                client.sendHead("GET /url HTTP/1.1", "Host: inner", "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: outer.example", "X-Forwarded-For: 203.0.113.9");
                assertThat(client.readResponse().text()).as(strategy)
                        .isEqualTo("https://outer.example/url 203.0.113.9");
            }
            context.close();
        }
    }

    @Test
    void tlsByABundle() throws Exception {
        Identity identity = TestCertificates.selfSigned("localhost");
        Path certificate = Files.writeString(directory.resolve("c.pem"), identity.certificatePem());
        Path key = Files.writeString(directory.resolve("k.pem"), identity.keyPem());
        int port = start("server.ssl.bundle=web", "spring.ssl.bundle.pem.web.keystore.certificate=" + certificate,
                "spring.ssl.bundle.pem.web.keystore.private-key=" + key);
        try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(identity), "localhost")) {
            assertThat(client.get("/ssl").text()).isEqualTo("https true");
        }
    }

    @Test
    void graceLetsARunningRequestEnd() {
        int port = start("server.shutdown=graceful");
        ZokorWebServer server = (ZokorWebServer) ((ReactiveWebServerApplicationContext) context).getWebServer();
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /waiting HTTP/1.1", "Host: a");
            client.readUntil("begun");
            List<GracefulShutdownResult> results = new ArrayList<>();
            server.shutDownGracefully(results::add);
            assertThat(results).isEmpty();
            RELEASE.countDown();
            assertThat(client.readUntil("0\r\n\r\n")).contains("done");
            Await.until("idle", () -> results.contains(GracefulShutdownResult.IDLE));
        }
    }

    @Test
    void withoutAPortNothingListens() {
        context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
                .run("--server.port=-1");
        assertThat(((ReactiveWebServerApplicationContext) context).getWebServer().getPort()).isEqualTo(-1);
    }

    @Test
    void aPortInUseIsReportedAsThat() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatExceptionOfType(Exception.class).isThrownBy(() -> new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.REACTIVE).run("--server.port=" + taken.getLocalPort()))
                    .satisfies(e -> assertThat(e).hasRootCauseInstanceOf(java.net.BindException.class)
                            .hasStackTraceContaining(PortInUseException.class.getSimpleName()));
        }
    }

    @Test
    void aServerThatWasStoppedStartsAgain() {
        start();
        context.stop();
        context.start();
        int port = ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
        assertThat(get(port, "/hello").text()).isEqualTo("hello");
    }

    @Test
    void managementOnAPortOfItsOwn() {
        int port = start("management.server.port=0", "management.endpoints.web.exposure.include=*");
        int management = port("local.management.port");
        assertThat(management).isNotEqualTo(port);
        assertThat(get(management, "/actuator/health").text()).contains("UP");
        assertThat(get(port, "/actuator/health").status()).isEqualTo(404);
        assertThat(get(management, "/actuator/metrics/zokor.requests").status()).isEqualTo(200);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Endpoints.class)
    static class Application {

        @Bean
        RouterFunction<ServerResponse> functional() {
            return RouterFunctions.route().GET("/functional",
                    request -> ServerResponse.ok().bodyValue("functional " + request.queryParam("name").orElse("")))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnFactory {

        @Bean
        ZokorReactiveWebServerFactory own() {
            return new ZokorReactiveWebServerFactory();
        }
    }

    @RestController
    static class Endpoints {

        @Value("${test.file:}")
        private String file;

        @GetMapping("/hello")
        Mono<String> hello() {
            return Mono.just("hello");
        }

        @GetMapping("/json")
        Map<String, Integer> json() {
            return Map.of("a", 1);
        }

        @GetMapping("/big")
        String big() {
            return "big ".repeat(1000);
        }

        @PostMapping("/echo")
        Mono<String> echo(@RequestBody Mono<String> body) {
            return body;
        }

        @PostMapping("/sum")
        Mono<Integer> sum(@RequestBody Flux<Integer> numbers) {
            return numbers.reduce(0, Integer::sum);
        }

        @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<Long> events() {
            return Flux.interval(Duration.ofMillis(20)).take(5);
        }

        @PostMapping("/multipart")
        Mono<String> multipart(@RequestPart("text") String text, @RequestPart("file") Mono<FilePart> file) {
            return file.flatMap(part -> part.content().map(Endpoints::sizeOf).reduce(0, Integer::sum)
                    .map(size -> text + " " + part.filename() + " " + size));
        }

        @PostMapping("/count")
        Mono<String> count(@RequestBody Flux<DataBuffer> body) {
            return body.map(Endpoints::sizeOf).reduce(new long[2], (counts, size) -> {
                counts[0] += size;
                counts[1] = Math.max(counts[1], size);
                return counts;
            }).map(counts -> counts[0] + " " + counts[1]);
        }

        private static int sizeOf(DataBuffer buffer) {
            int size = buffer.readableByteCount();
            DataBufferUtils.release(buffer);
            return size;
        }

        @GetMapping(path = "/download", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
        Flux<byte[]> download(@RequestParam int n) {
            return Flux.range(0, n).map(i -> new byte[10_000]);
        }

        @GetMapping("/file")
        Resource file() {
            return new FileSystemResource(file);
        }

        @GetMapping("/error-before")
        Mono<String> errorBefore() {
            return Mono.delay(Duration.ofMillis(1)).then(Mono.error(new IllegalStateException("on purpose")));
        }

        @GetMapping(path = "/error-after", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> errorAfter() {
            return Flux.just("begun").concatWith(
                    Mono.delay(Duration.ofMillis(50)).then(Mono.error(new IllegalStateException("on purpose"))));
        }

        @GetMapping(path = "/waiting", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> waiting() {
            return Flux.just("begun").concatWith(Mono.fromCallable(() -> {
                RELEASE.await();
                return "done";
            }).subscribeOn(Schedulers.boundedElastic()));
        }

        @GetMapping("/url")
        String url(ServerHttpRequest request) {
            return request.getURI() + " " + request.getRemoteAddress().getHostString();
        }

        @GetMapping("/ssl")
        String ssl(ServerHttpRequest request) {
            return request.getURI().getScheme() + " " + (request.getSslInfo() != null);
        }
    }
}
