package io.zokor.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.net.AddressRange;
import io.zokor.net.Listener;
import io.zokor.net.ProxyProtocolListener;
import io.zokor.net.TcpListener;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsInfo;
import io.zokor.net.TlsListener;
import io.zokor.net.UnixListener;
import io.zokor.testing.Await;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP over TLS, behind a PROXY protocol header and on a Unix domain socket. */
@Timeout(60)
class ServerTlsTest {

    private static final Identity SERVER = TestCertificates.selfSigned("server");

    private static final SSLContext TRUSTING = TestCertificates.trusting(SERVER);

    private static final Handler ECHO = (request, response) -> request.body().transferTo(response.body());

    private final EventLog events = new EventLog();

    private final ManualClock clock = new ManualClock();

    private Server server;

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void aRequestKnowsItsTls(String protocol) throws Exception {
        start(tls(List.of(protocol)), (request, response) -> {
            TlsInfo tls = request.connection().tls();
            response.write(
                    tls.protocol() + " " + tls.keySize() + " " + tls.serverName() + " " + tls.applicationProtocol());
        });
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "www.example.com", "http/1.1")) {
            assertThat(client.get("/").text()).isEqualTo(protocol + " 256 www.example.com http/1.1");
            assertThat(events.handshakes()).containsExactly(protocol);
        }
    }

    @Test
    void aConnectionServesManyRequests() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.post("/", "text/plain", ("hello " + i).getBytes(US_ASCII)).text())
                        .isEqualTo("hello " + i);
            }
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.CLIENT)));
    }

    @Test
    void largeBodiesGoBothWaysAtOnce() throws Exception {
        start(tls(null), ECHO);
        String body = "0123456789abcdef".repeat(64 * 1024);
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            CompletableFuture<Void> sent = CompletableFuture
                    .runAsync(() -> client.send("POST / HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body));
            assertThat(client.readResponse().text()).isEqualTo(body);
            sent.join();
        }
    }

    @Test
    void theLastResponseIsFollowedByACloseNotify() throws Exception {
        start(tls(null), (request, response) -> {
            response.write("until the end");
            response.flush();
        });
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            // Fails without a close_notify.
            assertThat(client.readAll()).endsWith("\r\n\r\nuntil the end");
        }
    }

    @Test
    void anAbortedResponseHasNoCloseNotify() throws Exception {
        start(tls(null), (request, response) -> {
            response.write("half");
            response.flush();
            throw new AbortHandlerException();
        });
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            boolean cut;
            try {
                client.readAll();
                cut = client.wasReset();
            } catch (UncheckedIOException e) {
                cut = true;
            }
            assertThat(cut).isTrue();
        }
    }

    @Test
    void aHalfClosedClientGetsItsResponse() throws Exception {
        start(tls(List.of("TLSv1.3")), ECHO);
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello").shutdownOutput();
            assertThat(client.readResponse().text()).isEqualTo("hello");
        }
    }

    @Test
    void aSlowHeadIsAnsweredWith408() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            client.send("GET / HTTP/1.1\r\nHo");
            awaitState(ConnectionState.ACTIVE);
            clock.advance(Duration.ofSeconds(10));
            assertThat(client.readResponse().status()).isEqualTo(408);
            client.expectClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 100, 5_000, 60_000 })
    void plainHttpOfAnyLengthIsAnsweredReadably(int cookieLength) throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET /x HTTP/1.1\r\nHost: localhost\r\nCookie: a=" + "b".repeat(cookieLength) + "\r\n\r\n");
            assertThat(client.readAll())
                    .matches("(?s)HTTP/1\\.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                            + "Content-Length: 66\r\nDate: [^\r]+ GMT\r\n(Server: [^\r]+\r\n)?Connection: close\r\n\r\n"
                            + "This port expects HTTPS[^\n]{42}\n");
        }
    }

    @Test
    void aHeadRequestInPlainHttpGetsNoBody() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            assertThat(client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").readAll()).startsWith("HTTP/1.1 400 ")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void plainHttpIsRefusedReadablyAndCounted() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.text()).contains("HTTPS");
            assertThat(response.header("Connection")).hasValue("close");
            client.expectClosed();
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.TLS)));
        assertThat(events.rejected()).containsExactly(RejectReason.PLAIN_ON_TLS + " 400");
        assertThat(events.handshakes()).containsExactly("PlainHttpOnTlsException");
        assertThat(events.summaries()).isEqualTo(1);
    }

    @Test
    void garbageEndsTheConnectionAlone() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("\u0001\u0002garbage").shutdownOutput();
            assertThat(client.readAll()).isEqualTo("\u0015\u0003\u0003\u0000\u0002\u0002\n");
        }
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            assertThat(client.get("/").status()).isEqualTo(200);
        }
        assertThat(events.closes()).contains(CloseReason.TLS);
    }

    @Test
    void aStalledHandshakeEndsInTimeAndIsCounted() throws Exception {
        start(tls(null), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001");
            awaitState(ConnectionState.TLS);
            clock.advance(Duration.ofSeconds(10));
            client.expectClosed();
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.TIMEOUT)));
        assertThat(events.timeouts()).containsExactly(TimeoutKind.TLS_HANDSHAKE);
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void shutdownEndsIdleConnectionsWithACloseNotify() throws Exception {
        start(tls(null), ECHO);
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost");
            clients.add(client);
            assertThat(client.get("/").status()).isEqualTo(200);
        }
        assertThat(server.shutdown(Await.BOUND)).isTrue();
        for (RawClient client : clients) {
            // Fails without a close_notify.
            client.expectClosed().close();
        }
        assertThat(events.closes()).hasSize(20);
    }

    /** Lesson 37: a client that does not read must not hold the end of a connection, nor the server's. */
    @Test
    void clientsThatDoNotReadDoNotHoldAShutdown() throws Exception {
        start(tls(null), (request, response) -> {
            byte[] piece = new byte[64 * 1024];
            for (int i = 0; i < 1000; i++) {
                response.write(piece);
            }
        });
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost");
            clients.add(client);
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        Await.until("the requests", () -> server.activeRequests() == 10);
        assertThat(server.shutdown(Duration.ofMillis(100))).isFalse();
        Await.until("the ends", () -> events.closes().size() == 10);
        clients.forEach(RawClient::close);
    }

    @Test
    void exchangedTermsReachARunningServer() throws Exception {
        TlsListener listener = tls(null);
        start(listener, ECHO);
        Identity next = TestCertificates.selfSigned("next");
        try (RawClient old = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            listener.contexts(TlsContexts.of(TlsContext.of(next.context())));
            assertThat(old.get("/").status()).isEqualTo(200);
            try (RawClient client = RawClient.connectTls(server.port(), TestCertificates.trusting(next), "localhost")) {
                assertThat(client.get("/").status()).isEqualTo(200);
                assertThat(((SSLSocket) client.socket()).getSession().getPeerCertificates())
                        .containsExactly(next.certificate());
            }
            assertThatThrownBy(() -> RawClient.connectTls(server.port(), TRUSTING, "localhost"))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(old.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void theAddressesOfAProxyHeaderReachEachRequest() throws Exception {
        start(new ProxyProtocolListener(tcp(), List.of(AddressRange.parse("127.0.0.1"))),
                (request, response) -> response
                        .write(request.connection().remoteAddress() + " " + request.connection().localAddress()));
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("PROXY TCP4 192.0.2.7 198.51.100.2 4000 443\r\n");
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").text()).isEqualTo("/192.0.2.7:4000 /198.51.100.2:443");
            }
        }
    }

    @Test
    void aProxyThatIsNotTrustedGetsNothing() throws Exception {
        start(new ProxyProtocolListener(tcp(), List.of(AddressRange.parse("192.0.2.0/24"))), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            assertThat(client.trySend("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")).isIn(true, false);
            client.expectClosed();
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.PROTOCOL_ERROR)));
        assertThat(events.handshakes()).isEmpty();
    }

    /** What fails while a proxy's header is read is the client's leaving, on a plain port and before a TLS handshake alike. */
    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void aFailureWhileAProxyHeaderIsReadIsNoTlsFailure(boolean encrypted) throws Exception {
        Listener failing = new ProxyProtocolListener(new BrokenInputListener(tcp()),
                List.of(AddressRange.parse("127.0.0.1")));
        start(encrypted ? new TlsListener(failing, TlsContexts.of(TlsContext.of(SERVER.context()))) : failing, ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.expectClosed();
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.CLIENT_ABORT)));
        assertThat(events.handshakes()).isEmpty();
    }

    @Test
    void aClientThatLeavesBeforeItsProxyHeaderHasBegunNoTlsHandshake() throws Exception {
        start(new TlsListener(new ProxyProtocolListener(tcp(), List.of(AddressRange.parse("127.0.0.1"))),
                TlsContexts.of(TlsContext.of(SERVER.context()))), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("PROXY");
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.CLIENT_ABORT)));
        assertThat(events.handshakes()).isEmpty();
    }

    @Test
    void aHeaderThatDoesNotComeIsNoTlsHandshake() throws Exception {
        start(new ProxyProtocolListener(tcp(), List.of(AddressRange.parse("127.0.0.1"))), ECHO);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send("PROXY");
            awaitState(ConnectionState.NEW);
            clock.advance(Duration.ofSeconds(10));
            client.expectClosed();
        }
        Await.until("the end of the connection", () -> events.closes().equals(List.of(CloseReason.TIMEOUT)));
        assertThat(events.handshakes()).isEmpty();
    }

    @Test
    void aUnixDomainSocketIsServed() throws Exception {
        Path directory = Files.createTempDirectory("zk");
        Path path = directory.resolve("s");
        try {
            start(UnixListener.bind(path, 10, null), ECHO);
            assertThat(server.port()).isEqualTo(-1);
            try (RawClient client = RawClient.connect(server.address())) {
                assertThat(client.post("/", "text/plain", "hello".getBytes(US_ASCII)).text()).isEqualTo("hello");
                assertThat(client.get("/").status()).isEqualTo(200);
            }
            assertThat(server.shutdown(Await.BOUND)).isTrue();
            assertThat(path).doesNotExist();
        } finally {
            Files.deleteIfExists(path);
            Files.delete(directory);
        }
    }

    /** What a client that leaves at any point of a handshake costs: nothing. */
    @Test
    void resetsInTheHandshakeLeaveNothing() throws Exception {
        start(tls(null), ECHO);
        byte[] hello = new byte[40];
        System.arraycopy(new byte[] { 22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3 }, 0, hello, 0, 11);
        for (int i = 0; i < 100; i++) {
            RawClient client = RawClient.connect(server.port());
            try {
                OutputStream out = client.socket().getOutputStream();
                out.write(hello, 0, i % hello.length);
            } catch (IOException e) {
                assertThat(e).isNotNull();
            }
            client.reset();
        }
        Await.until("the ends", () -> events.closes().size() == 100 && server.openConnections() == 0);
        try (RawClient client = RawClient.connectTls(server.port(), TRUSTING, "localhost")) {
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    private void awaitState(ConnectionState state) {
        Await.until("a connection in state " + state,
                () -> server.connections().stream().anyMatch(one -> one.state() == state));
    }

    private void start(Listener listener, Handler handler) {
        server = Server.builder().handler(handler).listener(events).ticker(clock)
                .build().start(listener);
    }

    private static TlsListener tls(List<String> protocols) throws IOException {
        return new TlsListener(tcp(), TlsContexts
                .of(new TlsContext(SERVER.context(), protocols, null, TlsContext.ClientAuth.NONE)));
    }

    private static TcpListener tcp() throws IOException {
        return TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    }
}
