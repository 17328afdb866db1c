package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.net.AddressRange;
import io.zokor.net.ProxyProtocolListener;
import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.Await;
import io.zokor.testing.FrameClient;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;
import io.zokor.testing.TestServer;
import io.zokor.websocket.WebSockets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** zokor.limits.max-per-client for connections. Linux has all of 127.0.0.0/8 for clients. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ConnectionsPerClientTest {

    private static final String FLOOD = "127.0.0.2";

    private static final String OTHER = "127.0.0.3";

    private final Semaphore permits = new Semaphore(0);

    private final Handler handler = (request, response) -> {
        switch (request.path()) {
            case "/wait" -> {
                if (!permits.tryAcquire(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("waited in vain");
                }
            }
            case "/panic" -> throw new IllegalStateException("on purpose");
            case "/abort" -> throw new AbortHandlerException();
            case "/hijack" -> response.controller().hijack().close();
            case "/close" -> response.headers().set("Connection", "close");
            default -> {
            }
        }
        response.write("done");
    };

    private TestServer.Builder builder(int maxPerClient) {
        return TestServer.builder(handler).config(c -> c.limits(Limits.defaults()
                .with(v -> v.maxPerClient(maxPerClient).drainTimeout(Duration.ofMillis(200)))));
    }

    private static void isEmptyWhenAllHaveLeft(TestServer server) {
        server.close();
        assertThat(server.server().mostOfOneClient()).isZero();
    }

    @Test
    void beyondTheLimitConnectionsAreResetAndThoseOfOthersServed() {
        try (LogCapture log = LogCapture.server(); TestServer server = builder(2).start()) {
            RawClient one = server.clientFrom(FLOOD);
            assertThat(one.get("/").text()).isEqualTo("done");
            assertThat(server.clientFrom(FLOOD).get("/").text()).isEqualTo("done");
            for (int i = 0; i < 5; i++) {
                server.clientFrom(FLOOD).expectReset();
            }
            assertThat(server.clientFrom(OTHER).get("/").text()).isEqualTo("done");
            assertThat(one.get("/").text()).as("those that were there go on").isEqualTo("done");
            Await.until("the ends of the refused", () -> server.events().closed().size() == 5);
            assertThat(server.events().closeReasons()).containsOnly(CloseReason.PER_CLIENT);
            assertThat(server.events().started()).hasSize(4);
            assertThat(server.server().mostOfOneClient()).isEqualTo(2);
            assertThat(log.warnings()).singleElement().asString().contains("127.0.0.2/32 has 2 open connections",
                    "zokor.limits.max-per-client");
        }
    }

    @Test
    void overTlsTheResetComesBeforeTheHandshake() throws Exception {
        try (TestServer server = builder(1).tls().start()) {
            RawClient first = server.client();
            assertThat(first.get("/").text()).isEqualTo("done");
            server.clientFrom("127.0.0.1").expectReset();
            Await.until("the end of the refused", () -> server.events().closed().size() == 1);
            assertThat(server.events().closeReasons()).containsExactly(CloseReason.PER_CLIENT);
            assertThat(server.events().handshakes()).hasSize(1);
        }
    }

    /** Whatever becomes of a connection, its place is free then. */
    @ParameterizedTest
    @ValueSource(strings = { "", "GET / HT", "GET /close HTTP/1.1\r\nHost: a\r\n\r\n", "no HTTP at all\r\n\r\n",
        "GET /panic HTTP/1.1\r\nHost: a\r\n\r\n", "GET /abort HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /hijack HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" })
    void aConnectionThatEndsMakesRoomForTheNext(String sent) {
        try (LogCapture log = LogCapture.server(); TestServer server = builder(1).start()) {
            for (int i = 1; i <= 4; i++) {
                int count = i;
                RawClient client = server.clientFrom(FLOOD).send(sent);
                Await.until("it is accepted", () -> server.events().accepted().size() == count);
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
                Await.until("its place is free", () -> server.server().openConnections() == 0
                        && server.server().mostOfOneClient() == 0);
            }
            assertThat(server.clientFrom(FLOOD).get("/").text()).isEqualTo("done");
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void anIdleConnectionThatTheServerEndsMakesRoomForTheNext() {
        try (TestServer server = builder(1).config(c -> c.timeouts(
                Timeouts.defaults().with(v -> v.idle(Duration.ofMillis(20))))).start()) {
            RawClient first = server.clientFrom(FLOOD);
            assertThat(first.get("/").status()).isEqualTo(200);
            first.expectClosed();
            Await.until("its place is free", () -> server.server().mostOfOneClient() == 0);
            assertThat(server.clientFrom(FLOOD).get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void aWebSocketSessionCountsAsAConnection() {
        TestServer.Builder builder = TestServer.builder(WebSockets.handler(session -> session.read()))
                .config(c -> c.limits(Limits.defaults().with(v -> v.maxPerClient(2))));
        try (TestServer server = builder.start();
                FrameClient one = FrameClient.open(server.clientFrom(FLOOD));
                FrameClient two = FrameClient.open(server.clientFrom(FLOOD))) {
            Await.until("no request is left of them", () -> server.server().activeRequests() == 0);
            server.clientFrom(FLOOD).expectReset();
            two.close();
            Await.until("one is left", () -> server.server().openConnections() == 1);
            try (FrameClient next = FrameClient.open(server.clientFrom(FLOOD))) {
                assertThat(next.close(1000).read().closeCode()).isEqualTo(1000);
            }
            assertThat(one.close(1000).read().closeCode()).isEqualTo(1000);
        }
    }

    @Test
    void theLimitCanBeChangedWhileConnectionsAreOpen() {
        try (TestServer server = TestServer.serving(handler)) {
            RawClient before = server.clientFrom(FLOOD);
            assertThat(before.get("/").status()).isEqualTo(200);
            server.server().limits(server.server().limits().with(v -> v.maxPerClient(1)));
            assertThat(server.clientFrom(FLOOD).get("/").status()).as("who came before does not count").isEqualTo(200);
            server.clientFrom(FLOOD).expectReset();
            server.server().limits(server.server().limits().with(v -> v.maxPerClient((int) Limits.OFF)));
            assertThat(server.clientFrom(FLOOD).get("/").status()).isEqualTo(200);
            isEmptyWhenAllHaveLeft(server);
        }
    }

    // ---- who the client is

    /** Version 2 of the PROXY protocol, for a source of IPv4 or IPv6. */
    private static byte[] proxyHeader(String source) throws IOException {
        byte[] address = InetAddress.ofLiteral(source).getAddress();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21 });
        out.write(address.length == 4 ? 0x11 : 0x21);
        out.write(0);
        out.write(2 * address.length + 4);
        out.writeBytes(address);
        out.writeBytes(address);
        out.writeBytes(new byte[] { 0x12, 0x34, 1, (byte) 0xbb });
        return out.toByteArray();
    }

    private TestServer behindAProxy(int maxPerClient) throws IOException {
        return builder(maxPerClient).source(new ProxyProtocolListener(
                TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100),
                List.of(AddressRange.parse("127.0.0.0/8")))).start();
    }

    private static RawClient announced(String source, TestServer server) throws IOException {
        return server.client().send(proxyHeader(source));
    }

    @Test
    void theSourceOfAProxyHeaderIsTheClient() throws Exception {
        try (TestServer server = behindAProxy(1)) {
            assertThat(announced("192.0.2.1", server).get("/").status()).isEqualTo(200);
            assertThat(announced("192.0.2.2", server).get("/").status()).isEqualTo(200);
            announced("192.0.2.1", server).expectClosed();
            Await.until("the end of the refused", () -> server.events().closed().size() == 1);
            assertThat(server.events().closeReasons()).containsExactly(CloseReason.PER_CLIENT);
            isEmptyWhenAllHaveLeft(server);
        }
    }

    @Test
    void soIsThatOfAHeaderWithinTls() throws Exception {
        Identity identity = TestCertificates.selfSigned("localhost");
        try (TestServer server = builder(1).source(new ProxyProtocolListener(
                new TlsListener(TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100),
                        TlsContexts.of(TlsContext.of(identity.context()))),
                List.of(AddressRange.parse("127.0.0.0/8")))).start();
                RawClient one = RawClient.connectTls(server.port(), TestCertificates.trusting(identity), "localhost");
                RawClient two = RawClient.connectTls(server.port(), TestCertificates.trusting(identity), "localhost")) {
            assertThat(one.send(proxyHeader("192.0.2.1")).get("/").status()).isEqualTo(200);
            two.send(proxyHeader("192.0.2.1")).expectReset();
            Await.until("the end of the refused", () -> server.events().closed().size() == 1);
            assertThat(server.events().closeReasons()).containsExactly(CloseReason.PER_CLIENT);
        }
    }

    @Test
    void anIpv6ClientIsItsPrefixOf64Bits() throws Exception {
        try (TestServer server = behindAProxy(1)) {
            assertThat(announced("2001:db8:0:1::1", server).get("/").status()).isEqualTo(200);
            assertThat(announced("2001:db8:0:2::1", server).get("/").status()).isEqualTo(200);
            announced("2001:db8:0:1:ffff::2", server).expectClosed();
            Await.until("the end of the refused", () -> server.events().closed().size() == 1);
            assertThat(server.events().closeReasons()).containsExactly(CloseReason.PER_CLIENT);
        }
    }

    @Test
    void aProxyThatAnnouncesNobodyCountsForNobody() throws Exception {
        try (TestServer server = behindAProxy(1)) {
            List<RawClient> checks = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                checks.add(server.client().send("PROXY UNKNOWN\r\n").sendHead("GET /wait HTTP/1.1", "Host: a"));
            }
            Await.until("all run", () -> server.server().activeRequests() == 3);
            assertThat(server.server().mostOfOneClient()).isZero();
            permits.release(3);
            checks.forEach(check -> assertThat(check.readResponse().status()).isEqualTo(200));
        }
    }

    // ---- nothing is kept

    @Test
    void afterAFloodFromManyAddressesNothingIsKept() throws Exception {
        try (TestServer server = behindAProxy(1)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                clients.add(announced("10.0." + i / 250 + "." + i % 250, server)
                        .sendHead(i % 2 == 0 ? "GET /wait HTTP/1.1" : "GET / HTTP/1.1", "Host: a"));
            }
            Await.until("every other one waits", () -> server.server().activeRequests() == 250);
            assertThat(server.server().mostOfOneClient()).isEqualTo(1);
            for (int i = 0; i < clients.size(); i += 3) {
                clients.get(i).reset();
            }
            permits.release(250);
            isEmptyWhenAllHaveLeft(server);
        }
    }
}
