package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers that the server makes by itself, in the form that the client accepts. */
class ErrorAnswerTest {

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
        assertThat(ErrorAnswer.of(400, List.of(accept)).contentType()).isEqualTo(json ? PROBLEM : TEXT);
    }

    @ParameterizedTest
    @ValueSource(ints = { 400, 408, 413, 414, 417, 421, 431, 500, 501, 503, 505 })
    void textsAreShortAndConstant(int status) {
        for (String accept : List.of("text/plain", "application/json")) {
            String body = new String(ErrorAnswer.of(status, List.of(accept)).body());
            assertThat(body).contains("" + status).hasSizeLessThan(100);
        }
    }
}
