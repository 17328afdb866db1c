package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The limits of one request, each at n - 1, n and n + 1. */
@Timeout(60)
class LimitsTest {

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    // ---- max-header-bytes: every byte of the head, from the request line's first to the empty line's last

    @ParameterizedTest
    @CsvSource({ "64, 63, 200", "64, 64, 200", "64, 65, 431", "8192, 8191, 200", "8192, 8192, 200", "8192, 8193, 431",
        "100000, 99999, 200", "100000, 100000, 200", "100000, 100001, 431" })
    void maxHeaderBytes(int limit, int size, int status) {
        try (TestServer server = serving(Limits.defaults().with(v -> v.maxHeaderBytes(limit)))) {
            String start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
            String head = start + "y".repeat(size - start.length() - 4) + "\r\n\r\n";
            assertThat(head).hasSize(size);
            // The empty lines before a request line do not count (RFC 9112 section 2.2).
            for (String before : new String[] { "", "\r\n\r\n" }) {
                RawClient client = server.client().send(before + head);
                assertThat(client.readResponse().status()).isEqualTo(status);
                client.close();
            }
            if (status != 200) {
                assertThat(server.events().rejected()).extracting("reason").containsOnly(RejectReason.HEADER_TOO_LARGE);
                assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.LIMIT);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "8192, 431", "8191, 431", "8193, 414", "8190, 431" })
    void aRequestLineAloneThatIsTooLong(int lineSize, int status) {
        try (TestServer server = serving(Limits.defaults())) {
            String line = "GET /" + "a".repeat(lineSize - "GET / HTTP/1.1\r\n".length()) + " HTTP/1.1\r\n";
            assertThat(line).hasSize(lineSize);
            RawClient client = server.client();
            assertThat(client.send(line + "Host: a\r\n\r\n").readResponse().status()).isEqualTo(status);
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefusedBeforeItsEnd() {
        try (TestServer server = serving(Limits.defaults())) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(8192));
            assertThat(client.readResponse().status()).isEqualTo(431);
            client.shutdownOutput().expectClosed();
        }
    }

    @Test
    void pipelinedHeadsCountEachForItself() {
        try (TestServer server = serving(Limits.defaults())) {
            String request = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(5000) + "\r\n\r\n";
            RawClient client = server.client().send(request.repeat(4));
            for (int i = 0; i < 4; i++) {
                assertThat(client.readResponse().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "10, 9, 200", "10, 10, 200", "10, 11, 431", "1, 1, 200", "1, 2, 431" })
    void maxHeaderCount(int limit, int count, int status) {
        try (TestServer server = serving(Limits.defaults().with(v -> v.maxHeaderCount(limit)))) {
            RawClient client = server.client();
            client.send("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(count - 1) + "\r\n");
            assertThat(client.readResponse().status()).isEqualTo(status);
        }
    }

    // ---- max-request-body

    @ParameterizedTest
    @CsvSource({ "99, 200", "100, 200", "101, 413", "10000000000, 413" })
    void maxRequestBodyOfKnownLength(long length, int status) {
        try (TestServer server = serving(Limits.defaults().with(v -> v.maxRequestBody(100)))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: " + length);
            if (status == 200) {
                client.send("x".repeat((int) length));
            }
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(status);
            if (status == 413) {
                assertThat(server.events().rejected()).extracting("reason").containsOnly(RejectReason.BODY_TOO_LARGE);
                client.shutdownOutput().expectClosed();
                assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.LIMIT);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ "99, 200", "100, 200", "101, 413" })
    void maxRequestBodyInChunks(int length, int status) {
        try (TestServer server = serving(Limits.defaults().with(v -> v.maxRequestBody(100)))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
                    .send("1\r\nx\r\n".repeat(length) + "0\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(status);
        }
    }

    @Test
    void theMessageForTheLogNamesTheProperty() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.builder((request, response) -> {
            try {
                request.body().readAllBytes();
            } catch (RejectedRequestException e) {
                messages.add(e.getMessage());
                throw e;
            }
        }).config(c -> c.limits(Limits.defaults().with(v -> v.maxRequestBody(3)))).start()) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked").send("4\r\nabcd\r\n0\r\n\r\n");
            RawResponse response = client.readResponse();
            assertThat(response.text()).as("the public text tells nothing").isEqualTo("413 Content Too Large\n");
            assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("zokor.limits.max-request-body");
        }
    }

    // ---- max-response-header-bytes

    @ParameterizedTest
    @CsvSource({ "1023, 200", "1024, 200", "1025, 500" })
    void maxResponseHeaderBytes(int size, int status) {
        String rest = "HTTP/1.1 200 OK\r\nX: \r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 1\r\n\r\n";
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            response.headers().set("X", "y".repeat(size - rest.length()));
            response.write("b");
        }).config(c -> c.limits(Limits.defaults().with(v -> v.maxResponseHeaderBytes(1024)))).start()) {
            assertThat(server.client().get("/").status()).isEqualTo(status);
            assertThat(log.text().contains("zokor.limits.max-response-header-bytes")).isEqualTo(status == 500);
        }
    }

    // ---- while running

    @Test
    void limitsCanBeChangedWhileRunning() {
        try (TestServer server = serving(Limits.defaults())) {
            RawClient client = server.client();
            String head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(100) + "\r\n\r\n";
            assertThat(client.send(head).readResponse().status()).isEqualTo(200);
            server.server().limits(Limits.defaults().with(v -> v.maxHeaderBytes(70)));
            assertThat(server.server().limits().maxHeaderBytes()).isEqualTo(70);
            assertThat(client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readResponse().status()).isEqualTo(200);
            assertThat(client.send(head).readResponse().status()).isEqualTo(431);
            server.server().limits(Limits.defaults());
            assertThat(server.client().send(head).readResponse().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 100 })
    void drainIsExact(int drain) {
        try (TestServer server = TestServer.builder((request, response) -> response.write("x"))
                .config(c -> c.limits(Limits.defaults().with(v -> v.drain(drain)))).start()) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: " + drain).send("y".repeat(drain));
            assertThat(client.readResponse().hasHeader("Connection")).isFalse();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: " + (drain + 1)).send("y".repeat(drain + 1));
            assertThat(client.readResponse().headers("Connection")).containsExactly("close");
        }
    }

    @Test
    void anUnreadChunkedBodyBeyondDrainEndsTheConnection() {
        try (TestServer server = TestServer.builder((request, response) -> response.write("x"))
                .config(c -> c.limits(Limits.defaults().with(v -> v.drain(10)))).start()) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
                    .send("b\r\n01234567890\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("x");
            client.expectClosed();
            assertThat(server.events().started()).hasSize(1);
        }
    }

    private static TestServer serving(Limits limits) {
        return TestServer.builder(ECHO).config(c -> c.limits(limits)).start();
    }
}
