package io.zokor.servlet.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import io.zokor.servlet.ServletContainer;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConformanceServletTest {

    private static ServletContainer container;

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        container = ConformanceServlet.container();
        container.initialize();
        container.start();
        server = TestServer.serving(container);
    }

    @AfterAll
    static void stop() {
        server.close();
        container.destroy();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                | 200 | ok
            /uri?a=b%2F      | 200 | 'GET /uri?a=b%2F HTTP/1.1\n'
            /stream?n=2      | 200 | 'chunk-0\nchunk-1\n'
            /slow?ms=1       | 200 | slow
            /status?c=418    | 418 | body
            /status?c=204    | 204 | ''
            /big?n=3         | 200 | xxx
            /none            | 404 | not found
            """)
    void answers(String target, int status, String body) {
        RawResponse response = server.client().get(target);
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.text()).isEqualTo(body);
    }

    @Test
    void echoesBodyAndType() {
        RawResponse response = server.client().post("/echo", "text/x", "hello".getBytes(StandardCharsets.UTF_8));
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.header("Content-Type")).contains("text/x");
    }

    @Test
    void listsTrailers() {
        RawResponse response = server.client().send("POST /trailers HTTP/1.1\r\nHost: a\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n").readResponse();
        assertThat(response.text()).isEqualToIgnoringCase("X-T: 1\n");
    }

    @Test
    void aPanicIs500() {
        assertThat(server.client().get("/panic").status()).isEqualTo(500);
    }
}
