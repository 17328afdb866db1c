package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;

import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each final status, from a handler that writes a body whatever it is: the response ends where a client expects it (RFC 9112
 * section 6.3, RFC 9110 sections 9.3.2 and 15), so that the next one is found.
 */
@Timeout(60)
class EveryStatusTest {

    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 205, 304);

    private static final TestServer SERVER = TestServer.serving(EveryStatusTest::answer);

    @AfterAll
    static void close() {
        SERVER.close();
    }

    private static void answer(Request request, ResponseWriter response) throws Exception {
        response.status(Integer.parseInt(request.query()));
        response.write("bo");
        if (request.path().equals("/streamed")) {
            response.flush();
        }
        response.write("dy");
    }

    @ParameterizedTest
    @CsvSource({ "GET, /", "GET, /streamed", "HEAD, /", "HEAD, /streamed", "POST, /", "POST, /streamed", "OTHER, /",
        "OTHER, /streamed" })
    void theConnectionStaysInStep(String method, String path) {
        RawClient client = SERVER.client();
        for (int status = 200; status < 600; status++) {
            client.sendHead(method + " " + path + "?" + status + " HTTP/1.1", "Host: a");
            check(client, method, status);
        }
        client.close();
    }

    @ParameterizedTest
    @CsvSource({ "GET, /", "GET, /streamed", "HEAD, /", "HEAD, /streamed" })
    void http10HasNoTransferCoding(String method, String path) {
        for (int status : new int[] { 200, 204, 205, 206, 304, 404, 500 }) {
            RawClient client = SERVER.client().sendHead(method + " " + path + "?" + status + " HTTP/1.0");
            assertThat(check(client, method, status).hasHeader("Transfer-Encoding")).isFalse();
            client.expectClosed();
        }
    }

    private static RawResponse check(RawClient client, String method, int status) {
        RawResponse response = method.equals("HEAD") ? client.readHeadResponse() : client.readResponse();
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.complete()).isTrue();
        boolean body = !method.equals("HEAD") && !WITHOUT_BODY.contains(status);
        assertThat(response.text()).as("%s %s", method, status).isEqualTo(body ? "body" : "");
        if (status == 204) {
            assertThat(response.hasHeader("Content-Length")).as("RFC 9110 section 8.6").isFalse();
        }
        return response;
    }
}
