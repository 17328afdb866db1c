package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConformanceHandlerTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.serving(new ConformanceHandler());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                | 200 | ok
            /uri?a=b         | 200 | 'GET /uri?a=b HTTP/1.1\n'
            /stream?n=2      | 200 | 'chunk-0\nchunk-1\n'
            /slow?ms=1       | 200 | slow
            /status?c=418    | 418 | body
            /status?c=204    | 204 | ''
            /big?n=3         | 200 | xxx
            /cl?n=2&m=2      | 200 | xx
            /panic           | 500 | -
            /none            | 404 | not found
            """)
    void answers(String target, int status, String body) {
        RawResponse response = server.client().get(target);
        assertThat(response.status()).isEqualTo(status);
        if (!body.equals("-")) {
            assertThat(response.text()).isEqualTo(body.replace("\\n", "\n"));
        }
    }

    @Test
    void echoesBodyAndType() {
        RawResponse response = server.client().post("/echo", "text/x", "hello".getBytes(StandardCharsets.UTF_8));
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.header("Content-Type")).contains("text/x");
    }

    @Test
    void setsADecodedField() {
        assertThat(server.client().get("/setheader?v=a%20b").header("X-Test")).contains("a b");
    }

    @Test
    void listsTrailers() {
        RawResponse response = server.client()
                .send("POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "1\r\na\r\n0\r\nX-T: 1\r\n\r\n")
                .readResponse();
        assertThat(response.text()).isEqualToIgnoringCase("X-T: 1\n");
    }

    @Test
    void aResponseThatIsTooShortIsCut() {
        assertThat(server.client().sendHead("GET /cl?n=30000&m=20000 HTTP/1.1", "Host: a").readAll())
                .contains("Content-Length: 30000").hasSizeLessThan(30_000);
    }
}
