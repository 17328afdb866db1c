package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.Handler;
import io.zokor.http.Headers;
import io.zokor.http.HttpDate;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.mux.ServeMux;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TcpListener;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.RawResponse.Framing;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and responses of HTTP/1.1 and 1.0 through real sockets. */
@Timeout(60)
class Http1ServingTest {

    private static final Handler HELLO = (request, response) -> response.write("hello\n");

    private static final Handler ECHO = (request, response) -> response.write(request.body().readAllBytes());

    @Test
    void theWholeResponseAsText() {
        try (TestServer server = TestServer.builder((request, response) -> {
            response.headers().set("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
            response.headers().set("X-One", "1");
            response.status(201);
            response.write("hello\n");
        }).start()) {
            String text = server.client().send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").readAll();
            assertThat(text).isEqualTo("HTTP/1.1 201 Created\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-One: 1\r\n"
                    + "Content-Length: 6\r\nConnection: close\r\n\r\nhello\n");
        }
    }

    @Test
    void theHandlerSeesTheRequest() throws Exception {
        BlockingQueue<List<Object>> seen = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> seen.add(List.of(request.method(),
                request.path(), String.valueOf(request.query()), request.protocol(), request.host(), request.scheme(),
                request.contentLength(), request.headers().all("x"), request.target().raw())))) {
            RawClient client = server.client();
            client.sendHead("PATCH /a%20b?c=d HTTP/1.1", "Host: Example.com:81", "X: 1", "x: 2").readResponse();
            assertThat(seen.poll(30, TimeUnit.SECONDS)).containsExactly("PATCH", "/a%20b", "c=d", "HTTP/1.1",
                    "Example.com:81", "http", 0L, List.of("1", "2"), "/a%20b?c=d");
            client.sendHead("GET http://other/x HTTP/1.1", "Host: Other:80").readResponse();
            assertThat(seen.poll(30, TimeUnit.SECONDS)).containsExactly("GET", "/x", "null", "HTTP/1.1", "other",
                    "http", 0L, List.of(), "http://other/x");
            client.sendHead("GET / HTTP/1.0").readResponse();
            assertThat(seen.poll(30, TimeUnit.SECONDS)).containsExactly("GET", "/", "null", "HTTP/1.0", "", "http", 0L,
                    List.of(), "/");
        }
    }

    @Test
    void addressesOfTheConnection() throws Exception {
        BlockingQueue<List<Object>> seen = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> seen.add(List.of(
                ((InetSocketAddress) request.connection().remoteAddress()).getPort(),
                ((InetSocketAddress) request.connection().localAddress()).getPort(),
                request.connection().requestCount())))) {
            RawClient client = server.client();
            client.get("/");
            client.get("/");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).containsExactly(client.localPort(), server.port(), 1L);
            assertThat(seen.poll(30, TimeUnit.SECONDS)).containsExactly(client.localPort(), server.port(), 2L);
        }
    }

    @Test
    void requestHeadersAreReadOnly() {
        try (TestServer server = TestServer.serving((request, response) -> {
            try {
                request.headers().set("a", "b");
                response.write("changed");
            } catch (UnsupportedOperationException e) {
                response.write("read-only");
            }
        })) {
            assertThat(server.client().get("/").text()).isEqualTo("read-only");
        }
    }

    @Test
    void aBodyOfKnownLengthAndAChunkedOne() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 5");
            assertThat(client.send("hello").readResponse().text()).isEqualTo("hello");
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
            assertThat(client.send("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").readResponse().text())
                    .isEqualTo("hello world");
        }
    }

    @Test
    void aLargeBodyBothWays() {
        byte[] body = new byte[3_000_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 >> 3);
        }
        try (TestServer server = TestServer
                .serving((request, response) -> response.write(request.body().readAllBytes()))) {
            RawResponse response = server.client().post("/", "application/octet-stream", body);
            assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
            assertThat(response.body()).isEqualTo(body);
        }
    }

    @Test
    void dateIsOfNowAndWellFormed() {
        try (TestServer server = TestServer.serving(HELLO)) {
            String date = server.client().get("/").header("Date").orElseThrow();
            assertThat(HttpDate.parse(date)).isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(1));
        }
    }

    @Test
    void noServerFieldUnlessConfigured() {
        try (TestServer silent = TestServer.serving(HELLO);
                TestServer named = TestServer.builder(HELLO).config(c -> c.serverHeader("Zokor")).start()) {
            assertThat(silent.client().get("/").hasHeader("Server")).isFalse();
            assertThat(named.client().get("/").headers("Server")).containsExactly("Zokor");
            assertThat(named.client().sendHead("GET / HTTP/3.0").readResponse().headers("Server"))
                    .containsExactly("Zokor");
        }
    }

    @Test
    void theHandlersServerAndDateFieldsWin() {
        try (TestServer server = TestServer.builder((request, response) -> {
            response.headers().set("server", "mine").set("date", "Thu, 01 Jan 1970 00:00:00 GMT");
        }).config(c -> c.serverHeader("Zokor")).start()) {
            RawResponse response = server.client().get("/");
            assertThat(response.headers("Server")).containsExactly("mine");
            assertThat(response.headers("Date")).containsExactly("Thu, 01 Jan 1970 00:00:00 GMT");
        }
    }

    // ---- HEAD, 1xx, 204, 205, 304

    @Test
    void headGetsTheFieldsOfGetAndNoBody() {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient client = server.client();
            RawResponse head = client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse();
            assertThat(head.header("Content-Length")).contains("6");
            assertThat(client.get("/").text()).as("the connection goes on").isEqualTo("hello\n");
        }
    }

    @Test
    void headOfALongResponseHasNeitherLengthNorBody() {
        try (TestServer server = TestServer.serving((request, response) -> {
            for (int i = 0; i < 100; i++) {
                response.write("x".repeat(1000));
            }
        })) {
            RawClient client = server.client();
            RawResponse head = client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse();
            assertThat(head.hasHeader("Content-Length")).isFalse();
            assertThat(client.get("/").body()).hasSize(100_000);
        }
    }

    @Test
    void headKeepsADeclaredLength() {
        try (TestServer server = TestServer.serving((request, response) -> response.headers().set("Content-Length",
                "1234"))) {
            RawClient client = server.client();
            RawResponse head = client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse();
            assertThat(head.header("Content-Length")).contains("1234");
            assertThat(client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 204, 304 })
    void statusesWithoutABody(int status) {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(status);
            response.headers().set("ETag", "\"x\"");
            response.write("this must not be sent");
            response.flush();
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(status);
            assertThat(response.hasHeader("Transfer-Encoding")).isFalse();
            assertThat(response.hasHeader("Content-Length")).isFalse();
            assertThat(client.get("/").status()).as("the connection goes on").isEqualTo(status);
        }
    }

    /** RFC 9110 section 9.3.2, for answers of the server's own as well, even where the request line could not be read. */
    @ParameterizedTest
    @ValueSource(strings = { "HEAD /\u0001 HTTP/1.1~Host: a~~", "HEAD / HTTP/1.1\nHost: a\n\n",
        "HEAD /a\rb HTTP/1.1~Host: a~~",
        "~HEAD /\u0000 HTTP/1.1~Host: a~~", "HEAD / a HTTP/1.1~Host: a~~", "HEAD * HTTP/1.1~Host: a~~",
        "HEAD / HTTP/2.0~Host: a~~", "HEAD / HTTP/1.1~~", "HEAD / HTTP/1.1~Host: a~b c: d~~",
        "HEAD / HTTP/1.1~Host: a~Content-Length: x~~", "HEAD / HTTP/1.1~Host: a~Expect: cookies~~" })
    void headThatIsRefusedHasNoBody(String text) {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient client = server.client().send(text.replace("~", "\r\n"));
            assertThat(client.readHeadResponse().status()).isBetween(400, 599);
            client.expectClosed();
        }
    }

    /** RFC 9110 section 9.3.2. */
    @Test
    void headWithALineThatIsTooLongHasNoBody() {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient client = server.client().send("HEAD /" + "a".repeat(9000));
            assertThat(client.readHeadResponse().status()).isEqualTo(414);
            client.expectClosed();
        }
    }

    @Test
    void status204HasNoContentLengthEvenIfTheHandlerSetsOne() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(204);
            response.headers().set("Content-Length", "0");
        })) {
            assertThat(server.client().get("/").hasHeader("Content-Length")).isFalse();
        }
    }

    @Test
    void status304KeepsTheLengthOfWhatIsNotSent() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(304);
            response.headers().set("Content-Length", "1000");
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").header("Content-Length")).contains("1000");
            assertThat(client.get("/").status()).isEqualTo(304);
        }
    }

    /** RFC 9110 section 8.6: it would have to be the length of the 200. */
    @Test
    void status304LosesTheLengthOfABodyThatWasGivenForIt() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(304);
            response.headers().set("Content-Length", "7").set("Content-Type", "text/plain").set("ETag", "\"a\"");
            response.write("dropped");
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.hasHeader("Content-Length")).isFalse();
            assertThat(response.hasHeader("Content-Type")).isFalse();
            assertThat(response.header("ETag")).contains("\"a\"");
            assertThat(client.get("/").status()).isEqualTo(304);
        }
    }

    @Test
    void status205HasLengthZero() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(205);
            response.write("dropped");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.header("Content-Length")).contains("0");
            assertThat(response.body()).isEmpty();
        }
    }

    @Test
    void anUnregisteredStatusHasAnEmptyReason() {
        try (TestServer server = TestServer.serving((request, response) -> response.status(799))) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(799);
            assertThat(response.reason()).isEmpty();
        }
    }

    @Test
    void earlyHintsComeBeforeTheAnswer() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Link", "</a.css>; rel=preload").set("Content-Length", "4");
            response.writeHead(103);
            response.headers().remove("Link");
            response.controller().writeInterim(102, new Headers());
            response.write("done");
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.interim()).extracting(RawResponse::status).containsExactly(103, 102);
            assertThat(response.interim().getFirst().headers("Link")).containsExactly("</a.css>; rel=preload");
            assertThat(response.interim().getFirst().hasHeader("Content-Length")).as("RFC 9110 section 8.6").isFalse();
            assertThat(response.hasHeader("Link")).isFalse();
            assertThat(response.text()).isEqualTo("done");
            RawResponse old = client.sendHead("GET / HTTP/1.0", "Host: a").readResponse();
            assertThat(old.interim()).as("an HTTP/1.0 client knows none").isEmpty();
        }
    }

    @Test
    void interimResponsesAfterTheCommitAreDropped() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("a");
            response.flush();
            response.writeHead(103);
            response.write("b");
        })) {
            assertThat(server.client().get("/").text()).isEqualTo("ab");
        }
    }

    // ---- CONNECT and OPTIONS

    @Test
    void connectWithoutAnybodyToTakeTheConnectionEndsIt() {
        try (TestServer server = TestServer.serving(HELLO)) {
            String text = server.client()
                    .send("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                    .readAll();
            assertThat(text).startsWith("HTTP/1.1 200 OK\r\n").containsOnlyOnce("HTTP/1.1 ");
            assertThat(server.events().started()).hasSize(1);
        }
    }

    @Test
    void a101ThatNobodyFollowsUpEndsTheConnection() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Upgrade", "nothing").set("Connection", "Upgrade");
            response.status(101);
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").header("Connection")).contains("Upgrade");
            client.trySend("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.expectClosed();
            assertThat(server.events().started()).hasSize(1);
        }
    }

    @Test
    void optionsAsterisk() {
        try (TestServer server = TestServer.serving((request, response) -> response.write(request.path()))) {
            assertThat(server.client().sendHead("OPTIONS * HTTP/1.1", "Host: a").readResponse().text()).isEqualTo("*");
        }
    }

    // ---- half-close, trailers, leaving

    @Test
    void aClientThatEndsItsSendingSideStillGetsItsAnswer() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            request.body().readAllBytes();
            await(ended);
            response.write("late");
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 2").send("ab").shutdownOutput();
            Await.until("the request", () -> server.events().started().size() == 1);
            ended.countDown();
            assertThat(client.readResponse().text()).isEqualTo("late");
            client.expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT);
        }
    }

    @Test
    void trailersOfTheRequest() {
        try (TestServer server = TestServer.serving((request, response) -> {
            String before = String.valueOf(request.trailers());
            request.body().readAllBytes();
            response.write(before + " " + request.trailers().get("Checksum"));
        })) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", "Trailer: Checksum");
            assertThat(client.send("1\r\nx\r\n0\r\nchecksum: 42\r\n\r\n").readResponse().text()).isEqualTo("null 42");
        }
    }

    @Test
    void trailersOfTheResponse() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Trailer", "Checksum");
            response.write("body");
            response.trailers().set("Checksum", "43");
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
            assertThat(response.trailers()).hasToString("[Checksum=43]");
            RawResponse old = client.sendHead("GET / HTTP/1.0", "Host: a").readResponse();
            assertThat(old.text()).isEqualTo("body");
            assertThat(old.framing()).isEqualTo(Framing.CLOSE);
        }
    }

    @Test
    void aBodyThatEndsEarlyIsSeenByTheHandlerAndCannotBeAnsweredFor() throws Exception {
        BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            try {
                request.body().readAllBytes();
            } catch (IOException e) {
                seen.add(e);
                throw e;
            }
        })) {
            for (String body : List.of("Content-Length: 5\r\n\r\nhell",
                    "Transfer-Encoding: chunked\r\n\r\n5\r\nhell")) {
                RawClient client = server.client();
                client.send("POST / HTTP/1.1\r\nHost: a\r\n" + body).shutdownOutput();
                assertThat(client.readAll()).isEmpty();
                assertThat(seen.poll(30, TimeUnit.SECONDS)).isInstanceOf(PeerGoneException.class);
            }
            assertThat(server.events().awaitEnded(2).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.events().awaitClosed(2)).isEqualTo(CloseReason.CLIENT_ABORT);
            assertThat(log.text()).as("the client's doing is nothing for the log").isEmpty();
        }
    }

    @Test
    void aClientThatResetsWhileItsAnswerIsWritten() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            while (true) {
                response.write(new byte[10_000]);
            }
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").readBytes(20_000);
            client.reset();
            ExchangeSummary summary = server.events().awaitEnded(1);
            assertThat(summary.outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT_ABORT);
            assertThat(server.events().panics()).isEmpty();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void whoWaitsForTheClientToLeaveIsTold() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch watching = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().onPeerGone(gone::countDown);
            watching.countDown();
            await(gone);
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            await(watching);
            client.reset();
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void afterAHalfCloseAFailedWriteTellsOfTheLeaving() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        CountDownLatch reset = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().onPeerGone(gone::countDown);
            await(reset);
            while (true) {
                response.write("x");
                response.flush();
            }
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").shutdownOutput();
            Await.until("the request", () -> server.events().started().size() == 1);
            assertThat(gone.getCount()).as("a half-close is no leaving").isEqualTo(1);
            client.reset();
            reset.countDown();
            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
        }
    }

    @Test
    void whatTheWatchReadsAheadBelongsToTheNextRequest() {
        CountDownLatch release = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            if (request.path().equals("/watch")) {
                response.controller().onPeerGone(() -> {
                });
                await(release);
            }
            response.write(request.path() + request.body().readAllBytes().length);
        })) {
            RawClient client = server.client();
            client.send("GET /watch HTTP/1.1\r\nHost: a\r\n\r\nPOST /next HTTP/1.1\r\nHost: a\r\n");
            Await.until("the request", () -> server.events().started().size() == 1);
            client.send("Content-Length: 5\r\n\r\nhello");
            release.countDown();
            assertThat(client.readResponse().text()).isEqualTo("/watch0");
            assertThat(client.readResponse().text()).isEqualTo("/next5");
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/watch").text()).isEqualTo("/watch0");
            }
            String request = "GET /watch HTTP/1.1\r\nHost: a\r\n\r\n";
            client.send(request.repeat(20));
            for (int i = 0; i < 20; i++) {
                assertThat(client.readResponse().text()).isEqualTo("/watch0");
            }
        }
    }

    // ---- what the server tells

    @Test
    void everyExchangeIsToldOnce() {
        try (TestServer server = TestServer.serving(ECHO)) {
            RawClient client = server.client();
            client.post("/a", "text/plain", "12345".getBytes());
            ExchangeSummary summary = server.events().awaitEnded(1);
            assertThat(summary.outcome()).isEqualTo(ExchangeOutcome.COMPLETED);
            assertThat(summary.status()).isEqualTo(200);
            assertThat(summary.bytesRead()).isEqualTo(5);
            assertThat(summary.bytesWritten()).isEqualTo(5);
            assertThat(summary.rejected()).isNull();
            assertThat(summary.request().path()).isEqualTo("/a");
            assertThat(summary.startedNanos()).isLessThanOrEqualTo(summary.firstByteNanos());
            assertThat(summary.firstByteNanos()).isLessThanOrEqualTo(summary.endedNanos());
            client.sendHead("GET / HTTP/9.9").readResponse();
            ExchangeSummary refused = server.events().awaitEnded(2);
            assertThat(refused.outcome()).isEqualTo(ExchangeOutcome.REJECTED);
            assertThat(refused.request()).isNull();
            assertThat(refused.status()).isEqualTo(505);
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.PROTOCOL_ERROR);
            assertThat(server.events().started()).hasSize(1);
            assertThat(server.events().rejected()).hasSize(1);
            assertThat(server.events().ended()).hasSize(2);
        }
    }

    @Test
    void statesOfAConnection() {
        try (TestServer server = TestServer.serving(HELLO)) {
            RawClient client = server.client();
            client.get("/");
            Await.until("idle", () -> server.events().states().size() == 2);
            client.get("/");
            Await.until("idle", () -> server.events().states().size() == 4);
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT);
            long id = server.events().accepted().getFirst().id();
            assertThat(server.events().states(id)).containsExactly(ConnectionState.ACTIVE, ConnectionState.IDLE,
                    ConnectionState.ACTIVE, ConnectionState.IDLE, ConnectionState.CLOSED);
        }
    }

    @Test
    void aSilentClientThatLeavesIsNoError() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(HELLO)) {
            server.client().close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT);
            RawClient half = server.client();
            half.send("GET / HT").close();
            assertThat(server.events().awaitClosed(2)).isEqualTo(CloseReason.CLIENT_ABORT);
            assertThat(server.events().ended()).isEmpty();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsHarmsNobody() {
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).listener(new ThrowingListener()).start()) {
            RawClient client = server.client();
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(client.get("/").status()).isEqualTo(200);
            client.close();
            server.awaitOpenConnections(0);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT);
            assertThat(log.warnings()).isNotEmpty().allSatisfy(m -> assertThat(m).contains("ThrowingListener"));
            assertThat(log.errors()).isEmpty();
        }
    }

    // ---- threads

    @Test
    void threadsAreVirtualAndNamed() {
        try (TestServer server = TestServer.serving((request, response) -> response.write(Thread.currentThread()
                .isVirtual() + " " + Thread.currentThread().getName()))) {
            assertThat(server.client().get("/").text()).isEqualTo("true zokor-test-" + server.port() + "-1");
            assertThat(server.client().get("/").text()).isEqualTo("true zokor-test-" + server.port() + "-2");
        }
    }

    @Test
    void aThreadMakerOfTheApplicationIsUsed() {
        try (TestServer server = TestServer.builder((request, response) -> response.write(
                Thread.currentThread().isVirtual() + " " + Thread.currentThread().getName()))
                .server(b -> b.threads((name, task) -> Thread.ofPlatform().daemon().name("my-" + name).unstarted(task)))
                .start()) {
            assertThat(server.client().get("/").text()).isEqualTo("false my-zokor-test-" + server.port() + "-1");
        }
    }

    @Test
    void aThreadMakerThatFailsCostsOneConnectionOnly() {
        boolean[] failing = { true };
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder(HELLO).server(b -> b.threads((name, task) -> {
                    if (failing[0]) {
                        failing[0] = false;
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return ConnectionThreads.virtual().newThread(name, task);
                })).start()) {
            server.client().expectClosed();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SERVER);
            assertThat(server.client().get("/").status()).isEqualTo(200);
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void theContextClassLoaderIsSetAnewForEachRequest() {
        ClassLoader loader = new ClassLoader(null) {
        };
        try (TestServer server = TestServer.builder((request, response) -> {
            response.write(String.valueOf(Thread.currentThread().getContextClassLoader() == loader));
            Thread.currentThread().setContextClassLoader(null);
        }).server(b -> b.contextClassLoader(loader)).start()) {
            RawClient client = server.client();
            assertThat(client.get("/").text()).isEqualTo("true");
            assertThat(client.get("/").text()).isEqualTo("true");
        }
    }

    @Test
    void anInterruptFlagLetsTheResponseOutAndDoesNotReachTheNextRequest() {
        try (TestServer server = TestServer.serving((request, response) -> {
            boolean before = Thread.currentThread().isInterrupted();
            Thread.currentThread().interrupt();
            request.body().readAllBytes();
            response.write(before + " " + "x".repeat(100_000));
            response.flush();
            response.write(" " + Thread.currentThread().isInterrupted());
        })) {
            RawClient client = server.client();
            for (int i = 0; i < 3; i++) {
                client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 3");
                Await.until("the handler", () -> !server.events().started().isEmpty());
                RawResponse response = client.send("abc").readResponse();
                assertThat(response.complete()).isTrue();
                assertThat(response.text()).startsWith("false ").endsWith(" true");
            }
        }
    }

    @Test
    void theBodyAndTheResponseAreDeadAfterTheExchange() throws Exception {
        BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
        BlockingQueue<ResponseWriter> responses = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            requests.add(request);
            responses.add(response);
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").readResponse();
            server.events().awaitEnded(1);
            client.send("GET /second");
            assertThat(catchThrowable(() -> requests.take().body().read()))
                    .isInstanceOf(IllegalStateException.class);
            ResponseWriter response = responses.take();
            assertThat(catchThrowable(() -> response.write("more")))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(catchThrowable(response::flush))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(catchThrowable(() -> response.controller().hijack()))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(client.sendHead(" HTTP/1.1", "Host: a").readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void aServerWithoutAHandlerServesTheDefaultMux() throws Exception {
        ServeMux.defaultMux().handle("GET /default-mux-test", HELLO);
        try (Server server = Server.builder().address("127.0.0.1:0").build().start();
                RawClient client = RawClient.connect(server.port())) {
            assertThat(client.get("/default-mux-test").text()).isEqualTo("hello\n");
            assertThat(client.get("/elsewhere").status()).isEqualTo(404);
            client.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3 })
    void severalListenersOfOneServer(int more) throws Exception {
        try (TestServer server = TestServer.serving((request, response) -> response.write(
                String.valueOf(((InetSocketAddress) request.connection().localAddress()).getPort())))) {
            for (int i = 0; i < more; i++) {
                TcpListener listener = TcpListener
                        .bind(new InetSocketAddress("127.0.0.1", 0), 10);
                server.server().start(listener);
                int port = ((InetSocketAddress) listener.address()).getPort();
                try (RawClient client = RawClient.connect(port)) {
                    assertThat(client.get("/").text()).isEqualTo(String.valueOf(port));
                }
                assertThat(server.server().port()).as("the first one's").isEqualTo(server.port());
            }
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain for " + Await.BOUND);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
