package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.zokor.config.Http2;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.Handler;
import io.zokor.internal.http2.Http2Client.Response;
import io.zokor.net.Conn;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.Await;
import io.zokor.testing.ConformanceHandler;
import io.zokor.testing.ListenerDouble;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class Http2ConnectionTest {

    private static final Http2 ON = Http2.defaults().withEnabled(true);

    private final CountDownLatch release = new CountDownLatch(1);

    static TestServer.Builder server(Handler handler) {
        return TestServer.builder(handler).server(made -> made.http2(ON));
    }

    private static TestServer conformance() {
        return server(new ConformanceHandler()).start();
    }

    // ---- which protocol (sections 3.2 to 3.4)

    @Test
    void bothProtocolsOnOnePort() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/uri")).text()).isEqualTo("GET /uri HTTP/2.0\n");
            assertThat(server.client().get("/uri").text()).isEqualTo("GET /uri HTTP/1.1\n");
        }
    }

    @Test
    void whatOnlyBeginsLikeThePrefaceIsHttp1() {
        try (TestServer server = conformance()) {
            assertThat(server.client().sendHead("PROPFIND /uri HTTP/1.1", "Host: a").readResponse().text())
                    .isEqualTo("PROPFIND /uri HTTP/1.1\n");
            assertThat(server.client().sendHead("PRI /uri HTTP/1.1", "Host: a").readResponse().text())
                    .isEqualTo("PRI /uri HTTP/1.1\n");
        }
    }

    @Test
    void http2IsChosenByAlpn() throws Exception {
        try (TestServer server = server(new ConformanceHandler()).tls().start();
                HttpClient client = HttpClient.newBuilder().sslContext(server.sslContext()).build()) {
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(server.uri("/uri")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.body()).isEqualTo("GET /uri HTTP/2.0\n");
            client.shutdownNow();
        }
    }

    @Test
    void withoutIt_theyAreServedByHttp1() throws Exception {
        try (TestServer server = TestServer.builder(new ConformanceHandler()).tls().start();
                HttpClient client = HttpClient.newBuilder().sslContext(server.sslContext()).build()) {
            HttpResponse<String> response = client.send(HttpRequest.newBuilder(server.uri("/uri")).build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            client.shutdownNow();
        }
    }

    /** Section 9.2.2: TLS 1.2 without authenticated encryption. */
    @Test
    void aProhibitedCipherSuiteIsInadequateSecurity() throws Exception {
        TestCertificates.Identity identity = TestCertificates.selfSigned("localhost");
        TlsContext terms = new TlsContext(identity.context(), List.of("TLSv1.2"), null, TlsContext.ClientAuth.NONE);
        TlsListener listener = new TlsListener(
                TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10), TlsContexts.of(terms),
                ON.applicationProtocols());
        try (TestServer server = server(new ConformanceHandler()).source(listener).start();
                SSLSocket socket = (SSLSocket) TestCertificates.trusting(identity).getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setCipherSuites(Arrays.stream(socket.getSupportedCipherSuites())
                    .filter(suite -> suite.startsWith("TLS_ECDHE_") && suite.contains("_CBC_")).toArray(String[]::new));
            parameters.setApplicationProtocols(new String[] { "h2" });
            socket.setSSLParameters(parameters);
            try (Http2Client client = Http2Client.over(socket)) {
                client.raw(Http2Client.PREFACE).settings();
                assertThat(client.read().type()).isEqualTo(Frames.SETTINGS);
                assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.INADEQUATE_SECURITY);
            }
        }
    }

    // ---- messages (section 8)

    @Test
    void aBodyComesBack() {
        byte[] body = new byte[200_000];
        Arrays.fill(body, (byte) 'b');
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            client.windowUpdate(0, 1 << 20);
            int id = client.post("/echo", "content-type", "text/x");
            client.windowUpdate(id, 1 << 20);
            for (int at = 0; at < body.length; at += 10_000) {
                client.data(id, at + 10_000 == body.length, Arrays.copyOfRange(body, at, at + 10_000));
                client.sync();
            }
            Response response = client.response(id);
            assertThat(response.fields).containsEntry("content-type", "text/x");
            assertThat(response.body.toByteArray()).isEqualTo(body);
        }
    }

    @Test
    void aSmallAnswerIsOneHeadAndOneData() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            Response response = client.response(client.get("/"));
            assertThat(response.text()).isEqualTo("ok");
            assertThat(response.dataFrames).isEqualTo(1);
        }
    }

    @Test
    void trailersGoBothWays() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/trailers");
            client.data(id, false, "abc").send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, id,
                    Http2Client.block("x-t", "1", "content-length", "3"));
            assertThat(client.response(id).text()).isEqualTo("x-t: 1\n");
            assertThat(client.response(client.get("/sendtrailers")).trailers).containsExactly(
                    java.util.Map.entry("x-trailer", "end"));
        }
    }

    /** What gRPC calls trailers-only has no empty DATA between its two blocks. */
    @Test
    void trailersWithoutABodyAreTwoBlocks() {
        Handler handler = (request, response) -> response.trailers().set("grpc-status", "5");
        try (TestServer server = server(handler).start(); Http2Client client = Http2Client.of(server)) {
            Response response = client.response(client.get("/"));
            assertThat(response.trailers).containsEntry("grpc-status", "5");
            assertThat(response.dataFrames).isZero();
            assertThat(response.fields).doesNotContainKey("content-length");
        }
    }

    @Test
    void a100IsSentWhenTheBodyIsRead() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/echo", "expect", "100-continue");
            client.await(frame -> frame.stream() == id && frame.type() == Frames.HEADERS);
            assertThat(client.seen(id).interims).containsExactly(100);
            client.data(id, true, "now");
            assertThat(client.response(id).text()).isEqualTo("now");
            assertThat(client.response(client.get("/earlyhints")).interims).containsExactly(103);
        }
    }

    @Test
    void aFileIsSentPieceByPiece() throws Exception {
        Path file = Files.createTempFile("http2", ".bin");
        byte[] content = new byte[300_000];
        Arrays.fill(content, (byte) 'f');
        Files.write(file, content);
        Handler handler = (request, response) -> {
            try (var channel = java.nio.channels.FileChannel.open(file)) {
                response.controller().transferFrom(channel, 1, 299_999);
            }
        };
        try (TestServer server = server(handler).start(); Http2Client client = Http2Client.of(server)) {
            client.windowUpdate(0, 1 << 20).settings(4, 1 << 20);
            assertThat(client.response(client.get("/")).body.size()).isEqualTo(299_999);
        }
        Files.delete(file);
    }

    /** Section 8.1: the answer is whole before the request is, which is not wanted any more. */
    @Test
    void anEarlyAnswerEndsTheUpload() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/ignore", "content-length", "10000000");
            Response response = client.response(id);
            assertThat(response.text()).isEqualTo("ignored");
            assertThat(client.awaitReset(id)).isEqualTo(ErrorCode.NO_ERROR);
            client.data(id, false, "late").sync();
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
        }
    }

    @Test
    void aPanicIsAnsweredAndEndsNothingElse() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/panic")).status).isEqualTo(500);
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
            server.events().awaitEnded(2);
            assertThat(server.events().ended()).extracting(ExchangeSummary::outcome)
                    .containsExactlyInAnyOrder(ExchangeOutcome.PANIC, ExchangeOutcome.COMPLETED);
        }
    }

    @Test
    void aResponseThatIsTooShortIsReset() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            int id = client.get("/cl?n=10&m=5");
            assertThat(client.awaitReset(id)).isEqualTo(ErrorCode.INTERNAL_ERROR);
            assertThat(client.seen(id).ended).isFalse();
        }
    }

    // ---- windows (section 5.2)

    @Test
    void nothingIsSentBeyondTheWindows() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server, 4, 10)) {
            int id = client.get("/big?n=100");
            client.awaitBody(id, 10);
            client.windowUpdate(id, 25).awaitBody(id, 35);
            client.settings(4, 50).awaitBody(id, 75);
            client.windowUpdate(id, 1000);
            assertThat(client.response(id).body.size()).isEqualTo(100);
        }
    }

    // ---- shutdown (section 6.8)

    @Test
    void aShutdownAnnouncesAndServesWhatRuns() throws Exception {
        Handler handler = (request, response) -> {
            if (request.path().equals("/wait") && !release.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody released the handler");
            }
            response.write("answer");
        };
        try (TestServer server = server(handler).start(); Http2Client client = Http2Client.of(server)) {
            int waiting = client.get("/wait");
            client.sync();
            Thread stopping = Thread.ofVirtual().start(() -> {
                try {
                    server.server().shutdown(Await.BOUND);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            var first = client.await(frame -> frame.type() == Frames.GOAWAY);
            assertThat(first.int32(0)).isEqualTo(Integer.MAX_VALUE);
            var ping = client.await(frame -> frame.type() == Frames.PING);
            int late = client.get("/");
            client.send(Frames.PING, Frames.ACK, 0, ping.payload());
            assertThat(client.response(late).text()).isEqualTo("answer");
            Await.until("named", () -> {
                client.sync();
                return client.frames().stream()
                        .anyMatch(frame -> frame.type() == Frames.GOAWAY && frame.int32(0) == late);
            });
            release.countDown();
            assertThat(client.response(waiting).text()).isEqualTo("answer");
            assertThat(client.read()).isNull();
            client.close();
            assertThat(stopping.join(Await.BOUND)).isTrue();
            assertThat(server.events().goAways()).hasSize(1);
        }
    }

    @Test
    void aServerThatKeepsNoConnectionsSaysSoWithItsNextAnswer() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
            server.server().keepAlives(false);
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.NO_ERROR);
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.COMPLETE);
        }
    }

    /** As Go's server has it: what {@code Connection: close} says in HTTP/1, GOAWAY says in HTTP/2; the answer is whole. */
    @ParameterizedTest
    @ValueSource(strings = { "close", "x, Close" })
    void aHandlerEndsTheConnection(String value) {
        Handler handler = (request, response) -> {
            response.headers().set("Connection", value);
            response.write("last");
        };
        try (TestServer server = server(handler).start(); Http2Client client = Http2Client.of(server)) {
            Http2Client.Response answer = client.response(client.get("/"));
            assertThat(answer.text()).isEqualTo("last");
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.NO_ERROR);
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.COMPLETE);
        }
    }

    /** A client's FIN is no abort. */
    @Test
    void aClientThatEndsItsOutputGetsItsAnswers() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            int id = client.get("/slow?ms=50");
            int unfinished = client.post("/echo");
            client.endOutput();
            assertThat(client.response(id).text()).isEqualTo("slow");
            assertThat(client.awaitReset(unfinished)).isEqualTo(ErrorCode.INTERNAL_ERROR);
            assertThat(client.read()).isNull();
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT_ABORT);
        }
    }

    /** Section 6.8: behind the client's GOAWAY its PINGs are still answered, and then the connection ends. */
    @Test
    void aClientThatLeavesIsNotWaitedFor() {
        try (TestServer server = conformance(); Http2Client client = Http2Client.of(server)) {
            client.send(Frames.GOAWAY, 0, 0, new byte[8]).sync();
            assertThat(client.read()).isNull();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT);
            assertThat(server.events().timeouts()).isEmpty();
        }
    }

    /** Where descriptors run out, idle connections go; these can be told. */
    @Test
    void anIdleConnectionThatMustGoIsTold() throws Exception {
        AtomicInteger failures = new AtomicInteger();
        Listener inner = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        try (TestServer server = server(new ConformanceHandler()).source(new FullListener(inner, failures)).start();
                Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
            Await.until("idle", () -> server.server().connections().getFirst().state() == ConnectionState.IDLE);
            failures.set(2);
            // The blocked accept takes this one; the next calls fail.
            try (Http2Client other = Http2Client.silent(server)) {
                assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.NO_ERROR);
                client.close();
                assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.SERVER);
                assertThat(other.raw(Http2Client.PREFACE).settings().read().type()).isEqualTo(Frames.SETTINGS);
            }
        }
    }

    /** Fails as often as is said. */
    private static final class FullListener extends ListenerDouble {

        private final AtomicInteger failures;

        FullListener(Listener inner, AtomicInteger failures) {
            super(inner);
            this.failures = failures;
        }

        @Override
        public Conn accept() throws IOException {
            if (failures.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
                throw new IOException("Too many open files");
            }
            return inner.accept();
        }
    }

    // ---- what can be seen

    @Test
    void theLiveViewShowsStreams() throws Exception {
        Handler handler = (request, response) -> {
            if (!release.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody released the handler");
            }
        };
        try (TestServer server = server(handler).start(); Http2Client client = Http2Client.of(server)) {
            client.get("/one");
            client.get("/two");
            client.sync();
            Await.until("two handlers", () -> server.server().activeRequests() == 2);
            ConnectionSnapshot connection = server.server().connections().getFirst();
            assertThat(connection.state()).isEqualTo(ConnectionState.ACTIVE);
            assertThat(connection.requests()).extracting(ConnectionSnapshot.RequestSnapshot::protocolRequestId)
                    .containsExactly("1", "3");
            assertThat(connection.requests()).extracting(ConnectionSnapshot.RequestSnapshot::path)
                    .containsExactly("/one", "/two");
            assertThat(connection.requests().getFirst().thread()).isEqualTo(connection.thread() + "-1");
            release.countDown();
            client.response(1);
            client.response(3);
            Await.until("idle", () -> server.server().connections().getFirst().state() == ConnectionState.IDLE);
            assertThat(server.events().streamsOpened()).isEqualTo(2);
            assertThat(server.events().streamsClosed()).isEqualTo(2);
        }
    }
}
