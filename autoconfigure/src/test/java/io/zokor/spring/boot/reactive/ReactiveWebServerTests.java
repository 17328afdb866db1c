package io.zokor.spring.boot.reactive;

import static io.zokor.spring.boot.reactive.ReactiveServer.buffer;
import static io.zokor.spring.boot.reactive.ReactiveServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.zokor.spring.boot.ListenerSettings;
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
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.SslInfo;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The life and the TLS of a reactive server, as Spring Boot's contract for web servers has them. */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveWebServerTests {

    private static final HttpHandler HELLO = ReactiveServer.text(request -> "hello");

    private final ZokorReactiveWebServerFactory factory = new ZokorReactiveWebServerFactory(0);
    private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
    private final Ssl ssl = new Ssl();
    private final Identity identity = TestCertificates.selfSigned("one");
    private final CountDownLatch release = new CountDownLatch(1);
    /** Of servers that other tests have left running, such as those in Spring's cache of contexts. */
    private final Set<Thread> others = keepingAlive();
    private ZokorWebServer server;

    @TempDir
    java.nio.file.Path directory;

    @AfterEach
    void end() {
        release.countDown();
        if (server != null) {
            server.stop();
            server.destroy();
        }
    }

    private ZokorWebServer create(HttpHandler handler) {
        server = (ZokorWebServer) factory.getWebServer(handler);
        return server;
    }

    private String get() {
        try (RawClient client = RawClient.connect(server.getPort())) {
            return client.get("/").text();
        }
    }

    private boolean keptAlive() {
        return !others.containsAll(keepingAlive());
    }

    private static Set<Thread> keepingAlive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("zokor-main-keep-alive") && !thread.isDaemon())
                .collect(Collectors.toSet());
    }

    /** Answers when it is let go on; its body begins at once, so that a client knows it is there. */
    private HttpHandler waiting() {
        return (request, response) -> request.getPath().value().equals("/") ? send(response, "hello")
                : response.writeAndFlushWith(Flux.just(Mono.just(buffer("begun"))).concatWith(
                        Mono.fromCallable(() -> {
                            release.await();
                            return Mono.just(buffer("done"));
                        }).subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())));
    }

    private CompletableFuture<GracefulShutdownResult> shutDown() {
        CompletableFuture<GracefulShutdownResult> result = new CompletableFuture<>();
        server.shutDownGracefully(result::complete);
        return result;
    }

    // ---- section 2: the life of a server

    @Test
    void nothingListensBeforeTheStartAndTheJvmIsKeptAlive() {
        create(HELLO);
        assertThat(server.getPort()).isEqualTo(-1);
        assertThat(keptAlive()).isTrue();
        server.start();
        assertThat(get()).isEqualTo("hello");
        server.stop();
        assertThat(keptAlive()).isTrue();
        server.destroy();
        assertThat(server.getPort()).isEqualTo(-1);
        Await.until("the thread ends", () -> !keptAlive());
    }

    @Test
    void aSecondStartDoesNothingAndTheLineHasNoContextPath(CapturedOutput output) {
        create(HELLO).start();
        int port = server.getPort();
        server.start();
        assertThat(server.getPort()).isEqualTo(port);
        assertThat(output).containsOnlyOnce("Zokor initialized with port 0 (http)");
        assertThat(output).containsOnlyOnce("Zokor started on port " + port + " (http)");
        assertThat(output).doesNotContain("context path");
    }

    @Test
    void aPortInUseIsSaidSoAndAnAddressOfElsewhereIsNot() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            factory.setAddress(InetAddress.getLoopbackAddress());
            factory.setPort(taken.getLocalPort());
            create(HELLO);
            assertThatExceptionOfType(PortInUseException.class).isThrownBy(server::start);
        }
        server.destroy();
        factory.setAddress(InetAddress.getByName("192.0.2.1"));
        create(HELLO);
        assertThatExceptionOfType(WebServerException.class).isThrownBy(server::start)
                .isNotInstanceOf(PortInUseException.class);
    }

    @Test
    void minusOneIsNoPort() {
        factory.setPort(-1);
        create(HELLO).start();
        assertThat(server.getPort()).isEqualTo(-1);
    }

    @Test
    void stopLeavesABlockedHandlerAloneAndTheServerStartsAgain() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        create((request, response) -> request.getPath().value().equals("/") ? send(response, "hello")
                : Mono.fromRunnable(() -> {
                    blocked.countDown();
                    boolean released = false;
                    while (!released) {
                        try {
                            release.await();
                            released = true;
                        } catch (InterruptedException e) {
                            // A handler that does not listen.
                        }
                    }
                })).start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /blocked HTTP/1.1", "Host: a");
            assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();
            server.stop();
            server.stop();
            assertThat(server.getPort()).isEqualTo(-1);
            server.start();
            assertThat(get()).isEqualTo("hello");
        }
    }

    @Test
    void anImmediateShutdownCallsBackAtOnce() {
        factory.setShutdown(Shutdown.IMMEDIATE);
        create(HELLO).start();
        assertThat(shutDown()).isCompletedWithValue(GracefulShutdownResult.IMMEDIATE);
    }

    @Test
    void aGracefulShutdownWaitsForTheAnswerAndClosesWhatIdles() {
        factory.setShutdown(Shutdown.GRACEFUL);
        create(waiting()).start();
        try (RawClient busy = RawClient.connect(server.getPort());
                RawClient idle = RawClient.connect(server.getPort())) {
            assertThat(idle.get("/").text()).isEqualTo("hello");
            busy.sendHead("GET /wait HTTP/1.1", "Host: a");
            busy.readUntil("begun");
            CompletableFuture<GracefulShutdownResult> result = shutDown();
            idle.expectClosed();
            assertThat(result).isNotDone();
            release.countDown();
            busy.readUntil("0\r\n\r\n");
            busy.expectClosed();
            assertThat(result).succeedsWithin(30, TimeUnit.SECONDS).isEqualTo(GracefulShutdownResult.IDLE);
        }
    }

    @Test
    void stopEndsAGracefulShutdown() {
        factory.setShutdown(Shutdown.GRACEFUL);
        create(waiting()).start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /wait HTTP/1.1", "Host: a");
            client.readUntil("begun");
            CompletableFuture<GracefulShutdownResult> result = shutDown();
            server.stop();
            assertThat(result).succeedsWithin(30, TimeUnit.SECONDS).isEqualTo(GracefulShutdownResult.REQUESTS_ACTIVE);
        }
    }

    @Test
    void allThreadsHaveTheClassLoaderOfTheApplication() throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader())) {
            factory.setResourceLoader(new DefaultResourceLoader(loader));
            create((request, response) -> request.getBody()
                    .map(body -> Thread.currentThread().getContextClassLoader() == loader).all(same -> same)
                    .flatMap(same -> send(response,
                            same + " " + (Thread.currentThread().getContextClassLoader() == loader))))
                    .start();
            try (RawClient client = RawClient.connect(server.getPort())) {
                client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 3");
                client.readUntil("100 Continue\r\n\r\n");
                client.send("abc");
                assertThat(client.readResponse().text()).isEqualTo("true true");
            }
        }
    }

    @Test
    void furtherListeners(CapturedOutput output) {
        java.nio.file.Path socket = directory.resolve("z.sock");
        factory.addListeners(new ListenerSettings(null, null, socket, null, false, false));
        create((request, response) -> send(response, "" + request.getRemoteAddress())).start();
        try (RawClient client = RawClient.connect(java.net.UnixDomainSocketAddress.of(socket))) {
            assertThat(client.get("/").text()).isEqualTo("null");
        }
        assertThat(output).contains("Zokor started on ports " + server.getPort() + " (http), ");
    }

    // ---- section 3: settings

    @Test
    void theServerFieldIsThereOnlyIfSet() {
        for (String value : new String[] { null, "something" }) {
            factory.setServerHeader(value);
            create(HELLO).start();
            try (RawClient client = RawClient.connect(server.getPort())) {
                assertThat(client.get("/").header("Server").orElse(null)).isEqualTo(value);
            }
            server.stop();
            server.destroy();
        }
    }

    @Test
    void theServersOwnAnswerToAnErrorTellsNothing() {
        create((request, response) -> Mono.error(new IllegalStateException("on purpose"))).start();
        try (RawClient client = RawClient.connect(server.getPort())) {
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).doesNotContainIgnoringCase("zokor").doesNotContain("on purpose", "at ");
        }
    }

    // ---- section 4: TLS

    private void startTls(HttpHandler handler) {
        factory.setSsl(ssl);
        factory.setSslBundles(bundles);
        create(handler).start();
    }

    private static SslBundle bundle(Identity identity, Identity... trusted) {
        return SslBundle.of(SslStoreBundle.of(identity.keyStore("PKCS12", "test", "secret"), "secret",
                trusted.length == 0 ? null : TestCertificates.trustStore(trusted)), SslBundleKey.of("secret"));
    }

    private String getTls(SSLContext context) {
        try (RawClient client = RawClient.connectTls(server.getPort(), context, "localhost")) {
            return client.get("/").text();
        }
    }

    private Certificate certificate(String serverName, Identity... trusted) throws IOException {
        try (RawClient client = RawClient.connectTls(server.getPort(), TestCertificates.trusting(trusted),
                serverName)) {
            assertThat(client.get("/").status()).isEqualTo(200);
            return ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void tlsThatCannotBeSetUpIsToldAsItIs() {
        factory.setSsl(ssl);
        factory.setSslBundles(bundles);
        assertThatIllegalStateException().isThrownBy(() -> create(HELLO))
                .withMessageContaining("SSL is enabled but no trust material is configured");
        ssl.setBundle("nobody");
        assertThatExceptionOfType(NoSuchSslBundleException.class).isThrownBy(() -> create(HELLO));
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        ssl.setBundle(null);
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("secret");
        ssl.setKeyAlias("test-alias-404");
        assertThatExceptionOfType(WebServerException.class).isThrownBy(() -> create(HELLO))
                .withMessageContaining("Keystore does not contain alias 'test-alias-404'");
    }

    @Test
    void theAliasChoosesTheKey() throws Exception {
        Identity other = TestCertificates.selfSigned("two");
        KeyStore store = identity.keyStore("PKCS12", "one", "secret");
        store.setKeyEntry("two", other.key(), "secret".toCharArray(), new Certificate[] { other.certificate() });
        bundles.registerBundle("a", SslBundle.of(SslStoreBundle.of(store, "secret", null),
                SslBundleKey.of("secret", "two")));
        ssl.setBundle("a");
        startTls(HELLO);
        assertThat(certificate("localhost", identity, other)).isEqualTo(other.certificate());
    }

    @Test
    void bundlesByServerNameChangeWhileTheServerRuns() throws IOException {
        Identity hello = TestCertificates.selfSigned("two", "hello.example");
        bundles.registerBundle("a", bundle(identity));
        bundles.registerBundle("b", bundle(hello));
        ssl.setBundle("a");
        ssl.setServerNameBundles(List.of(new Ssl.ServerNameSslBundle("hello.example", "b")));
        startTls(HELLO);
        assertThat(certificate("localhost", identity, hello)).isEqualTo(identity.certificate());
        try (RawClient old = RawClient.connectTls(server.getPort(), TestCertificates.trusting(hello),
                "hello.example")) {
            old.sendHead("GET / HTTP/1.1", "Host: hello.example");
            assertThat(old.readResponse().text()).isEqualTo("hello");
            Identity next = TestCertificates.selfSigned("three", "hello.example");
            bundles.updateBundle("b", bundle(next));
            try (RawClient later = RawClient.connectTls(server.getPort(), TestCertificates.trusting(next),
                    "hello.example")) {
                later.sendHead("GET / HTTP/1.1", "Host: hello.example");
                assertThat(later.readResponse().text()).isEqualTo("hello");
            }
            old.sendHead("GET / HTTP/1.1", "Host: hello.example");
            assertThat(old.readResponse().text()).isEqualTo("hello");
        }
        Identity main = TestCertificates.selfSigned("four");
        bundles.updateBundle("a", bundle(main));
        assertThat(certificate("localhost", main)).isEqualTo(main.certificate());
    }

    @Test
    void clientCertificatesReachTheApplication() {
        Identity client = TestCertificates.selfSigned("client");
        bundles.registerBundle("a", bundle(identity, client));
        ssl.setBundle("a");
        HttpHandler handler = ReactiveServer.text(request -> {
            SslInfo info = request.getSslInfo();
            X509Certificate[] certificates = info == null ? null : info.getPeerCertificates();
            return request.getURI().getScheme() + " " + (info != null && !info.getSessionId().isEmpty()) + " "
                    + (certificates == null || certificates.length == 0 ? "none"
                            : certificates[0].equals(client.certificate()));
        });
        for (Ssl.ClientAuth auth : Ssl.ClientAuth.values()) {
            ssl.setClientAuth(auth);
            startTls(handler);
            if (auth == Ssl.ClientAuth.NONE) {
                assertThat(getTls(client.context(identity))).isEqualTo("https true none");
            } else {
                assertThat(getTls(client.context(identity))).as(auth.name()).isEqualTo("https true true");
            }
            if (auth == Ssl.ClientAuth.WANT) {
                assertThat(getTls(TestCertificates.trusting(identity))).isEqualTo("https true none");
            }
            if (auth == Ssl.ClientAuth.NEED) {
                assertThatExceptionOfType(Throwable.class)
                        .isThrownBy(() -> getTls(TestCertificates.trusting(identity)));
            }
            server.stop();
            server.destroy();
        }
    }

    @Test
    void streamsAndBodiesGoThroughTls() {
        bundles.registerBundle("a", bundle(identity));
        ssl.setBundle("a");
        startTls((request, response) -> response.writeAndFlushWith(request.getBody().map(Mono::just)));
        try (RawClient client = RawClient.connectTls(server.getPort(), TestCertificates.trusting(identity),
                "localhost")) {
            client.sendHead("POST / HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked");
            for (int i = 0; i < 5; i++) {
                client.send("6\r\nping " + i + "\r\n");
                client.readUntil("ping " + i);
            }
            client.send("0\r\n\r\n");
            client.readUntil("0\r\n\r\n");
            byte[] large = "x".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
            assertThat(client.post("/", "text/plain", large).body()).isEqualTo(large);
        }
    }
}
