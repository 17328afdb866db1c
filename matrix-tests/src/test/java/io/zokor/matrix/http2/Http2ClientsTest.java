package io.zokor.matrix.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** HTTP/2 with the clients that people use, with TLS and, where they can, without. */
@Timeout(60)
class Http2ClientsTest {

    private static Identity identity;
    private static ConfigurableApplicationContext context;
    private static int plain;
    private static int tls;

    @BeforeAll
    static void start(@TempDir Path directory) {
        identity = TestCertificates.selfSigned("localhost", "localhost");
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        context = SpringApplication.run(Application.class, "--server.port=0", "--spring.main.banner-mode=off",
                "--spring.config.location=optional:classpath:/none/", "--server.http2.enabled=true",
                "--zokor.listeners[0].port=0",
                "--server.ssl.key-store=" + directory.resolve("a.p12").toUri(),
                "--server.ssl.key-store-password=secret");
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        tls = server.getPort();
        plain = server.server().addresses().stream().map(address -> ((InetSocketAddress) address).getPort())
                .filter(port -> port != tls).findFirst().orElseThrow();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    static Stream<Arguments> clients() {
        return Arrays.stream(Http2Callers.values()).flatMap(client -> client.hasPriorKnowledge()
                ? Stream.of(Arguments.of(client, "https"), Arguments.of(client, "http"))
                : Stream.of(Arguments.of(client, "https")));
    }

    /**
     * All but Apache's: when a final head of 400 or more comes while its async client still sends, that client now and then ends its
     * request and never completes the answer's future, with Tomcat as with Zokor.
     */
    static Stream<Arguments> clientsThatTakeEarlyAnswers() {
        return clients().filter(arguments -> arguments.get()[0] != Http2Callers.APACHE);
    }

    private static URI uri(String scheme, String path) {
        return URI.create(scheme + "://localhost:" + (scheme.equals("https") ? tls : plain) + path);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void smallAndLargeBodiesThereAndBack(Http2Callers kind, String scheme) throws Exception {
        try (Http2Caller client = kind.open(identity)) {
            Http2Caller.Answer protocol = client.post(uri(scheme, "/protocol"), new byte[0]);
            assertThat(protocol.version()).isEqualTo("2");
            assertThat(new String(protocol.body(), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/2.0 " + (scheme.equals("https") ? "h2" : "h2c"));
            Random random = new Random(kind.ordinal());
            for (int length : new int[] { 0, 1, 16_384, 65_535, 65_536, 2_000_000 }) {
                byte[] body = new byte[length];
                random.nextBytes(body);
                Http2Caller.Answer echo = client.post(uri(scheme, "/echo"), body);
                assertThat(echo.status()).isEqualTo(200);
                assertThat(echo.body() == null ? new byte[0] : echo.body()).isEqualTo(body);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void manyRequestsAtOnce(Http2Callers kind, String scheme) throws Exception {
        try (Http2Caller client = kind.open(identity); ExecutorService threads = Executors.newFixedThreadPool(30)) {
            client.post(uri(scheme, "/protocol"), new byte[0]);
            List<Future<Http2Caller.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                byte[] body = ("request " + i).repeat(i).getBytes(StandardCharsets.UTF_8);
                answers.add(threads.submit(() -> client.post(uri(scheme, "/echo"), body)));
            }
            for (int i = 0; i < 300; i++) {
                byte[] body = answers.get(i).get().body();
                assertThat(body == null ? "" : new String(body, StandardCharsets.UTF_8))
                        .isEqualTo(("request " + i).repeat(i));
            }
        }
    }

    /** An answer that does not wait for the upload, and a connection that goes on. */
    @ParameterizedTest
    @MethodSource("clientsThatTakeEarlyAnswers")
    void refusedUpload(Http2Callers kind, String scheme) throws Exception {
        try (Http2Caller client = kind.open(identity)) {
            assertThat(client.post(uri(scheme, "/refuse"), new byte[40_000]).status()).isEqualTo(413);
            assertThat(client.post(uri(scheme, "/protocol"), new byte[0]).status()).isEqualTo(200);
        }
    }

    /** In the clear the JDK's client asks by {@code Upgrade: h2c}, which nobody takes. */
    @Test
    void askedByUpgradeItStaysWithHttp11() throws Exception {
        try (Http2Caller client = Http2Callers.JDK.open(identity)) {
            Http2Caller.Answer answer = client.post(uri("http", "/protocol"), new byte[10]);
            assertThat(answer.version()).isEqualTo("1.1");
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 http/1.1");
        }
    }

    /** Every client is told to go, and comes back by a new connection. */
    @ParameterizedTest
    @EnumSource(Http2Callers.class)
    void clientsSurviveTheEndOfTheirConnection(Http2Callers kind) throws Exception {
        ZokorWebServer server = (ZokorWebServer) ((WebServerApplicationContext) context).getWebServer();
        try (Http2Caller client = kind.open(identity)) {
            assertThat(client.post(uri("https", "/protocol"), new byte[0]).status()).isEqualTo(200);
            server.server().keepAlives(false);
            try {
                assertThat(comingBack(client).status()).isEqualTo(200);
            } finally {
                server.server().keepAlives(true);
            }
            assertThat(client.post(uri("https", "/protocol"), new byte[0]).status()).isEqualTo(200);
        }
    }

    /**
     * Asks once more where the client used the old connection although it has acknowledged its GOAWAY: RFC 9113, 6.8 has it open a new
     * one, and Jetty's client now and then does not.
     */
    private static Http2Caller.Answer comingBack(Http2Caller client) throws Exception {
        try {
            return client.post(uri("https", "/protocol"), new byte[0]);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(ClosedChannelException.class);
            return client.post(uri("https", "/protocol"), new byte[0]);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = {
        "org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.actuate.web.servlet.ManagementWebSecurityAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration",
        "org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration" })
    static class Application {

        @Bean
        ServletRegistrationBean<HttpServlet> servlet() {
            return new ServletRegistrationBean<>(new HttpServlet() {

                private static final long serialVersionUID = 1L;

                @Override
                protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
                    switch (request.getRequestURI()) {
                        case "/protocol" -> response.getOutputStream()
                                .print(request.getProtocol() + " " + request.getServletConnection().getProtocol());
                        case "/echo" -> request.getInputStream().transferTo(response.getOutputStream());
                        default -> response.sendError(413);
                    }
                }
            }, "/protocol", "/echo", "/refuse");
        }
    }
}
