package io.zokor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestRequest;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers that the server makes by itself, in the form that the client accepts. */
class ServerErrorHandlerTest {

    private static final String TEXT = "text/plain; charset=utf-8";

    private static final String PROBLEM = "application/problem+json";

    private static RawResponse panic(String fields) {
        try (TestServer server = TestServer.serving((request, response) -> {
            throw new IllegalStateException("boom");
        }); RawClient client = server.client()) {
            return client.send("GET /secret HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n").readResponse();
        }
    }

    @Test
    void plainTextByDefault() {
        RawResponse response = panic("");
        assertThat(response.header("Content-Type")).contains(TEXT);
        assertThat(response.text()).isEqualTo("500 Internal Server Error\n");
    }

    @Test
    void problemDetailsForThoseWhoAcceptJson() {
        RawResponse response = panic("Accept: application/json\r\n");
        assertThat(response.status()).isEqualTo(500);
        assertThat(response.header("Content-Type")).contains(PROBLEM);
        assertThat(response.text()).isEqualTo(
                "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "application/problem+json|true", "APPLICATION/JSON|true",
        "application/json;q=0.9, text/html;q=0.8|true", "image/png, application/json|true", "*/*|false",
        "text/html, application/json|false", "text/plain|false", "application/json;q=0|false",
        "application/json; q=0.000, */*|false", "application/jsonx|false", ",;,|false" })
    void theFirstNamedTypeCounts(String accept, boolean json) {
        assertThat(ServerError.prefersProblem(List.of(accept))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(ints = { 400, 408, 413, 414, 417, 421, 431, 500, 501, 503, 505, 599 })
    void textsAreShortAndConstant(int status) {
        for (String accept : List.of("text/plain", "application/json")) {
            TestRequest request = TestRequest.get("/secret").header("Accept", accept);
            ServerErrorBody body = ServerErrorHandler.standard()
                    .render(new ServerError(status, null, request.connection(), request));
            assertThat(new String(body.content(), StandardCharsets.US_ASCII)).contains("" + status)
                    .doesNotContain("secret").hasSizeLessThan(100);
        }
    }

    // ---- one's own

    private static final String REFUSED = "GET / HTTP/1.1\r\n\r\n";

    private static RawResponse answer(ServerErrorHandler errors, String wire) {
        try (TestServer server = TestServer.builder((request, response) -> {
            request.body().readAllBytes();
            throw new IllegalStateException("boom");
        }).server(made -> made.errorHandler(errors)).start(); RawClient client = server.client()) {
            return client.send(wire).readResponse();
        }
    }

    @Test
    void onesOwnRendersWhatIsNoRequest() {
        RawResponse response = answer(error -> ServerErrorBody.of("text/x-own; charset=utf-8",
                "no: " + error.reason() + " " + error.request() + " on " + error.connection().id() + " ä"), REFUSED);
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("Content-Type")).contains("text/x-own; charset=utf-8");
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo("no: HOST null on 1 ä");
        assertThat(response.header("Connection")).contains("close");
    }

    @Test
    void onesOwnRendersPanicsAndRefusedBodies() {
        ServerErrorHandler own = error -> ServerErrorBody.of("text/x-own", error.status() + " " + error.reason() + " "
                + (error.request() == null ? "-" : error.request().path()));
        assertThat(answer(own, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n").text()).isEqualTo("500 null /a");
        assertThat(answer(own, "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n").text())
                .isEqualTo("400 CHUNK /b");
    }

    @Test
    void noBodyForHead() {
        try (TestServer server = TestServer.builder((request, response) -> {
            throw new IllegalStateException("boom");
        }).server(made -> made.errorHandler(error -> ServerErrorBody.of("text/x-own", "own"))).start();
                RawClient client = server.client()) {
            RawResponse response = client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").readHeadResponse();
            assertThat(response.header("Content-Type")).contains("text/x-own");
            client.expectClosed();
        }
    }

    @Test
    void whereOnesOwnFailsTheStandardOneRenders() {
        assertThat(answer(error -> {
            throw new IllegalStateException("no template");
        }, REFUSED).text()).isEqualTo("400 Bad Request\n");
        assertThat(answer(error -> null, REFUSED).text()).isEqualTo("400 Bad Request\n");
        assertThat(answer(error -> ServerErrorBody.of("text/x\r\nSet-Cookie: a", ""), REFUSED).text())
                .isEqualTo("400 Bad Request\n");
    }

    @Test
    void aLargeBodyArrivesWhole() {
        String text = "x".repeat(300_000);
        assertThat(answer(error -> ServerErrorBody.of("text/plain", text), REFUSED).text()).isEqualTo(text);
    }
}
