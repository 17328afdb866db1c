package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

import io.zokor.config.Compression;
import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.ResponseWriter;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.LogCapture;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A response that ends before it is whole: what was written reaches the client, and nobody can take it for whole (RFC 9112
 * sections 8 and 9.6).
 */
class CutResponseTest {

    private static final Duration BRIEF = Duration.ofMillis(50);

    /** Ways to end a response in the middle. */
    private enum End {
        EXCEPTION, ERROR, ABORT, ABORT_EXCEPTION, REFUSAL, REQUEST_TIMEOUT, SHORT;

        void happen(ResponseWriter response) throws Exception {
            switch (this) {
                case EXCEPTION -> throw new IllegalStateException("on purpose");
                case ERROR -> throw new StackOverflowError("on purpose");
                case ABORT -> response.controller().abort(null);
                case ABORT_EXCEPTION -> throw new AbortHandlerException();
                case REFUSAL -> throw new RejectedRequestException(400, RejectReason.CONTENT, "on purpose");
                case REQUEST_TIMEOUT -> {
                    response.controller().requestDeadline(BRIEF);
                    Thread.sleep(Duration.ofSeconds(30));
                }
                case SHORT -> {
                }
            }
        }
    }

    private static final int SIZE = 12_000;

    private static Handler committedThen(End end, boolean length) {
        return (request, response) -> {
            if (length) {
                response.headers().set("Content-Length", "20000");
            }
            // More than the buffer holds, so that the response is committed, but no flush.
            for (int i = 0; i < SIZE / 1000; i++) {
                response.write("x".repeat(1000));
            }
            assertThat(response.controller().isCommitted()).isTrue();
            end.happen(response);
        };
    }

    @ParameterizedTest
    @EnumSource
    void whatIsCommittedLeavesBeforeAFixedResponseIsCut(End end) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(committedThen(end, true))) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            RawResponse response = client.readCutResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).hasSize(SIZE);
            assertThat(client.wasReset()).isFalse();
            assertThat(server.events().awaitEnded(1).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
    void whatIsCommittedLeavesBeforeAChunkedResponseIsCut(End end) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(committedThen(end, false))) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(client.readCutResponse().body()).hasSize(SIZE);
            assertThat(client.wasReset()).isFalse();
        }
    }

    /** The end of the connection would look like the end of the body. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
    void whatEndsWithTheConnectionIsReset(End end) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(committedThen(end, false))) {
            RawClient client = server.client().sendHead("GET / HTTP/1.0", "Host: a");
            assertThat(client.readCutResponse().body()).hasSize(SIZE);
            assertThat(client.wasReset()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
    void whatIsCommittedLeavesCompressedAsWell(End end) throws Exception {
        try (LogCapture log = LogCapture.server();
                TestServer server = compressing((request, response) -> {
                    response.headers().set("Content-Type", "text/plain");
                    committedThen(end, false).handle(request, response);
                })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a", "Accept-Encoding: gzip");
            RawResponse response = client.readCutResponse();
            assertThat(response.header("Content-Encoding")).contains("gzip");
            try (GZIPInputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
                assertThat(unzipped.readNBytes(SIZE)).hasSize(SIZE);
            }
            assertThat(client.wasReset()).isFalse();
        }
    }

    /** A client that is still sending must not lose what was sent to a reset by its own bytes. */
    @Test
    void theCutWaitsForAClientThatIsStillSending() {
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.serving(committedThen(End.EXCEPTION, true))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Length: 100000").send("y".repeat(50_000));
            assertThat(client.readCutResponse().body()).hasSize(SIZE);
            assertThat(client.send("y".repeat(50_000)).readAll()).isEmpty();
            assertThat(client.wasReset()).isFalse();
        }
    }

    @Test
    void aClientThatDoesNotReadDoesNotHoldTheCut() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.controller().bufferSize(20_000_000);
            response.flush();
            response.write(new byte[20_000_000]);
            throw new IllegalStateException("on purpose");
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.APP_ABORT);
            client.close();
        }
    }

    // ---- a failure behind a whole response

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "SHORT", "ABORT", "ABORT_EXCEPTION" })
    void aResponseThatIsWholeIsNotCutByALaterFailure(End end) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", Integer.toString(SIZE));
            response.write("x".repeat(SIZE - 1));
            response.write("x");
            end.happen(response);
        })) {
            for (String version : new String[] { "HTTP/1.1", "HTTP/1.0" }) {
                RawClient client = server.client().sendHead("GET / " + version, "Host: a");
                RawResponse response = client.readResponse();
                assertThat(response.complete()).isTrue();
                assertThat(response.body()).hasSize(SIZE);
                client.expectClosed();
                assertThat(client.wasReset()).isFalse();
            }
            if (end == End.EXCEPTION || end == End.ERROR) {
                assertThat(server.events().panics()).hasSize(2);
                assertThat(server.events().awaitEnded(2).outcome()).isEqualTo(ExchangeOutcome.PANIC);
                assertThat(server.events().awaitClosed(2)).isEqualTo(CloseReason.APP_ABORT);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "HEAD 200", "GET 204", "GET 304" })
    void aResponseWithoutABodyIsWholeOnceItsHeadWasSent(String kind) {
        int status = Integer.parseInt(kind.substring(kind.length() - 3));
        String method = kind.substring(0, kind.indexOf(' '));
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.status(status);
            response.flush();
            throw new IllegalStateException("on purpose");
        })) {
            RawClient client = server.client().sendHead(method + " / HTTP/1.1", "Host: a");
            assertThat(client.readHeadResponse().status()).isEqualTo(status);
            client.expectClosed();
            assertThat(client.wasReset()).isFalse();
            assertThat(server.events().panics()).hasSize(1);
        }
    }

    // ---- the declared length, whatever the coding

    @Test
    void compressionDoesNotHideABodyThatIsTooShort() {
        try (LogCapture log = LogCapture.server(); TestServer server = compressing((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            response.headers().set("Content-Length", "20000");
            response.write("x".repeat(10_000));
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a", "Accept-Encoding: gzip");
            assertThat(client.readCutResponse().header("Content-Encoding")).contains("gzip");
            assertThat(log.warnings()).singleElement().asString().contains("10000 of the 20000 bytes");
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET gzip", "GET identity", "HEAD gzip", "HEAD identity" })
    void moreThanTheDeclaredLengthIsRefusedWhateverTheCoding(String kind) throws Exception {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        try (TestServer server = compressing((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            response.headers().set("Content-Length", "20000");
            response.write("x".repeat(20_000));
            response.flush();
            try {
                response.write("x");
            } catch (IOException e) {
                thrown.add(e);
            }
        })) {
            String method = kind.substring(0, kind.indexOf(' '));
            RawClient client = server.client().sendHead(method + " / HTTP/1.1", "Host: a",
                    "Accept-Encoding: " + kind.substring(kind.indexOf(' ') + 1));
            assertThat((method.equals("HEAD") ? client.readHeadResponse() : client.readResponse()).complete()).isTrue();
            assertThat(thrown.poll(30, TimeUnit.SECONDS)).hasMessageContaining("20000 bytes");
        }
    }

    @Test
    void aHeadOrNotModifiedResponseMayDeclareALengthWithoutWritingIt() {
        try (TestServer server = compressing((request, response) -> {
            response.status(request.path().equals("/304") ? 304 : 200);
            response.headers().set("Content-Type", "text/plain");
            response.headers().set("Content-Length", "20000");
        })) {
            RawClient client = server.client();
            for (String target : new String[] { "HEAD /", "HEAD /304", "GET /304" }) {
                client.sendHead(target + " HTTP/1.1", "Host: a", "Accept-Encoding: gzip");
                assertThat(client.readHeadResponse().status()).isIn(200, 304);
            }
            assertThat(server.events().awaitEnded(3).outcome()).isEqualTo(ExchangeOutcome.COMPLETED);
        }
    }

    @Test
    void aFileThatEndsEarlyIsNoWholeResponseWhateverTheCoding(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "x".repeat(10_000));
        try (LogCapture log = LogCapture.server(); TestServer server = compressing((request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            response.headers().set("Content-Length", "20000");
            try (FileChannel channel = FileChannel.open(file)) {
                response.controller().transferFrom(channel, 0, 20_000);
            }
        })) {
            for (String coding : new String[] { "gzip", "identity" }) {
                server.client().sendHead("GET / HTTP/1.1", "Host: a", "Accept-Encoding: " + coding).readCutResponse();
            }
        }
    }

    // ---- the write limit

    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aHandlerThatThrowsAfterTheWriteLimitHasPanickedAndTheTimeoutCounts(boolean committed) {
        ManualClock clock = new ManualClock();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.builder((request, response) -> {
            response.write("half");
            if (committed) {
                response.flush();
            }
            clock.advance(Duration.ofSeconds(20));
            throw new IllegalStateException("on purpose");
        }).config(c -> c.timeouts(Timeouts.defaults().with(v -> v.write(Duration.ofSeconds(10)))))
                .server(s -> s.ticker(clock))
                .start()) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            if (committed) {
                assertThat(client.readCutResponse().text()).isEqualTo("half");
            } else {
                client.expectReset();
            }
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.PANIC);
            assertThat(server.events().panics()).hasSize(1);
            if (!committed) {
                assertThat(server.events().timeouts()).containsExactly(TimeoutKind.WRITE);
            }
        }
    }

    private static TestServer compressing(Handler handler) {
        return TestServer.builder(handler)
                .config(c -> c.compression(new Compression(true, List.of("text/plain"), 0, List.of()))).start();
    }
}
