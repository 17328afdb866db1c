package io.zokor.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartHttpServletRequest;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Each property {@code zokor.timeouts.*} and {@code zokor.limits.*} shows its effect on a client. */
class PropertiesOnTheWireTests {

    private ConfigurableApplicationContext context;
    private int port;

    private void start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
                "--spring.lifecycle.timeout-per-shutdown-phase=100ms"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        port = ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    @AfterEach
    void end() {
        context.getBean(Controller.class).release.countDown();
        context.close();
    }

    private double timeouts(String kind) {
        return context.getBean(MeterRegistry.class).get("zokor.timeouts").tags("server", "main", "kind", kind)
                .functionCounter().count();
    }

    private void awaitTimeout(String kind) {
        Await.until("a timeout of kind " + kind, () -> timeouts(kind) == 1);
    }

    private double rejected(String reason) {
        return context.getBean(MeterRegistry.class).get("zokor.requests.rejected").tags("reason", reason)
                .functionCounters().stream().mapToDouble(counter -> counter.count()).sum();
    }

    @Test
    void timeoutsTlsHandshake(@TempDir Path directory) {
        TestCertificates.selfSigned("a").writePkcs12(directory.resolve("a.p12"), "a", "secret");
        start("zokor.timeouts.tls-handshake=100ms", "server.ssl.key-store=" + directory.resolve("a.p12").toUri(),
                "server.ssl.key-store-password=secret");
        try (RawClient client = RawClient.connect(port)) {
            client.expectClosed();
        }
        awaitTimeout("tls-handshake");
    }

    @Test
    void timeoutsReadHeader() {
        start("zokor.timeouts.read-header=100ms");
        Await.until("408 for half a head", this::halfAHeadIsAnsweredWith408);
        Await.until("timeouts are counted", () -> timeouts("read-header") >= 1);
    }

    /** The time counts from accepting: on a busy machine it may be over before the first byte has come, without an answer. */
    private boolean halfAHeadIsAnsweredWith408() {
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET / HTTP/1.1\r\n");
            int status = client.readResponse().status();
            client.expectClosed();
            return status == 408;
        } catch (RuntimeException | AssertionError e) {
            return false;
        }
    }

    @Test
    void timeoutsRead() {
        start("zokor.timeouts.read=100ms");
        try (RawClient client = RawClient.connect(port)) {
            client.send("POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 100\r\n\r\na");
            assertThat(client.readResponse().status()).isEqualTo(408);
            client.expectClosed();
        }
        awaitTimeout("read");
    }

    private RawClient readsNothing() {
        return RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
    }

    @Test
    void timeoutsWrite() {
        start("zokor.timeouts.write=200ms");
        try (RawClient client = readsNothing()) {
            client.sendHead("GET /endless HTTP/1.1", "Host: a");
            awaitTimeout("write");
        }
    }

    @Test
    void timeoutsStall() {
        start("zokor.timeouts.stall=200ms", "zokor.limits.min-rate=1MB");
        try (RawClient client = readsNothing()) {
            client.sendHead("GET /endless HTTP/1.1", "Host: a");
            awaitTimeout("stall");
        }
    }

    @Test
    void timeoutsIdle() {
        start("zokor.timeouts.idle=100ms");
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.get("/hello").status()).isEqualTo(200);
            client.expectClosed();
        }
        awaitTimeout("idle");
    }

    @Test
    void timeoutsRequest() {
        start("zokor.timeouts.request=100ms");
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.get("/wait").status()).isEqualTo(503);
        }
        awaitTimeout("request");
    }

    private RawResponse send(String head, String body) {
        try (RawClient client = RawClient.connect(port)) {
            client.send(head.strip().replace("\n", "\r\n") + "\r\n\r\n" + body);
            return client.readResponse();
        }
    }

    private RawResponse form(String body) {
        return send("POST /form HTTP/1.1\nHost: a\nContent-Type: application/x-www-form-urlencoded\nContent-Length: "
                + body.length(), body);
    }

    private RawResponse parts(String... names) {
        StringBuilder body = new StringBuilder();
        for (String name : names) {
            body.append("--x\r\nContent-Disposition: form-data; name=\"").append(name).append("\"\r\n\r\nv\r\n");
        }
        body.append("--x--\r\n");
        return send("POST /parts HTTP/1.1\nHost: a\nContent-Type: multipart/form-data; boundary=x\nContent-Length: "
                + body.length(), body.toString());
    }

    @ParameterizedTest
    @CsvSource({ "2, 200", "9, 431" })
    void limitsMaxHeaderCount(int fields, int status) {
        start("zokor.limits.max-header-count=5");
        assertThat(send("GET /hello HTTP/1.1\nHost: a\n" + "X: y\n".repeat(fields), "").status()).isEqualTo(status);
        assertThat(rejected("header-too-large")).isEqualTo(status == 431 ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({ "a=1; b=2, 200", "a=1; b=2; c=3, 400" })
    void limitsMaxCookies(String cookies, int status) {
        start("zokor.limits.max-cookies=2");
        assertThat(send("GET /cookies HTTP/1.1\nHost: a\nCookie: " + cookies, "").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({ "100, 200", "2000, 500" })
    void limitsMaxResponseHeaderBytes(int bytes, int status) {
        start("zokor.limits.max-response-header-bytes=1KB");
        assertThat(send("GET /header?bytes=" + bytes + " HTTP/1.1\nHost: a", "").status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({ "a=b, 200", "a=bcdefghijklmnop, 413" })
    void limitsMaxRequestBody(String body, int status) {
        start("zokor.limits.max-request-body=10B");
        assertThat(form(body).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({ "a=b, 200", "a=bcdefghijklmnop, 413" })
    void limitsMaxFormSize(String body, int status) {
        start("zokor.limits.max-form-size=10B");
        assertThat(form(body).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({ "a=1&b=2, 200", "a=1&b=2&c=3, 400" })
    void limitsMaxParameters(String body, int status) {
        start("zokor.limits.max-parameters=2");
        assertThat(form(body).status()).isEqualTo(status);
    }

    @Test
    void limitsMaxParts() {
        start("zokor.limits.max-parts=2");
        assertThat(parts("a", "b").status()).isEqualTo(200);
        assertThat(parts("a", "b", "c").status()).isEqualTo(413);
    }

    @Test
    void limitsMaxPartHeaderSize() {
        start("zokor.limits.max-part-header-size=100B");
        assertThat(parts("a").status()).isEqualTo(200);
        assertThat(parts("a".repeat(200)).status()).isEqualTo(413);
    }

    @Test
    void limitsMaxConnections() {
        start("zokor.limits.max-connections=1");
        try (RawClient second = connectAfterTheFirst()) {
            assertThat(second.readResponse().status()).isEqualTo(200);
        }
    }

    /** The first connection is served and closed here; the second was not served before that. */
    private RawClient connectAfterTheFirst() {
        try (RawClient first = RawClient.connect(port)) {
            assertThat(first.get("/hello").status()).isEqualTo(200);
            RawClient second = RawClient.connect(port);
            second.sendHead("GET /hello HTTP/1.1", "Host: a");
            assertThat(((ZokorWebServer) ((WebServerApplicationContext) context).getWebServer()).server()
                    .openConnections()).isEqualTo(1);
            return second;
        }
    }

    @Test
    void limitsMaxConcurrentRequests() throws InterruptedException {
        start("zokor.limits.max-concurrent-requests=1");
        try (RawClient first = waiting()) {
            RawResponse refused = send("GET /hello HTTP/1.1\nHost: a", "");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.hasHeader("Retry-After")).isTrue();
            Await.until("it is counted", () -> rejected("overload") == 1);
            context.getBean(Controller.class).release.countDown();
            assertThat(first.readResponse().status()).isEqualTo(200);
        }
    }

    /** What it finds, AdaptiveConcurrencyTests shows; here it is on, moves under load, and is told. */
    @Test
    void limitsMaxConcurrentRequestsAuto() throws InterruptedException {
        start("zokor.limits.max-concurrent-requests=auto");
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        assertThat(server.server().limits().maxConcurrentRequests()).isEqualTo(50);
        AtomicBoolean moved = new AtomicBoolean();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(Thread.startVirtualThread(() -> {
                try (RawClient client = RawClient.connect(port)) {
                    while (!moved.get()) {
                        client.get("/pause");
                    }
                }
            }));
        }
        try {
            Await.until("the limit moves", () -> server.server().limits().maxConcurrentRequests() != 50);
        } finally {
            moved.set(true);
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(context.getBean(MeterRegistry.class).get("zokor.requests.active.limit").gauge().value())
                .isEqualTo(server.server().limits().maxConcurrentRequests()).isNotEqualTo(50);
    }

    private RawClient waiting() throws InterruptedException {
        RawClient client = RawClient.connect(port);
        client.sendHead("GET /wait HTTP/1.1", "Host: a");
        assertThat(context.getBean(Controller.class).inHandler.await(30, TimeUnit.SECONDS)).isTrue();
        return client;
    }

    @Test
    void limitsQueueSize() throws InterruptedException {
        start("zokor.limits.max-concurrent-requests=1", "zokor.limits.queue-size=1", "zokor.limits.queue-timeout=1m");
        try (RawClient first = waiting(); RawClient queued = RawClient.connect(port)) {
            queued.sendHead("GET /hello HTTP/1.1", "Host: a");
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            Await.until("one waits", () -> registry.get("zokor.requests.queued").gauge().value() == 1);
            assertThat(send("GET /hello HTTP/1.1\nHost: a", "").status()).isEqualTo(503);
            context.getBean(Controller.class).release.countDown();
            assertThat(first.readResponse().status()).isEqualTo(200);
            assertThat(queued.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void limitsQueueTimeout() throws InterruptedException {
        start("zokor.limits.max-concurrent-requests=1", "zokor.limits.queue-size=1",
                "zokor.limits.queue-timeout=100ms");
        try (RawClient first = waiting()) {
            assertThat(send("GET /hello HTTP/1.1\nHost: a", "").status()).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @CsvSource({ "1MB, false", "10B, true" })
    void limitsDrain(String drain, boolean closes) {
        start("zokor.limits.drain=" + drain);
        try (RawClient client = RawClient.connect(port)) {
            client.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000));
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.isClosedByPeer(closes ? Await.BOUND : Duration.ofMillis(100))).isEqualTo(closes);
        }
    }

    @Test
    void limitsDrainTimeout() {
        start("zokor.limits.drain-timeout=100ms");
        try (RawClient client = RawClient.connect(port)) {
            client.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nx");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(client.isClosedByPeer(Await.BOUND)).isTrue();
        }
    }

    @Test
    void backlog() {
        start("zokor.backlog=7");
        assertThat(((ZokorWebServer) ((WebServerApplicationContext) context).getWebServer()).server().config()
                .backlog()).isEqualTo(7);
    }

    @Test
    void servletRelativeRedirects() {
        start("zokor.servlet.relative-redirects=true", "server.servlet.context-path=/app");
        assertThat(redirect("/app/redirect")).isEqualTo("/app/hello?a=b");
        assertThat(redirect("/app")).isEqualTo("/app/");
        end();
        start();
        assertThat(redirect("/redirect")).startsWith("http://localhost").endsWith("/hello?a=b");
    }

    @Test
    void servletRelativeRedirectsByTheFilterOfTheFramework() {
        start("zokor.servlet.relative-redirects=true", "server.forward-headers-strategy=framework");
        assertThat(forwardedRedirect()).isEqualTo("/hello?a=b");
        end();
        start("server.forward-headers-strategy=framework");
        assertThat(forwardedRedirect()).isEqualTo("https://example.com/hello?a=b");
    }

    private String forwardedRedirect() {
        try (RawClient client = RawClient.connect(port)) {
            client.sendHead("GET /redirect HTTP/1.1", "Host: a", "X-Forwarded-Proto: https",
                    "X-Forwarded-Host: example.com");
            return client.readResponse().header("Location").orElse("none");
        }
    }

    private String redirect(String target) {
        try (RawClient client = RawClient.connect(port)) {
            return client.get(target).header("Location").orElse("none");
        }
    }

    @ParameterizedTest
    @CsvSource({ "10MB, 10485760", "4096, 4096", "off, 0" })
    void servletResourceCache(String size, long bytes) {
        start("zokor.servlet.resource-cache=" + size);
        assertThat(context.getBean(ServletWebServerFactory.class)).extracting("resourceCacheBytes").isEqualTo(bytes);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {
    }

    @RestController
    static class Controller {

        final CountDownLatch inHandler = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @GetMapping("/pause")
        String pause() throws InterruptedException {
            Thread.sleep(20);
            return "paused";
        }

        @GetMapping("/hello")
        String hello() {
            return "hello";
        }

        @PostMapping("/hello")
        String ignored() {
            return "hello";
        }

        @GetMapping("/wait")
        String await() throws InterruptedException {
            inHandler.countDown();
            return release.await(30, TimeUnit.SECONDS) ? "released" : "forgotten";
        }

        @GetMapping("/redirect")
        void redirect(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.sendRedirect(request.getContextPath() + "/hello?a=b");
        }

        @PostMapping("/form")
        String form(@RequestParam Map<String, String> parameters) {
            return parameters.toString();
        }

        @PostMapping("/parts")
        String parts(MultipartHttpServletRequest request) {
            return Integer.toString(request.getParameterMap().size());
        }

        @GetMapping("/cookies")
        String cookies(HttpServletRequest request) {
            return Integer.toString(request.getCookies().length);
        }

        @GetMapping("/header")
        void header(@RequestParam int bytes, HttpServletResponse response) {
            response.setHeader("X-Long", "x".repeat(bytes));
        }

        @GetMapping("/endless")
        void endless(HttpServletResponse response) throws IOException {
            OutputStream out = response.getOutputStream();
            byte[] piece = new byte[64 * 1024];
            for (int i = 0; i < 10_000; i++) {
                out.write(piece);
            }
        }
    }
}
