package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expect (RFC 9110 section 10.1.1). */
@Timeout(60)
class ExpectTest {

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    private static final Handler REFUSE = (request, response) -> {
        response.status(403);
        response.write("no");
    };

    @Test
    void continueIsSentWhenTheBodyIsFirstRead() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5");
            assertThat(client.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("hello").readResponse().text()).isEqualTo("hello");
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void continueIsSentForAChunkedBody() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-CONTINUE", "Transfer-Encoding: chunked");
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.send("1\r\nx\r\n0\r\n\r\n").readResponse().text()).isEqualTo("x");
        }
    }

    @Test
    void withoutAReadThereIsNoContinueAndTheConnectionEnds() {
        try (TestServer server = TestServer.serving(REFUSE)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.interim()).isEmpty();
            assertThat(response.headers("Connection")).containsExactly("close");
        }
    }

    @Test
    void afterTheAnswerHasBegunThereIsNoContinue() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("first ");
            response.flush();
            response.write(request.body().readAllBytes());
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5").send("hello");
            RawResponse response = client.readResponse();
            assertThat(response.interim()).isEmpty();
            assertThat(response.text()).isEqualTo("first hello");
        }
    }

    @Test
    void withoutABodyTheExpectationIsIgnored() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", "Expect: 100-continue").readResponse();
            assertThat(response.interim()).isEmpty();
            assertThat(response.hasHeader("Connection")).isFalse();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 0");
            assertThat(client.readResponse().interim()).isEmpty();
        }
    }

    @Test
    void anHttp10ClientKnowsNoContinue() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.0", "Expect: 100-continue", "Content-Length: 5").send("hello");
            RawResponse response = client.readResponse();
            assertThat(response.interim()).isEmpty();
            assertThat(response.text()).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "cookies", "100-continue, cookies", "101-continue", "", "100-continue;q=1" })
    void anyOtherExpectationFails(String expectation) {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: " + expectation, "Content-Length: 5").send("hello");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(417);
            assertThat(response.headers("Connection")).containsExactly("close");
            assertThat(server.events().rejected()).extracting("reason").containsExactly(RejectReason.EXPECTATION);
        }
    }

    @Test
    void aBodyTooLargeIsRefusedBeforeItIsSent() {
        try (TestServer server = TestServer.builder(ECHO)
                .config(c -> c.limits(Limits.defaults().with(v -> v.maxRequestBody(4)))).start()) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5");
            RawResponse response = client.readResponse();
            assertThat(response.interim()).isEmpty();
            assertThat(response.status()).isEqualTo(413);
        }
    }
}
