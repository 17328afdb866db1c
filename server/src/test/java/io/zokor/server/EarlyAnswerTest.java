package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An answer that is given before the client has sent its whole request reaches the client (RFC 9112 section 9.6): those that read while
 * they write, and those that write first and read afterwards.
 */
@Timeout(120)
class EarlyAnswerTest {

    private static final int TRIES = 3;

    private static final Handler HANDLER = (request, response) -> {
        switch (request.path()) {
            case "/413" -> throw new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE, "on purpose");
            case "/401" -> {
                response.status(401);
                response.headers().set("WWW-Authenticate", "Basic");
                response.write("who?");
            }
            default -> {
                response.status(404);
                response.write("not here");
            }
        }
    };

    @ParameterizedTest
    @CsvSource({ "413, 20", "404, 20", "401, 20", "413, 60", "404, 60", "401, 60" })
    void aClientThatReadsOnlyAfterItHasWritten(int status, int megabytes) {
        byte[] piece = new byte[1_000_000];
        try (TestServer server = TestServer.serving(HANDLER)) {
            for (int i = 0; i < TRIES; i++) {
                try (RawClient client = server.client()) {
                    client.sendHead("POST /" + status + " HTTP/1.1", "Host: a",
                            "Content-Length: " + 1_000_000L * megabytes);
                    for (int sent = 0; sent < megabytes; sent++) {
                        client.send(piece);
                    }
                    RawResponse response = client.readResponse();
                    assertThat(response.status()).isEqualTo(status);
                    assertThat(response.complete()).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "413, 20", "404, 20", "401, 20", "413, 60", "404, 60", "401, 60" })
    void theClientOfTheJdk(int status, int megabytes) throws Exception {
        byte[] body = new byte[1_000_000 * megabytes];
        try (TestServer server = TestServer.serving(HANDLER)) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/" + status);
            for (int i = 0; i < TRIES; i++) {
                try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                    HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)).build();
                    assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "413, 20", "404, 60", "401, 60" })
    void curl(int status, int megabytes, @TempDir Path directory) throws Exception {
        Path body = Files.write(directory.resolve("body"), new byte[1_000_000 * megabytes]);
        try (TestServer server = TestServer.serving(HANDLER)) {
            for (String expect : List.of("Expect:", "Expect: 100-continue")) {
                assertThat(curl("-s", "-o", "/dev/null", "-m", "60", "-w", "%{http_code}", "-H", expect,
                        "--data-binary", "@" + body,
                        "http://127.0.0.1:" + server.port() + "/" + status)).isEqualTo(String.valueOf(status));
            }
        }
    }

    private static String curl(String... arguments) throws IOException, InterruptedException {
        Process process;
        try {
            List<String> command = new ArrayList<>(List.of("curl"));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no curl here");
            throw e;
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return said;
    }

    /** Bodies without end are not read to their end: what is dropped of them is limited, whatever they say. */
    @ParameterizedTest
    @ValueSource(strings = { "Content-Length: 100000000000", "Transfer-Encoding: chunked" })
    void aBodyWithoutEndIsCut(String framing) {
        Limits limits = Limits.defaults().with(v -> v.drain(100_000).drainTimeout(Duration.ofMillis(400)));
        try (TestServer server = TestServer.builder(HANDLER).config(config -> config.limits(limits)).start()) {
            try (RawClient client = server.client()) {
                client.sendHead("POST /404 HTTP/1.1", "Host: a", framing);
                String piece = "10000\r\n" + "x".repeat(65_536) + "\r\n";
                long sent = 0;
                while (sent < 256_000_000 && client.trySend(piece)) {
                    sent += piece.length();
                }
                assertThat(sent).isLessThan(64_000_000);
            }
            server.events().awaitClosed(1);
        }
    }

    @Test
    void aDripIsNotWaitedForLongerThanTheTimeout() {
        Limits limits = Limits.defaults().with(v -> v.drainTimeout(Duration.ofMillis(200)));
        try (TestServer server = TestServer.builder(HANDLER).config(config -> config.limits(limits)).start()) {
            RawClient client = server.client();
            client.sendHead("POST /404 HTTP/1.1", "Host: a", "Content-Length: 1000000000");
            assertThat(client.readResponse().status()).isEqualTo(404);
            while (server.events().closed().isEmpty()) {
                client.trySend("x");
                Thread.onSpinWait();
            }
            assertThat(server.events().closed()).hasSize(1);
        }
    }
}
