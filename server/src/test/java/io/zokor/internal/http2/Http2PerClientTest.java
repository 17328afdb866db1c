package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.internal.http2.Http2Client.Response;
import io.zokor.testing.Await;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** zokor.limits.max-per-client where a request is a stream. Linux has all of 127.0.0.0/8 for clients. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class Http2PerClientTest {

    private final Semaphore permits = new Semaphore(0);

    private final Handler handler = (request, response) -> {
        if (request.path().equals("/wait") && !permits.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new AssertionError("waited in vain");
        }
        response.write("done");
    };

    private TestServer server(int maxPerClient) {
        return TestServer.builder(handler).server(made -> made.http2(Http2.defaults().withEnabled(true)))
                .config(c -> c.limits(Limits.defaults().with(v -> v.maxPerClient(maxPerClient)))).start();
    }

    @Test
    void aStreamTooManyGets429AndTheConnectionGoesOn() {
        try (TestServer server = server(2); Http2Client client = Http2Client.of(server)) {
            int one = client.get("/wait");
            int two = client.get("/wait");
            Await.until("both run", () -> server.server().activeRequests() == 2);
            Response refused = client.response(client.get("/"));
            assertThat(refused.status).isEqualTo(429);
            assertThat(refused.fields).containsEntry("retry-after", "1");
            assertThat(server.events().rejected()).singleElement()
                    .satisfies(event -> assertThat(event.reason()).isEqualTo(RejectReason.PER_CLIENT));
            assertThat(server.clientFrom("127.0.0.2").get("/").text()).as("another client").isEqualTo("done");
            permits.release(2);
            assertThat(client.response(one).text()).isEqualTo("done");
            assertThat(client.response(two).text()).isEqualTo("done");
            assertThat(client.response(client.get("/")).text()).isEqualTo("done");
        }
    }

    @Test
    void streamsOfAllConnectionsOfAClientCountTogether() {
        try (TestServer server = server(2);
                Http2Client client = Http2Client.of(server);
                Http2Client second = Http2Client.of(server)) {
            client.get("/wait");
            second.get("/wait");
            Await.until("both run", () -> server.server().activeRequests() == 2);
            assertThat(client.response(client.get("/")).status).isEqualTo(429);
            assertThat(second.response(second.get("/")).status).isEqualTo(429);
            permits.release(2);
        }
    }

    @Test
    void aStreamThatWasResetCountsUntilItsHandlerReturns() {
        try (TestServer server = server(1); Http2Client client = Http2Client.of(server)) {
            int stream = client.get("/wait");
            Await.until("it runs", () -> server.server().activeRequests() == 1);
            client.reset(stream, ErrorCode.CANCEL);
            assertThat(client.response(client.get("/")).status).isEqualTo(429);
            permits.release();
            Await.until("its place is free", () -> server.server().activeRequests() == 0);
            assertThat(client.response(client.get("/")).text()).isEqualTo("done");
        }
    }

    @Test
    void aConnectionThatIsCutKeepsNoPlace() {
        TestServer server = server(20);
        try (server) {
            for (int i = 0; i < 10; i++) {
                try (Http2Client client = Http2Client.of(server)) {
                    client.get("/wait");
                    client.get("/");
                    client.post("/");
                }
            }
            permits.release(10);
        }
        assertThat(server.server().mostOfOneClient()).isZero();
    }
}
