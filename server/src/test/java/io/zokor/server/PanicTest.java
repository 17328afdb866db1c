package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.PeerGoneException;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a handler throws: logged once, counted once, and no client takes half an answer for a whole one. */
@Timeout(60)
class PanicTest {

    static List<Throwable> throwables() {
        return List.of(new IllegalStateException("secret detail"), new IOException("secret detail"),
                new Exception("secret detail"), new StackOverflowError(), new AssertionError("secret detail"),
                new NoClassDefFoundError("secret detail"), new OutOfMemoryError("secret detail"),
                new InterruptedException("secret detail"), new ThreadDeathLike());
    }

    @ParameterizedTest
    @MethodSource("throwables")
    void beforeTheCommitTheClientGets500(Throwable thrown) {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.status(201);
            response.headers().set("X-Secret", "1").set("Content-Length", "99");
            response.write("half an answer");
            sneak(thrown);
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("500 Internal Server Error\n");
            assertThat(response.hasHeader("X-Secret")).isFalse();
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
            assertThat(server.events().panics()).containsExactly(thrown);
            ExchangeSummary summary = server.events().awaitEnded(1);
            assertThat(summary.outcome()).isEqualTo(ExchangeOutcome.PANIC);
            assertThat(summary.status()).isEqualTo(500);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.APP_ABORT);
            assertThat(log.errors()).singleElement().asString()
                    .startsWith("panic serving 127.0.0.1:" + client.localPort() + ": " + thrown.getClass().getName());
            assertThat(log.text()).as("with its stack").contains("at " + PanicTest.class.getName());
        }
    }

    @Test
    void threePanicsAreThreeEntries() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            throw new IllegalStateException("on purpose");
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(server.client().get("/").status()).isEqualTo(500);
            }
            assertThat(log.errors()).hasSize(3);
            assertThat(server.events().panics()).hasSize(3);
        }
    }

    @Test
    void afterTheCommitTheAnswerIsCutBehindWhatWasWritten() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.write("half");
            response.flush();
            throw new IllegalStateException("on purpose");
        })) {
            for (String version : List.of("HTTP/1.1", "HTTP/1.0")) {
                RawClient client = server.client();
                client.sendHead("GET / " + version, "Host: a");
                assertThat(client.readCutResponse().text()).isEqualTo("half");
                assertThat(client.wasReset()).as(version).isEqualTo(version.equals("HTTP/1.0"));
            }
            assertThat(log.errors()).hasSize(2);
            assertThat(server.events().awaitEnded(2).outcome()).isEqualTo(ExchangeOutcome.PANIC);
            assertThat(server.events().awaitClosed(2)).isEqualTo(CloseReason.APP_ABORT);
        }
    }

    @Test
    void aChunkedAnswerIsCutWithoutItsEnd() {
        CountDownLatch read = new CountDownLatch(1);
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.write("half");
            response.flush();
            Http1ServingTest.await(read);
            throw new IllegalStateException("on purpose");
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").readUntil("half\r\n");
            read.countDown();
            assertThat(client.readAll()).isEmpty();
            assertThat(client.wasReset()).isFalse();
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void otherConnectionsAreUntouched() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            if (request.path().equals("/panic")) {
                throw new IllegalStateException("on purpose");
            }
            response.write("fine");
        })) {
            RawClient other = server.client();
            assertThat(other.get("/").text()).isEqualTo("fine");
            assertThat(server.client().get("/panic").status()).isEqualTo(500);
            assertThat(other.get("/").text()).isEqualTo("fine");
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void abortIsSilent() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            throw new AbortHandlerException();
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a").expectReset();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
            assertThat(server.events().awaitEnded(1).status()).isZero();
            assertThat(server.events().panics()).isEmpty();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void theControllersAbortIsSilentToo() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.write("half");
            response.flush();
            response.controller().abort(new IOException("why"));
            response.controller().abort(null);
        })) {
            RawClient client = server.client().sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(client.readCutResponse().text()).isEqualTo("half");
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.APP_ABORT);
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void aPanicThatTheHandlerAnswersItselfIsReported() {
        Throwable cause = new IllegalStateException("on purpose");
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.controller().panic(cause);
            response.controller().panic(new IllegalStateException("a second one is not told"));
            response.status(500);
            response.write("my own page");
        })) {
            RawClient client = server.client();
            RawResponse response = client.get("/");
            assertThat(response.text()).isEqualTo("my own page");
            assertThat(response.headers("Connection")).containsExactly("close");
            client.expectClosed();
            assertThat(server.events().panics()).containsExactly(cause);
            assertThat(log.errors()).hasSize(1);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.PANIC);
        }
    }

    @Test
    void whatTheClientsLeavingCausedIsNoPanic() {
        Handler handler = (request, response) -> {
            throw new IllegalStateException("wrapped", new IOException(new PeerGoneException("left", null)));
        };
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving(handler)) {
            server.client().sendHead("GET / HTTP/1.1", "Host: a").expectReset();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.events().panics()).isEmpty();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void aRefusalByTheHandlerIsAnsweredWithItsStatus() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            response.write("dropped");
            throw new IllegalStateException(new RejectedRequestException(413, RejectReason.CONTENT, "secret"));
        })) {
            RawResponse response = server.client().get("/");
            assertThat(response.status()).isEqualTo(413);
            assertThat(response.text()).isEqualTo("413 Content Too Large\n");
            assertThat(server.events().rejected()).hasSize(1);
            assertThat(server.events().awaitEnded(1).rejected()).isEqualTo(RejectReason.CONTENT);
            assertThat(server.events().panics()).isEmpty();
            assertThat(log.text()).isEmpty();
        }
    }

    @Test
    void aCauseThatIsItsOwnCauseIsNoEndlessLoop() {
        class Circular extends RuntimeException {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Throwable getCause() {
                return this;
            }
        }
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            throw new Circular();
        })) {
            assertThat(server.client().get("/").status()).isEqualTo(500);
            assertThat(log.errors()).hasSize(1);
        }
    }

    @Test
    void aPanicThatAnswersHeadHasNoBody() {
        try (LogCapture log = LogCapture.server(); TestServer server = TestServer.serving((request, response) -> {
            throw new IllegalStateException("on purpose");
        })) {
            RawClient client = server.client();
            assertThat(client.sendHead("HEAD / HTTP/1.1", "Host: a").readHeadResponse().status()).isEqualTo(500);
            client.expectClosed();
            assertThat(log.errors()).hasSize(1);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        thrown.setStackTrace(new Throwable().getStackTrace());
        throw (T) thrown;
    }

    /** A Throwable that is neither Exception nor Error. */
    private static final class ThreadDeathLike extends Throwable {
        private static final long serialVersionUID = 1L;
    }
}
