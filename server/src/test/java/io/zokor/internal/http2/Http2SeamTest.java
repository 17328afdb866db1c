package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

import io.zokor.config.Compression;
import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.ExchangeOutcome;
import io.zokor.http.Handler;
import io.zokor.internal.http2.Http2Client.Response;
import io.zokor.testing.Await;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What all protocols have of the exchange, through a stream of HTTP/2. */
@Timeout(60)
class Http2SeamTest {

    private final CountDownLatch release = new CountDownLatch(1);

    private final CountDownLatch gone = new CountDownLatch(1);

    private static TestServer.Builder builder(Handler handler) {
        return TestServer.builder(handler).server(made -> made.http2(Http2.defaults().withEnabled(true)));
    }

    private void await() throws InterruptedException {
        if (!release.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("nobody released the handler");
        }
    }

    @Test
    void aResponseIsCompressed() throws Exception {
        String text = "compressible ".repeat(1000);
        Handler handler = (request, response) -> {
            response.headers().set("Content-Type", "text/plain");
            response.write(text);
        };
        Compression compression = new Compression(true, List.of("text/plain"), 1024, List.of());
        try (TestServer server = builder(handler).config(config -> config.compression(compression)).start();
                Http2Client client = Http2Client.of(server)) {
            Response response = client.response(client.get("/", "accept-encoding", "gzip"));
            assertThat(response.fields).containsEntry("content-encoding", "gzip").doesNotContainKey("content-length");
            byte[] plain = new GZIPInputStream(new ByteArrayInputStream(response.body.toByteArray())).readAllBytes();
            assertThat(new String(plain, StandardCharsets.UTF_8)).isEqualTo(text);
        }
    }

    @Test
    void aStreamThatIsResetWhileItQueuesFreesItsPlace() {
        Handler handler = (request, response) -> await();
        try (TestServer server = builder(handler).config(config -> config.limits(Limits.defaults()
                .with(v -> v.maxConcurrentRequests(1).queueSize(1).queueTimeout(Duration.ofSeconds(60))))).start();
                Http2Client client = Http2Client.of(server)) {
            client.get("/runs");
            Await.until("one runs", () -> server.server().activeRequests() == 1);
            int queued = client.get("/queues");
            Await.until("one queues", () -> server.server().queuedRequests() == 1);
            client.reset(queued, ErrorCode.CANCEL);
            Await.until("none queues", () -> server.server().queuedRequests() == 0);
            assertThat(server.events().awaitEnded(1).outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            int next = client.get("/queues");
            Await.until("the next queues", () -> server.server().queuedRequests() == 1);
            assertThat(client.response(client.get("/refused")).status).isEqualTo(503);
            release.countDown();
            assertThat(client.response(next).status).isEqualTo(200);
        }
    }

    @Test
    void aHandlerLearnsThatItsClientHasLeftTheStream() {
        Handler handler = (request, response) -> {
            response.controller().onPeerGone(gone::countDown);
            await();
        };
        try (TestServer server = builder(handler).start(); Http2Client client = Http2Client.of(server)) {
            int id = client.get("/");
            Await.until("it runs", () -> server.server().activeRequests() == 1);
            client.reset(id, ErrorCode.CANCEL);
            Await.until("it is told", () -> gone.getCount() == 0);
            release.countDown();
        }
    }

    @Test
    void aHandlerThatTakesTooLongIs503OnItsStreamAlone() {
        Handler handler = (request, response) -> {
            if (request.path().equals("/slow")) {
                await();
            }
        };
        try (TestServer server = builder(handler).config(config -> config.timeouts(Timeouts.defaults()
                .with(v -> v.request(Duration.ofMillis(100))))).start(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/slow")).status).isEqualTo(503);
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
        }
    }

    @Test
    void aBodyLargerThanAllowedIs413BeforeItHasCome() {
        Handler handler = (request, response) -> request.body().readAllBytes();
        try (TestServer server = builder(handler).config(config -> config.limits(Limits.defaults()
                .with(v -> v.maxRequestBody(1000)))).start(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/", "content-length", "1000000");
            assertThat(client.response(id).status).isEqualTo(413);
            assertThat(client.awaitReset(id)).isEqualTo(ErrorCode.NO_ERROR);
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
        }
    }
}
