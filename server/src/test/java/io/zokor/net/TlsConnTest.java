package io.zokor.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data through {@link TlsConn}, against the JDK's own client sockets. */
@Timeout(60)
class TlsConnTest {

    private static final Identity SERVER = TestCertificates.selfSigned("server");

    private static final int MEGABYTES = 10 * 1024 * 1024;

    private ScriptedServer server;

    @AfterEach
    void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void echoes(String protocol) throws Exception {
        AtomicReference<TlsInfo> info = new AtomicReference<>();
        start(conn -> {
            info.set(conn.tls());
            ScriptedServer.ECHO.run(conn);
        });
        try (SSLSocket client = client(protocol)) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            assertThat(info.get().protocol()).isEqualTo(protocol).isEqualTo(client.getSession().getProtocol());
            assertThat(info.get().cipherSuite()).isEqualTo(client.getSession().getCipherSuite());
            assertThat(info.get().keySize()).isEqualTo(256);
            assertThat(info.get().sessionId()).matches("([0-9a-f]{2})+");
            assertThat(info.get().peerCertificates()).isEmpty();
        }
        assertThat(server.end().failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void carriesTenMegabytesEachWayAtOnce(String protocol) throws Exception {
        start(conn -> {
            CompletableFuture<byte[]> received = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> received.complete(receive(conn, MEGABYTES)));
            conn.write(ByteBuffer.wrap(noise(1, MEGABYTES)));
            assertThat(received.join()).isEqualTo(noise(2, MEGABYTES));
        });
        try (SSLSocket client = client(protocol)) {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(client, noise(2, MEGABYTES)));
            assertThat(client.getInputStream().readNBytes(MEGABYTES)).isEqualTo(noise(1, MEGABYTES));
            sent.get(30, TimeUnit.SECONDS);
            assertThat(server.end().failure()).isNull();
        }
    }

    @Test
    void readsIntoBuffersSmallerThanARecord() throws Exception {
        start(conn -> {
            byte[] all = new byte[50_000];
            for (int at = 0; at < all.length;) {
                at += conn.read(ByteBuffer.wrap(all, at, Math.min(1 + at % 700, all.length - at)));
            }
            assertThat(all).isEqualTo(noise(3, all.length));
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.getOutputStream().write(noise(3, 50_000));
            assertThat(server.end().failure()).isNull();
        }
    }

    @Test
    void readsIntoDirectBuffersAndWritesFromThem() throws Exception {
        start(conn -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect(20_000);
            while (buffer.hasRemaining()) {
                conn.read(buffer);
            }
            conn.write(buffer.flip());
            assertThat(buffer.hasRemaining()).isFalse();
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.getOutputStream().write(noise(4, 20_000));
            assertThat(client.getInputStream().readNBytes(20_000)).isEqualTo(noise(4, 20_000));
        }
    }

    @Test
    void twoBuffersShareARecord() throws Exception {
        start(conn -> conn.write(ByteBuffer.wrap("head ".getBytes(US_ASCII)),
                ByteBuffer.wrap("body".getBytes(US_ASCII))));
        try (SSLSocket client = client("TLSv1.3")) {
            byte[] buffer = new byte[100];
            int n = client.getInputStream().read(buffer);
            assertThat(new String(buffer, 0, n, US_ASCII)).isEqualTo("head body");
        }
    }

    @Test
    void twoLargeBuffersArriveInOrder() throws Exception {
        byte[] first = noise(5, 100_001);
        byte[] second = noise(6, 70_003);
        start(conn -> conn.write(ByteBuffer.wrap(first), ByteBuffer.wrap(second)));
        try (SSLSocket client = client("TLSv1.3")) {
            InputStream in = client.getInputStream();
            assertThat(in.readNBytes(first.length)).isEqualTo(first);
            assertThat(in.readNBytes(second.length)).isEqualTo(second);
        }
    }

    @Test
    void writesAPieceOfAFile(@TempDir Path directory) throws Exception {
        byte[] content = noise(7, 300_000);
        Path file = Files.write(directory.resolve("file"), content);
        start(conn -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                conn.transferFrom(channel, 1000, 250_000);
                assertThatThrownBy(() -> conn.transferFrom(channel, 299_999, 2)).isInstanceOf(EOFException.class);
            }
        });
        try (SSLSocket client = client("TLSv1.3")) {
            assertThat(client.getInputStream().readAllBytes()).startsWith(Arrays.copyOfRange(content, 1000, 251_000));
        }
        assertThat(server.end().failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void bytesThatComeOneByOneMakeTheSameHandshakeAndData(String protocol) throws Exception {
        start(ScriptedServer.ECHO);
        try (Relay relay = new Relay(server.port(), Relay.ONE_BY_ONE);
                SSLSocket client = client(protocol, relay.connect())) {
            client.startHandshake();
            send(client, noise(8, 3000));
            assertThat(client.getInputStream().readNBytes(3000)).isEqualTo(noise(8, 3000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void aClientHelloInRecordsOfOneByteIsRead(String protocol) throws Exception {
        start(ScriptedServer.ECHO);
        try (Relay relay = new Relay(server.port(), Relay.SPLIT_FIRST_RECORD);
                SSLSocket client = client(protocol, relay.connect())) {
            send(client, noise(9, 30));
            assertThat(client.getInputStream().readNBytes(30)).isEqualTo(noise(9, 30));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void closeSendsACloseNotifyAndWaitsForNone(String protocol) throws Exception {
        start(conn -> conn.write(ByteBuffer.wrap("bye".getBytes(US_ASCII))));
        try (SSLSocket client = client(protocol)) {
            client.startHandshake();
            // Without a close_notify the JDK's client fails here.
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("bye");
        }
        assertThat(server.end().failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void abortSendsNoCloseNotify(String protocol) throws Exception {
        start(conn -> {
            conn.write(ByteBuffer.wrap("half".getBytes(US_ASCII)));
            conn.read(ByteBuffer.allocate(1));
            conn.abort();
        });
        try (SSLSocket client = client(protocol)) {
            assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("half");
            client.getOutputStream().write(1);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void afterTheOutputIsShutDownInputIsStillRead(String protocol) throws Exception {
        start(conn -> {
            conn.read(ByteBuffer.allocate(1));
            conn.shutdownOutput();
            assertThat(receive(conn, 100_000)).isEqualTo(noise(10, 100_000));
        });
        try (SSLSocket client = client(protocol)) {
            OutputStream out = client.getOutputStream();
            out.write(1);
            out.write(noise(10, 100_000));
            assertThat(server.end().failure()).isNull();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aClientsCloseNotifyLeavesTheOutputOpen() throws Exception {
        start(conn -> {
            ByteBuffer all = ByteBuffer.allocate(10);
            while (conn.read(all) >= 0) {
                assertThat(all.hasRemaining()).isTrue();
            }
            conn.write(all.flip());
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.getOutputStream().write("request".getBytes(US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("request");
        }
        assertThat(server.end().failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void anEndWithoutCloseNotifyIsAnEnd(String protocol) throws Exception {
        start(ScriptedServer.ECHO);
        try (Socket raw = server.connect()) {
            SSLSocket client = client(protocol, raw);
            client.startHandshake();
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            raw.shutdownOutput();
            assertThat(server.end().failure()).isNull();
        }
    }

    @Test
    void anEndWithinARecordIsThePeerGone() throws Exception {
        start(ScriptedServer.ECHO);
        try (Socket raw = server.connect()) {
            client("TLSv1.3", raw).startHandshake();
            raw.getOutputStream().write(new byte[] { 23, 3, 3, 1, 0, 42 });
            raw.shutdownOutput();
            assertThat(server.end().failure()).isInstanceOf(PeerGoneException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void aForgedRecordIsAnAlertAndTheEnd(String protocol) throws Exception {
        start(ScriptedServer.ECHO);
        try (Socket raw = server.connect()) {
            SSLSocket client = client(protocol, raw);
            client.startHandshake();
            byte[] record = new byte[5 + 40];
            System.arraycopy(new byte[] { 23, 3, 3, 0, 40 }, 0, record, 0, 5);
            raw.getOutputStream().write(record);
            assertThat(server.end().failure()).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("bad_record_mac");
        }
    }

    @Test
    void aRecordLongerThanTlsAllowsIsTheEnd() throws Exception {
        start(ScriptedServer.ECHO);
        try (Socket raw = server.connect()) {
            client("TLSv1.3", raw).startHandshake();
            raw.getOutputStream().write(new byte[] { 23, 3, 3, (byte) 0xff, (byte) 0xff, 42 });
            assertThat(server.end().failure()).isInstanceOf(SSLException.class);
        }
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        start(ScriptedServer.ECHO);
        try (SSLSocket client = client("TLSv1.2")) {
            client.startHandshake();
            client.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            client.startHandshake();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(IOException.class);
        }
        assertThat(server.end().failure()).hasMessageContaining("renegotiation");
    }

    @Test
    void keyUpdatesAreAnsweredWithTheNextWrite() throws Exception {
        start(ScriptedServer.ECHO);
        try (SSLSocket client = client("TLSv1.3")) {
            for (int i = 0; i < 20; i++) {
                client.startHandshake(); // In TLS 1.3 an established socket sends a KeyUpdate.
                client.getOutputStream().write(i);
                assertThat(client.getInputStream().read()).isEqualTo(i);
            }
        }
    }

    @Test
    void aFloodOfKeyUpdatesIsTheEnd() throws Exception {
        start(ScriptedServer.ECHO);
        try (SSLSocket client = client("TLSv1.3")) {
            assertThatThrownBy(() -> {
                for (int i = 0; i < 10_000; i++) {
                    client.startHandshake();
                }
                client.getInputStream().read();
            }).isInstanceOf(IOException.class);
            assertThat(server.end().failure()).hasMessageContaining("records without data");
        }
    }

    /** CVE-2024-5971: a writer must not wait until something is read. */
    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void aWriterNeedsNoReader(String protocol) throws Exception {
        start(conn -> conn.write(ByteBuffer.wrap(noise(11, 2_000_000))));
        try (SSLSocket client = client(protocol)) {
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(noise(11, 2_000_000));
        }
    }

    @Test
    void closingIsBoundedWhereThePeerDoesNotRead() throws Exception {
        CountDownLatch full = new CountDownLatch(1);
        start(conn -> {
            conn.writeDeadline(Deadline.after(Ticker.system().nanos(), Duration.ofMillis(300)), TimeoutKind.WRITE);
            full.countDown();
            conn.write(ByteBuffer.wrap(new byte[64 * 1024 * 1024]));
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.startHandshake();
            assertThat(full.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(server.end().failure()).isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void closingByAnotherThreadEndsABlockedReadAndWrite() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        AtomicReference<Conn> accepted = new AtomicReference<>();
        CompletableFuture<CompletableFuture<Void>> reader = new CompletableFuture<>();
        start(conn -> {
            accepted.set(conn);
            reader.complete(CompletableFuture.runAsync(() -> receive(conn, 1)));
            started.countDown();
            conn.write(ByteBuffer.wrap(new byte[64 * 1024 * 1024]));
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.startHandshake();
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
            accepted.get().close();
            assertThat(server.end().failure()).isInstanceOf(IOException.class);
            assertThat(reader.join()).failsWithin(Duration.ofSeconds(20)).withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void theInterruptFlagSurvivesAndStopsNothing() throws Exception {
        start(conn -> {
            Thread.currentThread().interrupt();
            ByteBuffer one = ByteBuffer.allocate(1);
            conn.read(one);
            conn.write(one.flip());
            assertThat(Thread.interrupted()).isTrue();
        });
        try (SSLSocket client = client("TLSv1.3")) {
            client.getOutputStream().write(42);
            assertThat(client.getInputStream().read()).isEqualTo(42);
        }
        assertThat(server.end().failure()).isNull();
    }

    @Test
    void nothingIsReadOrWrittenBeforeTheHandshake() throws Exception {
        TlsConn conn = new TlsConn(new TlsHelloTest.ArrayConn(new byte[0], 1),
                TlsContexts.of(TlsContext.of(SERVER.context())), List.of(),
                new LogLimit(System.getLogger("test"), System.Logger.Level.INFO));
        assertThatThrownBy(() -> conn.read(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> conn.write(ByteBuffer.allocate(1))).isInstanceOf(IllegalStateException.class);
        assertThat(conn.tls()).isNull();
    }

    private void start(ScriptedServer.Script script) throws IOException {
        server = new ScriptedServer(
                inner -> new TlsListener(inner, TlsContexts.of(TlsContext.of(SERVER.context()))), script);
    }

    private SSLSocket client(String protocol) throws IOException {
        return client(protocol, server.connect());
    }

    private static SSLSocket client(String protocol, Socket raw) throws IOException {
        SSLSocket socket = (SSLSocket) TestCertificates.trusting(SERVER).getSocketFactory().createSocket(raw,
                "localhost",
                raw.getPort(), true);
        socket.setEnabledProtocols(new String[] { protocol });
        return socket;
    }

    private static byte[] receive(Conn conn, int count) {
        ByteBuffer all = ByteBuffer.allocate(count);
        try {
            while (all.hasRemaining() && conn.read(all) >= 0) {
                // Goes on until the buffer is full or the input ends.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Arrays.copyOf(all.array(), all.position());
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] noise(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
