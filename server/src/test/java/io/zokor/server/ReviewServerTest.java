package io.zokor.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLSocket;

import io.zokor.config.Compression;
import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TcpListener;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a review of the server found, each as it showed. */
@Timeout(60)
class ReviewServerTest {

    private static final Identity SERVER = TestCertificates.selfSigned("server");

    private static final Handler ECHO = (request, response) -> request.body().transferTo(response.body());

    @Test
    void aBrokenTlsRecordInABodyIsTheClientsDoingAndNoPanic() throws Exception {
        TlsListener listener = new TlsListener(
                TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10),
                TlsContexts.of(new TlsContext(SERVER.context(), null, null, TlsContext.ClientAuth.NONE)));
        try (TestServer server = TestServer.builder(ECHO).source(listener).start();
                Socket raw = new Socket(InetAddress.getLoopbackAddress(), server.port());
                SSLSocket tls = (SSLSocket) TestCertificates.trusting(SERVER).getSocketFactory().createSocket(raw,
                        "localhost", server.port(), true)) {
            tls.getOutputStream()
                    .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc".getBytes(US_ASCII));
            byte[] broken = new byte[105];
            System.arraycopy(new byte[] { 23, 3, 3, 0, 100 }, 0, broken, 0, 5);
            raw.getOutputStream().write(broken);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.CLIENT_ABORT);
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @Test
    void shutdownHooksRunWhenNobodyCanBeginAnotherStream() throws Exception {
        CompletableFuture<String> hook = new CompletableFuture<>();
        try (TestServer server = TestServer.serving(ECHO)) {
            int port = server.port();
            server.server().onShutdown(() -> {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    hook.complete("connected to " + socket);
                } catch (IOException e) {
                    hook.complete("refused");
                }
            });
            assertThat(server.server().shutdown(Await.BOUND)).isTrue();
            assertThat(hook).isCompletedWithValue("refused");
        }
    }

    @Test
    void aHookThatFailsBadlyDoesNotKeepTheServerRunning() throws Exception {
        try (TestServer server = TestServer.serving(ECHO)) {
            server.server().onShutdown(() -> {
                throw new AssertionError("thrown on purpose");
            });
            assertThat(server.server().shutdown(Await.BOUND)).isTrue();
            assertThat(server.server().port()).isEqualTo(-1);
        }
    }

    @Test
    void aShutdownThatIsCutShortByACloseDoesNotSayThatAllEndedByItself() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        try (TestServer server = TestServer.builder((request, response) -> {
            running.countDown();
            Thread.sleep(30_000);
        }).leavesConnectionsOpen().start()) {
            server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
            int port = server.port();
            CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.server().shutdown(Duration.ofSeconds(30));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            Await.until("the listener's end", () -> !accepts(port));
            server.server().close();
            assertThat(ended.get(30, TimeUnit.SECONDS)).isFalse();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void theTimeOfDrainingIsCounted() {
        Limits limits = Limits.defaults().with(v -> v.drainTimeout(Duration.ofMillis(100)));
        try (TestServer server = TestServer.builder((request, response) -> response.write("early"))
                .config(config -> config.limits(limits)).start()) {
            RawClient client = server.client().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
            assertThat(client.readResponse().text()).isEqualTo("early");
            server.events().awaitClosed(1);
            assertThat(server.events().timeouts()).contains(TimeoutKind.DRAIN);
        }
    }

    @Test
    void aHandlerThatSwallowsAWriteDeadlineIsStillInterruptedByItsOwn() {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().writeDeadline(Duration.ofNanos(1));
            try {
                response.flush();
            } catch (DeadlineExceededException e) {
                assertThat(e.kind()).isEqualTo(TimeoutKind.WRITE);
            }
            response.controller().requestDeadline(Duration.ofMillis(200));
            try {
                response.flush();
            } catch (DeadlineExceededException e) {
                assertThat(e.kind()).isEqualTo(TimeoutKind.WRITE);
            }
            try {
                Thread.sleep(10_000);
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        })) {
            server.client().sendHead("GET / HTTP/1.1", "Host: a");
            Await.until("the handler's end", interrupted::isDone);
            assertThat(interrupted).isCompletedWithValue(true);
        }
    }

    @Test
    void aContentLengthWithASignIsTheHandlersMistake() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", "+5");
            response.write("hello");
        })) {
            assertThat(server.client().get("/").status()).isEqualTo(500);
        }
    }

    /** A servlet's read helper does so: its 100 must not get into the head that another thread writes just then. */
    @Test
    void aBodyThatAnotherThreadReadsDoesNotDisturbTheHead() {
        try (TestServer server = TestServer.serving((request, response) -> {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    request.body().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            response.headers().set("X-Long", "x".repeat(200));
            response.flush();
            response.write("hello");
            response.flush();
            reader.join();
        })) {
            for (int i = 0; i < 300; i++) {
                try (RawClient client = server.client().sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 1",
                        "Connection: close", "Expect: 100-continue")) {
                    String head = client.readUntil("hello");
                    assertThat(head).matches(
                            "(?s)(HTTP/1.1 100 Continue\\r\\n\\r\\n)?HTTP/1.1 200 OK\\r\\nX-Long: x{200}\\r\\n.*\\r\\n5\\r\\nhello");
                    client.send("x");
                    assertThat(client.readAll()).isEqualTo("\r\n0\r\n\r\n");
                }
            }
            server.events().awaitEnded(300);
            assertThat(server.events().panics()).isEmpty();
            assertThat(server.events().ended()).allMatch(end -> end.outcome() == ExchangeOutcome.COMPLETED);
        }
    }

    /** RFC 9110 section 6.5.1: what frames or routes a message may not be generated as a trailer. */
    @Test
    void framingDoesNotGoOutAsATrailer() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.trailers().set("Content-Length", "3").set("transfer-encoding", "gzip").set("X-Sum", "7");
            response.write("hello");
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a", "Connection: close");
            assertThat(client.readAll()).endsWith("\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 7\r\n\r\n");
        }
    }

    @Test
    void aFileIsCompressedThoughTheHandlerHasSetItsInterruptFlag(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file.txt"), "abc".repeat(10_000));
        Compression gzip = new Compression(true, List.of("text/plain"), 10, List.of());
        try (TestServer server = TestServer.builder((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            Thread.currentThread().interrupt();
            try (FileChannel channel = FileChannel.open(file)) {
                response.controller().transferFrom(channel, 0, 30_000);
            }
        }).config(config -> config.compression(gzip)).start()) {
            RawResponse response = server.client()
                    .sendHead("GET / HTTP/1.1", "Host: a", "Accept-Encoding: gzip").readResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("Content-Encoding")).contains("gzip");
        }
    }
}
