package io.zokor.spring;

import static io.zokor.spring.Ask.compressed;
import static io.zokor.spring.Ask.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import jakarta.websocket.server.ServerContainer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** Whole applications, started as users start them, with Tomcat and Jetty on the class path as well. */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationTests {

    private ConfigurableApplicationContext context;

    private int start(String... properties) {
        List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
                "--logging.level.root=info"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        context = SpringApplication.run(Application.class, arguments.toArray(String[]::new));
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
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
        assertThat(get(port, "/nobody").status()).isEqualTo(404);
        try (RawClient client = RawClient.connect(port)) {
            RawResponse echo = client.post("/echo", "text/plain", "ping".getBytes());
            assertThat(echo.text()).isEqualTo("ping");
            assertThat(echo.hasHeader("Server")).isFalse();
        }
        assertThat(output).containsOnlyOnce("Zokor started on port " + port + " (http) with context path '/'");
        assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
    }

    @Test
    void theStartSaysTheJavaVersionAndEachLimitThatIsNotTheDefault(CapturedOutput output) {
        int port = start("zokor.timeouts.request=61s", "zokor.limits.max-cookies=7", "zokor.limits.max-connections=50");
        assertThat(output).containsOnlyOnce("Zokor serves port " + port + " (http), Java " + Runtime.version()
                + ", at most 50 connections, zokor.timeouts.request=61s, zokor.limits.max-cookies=7, ");
        assertThat(output).doesNotContain("zokor.timeouts.idle=");
    }

    @Test
    void underAContextPath(CapturedOutput output) {
        int port = start("server.servlet.context-path=/app");
        assertThat(get(port, "/app/hello").text()).isEqualTo("hello");
        assertThat(get(port, "/hello").status()).isEqualTo(404);
        assertThat(output).contains("with context path '/app'");
    }

    @Test
    void theContextRootIsRedirected() {
        int port = start("server.servlet.context-path=/app");
        RawResponse response = get(port, "/app?a=b");
        assertThat(response.status()).isBetween(301, 308);
        assertThat(response.header("Location").orElse("")).endsWith("/app/?a=b");
    }

    @Test
    void serverHeaderOnlyIfSet() {
        int port = start("server.server-header=Gopher");
        assertThat(get(port, "/hello").header("Server")).contains("Gopher");
    }

    @Test
    void compression() {
        int port = start("server.compression.enabled=true", "server.compression.min-response-size=10",
                "server.compression.excluded-user-agents=old.*,ancient");
        assertThat(compressed(port, "/big", "User-Agent: new")).isTrue();
        assertThat(compressed(port, "/hello", "User-Agent: new")).isFalse();
        assertThat(compressed(port, "/big", "User-Agent: very old/1")).isFalse();
        assertThat(compressed(port, "/big", "User-Agent: ancient")).isFalse();
    }

    @Test
    void theRequestHeaderLimitOfBoot() {
        int port = start("server.max-http-request-header-size=1KB");
        assertThat(withHeaderOf(port, 500)).isEqualTo(200);
        assertThat(withHeaderOf(port, 1500)).isEqualTo(431);
    }

    @Test
    void aRequestHeaderLimitOfBootThatIsNoSizeIsTheDefault() {
        int port = start("server.max-http-request-header-size=-1");
        assertThat(withHeaderOf(port, 7_000)).isEqualTo(200);
        assertThat(withHeaderOf(port, 9_000)).isEqualTo(431);
    }

    @Test
    void theRequestHeaderLimitOfZokorWins() {
        int port = start("server.max-http-request-header-size=1KB", "zokor.limits.max-header-bytes=2KB");
        assertThat(withHeaderOf(port, 1500)).isEqualTo(200);
        assertThat(withHeaderOf(port, 2500)).isEqualTo(431);
    }

    private static int withHeaderOf(int port, int bytes) {
        return get(port, "/hello", "X-Long: " + "x".repeat(bytes)).status();
    }

    @Test
    void forwardedHeadersNatively() {
        int port = start("server.forward-headers-strategy=native");
        assertThat(get(port, "/url", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.com",
                "X-Forwarded-For: 192.0.2.7").text())
                .isEqualTo("https://example.com/url 192.0.2.7 true 443");
    }

    @Test
    void forwardedHeadersByTheFramework() {
        int port = start("server.forward-headers-strategy=framework");
        assertThat(get(port, "/url", "X-Forwarded-Proto: https", "X-Forwarded-Host: example.com",
                "X-Forwarded-For: 192.0.2.7").text())
                .startsWith("https://example.com/url 192.0.2.7 true");
    }

    @Test
    void forwardedHeadersAreIgnoredOtherwise() {
        int port = start();
        assertThat(get(port, "/url", "X-Forwarded-Proto: https",
                "X-Forwarded-Host: example.com", "X-Forwarded-For: 192.0.2.7").text())
                .isEqualTo("http://a/url 127.0.0.1 false 80");
    }

    @Test
    void forwardedHeadersOnACloudPlatform() {
        int port = start("spring.main.cloud-platform=kubernetes");
        assertThat(get(port, "/url", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7").text())
                .isEqualTo("https://a/url 192.0.2.7 true 443");
    }

    @Test
    void forwardedHeadersOfRfc7239() {
        int port = start("server.forward-headers-strategy=native", "zokor.forwarded-headers=rfc7239");
        assertThat(get(port, "/url", "Forwarded: for=192.0.2.7;proto=https;host=example.com",
                "X-Forwarded-Host: evil.example").text()).isEqualTo("https://example.com/url 192.0.2.7 true 443");
    }

    @Test
    void theWebSocketContainerIsThereFromTheStart() {
        start();
        ServletContext servletContext = ((ServletWebServerApplicationContext) context).getServletContext();
        assertThat(servletContext.getAttribute("jakarta.websocket.server.ServerContainer"))
                .isInstanceOf(ServerContainer.class);
    }

    /** They are on the class path of these tests. */
    @Test
    void jettysWebSocketClassesAreWarnedOf(CapturedOutput output) {
        context = SpringApplication.run(new Class<?>[] { Application.class, WebSockets.class },
                new String[] { "--server.port=0", "--spring.main.banner-mode=off" });
        assertThat(output)
                .containsOnlyOnce("exclude org.eclipse.jetty.ee11.websocket:jetty-ee11-websocket-jetty-server");
    }

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void connectionsHaveVirtualThreadsWhateverBootIsTold(boolean enabled) {
        int port = start("spring.threads.virtual.enabled=" + enabled);
        assertThat(get(port, "/thread").text()).startsWith("true ");
    }

    @Test
    void sessionCookies() {
        int port = start("server.servlet.session.cookie.name=SID", "server.servlet.session.cookie.same-site=strict",
                "server.servlet.session.cookie.http-only=true", "server.servlet.session.cookie.secure=true",
                "server.servlet.session.cookie.partitioned=true", "server.servlet.session.cookie.max-age=1h",
                "server.servlet.session.cookie.domain=example.com", "server.servlet.session.cookie.path=/p",
                "server.servlet.session.timeout=90s");
        RawResponse response = get(port, "/session");
        assertThat(response.text()).isEqualTo("90");
        assertThat(response.header("Set-Cookie").orElse("")).startsWith("SID=").contains("SameSite=Strict", "HttpOnly",
                "Secure", "Partitioned", "Max-Age=3600", "Domain=example.com", "Path=/p");
    }

    @Test
    void anotherListener(CapturedOutput output) {
        int port = start("zokor.listeners[0].port=0", "zokor.listeners[0].address=127.0.0.1");
        assertThat(get(port, "/hello").text()).isEqualTo("hello");
        Matcher ports = Pattern.compile("Zokor started on ports (\\d+) \\(http\\), (\\d+) \\(http\\)")
                .matcher(output.getOut());
        assertThat(ports.find()).isTrue();
        assertThat(Integer.parseInt(ports.group(1))).isEqualTo(port);
        assertThat(get(Integer.parseInt(ports.group(2)), "/hello").text()).isEqualTo("hello");
    }

    @Test
    void aUnixSocket(@TempDir Path directory) {
        Path socket = directory.resolve("app.sock");
        start("zokor.listeners[0].unix-socket=" + socket);
        try (RawClient client = RawClient.connect(UnixDomainSocketAddress.of(socket))) {
            assertThat(client.get("/hello").text()).isEqualTo("hello");
        }
        context.close();
        assertThat(socket).doesNotExist();
    }

    @Test
    void proxyProtocol() {
        int port = start("zokor.proxy-protocol=required", "zokor.trusted-proxies=127.0.0.0/8");
        try (RawClient client = RawClient.connect(port)) {
            client.send("PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\nGET /url HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().text()).startsWith("http://a/url 192.0.2.7 ");
        }
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET /url HTTP/1.1\r\nHost: a\r\n\r\n");
            client.expectClosed();
        }
    }

    @Test
    void encodedSlashes() {
        assertThat(get(start(), "/path/a%2Fb").status()).isEqualTo(400);
        context.close();
        assertThat(get(start("zokor.uri.encoded-slash=preserve"), "/path/a%2Fb").status()).isNotEqualTo(400);
    }

    @Test
    void changedCertificatesAreTakenOver(@TempDir Path directory, CapturedOutput output) throws Exception {
        Path data = directory.resolve("..data");
        Files.createSymbolicLink(directory.resolve("tls.crt"), Path.of("..data", "tls.crt"));
        Files.createSymbolicLink(directory.resolve("tls.key"), Path.of("..data", "tls.key"));
        Identity first = publish(directory, data, 0);
        int port = start("server.ssl.bundle=web", "spring.ssl.bundle.pem.web.reload-on-update=true",
                "spring.ssl.bundle.watch.file.quiet-period=10ms",
                "spring.ssl.bundle.pem.web.keystore.certificate=file:" + directory.resolve("tls.crt"),
                "spring.ssl.bundle.pem.web.keystore.private-key=file:" + directory.resolve("tls.key"));
        assertThat(serves(port, first)).isTrue();
        Identity last = first;
        for (int i = 1; i <= 20; i++) {
            Identity next = publish(directory, data, i);
            Await.until("certificate " + i, () -> serves(port, next));
            last = next;
        }
        Path broken = Files.createDirectory(directory.resolve("broken"));
        Files.writeString(broken.resolve("tls.crt"), "no certificate");
        Files.writeString(broken.resolve("tls.key"), "no key");
        swap(data, broken);
        Await.until("the broken file is noticed", () -> output.getAll().contains("cannot be used")
                || output.getAll().contains("Unexpected SSL reload error"));
        assertThat(serves(port, last)).isTrue();
        Identity repaired = publish(directory, data, 21);
        Await.until("the repaired certificate", () -> serves(port, repaired));
    }

    /** As Kubernetes does it: a new directory, then one atomic change of a symbolic link. */
    private static Identity publish(Path directory, Path data, int number) throws IOException {
        Identity identity = TestCertificates.selfSigned("number " + number);
        Path version = Files.createDirectory(directory.resolve("v" + number));
        Files.writeString(version.resolve("tls.crt"), identity.certificatePem());
        Files.writeString(version.resolve("tls.key"), identity.keyPem());
        swap(data, version);
        return identity;
    }

    private static void swap(Path data, Path version) throws IOException {
        Path link = Files.createSymbolicLink(data.resolveSibling("..next"), version);
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean serves(int port, Identity identity) {
        try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(identity), "localhost")) {
            return client.get("/hello").text().equals("hello");
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Test
    void stoppedAndStartedAHundredTimesNothingIsLeft() throws IOException {
        start();
        WebServer server = ((WebServerApplicationContext) context).getWebServer();
        server.stop();
        long threads = zokorThreads();
        long descriptors = descriptors();
        for (int i = 0; i < 100; i++) {
            server.start();
            assertThat(get(server.getPort(), "/hello").status()).isEqualTo(200);
            server.stop();
        }
        Await.until("the threads are as before", () -> zokorThreads() <= threads);
        Await.until("the descriptors are as before", () -> descriptors() <= descriptors + 5);
    }

    private static long zokorThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("zokor-"))
                .count();
    }

    private static long descriptors() {
        Path directory = Path.of("/proc/self/fd");
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void stoppedAndStartedAgain() {
        start();
        context.stop();
        context.start();
        int port = ((WebServerApplicationContext) context).getWebServer().getPort();
        assertThat(get(port, "/hello").text()).isEqualTo("hello");
    }

    @Test
    void metrics() {
        int port = start();
        for (int i = 0; i < 3; i++) {
            assertThat(get(port, "/panic").status()).isEqualTo(500);
        }
        try (RawClient client = RawClient.connect(port)) {
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(400);
        }
        MeterRegistry registry = context.getBean(MeterRegistry.class);
        Await.until("the counters", () -> total(registry, "zokor.connections.closed") == 4);
        assertThat(total(registry, "zokor.panics")).isEqualTo(3);
        assertThat(registry.get("zokor.panics").tags("server", "main", "exception", "IllegalStateException")
                .functionCounter().count()).isEqualTo(3);
        assertThat(registry.get("zokor.connections.accepted").tags("server", "main").functionCounter().count())
                .isEqualTo(4);
        assertThat(registry.get("zokor.requests.rejected").tags("server", "main", "reason", "host", "status", "400")
                .functionCounter().count()).isEqualTo(1);
        assertThat(registry.get("zokor.requests").tags("protocol", "HTTP/1.1", "outcome", "panic").functionCounter()
                .count()).isEqualTo(3);
        assertThat(registry.get("zokor.accept.retries").tags("server", "main").functionCounter().count()).isZero();
        for (String state : List.of("new", "tls", "idle", "active", "hijacked")) {
            Await.until("no connections in state " + state, () -> registry.get("zokor.connections")
                    .tags("server", "main", "state", state).gauge().value() == 0);
        }
        assertThat(registry.get("zokor.requests.active").gauge().value()).isZero();
        assertThat(registry.get("zokor.requests.queued").gauge().value()).isZero();
        assertThat(registry.get("zokor.timeouts").tags("kind", "idle").functionCounter().count()).isZero();
    }

    private static double total(MeterRegistry registry, String name) {
        return registry.get(name).functionCounters().stream().mapToDouble(counter -> counter.count()).sum();
    }

    @Test
    void managementOnItsOwnPort() {
        int port = start("management.server.port=0", "management.server.base-path=/m",
                "server.servlet.context-path=/app");
        int management = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.management.port"));
        assertThat(management).isNotEqualTo(port);
        assertThat(get(management, "/m/actuator/health").text()).contains("UP");
        assertThat(get(port, "/app/hello").text()).isEqualTo("hello");
        assertThat(get(port, "/app/actuator/health").status()).isEqualTo(404);
        MeterRegistry registry = context.getBean(MeterRegistry.class);
        assertThat(registry.get("zokor.connections.accepted").tags("server", "management").functionCounter().count())
                .isEqualTo(1);
        assertThat(registry.get("zokor.connections.accepted").tags("server", "main").functionCounter().count())
                .isEqualTo(2);
    }

    @Test
    void threadsAreGoneAtTheEnd() {
        // Those of application contexts that other tests have left to be used again.
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        start("management.server.port=0");
        context.close();
        Await.until("no thread of Zokor's is left", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("zokor-") && !others.contains(thread)));
    }

    @Test
    void propertiesOfOtherServersAreListed(CapturedOutput output) {
        start("server.tomcat.threads.max=10", "server.jetty.max-connections=5", "server.tomcat.accept-count=7");
        assertThat(output).containsOnlyOnce("Zokor does not read properties of other servers")
                .contains("server.tomcat.threads.max: not needed")
                .contains("server.tomcat.accept-count: use zokor.backlog")
                .contains("server.jetty.max-connections: use zokor.limits.max-connections");
    }

    @Test
    void aBadPropertyIsExplained(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class).isThrownBy(() -> start("zokor.timeouts.idle=0s"));
        assertThat(output).contains("zokor.timeouts.idle").contains("0s").contains("for no limit write off")
                .contains("APPLICATION FAILED TO START");
    }

    @Test
    void aBadLimitIsExplained(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class).isThrownBy(() -> start("zokor.limits.max-parameters=0"));
        assertThat(output).contains("zokor.limits.max-parameters must be between 1 and")
                .contains("APPLICATION FAILED TO START");
    }

    @Test
    void aPortInUseIsExplained(CapturedOutput output) {
        int port = start();
        assertThatExceptionOfType(Exception.class).isThrownBy(
                () -> SpringApplication.run(Application.class, "--server.port=" + port).close());
        assertThat(output).contains("Web server failed to start. Port " + port + " was already in use.");
    }

    @Test
    void requestThreadsHaveTheApplicationsLoader() {
        int port = start();
        assertThat(get(port, "/thread").text()).isEqualTo("true true");
        assertThat(((WebServerApplicationContext) context).getWebServer()).isInstanceOf(ZokorWebServer.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSocket
    static class WebSockets implements WebSocketConfigurer {

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new TextWebSocketHandler(), "/ws");
        }
    }

    @RestController
    static class Controller {

        @GetMapping("/hello")
        String hello() {
            return "hello";
        }

        @GetMapping(path = "/big", produces = "text/plain")
        String big() {
            return "hello ".repeat(1000);
        }

        @PostMapping("/echo")
        String echo(@RequestBody String body) {
            return body;
        }

        @GetMapping("/url")
        String url(HttpServletRequest request) {
            return request.getRequestURL() + " " + request.getRemoteAddr() + " " + request.isSecure() + " "
                    + request.getServerPort();
        }

        @GetMapping("/session")
        String session(HttpSession session) {
            return Integer.toString(session.getMaxInactiveInterval());
        }

        @GetMapping("/path/{*rest}")
        String path(@org.springframework.web.bind.annotation.PathVariable String rest) {
            return rest;
        }

        @GetMapping("/panic")
        String panic() {
            throw new IllegalStateException("on purpose");
        }

        @GetMapping("/thread")
        String thread() {
            Thread thread = Thread.currentThread();
            return thread.isVirtual() + " " + (thread.getContextClassLoader() == getClass().getClassLoader());
        }
    }
}
