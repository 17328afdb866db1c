package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.RawResponse.Framing;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chunked coding over sockets, both ways (RFC 9112 section 7.1). */
@Timeout(60)
class ChunkedTest {

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    @Test
    void piecesReachTheHandlerAsTheyCome() throws Exception {
        BlockingQueue<String> pieces = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            byte[] bytes = new byte[100];
            int n;
            while ((n = request.body().read(bytes)) >= 0) {
                pieces.add(new String(bytes, 0, n));
            }
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
            for (String piece : new String[] { "one", "two", "three" }) {
                // The CRLF behind a chunk's data is not waited for.
                client.send(Integer.toHexString(piece.length()) + "\r\n" + piece);
                assertThat(pieces.poll(30, TimeUnit.SECONDS)).isEqualTo(piece);
                client.send("\r\n");
            }
            client.send("0\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void flushedPiecesReachTheClientAsTheyAreWritten() {
        BlockingQueue<String> orders = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            try {
                String order;
                while (!(order = orders.poll(30, TimeUnit.SECONDS)).equals("end")) {
                    response.write(order);
                    response.flush();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            orders.add("one");
            client.readUntil("\r\n\r\n");
            assertThat(client.readBytes(8)).isEqualTo("3\r\none\r\n");
            orders.add("seventeen letters");
            assertThat(client.readBytes(23)).isEqualTo("11\r\nseventeen letters\r\n");
            orders.add("end");
            assertThat(client.readBytes(5)).isEqualTo("0\r\n\r\n");
            orders.add("end");
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void anEmptyWriteDoesNotEndTheBody() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("a");
            response.flush();
            response.write("");
            response.write(new byte[0]);
            response.flush();
            response.write("b");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
            assertThat(response.text()).isEqualTo("ab");
        }
    }

    @Test
    void aFlushWithoutBytesSendsTheHeadAndAnEmptyBody() {
        try (TestServer server = TestServer.serving((request, response) -> response.flush())) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
            assertThat(response.body()).isEmpty();
            assertThat(client.get("/").complete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "5\nhello\r\n0\r\n\r\n", "g\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\nhello\r\n0\r\n\r\n", "1000000000000000\r\nx" })
    void aMalformedBodyIsRefusedAndEndsTheConnection(String body) {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked").send(body)
                    .send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.headers("Connection")).containsExactly("close");
            client.shutdownOutput().expectClosed();
            assertThat(server.events().started()).hasSize(1);
            assertThat(server.events().rejected()).extracting("reason").containsExactly(RejectReason.CHUNK);
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @Test
    void aMalformedBodyAfterTheAnswerHasBegunCutsTheAnswer() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("begun");
            response.flush();
            request.body().readAllBytes();
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
            client.readUntil("begun");
            client.send("zz\r\n");
            assertThat(client.shutdownOutput().readAll()).isEqualTo("\r\n");
            assertThat(client.wasReset()).isFalse();
            assertThat(server.events().panics()).isEmpty();
        }
    }
}
