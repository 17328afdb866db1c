package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.RequestPhase;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.ManualClock;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What threads do that a handler has handed its request or response to, once it has returned: nothing of the next request on the
 * connection, which behind a proxy is another user's, may reach them, and nothing of theirs may reach that request.
 */
@Timeout(60)
class ForeignThreadsTest {

    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\nX-Secret: " + "s".repeat(200) + "\r\n\r\n";

    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    private final CountDownLatch go = new CountDownLatch(1);

    /** Hands its body to another thread, and returns when that waits for the client. */
    private final Handler readsElsewhere = (request, response) -> {
        if (request.path().equals("/next")) {
            response.write("next " + request.headers().get("X-Secret").length());
            return;
        }
        InputStream body = request.body();
        String prefix = new String(body.readNBytes(Integer.parseInt(request.path().substring(1))));
        Thread.ofVirtual().start(() -> {
            try {
                byte[] bytes = new byte[1000];
                seen.add(prefix + new String(bytes, 0, body.read(bytes)));
                body.read();
            } catch (IOException | RuntimeException e) {
                seen.add(e);
            }
        });
        awaitBlocked(request);
        response.write("first");
    };

    private TestServer current;

    private void awaitBlocked(Request request) {
        Await.until("a blocked reader",
                () -> current.server().connections().stream()
                        .filter(connection -> connection.id() == request.connection().id())
                        .flatMap(connection -> connection.requests().stream())
                        .anyMatch(running -> running.phase() == RequestPhase.READING));
    }

    private TestServer serve(Handler handler) {
        current = TestServer.serving(handler);
        return current;
    }

    private TestServer serve(Handler handler, Duration drainTimeout) {
        Limits limits = Limits.defaults().with(v -> v.drainTimeout(drainTimeout));
        current = TestServer.builder(handler).config(config -> config.limits(limits)).start();
        return current;
    }

    private Object next() throws InterruptedException {
        return seen.poll(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Length: 10\r\n\r\n012|3456789",
        "Transfer-Encoding: chunked\r\n\r\n3\r\n012\r\n|7\r\n3456789\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n|a\r\n0123456789\r\n0\r\n\r\n",
        "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n|0123456789" })
    void aReaderThatIsLeftBehindReadsItsOwnBodyAndNothingOfTheNextRequest(String message) throws Exception {
        try (TestServer server = serve(readsElsewhere, Duration.ofSeconds(30))) {
            RawClient client = server.client();
            int bar = message.indexOf('|');
            client.send("POST /" + (message.contains("012|") || message.contains("012\r\n|") ? 3 : 0)
                    + " HTTP/1.1\r\nHost: a\r\n" + message.substring(0, bar));
            assertThat(client.readResponse().text()).isEqualTo("first");
            client.send(message.substring(bar + 1) + NEXT);
            assertThat(client.readResponse().text()).isEqualTo("next 200");
            assertThat(next()).isEqualTo("0123456789");
            assertThat(next()).as("a read that begins later").isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aReaderWhoseClientSendsNoMoreIsExpelledAndItsConnectionEnds() throws Exception {
        try (TestServer server = serve(readsElsewhere, Duration.ofMillis(100))) {
            RawClient client = server.client();
            client.send("POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n012");
            assertThat(client.readResponse().text()).isEqualTo("first");
            assertThat(next()).isInstanceOf(IOException.class);
            client.expectClosed();
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.DRAIN);
            assertThat(server.events().ended()).singleElement()
                    .satisfies(end -> assertThat(end.outcome()).isEqualTo(ExchangeOutcome.COMPLETED));
        }
    }

    @Test
    void noReadBeginsAfterTheHandler() throws Exception {
        try (TestServer server = serve((request, response) -> Thread.ofVirtual().start(() -> {
            try {
                go.await();
                seen.add(request.body().read());
            } catch (IOException | InterruptedException | RuntimeException e) {
                seen.add(e);
            }
        }))) {
            RawClient client = server.client();
            client.send("POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n012");
            assertThat(client.readResponse().status()).isEqualTo(200);
            go.countDown();
            assertThat(next()).isInstanceOf(IllegalStateException.class);
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    /** The writer is blocked, as the client does not read, when the handler returns. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void theEndOfAResponseWaitsForAWriter(boolean length) throws Exception {
        int size = 16 * 1024 * 1024;
        try (TestServer server = serve((request, response) -> {
            if (request.path().equals("/next")) {
                response.write("next");
                return;
            }
            if (length) {
                response.headers().set("Content-Length", String.valueOf(size));
            }
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> write(response, size));
            awaitWriting(request);
            assertThat(writing).isNotDone();
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            go.await(100, TimeUnit.MILLISECONDS);
            RawResponse response = client.readResponse();
            assertThat(response.body()).hasSize(size);
            assertThat(response.complete()).isTrue();
            assertThat(client.get("/next").text()).isEqualTo("next");
        }
    }

    private void awaitWriting(Request request) {
        Await.until("a blocked writer",
                () -> current.server().connections().stream()
                        .filter(connection -> connection.id() == request.connection().id())
                        .flatMap(connection -> connection.requests().stream())
                        .anyMatch(running -> running.phase() == RequestPhase.WRITING));
    }

    private void write(ResponseWriter response, int size) {
        try {
            response.write(new byte[size]);
        } catch (IOException e) {
            seen.add(e);
        }
    }

    @Test
    void aFailureGivesABlockedWriterAMomentAndCuts() throws Exception {
        try (TestServer server = serve((request, response) -> {
            CompletableFuture.runAsync(() -> write(response, 64 * 1024 * 1024));
            awaitWriting(request);
            throw new IllegalStateException("on purpose");
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.PANIC);
            assertThat(next()).isInstanceOf(IOException.class);
        }
    }

    /** Cutting sends what is held back: not between the pieces of another thread's write. */
    @Test
    void anAbortDoesNotRaceAWriter() throws Exception {
        try (TestServer server = serve((request, response) -> {
            response.write("0123456789");
            CompletableFuture<Void> abort = CompletableFuture.runAsync(() -> {
                awaitWriting(request);
                response.controller().abort(null);
            });
            // Ends soon, as the client reads.
            write(response, 16 * 1024 * 1024);
            abort.join();
            try {
                response.write("late");
            } catch (IOException e) {
                seen.add(e);
            }
        })) {
            RawClient client = server.client();
            client.sendHead("GET / HTTP/1.1", "Host: a");
            RawResponse response = client.readCutResponse();
            assertThat(next()).isInstanceOf(IOException.class);
            assertThat(response.text()).startsWith("0123456789\0").doesNotContain("late");
            assertThat(response.complete()).isFalse();
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.ABORTED);
        }
    }

    @Test
    void nothingOfAControllerWorksOnTheNextRequest() throws Exception {
        BlockingQueue<ResponseWriter> kept = new LinkedBlockingQueue<>();
        ManualClock clock = new ManualClock();
        try (TestServer server = current = TestServer.builder((request, response) -> {
            if (request.path().equals("/first")) {
                kept.add(response);
                return;
            }
            ResponseWriter former = kept.take();
            assertThatIllegalStateException()
                    .isThrownBy(() -> former.controller().requestDeadline(Duration.ofMillis(1)));
            assertThatIllegalStateException().isThrownBy(() -> former.controller().onPeerGone(() -> seen.add("gone")));
            former.controller().readDeadline(Duration.ofNanos(1));
            former.controller().writeDeadline(Duration.ofNanos(1));
            former.controller().abort(null);
            assertThatIllegalStateException().isThrownBy(() -> former.write("late"));
            assertThatIllegalStateException().isThrownBy(former::flush);
            awaitSweep(clock);
            awaitSweep(clock);
            response.write(new String(request.body().readAllBytes()));
        }).server(builder -> builder.ticker(clock)).start()) {
            RawClient client = server.client();
            assertThat(client.get("/first").status()).isEqualTo(200);
            assertThat(client.post("/second", "text/plain", "body".getBytes()).text()).isEqualTo("body");
            assertThat(server.events().closeReasons()).doesNotContain(CloseReason.APP_ABORT);
            assertThat(seen).isEmpty();
        }
    }

    /** Moves the clock until a connection that says nothing has been ended: then a look at all that is due has begun. */
    private void awaitSweep(ManualClock clock) {
        int accepted = current.events().accepted().size();
        try (RawClient silent = current.client()) {
            Await.until("accepted", () -> current.events().accepted().size() > accepted);
            clock.advance(Timeouts.defaults().readHeader());
            silent.expectClosed();
        }
    }
}
