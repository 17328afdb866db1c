package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;

import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks on where a message ends, each named by its lesson. The victim of all is a second request that the attacker hides; it
 * must never reach a handler, and the connection must end.
 */
@Timeout(60)
class SmugglingTest {

    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    private final LogCapture log = LogCapture.server();

    private final TestServer server = TestServer.serving(ECHO);

    @AfterEach
    void close() {
        server.close();
        log.close();
        assertThat(log.errors()).isEmpty();
    }

    /** A1: Tomcat CVE-2021-33037. A2: Netty CVE-2026-42585. */
    @ParameterizedTest
    @ValueSource(strings = { "chunked, identity", "identity", "identity, chunked", "chunked, gzip", "chunked,",
        ", chunked", "chunked, chunked", "\"chunked\"", "xchunked", "chunked;a=b", "chunked\u000b", "chunk",
        "chunked\u00a0", "chunked , ,", "chun\tked" })
    void transferEncodingThatIsNotExactlyChunked(String value) {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: " + value + "\r\n\r\n0\r\n\r\n" + HIDDEN);
    }

    /** A1. */
    @ParameterizedTest
    @ValueSource(strings = { "chunked", "identity", "gzip" })
    void transferEncodingInHttp10(String value) {
        attack(400, "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: " + value
                + "\r\n\r\n0\r\n\r\n" + HIDDEN);
    }

    /** A3: Go CVE-2022-1705, fasthttp 1899. */
    @Test
    void transferEncodingInTwoLines() {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"
                + "0\r\n\r\n" + HIDDEN);
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + HIDDEN);
    }

    /** A4: Tomcat CVE-2022-42252, Jetty CVE-2023-40167. */
    @ParameterizedTest
    @ValueSource(strings = { "+5", "-5", "5,5", "5, 6", "0x5", "5 5", "", "5;", "\u0665", "5.0", "1e1", "5\u000b" })
    void contentLengthThatIsNoNumber(String value) {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + value + "\r\n\r\nhello" + HIDDEN);
    }

    /** A4. */
    @Test
    void contentLengthTwice() {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + HIDDEN);
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: " + HIDDEN.length()
                + "\r\n\r\n" + HIDDEN);
    }

    /** A5. */
    @Test
    void contentLengthAndTransferEncoding() {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + HIDDEN);
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
                + (5 + HIDDEN.length()) + "\r\n\r\n0\r\n\r\n" + HIDDEN);
    }

    /** A6: Go CVE-2025-22871, Netty CVE-2025-58056. */
    @ParameterizedTest
    @ValueSource(strings = { "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
        "5\r\nhello\r\n0\r\n\n", "5\rhello\r\n0\r\n\r\n", "5;x\nhello\r\n0\r\n\r\n" })
    void bareLineEndInChunkedFraming(String body) {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + HIDDEN);
    }

    /** A7: Jetty CVE-2026-2332, Netty CVE-2026-33870. */
    @ParameterizedTest
    @ValueSource(strings = { "1;a=\"\r\nX\r\n0\r\n\r\n", "1;a=\"b\r\n\"\r\nX\r\n0\r\n\r\n",
        "1;a=\"\n\"\r\nX\r\n0\r\n\r\n",
        "1;=\r\nX\r\n0\r\n\r\n", "1 X\r\nX\r\n0\r\n\r\n" })
    void lineEndHiddenInAChunkExtension(String body) {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + HIDDEN);
    }

    /** A8: Netty CVE-2026-42580, Jetty CVE-2017-7657: a size that wraps to 4, or to 0. */
    @ParameterizedTest
    @ValueSource(strings = { "10000000000000004", "100000000000000000000004", "10000000000000000", "-1",
        "00000000000000005" })
    void chunkSizeOverflow(String size) {
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + size + "\r\nabcd\r\n0\r\n\r\n"
                + HIDDEN);
    }

    /** A9: Go CVE-2023-39326. */
    @Test
    void chunkExtensionsAsReadAmplification() {
        String chunk = "1;" + "a".repeat(1000) + "\r\nX\r\n";
        attack(400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(100));
    }

    /** A10: Tomcat CVE-2023-45648, CVE-2023-46589. */
    @ParameterizedTest
    @ValueSource(strings = { "bad trailer\r\n", "a : b\r\n", " a: b\r\n", "a\r\n", "GET /hidden HTTP/1.1\r\n" })
    void malformedTrailer(String trailer) {
        attack(400,
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailer + "\r\n" + HIDDEN);
    }

    /** A10. */
    @Test
    void oversizedTrailer() {
        attack(431, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: " + "b".repeat(9000)
                + "\r\n\r\n" + HIDDEN);
    }

    /** A10: a trailer that the application must not take for a header. */
    @Test
    void trailersDoNotBecomeHeaders() {
        try (TestServer told = TestServer.serving((request, response) -> {
            request.body().readAllBytes();
            response.write(request.headers().names() + " " + request.trailers().names());
        })) {
            RawClient client = told.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\n"
                    + "Authorization: x\r\nContent-Length: 5\r\nfine: y\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("[Host, Transfer-Encoding] [fine]");
        }
    }

    /** A11: Undertow CVE-2026-28367, CVE-2026-28368, CVE-2026-28369. */
    @ParameterizedTest
    @ValueSource(strings = { "Host: a\n\n", "Host: a\r\n\n", "Host: a\n\r\n", "Host: a\r\r", "Host: a\r\n\r",
        "Host : a\r\n\r\n", " Host: a\r\n\r\n", "\tHost: a\r\n\r\n", "Host: a\r\n b\r\n\r\n", "Host: a\r\nX\r\n\r\n",
        "Host: a\r\n: y\r\n\r\n", "Host: a\r\nX\u0000: y\r\n\r\n", "Host: a\r\nX: y\u0000\r\n\r\n",
        "Host: a\r\nX y: z\r\n\r\n", "Host: a\r\nX\u00ff: z\r\n\r\n", "Host: a\r\nX: y\rZ: z\r\n\r\n" })
    void oddHeaderBlock(String fields) {
        attack(400, "GET / HTTP/1.1\r\n" + fields + HIDDEN);
    }

    /** A12: the one who stands before may have looked at the Host, and this server at the target. */
    @ParameterizedTest
    @ValueSource(strings = { "a", "b:81", "", "b.", "b.a", "[::1]" })
    void absoluteTargetAndHostThatDisagree(String host) {
        attack(400, "GET http://b/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n" + HIDDEN);
    }

    /** A12: Undertow CVE-2025-12543. */
    @ParameterizedTest
    @ValueSource(strings = { "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host: a b\r\n",
        "Host: a/../b\r\n",
        "Host: a@b\r\n", "Host: a,b\r\nX: y\r\nhOST: c\r\n", "Host: a:b\r\n", "Host: a:99999\r\n", "Host: [::1\r\n",
        "Host: a?b\r\n", "Host: <a>\r\n", "Host: a\\b\r\n" })
    void hostThatIsMissingTwiceOrInvalid(String fields) {
        attack(400, "GET / HTTP/1.1\r\n" + fields + "\r\n" + HIDDEN);
        attack(400, "GET http://b/ HTTP/1.1\r\n" + fields + "\r\n" + HIDDEN);
    }

    /** A13: Tomcat CVE-2026-24733. */
    @Test
    void http09AndUnknownVersions() {
        attack(400, "GET /\r\n" + HIDDEN);
        attack(400, "HEAD /\r\n\r\n" + HIDDEN);
        attack(505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n" + HIDDEN);
        attack(505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n" + HIDDEN);
        attack(400, "GET / HTTP/1.1.1\r\nHost: a\r\n\r\n" + HIDDEN);
    }

    /** A14: Tomcat CVE-2024-21733: what is left of a body is never the next request. */
    @Test
    void leftoverBodyIsNoRequest() {
        try (TestServer refusing = TestServer.serving((request, response) -> {
            response.status(403);
            response.write("no");
        })) {
            for (int length : new int[] { HIDDEN.length(), 300_000 }) {
                RawClient client = refusing.client();
                client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n" + HIDDEN);
                assertThat(client.readResponse().status()).isEqualTo(403);
                client.shutdownOutput().expectClosed();
            }
            assertThat(refusing.events().started()).extracting(Request::path).containsOnly("/a");
        }
    }

    /** The class of A14 with a client that waits for 100: the body may come or not, so nothing behind it can be trusted. */
    @Test
    void bodyOfAnUnansweredExpectationIsNoRequest() {
        try (TestServer refusing = TestServer.serving((request, response) -> response.status(403))) {
            RawClient client = refusing.client();
            client.send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: " + HIDDEN.length()
                    + "\r\n\r\n" + HIDDEN);
            assertThat(client.readResponse().status()).isEqualTo(403);
            client.expectClosed();
            assertThat(refusing.events().started()).hasSize(1);
        }
    }

    /** A body on a method that has none by custom is still a body. */
    @Test
    void bodyOfAGet() {
        RawClient client = server.client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN);
        assertThat(client.readResponse().text()).isEqualTo(HIDDEN);
        assertThat(server.events().started()).hasSize(1);
    }

    /** The answers to a HEAD and its neighbours stay in step. */
    @Test
    void headDoesNotDesynchroniseTheAnswers() {
        try (TestServer told = TestServer.serving((request, response) -> response.write(request.path()))) {
            RawClient client = told.client();
            client.send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHeadResponse().header("Content-Length")).contains("2");
            assertThat(client.readResponse().text()).isEqualTo("/2");
        }
    }

    /** C29: nothing of a request is seen by the next one on the same connection. */
    @Test
    void nothingOfARequestReachesTheNextOne() {
        AtomicLong count = new AtomicLong();
        try (TestServer told = TestServer.serving((request, response) -> {
            response.write(request.headers().names() + " " + request.query() + " " + request.contentLength() + " "
                    + response.headers().size() + response.trailers().size() + response.status());
            response.headers().set("X-" + count.incrementAndGet(), "1");
            response.trailers().set("T", "1");
            response.status(201);
        })) {
            RawClient client = told.client();
            client.send("POST /?q=1 HTTP/1.1\r\nHost: a\r\nSecret: s\r\nContent-Length: 1\r\n\r\nx");
            assertThat(client.readResponse().text()).isEqualTo("[Host, Secret, Content-Length] q=1 1 00200");
            assertThat(client.get("/").text()).isEqualTo("[Host] null 0 00200");
            assertThat(client.get("/").hasHeader("X-1")).isFalse();
        }
    }

    private void attack(int status, String text) {
        int before = server.events().started().size();
        RawClient client = server.client();
        client.trySend(text);
        assertThat(client.readResponse().status()).isEqualTo(status);
        client.shutdownOutput().expectClosed();
        assertThat(server.events().started()).extracting(Request::path).doesNotContain("/hidden");
        assertThat(server.events().started().size() - before).isLessThanOrEqualTo(1);
        assertThat(server.events().panics()).isEmpty();
        client.close();
    }
}
