package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;

import io.zokor.event.CloseReason;
import io.zokor.http.Handler;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.RawResponse.Framing;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a connection goes on after a response (RFC 9112 section 9), and what is told to the client about it. */
@Timeout(60)
class KeepAliveTest {

    /** The server is about to stop: a flag of the server's, which a handler's reset() does not drop. */
    @Test
    void withoutKeepAlivesEveryResponseIsTheLast() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Connection", "keep-alive");
            response.controller().reset();
            response.write("x");
        })) {
            RawClient before = server.client();
            assertThat(before.get("/").headers("Connection")).isEmpty();
            server.server().keepAlives(false);
            assertThat(server.server().keepAlives()).isFalse();
            RawResponse last = before.get("/");
            assertThat(last.status()).isEqualTo(200);
            assertThat(last.headers("Connection")).containsExactly("close");
            before.expectClosed();
            RawClient another = server.client();
            assertThat(another.get("/").headers("Connection")).containsExactly("close");
            another.expectClosed();
            server.server().keepAlives(true);
            assertThat(server.client().get("/").headers("Connection")).isEmpty();
        }
    }

    private static final Handler PATH = (request, response) -> response.write(request.path());

    @Test
    void http11GoesOnWithoutBeingAsked() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            for (int i = 0; i < 5; i++) {
                RawResponse response = client.get("/" + i);
                assertThat(response.text()).isEqualTo("/" + i);
                assertThat(response.hasHeader("Connection")).isFalse();
            }
            assertThat(server.events().accepted()).hasSize(1);
        }
    }

    /**
     * RFC 9112 section 9.6: what comes behind the last request must not turn the close into a reset, which would take the end of
     * the response away; also where all that was read of the input is that request, as with one that just fills the buffer.
     */
    @ParameterizedTest
    @ValueSource(ints = { 100, 256, 257, 1024, 4096, 8000 })
    void theLastResponseIsWholeWhateverFollowsItsRequest(int length) {
        int size = 3_000_000;
        try (TestServer server = TestServer.serving((request, response) -> response.write(new byte[size]))) {
            String head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ";
            RawClient client = server.client();
            client.send(head + "x".repeat(length - head.length() - 4) + "\r\n\r\n" + "y".repeat(20_000));
            assertThat(client.readResponse().body()).hasSize(size);
            client.expectClosed();
            assertThat(client.wasReset()).isFalse();
        }
    }

    @Test
    void http11ClosesWhenAsked() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", "Connection: x, Close").readResponse();
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.COMPLETE);
        }
    }

    @Test
    void http10ClosesUnlessAsked() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            assertThat(client.sendHead("GET / HTTP/1.0").readResponse().headers("Connection")).containsExactly("close");
            client.expectClosed();
        }
    }

    @Test
    void http10GoesOnWhenAsked() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            for (int i = 0; i < 3; i++) {
                RawResponse response = client.sendHead("GET / HTTP/1.0", "Connection: Keep-Alive").readResponse();
                assertThat(response.headers("Connection")).containsExactly("keep-alive");
                assertThat(response.framing()).isEqualTo(Framing.LENGTH);
                assertThat(response.version()).isEqualTo("HTTP/1.1");
            }
        }
    }

    @Test
    void http10EndsALongBodyByClosing() {
        try (TestServer server = TestServer.serving((request, response) -> {
            for (int i = 0; i < 100; i++) {
                response.write("x".repeat(1000));
            }
        })) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.0", "Connection: keep-alive").readResponse();
            assertThat(response.framing()).isEqualTo(Framing.CLOSE);
            assertThat(response.headers("Connection")).containsExactly("close");
            assertThat(response.body()).hasSize(100_000);
            assertThat(response.complete()).isTrue();
        }
    }

    @Test
    void theHandlerMayAskForTheEnd() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Connection", "close");
            response.write("bye");
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").headers("Connection")).containsExactly("close");
            client.expectClosed();
        }
    }

    @Test
    void theHandlersConnectionFieldsAreNotSent() {
        try (TestServer server = TestServer.serving((request, response) -> response.headers()
                .set("Connection", "keep-alive, x-secret").set("Keep-Alive", "timeout=1000"))) {
            RawResponse response = server.client().get("/");
            assertThat(response.hasHeader("Connection")).isFalse();
            assertThat(response.hasHeader("Keep-Alive")).isFalse();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append("POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            }
            client.send(requests.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(client.readResponse().text()).isEqualTo("/" + i);
            }
        }
    }

    @Test
    void nothingBehindARequestThatClosesIsServed() {
        try (TestServer server = TestServer.serving(PATH)) {
            String all = server.client().send("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                    + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").readAll();
            assertThat(all).contains("/1").containsOnlyOnce("HTTP/1.1");
            assertThat(server.events().started()).hasSize(1);
        }
    }

    @Test
    void theNextRequestMayComeWhileTheFirstIsHandled() {
        CountDownLatch second = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            if (request.path().equals("/1")) {
                Http1ServingTest.await(second);
            }
            response.write(request.path());
        })) {
            RawClient client = server.client();
            client.sendHead("GET /1 HTTP/1.1", "Host: a").sendHead("GET /2 HTTP/1.1", "Host: a");
            second.countDown();
            assertThat(client.readResponse().text()).isEqualTo("/1");
            assertThat(client.readResponse().text()).isEqualTo("/2");
        }
    }

    // ---- bodies that the handler does not read

    @ParameterizedTest
    @ValueSource(ints = { 1, 1000, 2 * 1024 * 1024 - 1, 2 * 1024 * 1024 })
    void aSmallUnreadBodyIsPassedOver(int length) {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            client.sendHead("POST /1 HTTP/1.1", "Host: a", "Content-Length: " + length).send("x".repeat(length));
            assertThat(client.readResponse().hasHeader("Connection")).isFalse();
            assertThat(client.get("/2").text()).isEqualTo("/2");
        }
    }

    @Test
    void aLargeUnreadBodyEndsTheConnectionAndTheAnswerArrives() {
        int length = 2 * 1024 * 1024 + 1;
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            client.sendHead("POST /1 HTTP/1.1", "Host: a", "Content-Length: " + length).send("x".repeat(length - 1));
            RawResponse response = client.readResponse();
            assertThat(response.text()).isEqualTo("/1");
            assertThat(response.headers("Connection")).containsExactly("close");
            client.send("x").expectClosed();
        }
    }

    @Test
    void anUnreadChunkedBodyIsPassedOver() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            client.sendHead("POST /1 HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
                    .send("5\r\nhello\r\n0\r\nT: v\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("/1");
            assertThat(client.get("/2").text()).isEqualTo("/2");
        }
    }

    @Test
    void anUnreadChunkedBodyThatIsMalformedIsNoRequest() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            client.sendHead("POST /1 HTTP/1.1", "Host: a", "Transfer-Encoding: chunked")
                    .send("zz\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("/1");
            client.shutdownOutput().expectClosed();
            assertThat(server.events().started()).hasSize(1);
        }
    }

    @Test
    void aBodyHalfReadIsPassedOver() {
        try (TestServer server = TestServer.serving((request, response) -> {
            byte[] some = request.body().readNBytes(3);
            response.write(new String(some));
        })) {
            RawClient client = server.client();
            for (String framing : new String[] { "Content-Length: 10\r\n\r\n0123456789",
                "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n" }) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing);
                assertThat(client.readResponse().text()).isEqualTo("012");
            }
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().text()).isEmpty();
        }
    }

    /** RFC 9112 section 9.6: closing at once would reset the connection, and the client would lose the answer. */
    @Test
    void aRefusalReachesAClientThatIsStillUploading() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(403);
            response.headers().set("Connection", "close");
            response.write("no");
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 100000000");
            for (int i = 0; i < 100; i++) {
                client.trySend("x".repeat(1000));
            }
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.text()).isEqualTo("no");
            client.shutdownOutput().expectClosed();
            assertThat(client.wasReset()).isFalse();
        }
    }

    @Test
    void emptyLinesBetweenRequestsAreIgnored() {
        try (TestServer server = TestServer.serving(PATH)) {
            RawClient client = server.client();
            client.send(
                    "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("/1");
            assertThat(client.readResponse().text()).isEqualTo("/2");
        }
    }
}
