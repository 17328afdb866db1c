package io.zokor.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.zokor.testing.RawResponse.Framing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawClientTest {

    private ServerSocket listener;
    private RawClient client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        client = RawClient.connect(listener.getLocalPort());
        server = listener.accept();
        server.setSoTimeout(10_000);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void aServerThatResetsAtOnceMayBeFasterThanConnect() throws Exception {
        Thread resetting = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 500; i++) {
                    try (Socket accepted = listener.accept()) {
                        accepted.setSoLinger(true, 0);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        for (int i = 0; i < 500; i++) {
            try (RawClient one = RawClient.connect(listener.getLocalPort())) {
                one.trySend("GET / HTTP/1.1\r\n");
                assertThat(one.isClosedByPeer(Await.BOUND)).isTrue();
                one.shutdownOutput().expectReset();
            }
        }
        assertThat(resetting.join(Await.BOUND)).isTrue();
    }

    @Test
    void sendsTextAsItIs() throws IOException {
        client.send("GET / HTTP/1.1\r\nX: \u00ff\n\r\n").shutdownOutput();
        assertThat(server.getInputStream().readAllBytes())
                .isEqualTo("GET / HTTP/1.1\r\nX: \u00ff\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsABodyOfKnownLength() throws IOException {
        answer("HTTP/1.1 200 OK\r\nA: 1\r\na:2\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 204 \r\n\r\n");
        RawResponse response = client.readResponse();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.reason()).isEqualTo("OK");
        assertThat(response.headers("A")).containsExactly("1", "2");
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.framing()).isEqualTo(Framing.LENGTH);
        assertThat(response.complete()).isTrue();
        assertThat(client.readResponse().status()).isEqualTo(204);
    }

    @Test
    void readsAChunkedBodyWithTrailers() throws IOException {
        answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n");
        RawResponse response = client.readResponse();
        assertThat(response.text()).isEqualTo("hello0123456789");
        assertThat(response.framing()).isEqualTo(Framing.CHUNKED);
        assertThat(response.trailers()).containsExactly(Map.entry("T", "x"));
    }

    @Test
    void readsABodyThatTheEndOfTheConnectionEnds() throws IOException {
        answer("HTTP/1.0 200 OK\r\n\r\nhello");
        server.shutdownOutput();
        RawResponse response = client.readResponse();
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.framing()).isEqualTo(Framing.CLOSE);
        assertThat(response.complete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Length: 6\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "Transfer-Encoding: chunked\r\n\r\n6\r\nhello" })
    void tellsACutBody(String rest) throws IOException {
        answer("HTTP/1.1 200 OK\r\n" + rest);
        server.shutdownOutput();
        RawResponse response = client.readResponse();
        assertThat(response.text()).isEqualTo("hello");
        assertThat(response.complete()).isFalse();
    }

    @Test
    void aBodyThatAResetEndsIsCut() throws IOException {
        answer("HTTP/1.0 200 OK\r\n\r\nhello");
        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.readBytes(5)).isEqualTo("hello");
        server.setSoLinger(true, 0);
        server.close();
        client.expectReset();
    }

    @Test
    void listsInterimResponses() throws IOException {
        answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        RawResponse response = client.readResponse();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.interim()).extracting(RawResponse::status).containsExactly(100, 103);
        assertThat(response.interim().get(1).header("link")).contains("</a>");
    }

    @Test
    void aResponseToHeadHasNoBody() throws IOException {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        RawResponse response = client.readHeadResponse();
        assertThat(response.framing()).isEqualTo(Framing.NONE);
        assertThat(response.header("content-length")).contains("5");
        assertThat(client.readResponse().status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1 200\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\n\r\n", "HTTP/1.1 200 OK\r\nA : 1\r\n\r\n", "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" })
    void isNotLenient(String response) throws IOException {
        answer(response);
        assertThatExceptionOfType(AssertionError.class).isThrownBy(client::readResponse);
    }

    @Test
    void readsUntilAText() throws IOException {
        answer("one\r\ntwo\r\nrest");
        assertThat(client.readUntil("two\r\n")).isEqualTo("one\r\ntwo\r\n");
        server.shutdownOutput();
        assertThat(client.readAll()).isEqualTo("rest");
    }

    @Test
    void aSilentServerIsAFailureThatTellsSo() {
        client.timeout(Duration.ofMillis(20));
        assertThatExceptionOfType(AssertionError.class).isThrownBy(client::readResponse)
                .withMessage("nothing came for 20 ms");
    }

    @Test
    void tellsWhetherTheServerHasEndedTheConnection() throws IOException {
        assertThat(client.isClosedByPeer(Duration.ofMillis(20))).isFalse();
        answer("rest");
        server.shutdownOutput();
        assertThat(client.readBytes(4)).isEqualTo("rest");
        assertThat(client.isClosedByPeer(Await.BOUND)).isTrue();
        client.expectClosed();
        assertThat(client.wasReset()).isFalse();
    }

    @Test
    void resetsTheConnection() {
        client.reset();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> server.getInputStream().read())
                .withMessageContaining("reset");
    }

    @Test
    void speaksToAUnixDomainSocket(@TempDir Path folder) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                RawClient unixClient = RawClient.connect(address);
                SocketChannel accepted = unix.accept()) {
            unixClient.send("hi");
            ByteBuffer read = ByteBuffer.allocate(2);
            accepted.read(read);
            assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(new byte[] { 'h', 'i' }));
            assertThat(unixClient.isClosedByPeer(Duration.ofMillis(20))).isFalse();
            accepted.write(ByteBuffer.wrap("HTTP/1.1 204 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertThat(unixClient.readResponse().status()).isEqualTo(204);
            accepted.close();
            unixClient.expectClosed();
        }
    }

    private void answer(String text) throws IOException {
        server.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
