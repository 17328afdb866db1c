package io.zokor.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.zokor.net.TlsContext.ClientAuth;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes: terms by name, exchanged terms, client certificates, and clients that do not keep to the protocol. */
@Timeout(60)
class TlsListenerTest {

    private static final Identity SERVER = TestCertificates.selfSigned("server");

    private static final Identity OTHER = TestCertificates.selfSigned("other", "a.example", "*.example");

    private static final Identity CLIENT = TestCertificates.selfSigned("client");

    private final AtomicReference<TlsInfo> info = new AtomicReference<>();

    private ScriptedServer server;

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({ "TLSv1.2,NEED", "TLSv1.3,NEED", "TLSv1.2,WANT", "TLSv1.3,WANT" })
    void aClientsCertificateIsTold(String protocol, ClientAuth auth) throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(CLIENT), null, null, auth)));
        try (SSLSocket client = client(CLIENT.context(SERVER), null)) {
            client.setEnabledProtocols(new String[] { protocol });
            echo(client);
            assertThat(info.get().peerCertificates()).containsExactly(CLIENT.certificate());
        }
    }

    @ParameterizedTest
    @CsvSource({ "TLSv1.2,NONE", "TLSv1.3,NONE", "TLSv1.2,WANT", "TLSv1.3,WANT" })
    void aClientNeedsNoCertificateUnlessItIsNeeded(String protocol, ClientAuth auth) throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(CLIENT), null, null, auth)));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            client.setEnabledProtocols(new String[] { protocol });
            echo(client);
            assertThat(info.get().peerCertificates()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void aClientWithoutTheNeededCertificateIsRefused(String protocol) throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(CLIENT), null, null, ClientAuth.NEED)));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            client.setEnabledProtocols(new String[] { protocol });
            assertThatThrownBy(() -> echo(client)).isInstanceOf(SSLException.class).hasMessageContaining("alert");
        }
        assertThat(server.end().failure()).isInstanceOf(SSLHandshakeException.class);
    }

    @ParameterizedTest
    @EnumSource(value = ClientAuth.class, names = { "WANT", "NEED" })
    void aCertificateThatIsNotTrustedIsRefused(ClientAuth auth) throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(CLIENT), null, null, auth)));
        // OTHER claims the issuer the server asks for, so that its client sends it.
        Identity impostor = TestCertificates.selfSigned("client");
        try (SSLSocket client = client(impostor.context(SERVER), null)) {
            assertThatThrownBy(() -> echo(client)).isInstanceOf(SSLException.class);
        }
        assertThat(server.end().failure()).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void resumedSessionsKeepTheClientsCertificate() throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(CLIENT), null, null, ClientAuth.NEED)));
        SSLContext context = CLIENT.context(SERVER);
        for (int i = 0; i < 3; i++) {
            try (SSLSocket client = client(context, null)) {
                echo(client);
                assertThat(info.get().peerCertificates()).containsExactly(CLIENT.certificate());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = { "a.example,other", "A.EXAMPLE,other", "b.c.example,other",
        "c.example,server",
        "localhost,server", "-,server" })
    void theNameChoosesTheContext(@Nullable String name, String expected) throws Exception {
        TlsContext other = TlsContext.of(OTHER.context());
        start(TlsContexts.of(TlsContext.of(SERVER.context()), Map.of("A.example", other, "*.c.example", other)));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER, OTHER), name)) {
            echo(client);
            assertThat(subject(client)).isEqualTo("CN=" + expected);
            assertThat(info.get().serverName()).isEqualTo(name == null ? null : name.toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void theNameChoosesClientAuthentication() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context()),
                Map.of("a.example", new TlsContext(OTHER.context(CLIENT), null, null, ClientAuth.NEED))));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER, OTHER), "b.example")) {
            echo(client);
        }
        try (SSLSocket client = client(TestCertificates.trusting(SERVER, OTHER), "a.example")) {
            assertThatThrownBy(() -> echo(client)).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void exchangedTermsServeNewConnectionsAndOldOnesLiveOn() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        SSLContext trusting = TestCertificates.trusting(SERVER, OTHER);
        try (SSLSocket old = client(trusting, null)) {
            echo(old);
            for (int i = 0; i < 20; i++) {
                Identity next = TestCertificates.selfSigned("next " + i);
                listener().contexts(TlsContexts.of(TlsContext.of(next.context())));
                try (SSLSocket client = client(TestCertificates.trusting(next), null)) {
                    echo(client);
                    assertThat(subject(client)).isEqualTo("CN=next " + i);
                }
                echo(old);
            }
        }
    }

    /** The terms are read when the ClientHello is there, not when the connection is accepted. */
    @Test
    void aConnectionThatWaitsForItsHandshakeSeesTheExchange() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (Socket raw = server.connect()) {
            listener().contexts(TlsContexts.of(TlsContext.of(OTHER.context())));
            SSLSocket client = client(TestCertificates.trusting(OTHER), null, raw);
            echo(client);
            assertThat(subject(client)).isEqualTo("CN=other");
        }
    }

    @ParameterizedTest
    @CsvSource({ "TLSv1.2,TLSv1.3", "TLSv1.3,TLSv1.2" })
    void protocolsThatAreNotEnabledAreRefused(String enabled, String wanted) throws Exception {
        start(TlsContexts.of(new TlsContext(SERVER.context(), List.of(enabled), null, ClientAuth.NONE)));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            client.setEnabledProtocols(new String[] { wanted });
            assertThatThrownBy(client::startHandshake).isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("protocol_version");
        }
        assertThat(server.end().failure()).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void cipherSuitesAreThoseEnabled() throws Exception {
        String suite = "TLS_CHACHA20_POLY1305_SHA256";
        start(TlsContexts.of(new TlsContext(SERVER.context(), null, List.of(suite), ClientAuth.NONE)));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            echo(client);
            assertThat(info.get().cipherSuite()).isEqualTo(suite);
            assertThat(info.get().keySize()).isEqualTo(256);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void theApplicationProtocolIsAgreed(String protocol) throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            client.setEnabledProtocols(new String[] { protocol });
            offer(client, "h2", "http/1.1");
            echo(client);
            assertThat(client.getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(info.get().applicationProtocol()).isEqualTo("http/1.1");
        }
    }

    @Test
    void withoutAnOfferThereIsNoApplicationProtocol() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            echo(client);
            assertThat(info.get().applicationProtocol()).isNull();
        }
    }

    /** RFC 7301 section 3.2. */
    @Test
    void anOfferWithoutACommonProtocolIsRefused() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            offer(client, "h2");
            assertThatThrownBy(client::startHandshake).hasMessageContaining("no_application_protocol");
        }
    }

    @Test
    void aRequestInPlainHttpIsThrown() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (Socket client = server.connect()) {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            assertThat(server.end().failure()).isInstanceOf(PlainHttpOnTlsException.class);
        }
    }

    @Test
    void garbageGetsAnAlert() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (Socket client = server.connect()) {
            client.getOutputStream().write("SSH-2.0-OpenSSH_9.2p1\r\n".getBytes(US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).containsExactly(21, 3, 3, 0, 2, 2, 10);
        }
        assertThat(server.end().failure()).isInstanceOf(SSLException.class);
    }

    @Test
    void randomBytesEndTheConnectionAndOthersAreServed() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        Random random = new Random(7);
        for (int i = 0; i < 50; i++) {
            try (Socket client = server.connect()) {
                byte[] bytes = new byte[200 + i];
                random.nextBytes(bytes);
                if (i % 2 == 0) {
                    // Goes further into the engine.
                    System.arraycopy(new byte[] { 22, 3, 1, 0, (byte) 195, 1, 0, 0, (byte) 191 }, 0, bytes, 0, 9);
                }
                client.getOutputStream().write(bytes);
                client.shutdownOutput();
                client.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            assertThat(server.end().failure()).isInstanceOf(IOException.class);
        }
        try (SSLSocket client = client(TestCertificates.trusting(SERVER), null)) {
            echo(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "\u0016", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003ZZZZ",
        "GET" })
    void aStalledHandshakeEndsAtItsDeadline(String sent) throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())), Duration.ofMillis(200));
        try (Socket client = server.connect()) {
            client.getOutputStream().write(sent.getBytes(ISO_8859_1));
            assertThat(server.end().failure()).isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("zokor.timeouts.tls-handshake");
            int answer;
            try {
                answer = client.getInputStream().read();
            } catch (SocketException e) {
                // What the server has not read turns its close into a reset.
                answer = -1;
            }
            assertThat(answer).isEqualTo(-1);
        }
    }

    @Test
    void aHandshakeThatStallsHalfWayEndsAtItsDeadline() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())), Duration.ofMillis(300));
        // What the client says after its hello never comes.
        Relay.Pump firstRecord = (from, to) -> {
            to.write(from.readNBytes(3));
            byte[] length = from.readNBytes(2);
            to.write(length);
            to.write(from.readNBytes((length[0] & 0xff) << 8 | length[1] & 0xff));
            from.transferTo(OutputStream.nullOutputStream());
        };
        try (Relay relay = new Relay(server.port(), firstRecord);
                SSLSocket client = client(TestCertificates.trusting(SERVER), null, relay.connect())) {
            client.setEnabledProtocols(new String[] { "TLSv1.2" });
            assertThatThrownBy(client::startHandshake).isInstanceOf(IOException.class);
            assertThat(server.end().failure()).isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void aClientThatLeavesInTheHandshakeIsThePeerGone() throws Exception {
        start(TlsContexts.of(TlsContext.of(SERVER.context())));
        try (Socket client = server.connect()) {
            client.getOutputStream().write(new byte[] { 22, 3, 1 });
        }
        assertThat(server.end().failure()).isInstanceOf(PeerGoneException.class);
    }

    private void start(TlsContexts contexts) throws IOException {
        start(contexts, Duration.ofSeconds(20));
    }

    private void start(TlsContexts contexts, Duration handshake) throws IOException {
        server = new ScriptedServer(inner -> new TlsListener(inner, contexts), conn -> {
            info.set(conn.tls());
            ScriptedServer.ECHO.run(conn);
        }, handshake);
    }

    private TlsListener listener() {
        return (TlsListener) server.listener();
    }

    private SSLSocket client(SSLContext context, @Nullable String name) throws IOException {
        return client(context, name, server.connect());
    }

    private static SSLSocket client(SSLContext context, @Nullable String name, Socket raw) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(raw, "127.0.0.1", raw.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static void offer(SSLSocket client, String... protocols) {
        SSLParameters parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        client.setSSLParameters(parameters);
    }

    private static void echo(SSLSocket client) throws IOException {
        client.getOutputStream().write(7);
        assertThat(client.getInputStream().read()).isEqualTo(7);
    }

    private static String subject(SSLSocket client) throws IOException {
        return ((X509Certificate) client.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
    }
}
