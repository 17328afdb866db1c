package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Headers;
import io.zokor.http.ResponseWriter;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.RawResponse.Framing;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of responses: length, buffer, commit point, and what a handler may not do. */
@Timeout(60)
class ResponseRulesTest {

    // ---- length

    @ParameterizedTest
    @CsvSource({ "0, LENGTH", "1, LENGTH", "8191, LENGTH", "8192, LENGTH", "8193, CHUNKED", "100000, CHUNKED" })
    void theLengthIsLearntFromTheBuffer(int size, Framing framing) {
        try (TestServer server = TestServer.serving((request, response) -> {
            byte[] one = { 'x' };
            for (int i = 0; i < size; i++) {
                response.write(one);
            }
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.framing()).isEqualTo(framing);
            assertThat(response.body()).hasSize(size);
            assertThat(response.hasHeader("Transfer-Encoding")).isEqualTo(framing == Framing.CHUNKED);
        }
    }

    @Test
    void anImplicit200WithLengthZero() {
        try (TestServer server = TestServer.serving((request, response) -> {
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("Content-Length")).contains("0");
        }
    }

    @Test
    void aDeclaredLengthIsKept() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("content-length", "20000");
            for (int i = 0; i < 20; i++) {
                response.write("x".repeat(1000));
            }
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.framing()).isEqualTo(Framing.LENGTH);
            assertThat(response.body()).hasSize(20_000);
            assertThat(client.get("/").complete()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 11, 9000 })
    void moreBytesThanDeclaredThrow(int size) throws Exception {
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", "10");
            response.write("0123456789");
            try {
                response.write("x".repeat(size - 10));
            } catch (IOException e) {
                thrown.add(e);
            }
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").text()).isEqualTo("0123456789");
            assertThat(thrown.poll(30, TimeUnit.SECONDS)).hasMessageContaining("10 bytes");
            assertThat(client.get("/").text()).as("the connection is in step").isEqualTo("0123456789");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 9, 9999 })
    void fewerBytesThanDeclaredCutTheConnection(int size) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", "10000");
            response.write("x".repeat(size));
            response.flush();
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(client.readCutResponse().body()).hasSize(size);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            assertThat(log.warnings()).singleElement().asString().contains(size + " of the 10000 bytes");
            assertThat(server.events().panics()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "-1", "x", "", "5, 5", "99999999999999999999", " 5" })
    void aDeclaredLengthThatIsNoneIsAPanic(String length) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", length);
            response.write("hello");
        })) {
            assertThat(server.client().get("/").status()).isEqualTo(500);
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void twoDeclaredLengthsAreAPanic() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.headers().add("Content-Length", "5").add("Content-Length", "5");
            response.write("hello");
        })) {
            assertThat(server.client().get("/").status()).isEqualTo(500);
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void theHandlersTransferEncodingIsDropped() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Transfer-Encoding", "gzip, chunked");
            response.write("hello");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.hasHeader("Transfer-Encoding")).isFalse();
            assertThat(response.text()).isEqualTo("hello");
        }
    }

    // ---- buffer and commit

    @Test
    void theBufferHoldsTheHeadBack() {
        try (TestServer server = TestServer.serving((request, response) -> {
            StringBuilder seen = new StringBuilder();
            seen.append(response.controller().bufferSize()).append(response.controller().isCommitted());
            response.controller().bufferSize(10);
            response.write("0123456789");
            seen.append(response.controller().isCommitted());
            response.write("!");
            seen.append(response.controller().isCommitted());
            response.write(seen.toString());
        })) {
            assertThat(server.client().get("/").text()).isEqualTo("0123456789!8192falsefalsetrue");
        }
    }

    @Test
    void aBufferOfNothingCommitsAtOnce() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().bufferSize(0);
            response.write("a");
            response.write(String.valueOf(response.controller().isCommitted()));
        })) {
            assertThat(server.client().get("/").text()).isEqualTo("atrue");
        }
    }

    @Test
    void aLargeBufferLearnsTheLengthOfALargeBody() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.controller().bufferSize(1_000_000);
            for (int i = 0; i < 1000; i++) {
                response.write("x".repeat(1000));
            }
        })) {
            assertThat(server.client().get("/").header("Content-Length")).contains("1000000");
        }
    }

    @Test
    void theBufferCannotBeResizedAfterTheFirstByte() {
        refuses(response -> {
            response.write("x");
            response.controller().bufferSize(100);
        }, IllegalStateException.class);
        refuses(response -> response.controller().bufferSize(-1), IllegalArgumentException.class);
    }

    @Test
    void resetBufferKeepsStatusAndFields() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.status(404);
            response.headers().set("X", "1");
            response.write("dropped");
            response.controller().resetBuffer();
            response.write("kept");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.header("X")).contains("1");
            assertThat(response.text()).isEqualTo("kept");
        }
    }

    @Test
    void resetDropsEverything() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("X", "1");
            response.trailers().set("T", "1");
            response.writeHead(404);
            response.write("dropped");
            response.controller().reset();
            response.write("kept");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("X")).isFalse();
            assertThat(response.framing()).isEqualTo(Framing.LENGTH);
            assertThat(response.text()).isEqualTo("kept");
        }
    }

    @Test
    void afterTheCommitNothingCanBeReset() {
        refuses(response -> {
            response.flush();
            response.controller().reset();
        }, IllegalStateException.class);
        refuses(response -> {
            response.flush();
            response.controller().resetBuffer();
        }, IllegalStateException.class);
        refuses(response -> {
            response.flush();
            response.controller().bufferSize(1);
        }, IllegalStateException.class);
    }

    @Test
    void writeHeadFixesStatusAndFields() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("X", "1");
            response.writeHead(202);
            response.headers().set("X", "2").set("Y", "3");
            response.status(500);
            response.writeHead(500);
            response.write(response.status() + " " + response.controller().isCommitted());
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(202);
            assertThat(response.header("X")).contains("1");
            assertThat(response.hasHeader("Y")).isFalse();
            assertThat(response.text()).isEqualTo("202 false");
        }
    }

    @Test
    void changesAfterTheCommitHaveNoEffect() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.flush();
            response.status(500);
            response.headers().set("X", "late");
            response.write("body");
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("X")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 99, 100, 102, 199, 1000, -200 })
    void statusesThatAreNotFinal(int status) {
        refuses(response -> response.status(status), IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, 99, 1000 })
    void statusesThatAreNone(int status) {
        refuses(response -> response.writeHead(status), IllegalArgumentException.class);
    }

    @Test
    void interimStatusesOnly() {
        refuses(response -> response.controller().writeInterim(101, response.headers()),
                IllegalArgumentException.class);
        refuses(response -> response.controller().writeInterim(200, response.headers()),
                IllegalArgumentException.class);
    }

    // ---- injection: A15, Netty CVE-2025-67735, Undertow CVE-2018-1067

    @ParameterizedTest
    @ValueSource(strings = { "a\r\nX-Injected: 1", "a\nX: 1", "a\rb", "a\u0000b", "\r\n\r\n<html>", "a\u007fb",
        "a\u000bb" })
    void headerInjection(String value) {
        refuses(response -> response.headers().set("X", value), IllegalArgumentException.class);
        refuses(response -> response.headers().add("X", value), IllegalArgumentException.class);
        refuses(response -> response.headers().set("X" + value, "1"), IllegalArgumentException.class);
        refuses(response -> response.trailers().set("X", value), IllegalArgumentException.class);
    }

    /** Characters whose lower eight bits are CR and LF: cut to a byte they would end the field. */
    @Test
    void wideCharactersCannotTurnIntoLineEnds() {
        try (TestServer server = TestServer.serving((request, response) -> response.headers().set("X",
                "a\u010d\u010aInjected: 1\u560d\u560a\u00e4"))) {
            RawResponse response = server.client().get("/");
            assertThat(response.hasHeader("Injected")).isFalse();
            assertThat(response.header("X")).contains("a??Injected: 1??\u00e4");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "a b", "a:", "a\u00e4", "(a)" })
    void namesThatAreNoTokens(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Headers().set(name, "secret value"))
                .withMessageNotContaining("secret");
    }

    // ---- ways to write

    @Test
    void allWaysToWrite(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "0123456789");
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("a");
            response.write(new byte[] { 'b' });
            response.write(new byte[] { 'x', 'c', 'x' }, 1, 1);
            ByteBuffer direct = ByteBuffer.allocateDirect(1).put((byte) 'd').flip();
            response.write(direct);
            response.write(String.valueOf(direct.hasRemaining()));
            OutputStream body = response.body();
            body.write('e');
            body.write(new byte[] { 'f' });
            response.write(String.valueOf(body == response.body()));
            try (FileChannel channel = FileChannel.open(file)) {
                response.controller().transferFrom(channel, 3, 4);
                response.controller().transferFrom(channel, 0, 0);
            }
            body.close();
            response.write("end");
        })) {
            RawClient client = server.client();
            assertThat(client.get("/").text()).isEqualTo("abcdfalseeftrue3456end");
            assertThat(client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse().status()).isEqualTo(200);
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void aLargeFileGoesOutWhole(@TempDir Path directory) throws Exception {
        byte[] content = new byte[1_000_003];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 7 >> 2);
        }
        Path file = Files.write(directory.resolve("f"), content);
        try (TestServer server = TestServer.serving((request, response) -> {
            try (FileChannel channel = FileChannel.open(file)) {
                if (request.path().equals("/fixed")) {
                    response.headers().set("Content-Length", String.valueOf(content.length));
                }
                response.controller().transferFrom(channel, 0, content.length);
            }
        })) {
            RawClient client = server.client();
            for (String path : List.of("/fixed", "/chunked")) {
                RawResponse response = client.get(path);
                assertThat(response.framing()).isEqualTo(path.equals("/fixed") ? Framing.LENGTH : Framing.CHUNKED);
                assertThat(response.body()).isEqualTo(content);
            }
        }
    }

    @Test
    void aFileThatEndsEarlyCutsTheConnection(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "0123456789");
        BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.headers().set("Content-Length", "20");
            try (FileChannel channel = FileChannel.open(file)) {
                response.controller().transferFrom(channel, 0, 20);
            } catch (IOException e) {
                thrown.add(e);
                throw e;
            }
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(client.readCutResponse().text()).isEqualTo("0123456789");
            assertThat(thrown.poll(30, TimeUnit.SECONDS)).isInstanceOf(EOFException.class);
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void aWriteOutOfBoundsIsTheHandlersMistake() {
        refuses(response -> response.write(new byte[3], 2, 2), IndexOutOfBoundsException.class);
        refuses(response -> response.write(new byte[3], -1, 2), IndexOutOfBoundsException.class);
    }

    /** A handler that ignores that its client has gone does not spin for ever on a dead connection. */
    @Test
    void afterAFailedWriteEveryWriteFails() throws Exception {
        BlockingQueue<Integer> failures = new LinkedBlockingQueue<>();
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            int failed = 0;
            while (failed < 3) {
                try {
                    response.write(new byte[100_000]);
                } catch (IOException e) {
                    failed++;
                }
            }
            failures.add(failed);
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").readBytes(1000);
            client.reset();
            assertThat(failures.poll(30, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(log.text()).isEmpty();
        }
    }

    private interface Action {
        void run(ResponseWriter response) throws IOException;
    }

    private static void refuses(Action action, Class<? extends Throwable> expected) {
        BlockingQueue<Object> thrown = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            try {
                action.run(response);
                thrown.add("nothing");
            } catch (RuntimeException e) {
                thrown.add(e);
            }
        })) {
            RawResponse response = server.client().get("/");
            assertThat(thrown.poll()).isInstanceOf(expected);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("Injected")).isFalse();
        }
    }
}
