package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import io.zokor.config.Compression;
import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.RawResponse.Framing;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compression of responses on the wire (RFC 9110 sections 8.4.1.3 and 12.5.5). */
@Timeout(60)
class CompressionTest {

    private static final Compression CONFIG = new Compression(true, List.of("text/plain"), 1000,
            List.of(Pattern.compile("Old")));

    private static final String GZIP = "Accept-Encoding: gzip";

    @ParameterizedTest
    @ValueSource(ints = { 1000, 8192, 8193, 100_000, 3_000_000 })
    void aBodyOfAnySize(int size) throws Exception {
        String text = "abcdefghij".repeat(size / 10 + 1).substring(0, size);
        try (TestServer server = serving(plain(text))) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse();
            assertThat(response.header("Content-Encoding")).contains("gzip");
            assertThat(response.header("Vary")).contains("Accept-Encoding");
            assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
            assertThat(gunzip(response.body())).isEqualTo(text);
            assertThat(client.get("/").text()).as("without Accept-Encoding").isEqualTo(text);
        }
    }

    @Test
    void whoDoesNotAcceptItGetsVaryAndTheBodyAsItIs() {
        String text = "x".repeat(2000);
        try (TestServer server = serving(plain(text))) {
            for (String accept : List.of("X: y", "Accept-Encoding: gzip;q=0", "Accept-Encoding: br")) {
                RawResponse response = server.client().sendHead("GET / HTTP/1.1", "Host: a", accept).readResponse();
                assertThat(response.header("Vary")).contains("Accept-Encoding");
                assertThat(response.hasHeader("Content-Encoding")).isFalse();
                assertThat(response.header("Content-Length")).contains("2000");
                assertThat(response.text()).isEqualTo(text);
            }
        }
    }

    @Test
    void smallOrOtherBodiesAreLeftAlone() {
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", request.path().equals("/png") ? "image/png" : "text/plain");
            response.write("x".repeat(request.path().equals("/png") ? 5000 : 999));
        })) {
            for (String path : List.of("/png", "/small")) {
                RawResponse response = server.client().sendHead("GET " + path + " HTTP/1.1", "Host: a", GZIP)
                        .readResponse();
                assertThat(response.hasHeader("Content-Encoding")).isFalse();
                assertThat(response.hasHeader("Vary")).isFalse();
            }
        }
    }

    /** A 304 and a 206 have the Vary that the 200 would have had (RFC 9110 sections 15.4.5 and 15.3.7). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        // status | fields | body | varies
        "200 | Content-Type: text/plain | 2000 | true", "200 | Content-Type: image/png | 2000 | false",
        "404 | Content-Type: text/plain | 2000 | true", "304 | Content-Type: text/plain | 0 | true",
        "304 | Content-Type: image/png | 0 | false", "304 | X: y | 0 | true",
        "304 | Content-Type: text/plain | 20 | true",
        "304 | Content-Type: text/plain\\Content-Length: 2000 | 0 | true",
        "304 | Content-Type: text/plain\\Content-Length: 10 | 0 | false", "304 | ETag: \"strong\" | 0 | false",
        "304 | ETag: W/\"weak\" | 0 | true", "304 | Cache-Control: no-transform | 0 | false",
        "206 | Content-Type: text/plain\\Content-Range: bytes 0-9/2000 | 10 | true",
        "206 | Content-Type: text/plain\\Content-Range: bytes 0-9/20 | 10 | false",
        "206 | Content-Type: image/png\\Content-Range: bytes 0-9/2000 | 10 | false",
        "206 | Content-Type: multipart/byteranges; boundary=x | 2000 | true",
        "416 | Content-Type: text/plain\\Content-Range: bytes */2000 | 2000 | false",
        "204 | Content-Type: text/plain | 0 | false",
        "205 | Content-Type: text/plain | 0 | false" })
    void whatStandsForACompressedResponseVariesToo(int status, String fields, int body, boolean varies) {
        try (TestServer server = serving((request, response) -> {
            response.status(status);
            for (String field : fields.split("\\\\")) {
                response.headers().add(field.substring(0, field.indexOf(':')), field.substring(field.indexOf(':') + 2));
            }
            response.write("x".repeat(body));
        })) {
            for (String accept : List.of("X: y", GZIP)) {
                RawResponse response = server.client().sendHead("GET / HTTP/1.1", "Host: a", accept).readResponse();
                assertThat(response.status()).isEqualTo(status);
                assertThat(response.hasHeader("Vary")).isEqualTo(varies);
                if (status == 206 || status == 304) {
                    assertThat(response.hasHeader("Content-Encoding")).isFalse();
                }
                assertThat(response.hasHeader("Content-Length") && status == 304)
                        .as("the length of a 200 that would be compressed")
                        .isEqualTo(fields.endsWith("10") || fields.endsWith("Length: 2000") && accept.equals("X: y"));
            }
        }
    }

    /** HEAD has the fields of GET, whichever way the length is known. */
    @ParameterizedTest
    @CsvSource({ "999, true", "1000, true", "2000, true", "999, false", "1000, false", "2000, false" })
    void headVariesAsGetDoes(int length, boolean declared) {
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            if (declared) {
                response.headers().set("Content-Length", Integer.toString(length));
            }
            if (!declared || request.method().equals("GET")) {
                response.write("x".repeat(length));
            }
        })) {
            RawResponse get = server.client().sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse();
            RawResponse head = server.client().sendHead("HEAD / HTTP/1.1", "Host: a", GZIP).readHeadResponse();
            assertThat(head.header("Vary")).isEqualTo(get.header("Vary"));
            assertThat(head.header("Content-Encoding")).isEqualTo(get.header("Content-Encoding"));
            assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
            assertThat(get.hasHeader("Vary")).isEqualTo(length >= 1000);
        }
    }

    @Test
    void aDeclaredLengthGivesWay() throws Exception {
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", "text/plain").set("Content-Length", "20000").set("Accept-Ranges",
                    "bytes");
            response.write("x".repeat(10_000));
            response.write("y".repeat(10_000));
        })) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse();
            assertThat(response.hasHeader("Content-Length")).isFalse();
            assertThat(response.hasHeader("Accept-Ranges")).isFalse();
            assertThat(gunzip(response.body())).isEqualTo("x".repeat(10_000) + "y".repeat(10_000));
            assertThat(client.get("/").header("Content-Length")).contains("20000");
        }
    }

    @Test
    void aFlushSendsWhatThereIs() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            response.write("first words");
            response.flush();
            Http1ServingTest.await(seen);
            response.write(", more words");
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a", GZIP).readUntil("\r\n\r\n");
            int head = Integer.parseInt(client.readUntil("\r\n").strip(), 16);
            String first = client.readBytes(head);
            client.readBytes(2);
            assertThat(first).hasSize(10);
            int size = Integer.parseInt(client.readUntil("\r\n").strip(), 16);
            assertThat(size).as("a flushed piece").isGreaterThan(10);
            seen.countDown();
            client.readUntil("\r\n0\r\n\r\n");
        }
    }

    @Test
    void headTellsWhatGetWould() {
        try (TestServer server = serving(plain("x".repeat(2000)))) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("HEAD / HTTP/1.1", "Host: a", GZIP).readHeadResponse();
            assertThat(response.header("Content-Encoding")).contains("gzip");
            assertThat(response.header("Vary")).contains("Accept-Encoding");
            assertThat(response.hasHeader("Content-Length")).isFalse();
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void http10GetsItUntilTheClose() throws Exception {
        try (TestServer server = serving(plain("x".repeat(2000)))) {
            RawResponse response = server.client().sendHead("GET / HTTP/1.0", GZIP).readResponse();
            assertThat(response.framing()).isEqualTo(Framing.CLOSE);
            assertThat(gunzip(response.body())).isEqualTo("x".repeat(2000));
        }
    }

    @Test
    void anOldBrowserIsSpared() {
        try (TestServer server = serving(plain("x".repeat(2000)))) {
            RawResponse response = server.client().sendHead("GET / HTTP/1.1", "Host: a", GZIP, "User-Agent: Old/1")
                    .readResponse();
            assertThat(response.hasHeader("Content-Encoding")).isFalse();
        }
    }

    @Test
    void anExistingVaryIsKept() {
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", "text/plain").set("Vary", "Origin, Accept-Encoding");
            response.write("x".repeat(2000));
        })) {
            assertThat(server.client().sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse().headers("Vary"))
                    .containsExactly("Origin, Accept-Encoding");
        }
    }

    @Test
    void aFileIsCompressed(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("file.txt");
        String text = "0123456789".repeat(50_000);
        Files.writeString(file, text);
        try (TestServer server = serving((request, response) -> {
            response.headers().set("Content-Type", "text/plain").set("Content-Length", "500000");
            try (FileChannel channel = FileChannel.open(file)) {
                response.controller().transferFrom(channel, 0, channel.size());
            }
        })) {
            RawClient client = server.client();
            assertThat(gunzip(client.sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse().body()))
                    .isEqualTo(text);
            assertThat(client.get("/").text()).isEqualTo(text);
        }
    }

    @Test
    void errorPagesOfThePanicAreFine() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            response.headers().set("Content-Type", "text/plain").set("X", "y".repeat(2000));
            response.write("x".repeat(20_000));
        }).config(c -> c.compression(new Compression(true, List.of("text/plain"), 0, List.of()))
                .limits(Limits.defaults().with(v -> v.maxResponseHeaderBytes(1024)))).start()) {
            RawResponse response = server.client().sendHead("GET / HTTP/1.1", "Host: a", GZIP).readResponse();
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.complete()).isTrue();
            assertThat(log.errors()).hasSize(1);
        }
    }

    private static Handler plain(String text) {
        return (request, response) -> {
            response.headers().set("Content-Type", "text/plain;charset=utf-8");
            response.write(text);
        };
    }

    private static TestServer serving(Handler handler) {
        return TestServer.builder(handler).config(c -> c.compression(CONFIG)).start();
    }

    private static String gunzip(byte[] bytes) throws IOException {
        return new String(new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes());
    }
}
