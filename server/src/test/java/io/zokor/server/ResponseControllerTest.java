package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.zokor.event.ExchangeOutcome;
import io.zokor.event.RequestPhase;
import io.zokor.http.Handler;
import io.zokor.http.ResponseController;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a response tells of its own state: how much is written, how much is missing, what would still be held back. */
@Timeout(60)
class ResponseControllerTest {

    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    private List<Object> seen(Handler handler, String request) {
        try (TestServer server = TestServer.serving(handler); RawClient client = server.client()) {
            client.send(request + "\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 200 ");
            server.events().awaitEnded(1);
            return List.copyOf(seen);
        }
    }

    private void note(ResponseController controller) {
        seen.add(controller.written() + " " + controller.remaining());
    }

    @ParameterizedTest
    @ValueSource(strings = { "GET / HTTP/1.1", "HEAD / HTTP/1.1" })
    void countsWhatIsWrittenAndWhatIsMissing(String request) {
        assertThat(seen((r, response) -> {
            ResponseController controller = response.controller();
            note(controller);
            response.headers().set("Content-Length", "10");
            note(controller);
            response.write("abc");
            note(controller);
            response.flush();
            response.write("defghij");
            note(controller);
            assertThatThrownBy(() -> response.write("k")).isInstanceOf(IOException.class).hasMessageContaining("10");
            note(controller);
        }, request)).containsExactly("0 -1", "0 10", "3 7", "10 0", "10 0");
    }

    @Test
    void aResetForgetsWhatWasWrittenAndDeclared() {
        assertThat(seen((r, response) -> {
            ResponseController controller = response.controller();
            response.headers().set("Content-Length", "10");
            response.write("abc");
            controller.resetBuffer();
            note(controller);
            response.write("abc");
            controller.reset();
            note(controller);
        }, "GET / HTTP/1.1")).containsExactly("0 10", "0 -1");
    }

    @Test
    void aLengthThatIsPassedAlreadyLeavesNothing() {
        assertThat(seen((r, response) -> {
            response.write("0123456789");
            response.headers().set("Content-Length", "5");
            note(response.controller());
            response.headers().remove("Content-Length");
        }, "GET / HTTP/1.1")).containsExactly("10 0");
    }

    @Test
    void saysWhatTheBufferHasRoomFor() {
        assertThat(seen((r, response) -> {
            ResponseController controller = response.controller();
            controller.bufferSize(10);
            seen.add(controller.holds(10));
            seen.add(controller.holds(11));
            response.write("0123456");
            seen.add(controller.holds(3));
            seen.add(controller.holds(4));
            response.flush();
            seen.add(controller.holds(10));
        }, "GET / HTTP/1.1")).containsExactly(true, false, true, false, true);
    }

    @Test
    void whileAnotherThreadWritesNothingIsHeldForSure() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (TestServer server = TestServer.serving((request, response) -> {
            Thread asking = Thread.ofVirtual().start(() -> {
                Await.until("a write that blocks", () -> request.connection() != null && !seen.isEmpty());
                seen.add(response.controller().holds(1));
                asked.countDown();
            });
            response.write(new byte[64 * 1024 * 1024]);
            asking.join();
        }); RawClient client = server.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            Await.until("writing", () -> server.server().connections().stream()
                    .flatMap(connection -> connection.requests().stream())
                    .anyMatch(running -> running.phase() == RequestPhase.WRITING));
            seen.add("blocked");
            assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(seen).containsExactly("blocked", false);
            assertThat(client.readResponse().body()).hasSize(64 * 1024 * 1024);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.COMPLETED);
        }
    }

    /** The head says less than what was written before it: no client may take that for a whole response of five bytes. */
    @Test
    void aLengthThatIsSetTooLateIsAFailure() {
        try (TestServer server = TestServer.serving((request, response) -> {
            response.write("0123456789");
            response.headers().set("Content-Length", "5");
        }); RawClient client = server.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse response = client.readResponse();
            assertThat(response.status()).isEqualTo(500);
            client.expectClosed();
        }
    }
}
