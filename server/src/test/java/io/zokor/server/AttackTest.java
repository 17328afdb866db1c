package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPOutputStream;

import io.zokor.config.Limits;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks that no other test carries out; see docs/attacks.md. */
@Timeout(60)
class AttackTest {

    private record Kept(Request request, ResponseWriter response) {
    }

    /** C29: what a handler keeps beyond its exchange reaches neither the next request's body nor its response. */
    @Test
    void aKeptRequestAndResponseAreDeadAfterTheirExchange() throws Exception {
        BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.serving((request, response) -> {
            if (request.path().equals("/keep")) {
                kept.add(new Kept(request, response));
                response.write("first");
                return;
            }
            Kept old = kept.take();
            assertThatIllegalStateException().isThrownBy(() -> old.request().body().read());
            assertThatIllegalStateException().isThrownBy(() -> old.response().write("stolen"));
            assertThatIllegalStateException().isThrownBy(() -> old.response().flush());
            assertThatIllegalStateException().isThrownBy(() -> old.response().writeHead(103));
            assertThatIllegalStateException().isThrownBy(() -> old.response().controller().hijack());
            old.response().headers().set("X-Stolen", "1");
            old.response().controller().abort(null);
            response.write(request.body().readAllBytes());
        })) {
            RawClient client = server.client();
            client.sendHead("POST /keep HTTP/1.1", "Host: a", "Content-Length: 3").send("abc");
            assertThat(client.readResponse().text()).isEqualTo("first");
            client.sendHead("POST /next HTTP/1.1", "Host: a", "Content-Length: 6").send("secret");
            RawResponse next = client.readResponse();
            assertThat(next.status()).isEqualTo(200);
            assertThat(next.text()).isEqualTo("secret");
            assertThat(next.hasHeader("X-Stolen")).isFalse();
            assertThat(server.events().panics()).isEmpty();
        }
    }

    /** C31: fields that a server may look at, but need not understand, change nothing and leak no place of a request. */
    @Test
    void malformedOptionalFieldsAreIgnoredAndLeaveNothingBehind() {
        String[] fields = { "Priority: u=99999999999999999999, i=?7, \"", "Accept: ;;q=,/,*", "Accept: text/html;q=x",
            "Accept-Encoding: gzip;q=9, ;;, \u00ff", "If-Modified-Since: yesterday", "If-None-Match: \"", "TE: ;;q",
            "Range: bytes=-", "Cache-Control: =,=", "Accept-Language: ----", "Keep-Alive: timeout=-1", "Upgrade: ,,/",
            "traceparent: 00-x", "Connection: ,,;", "User-Agent:", "Date: 99 Foo 9999" };
        try (LogCapture log = LogCapture.server();
                TestServer server = TestServer.builder((request, response) -> response.write("x"))
                        .config(config -> config.limits(Limits.defaults().with(v -> v.maxConcurrentRequests(1))))
                        .start()) {
            RawClient client = server.client();
            for (int i = 0; i < 10 * fields.length; i++) {
                RawResponse response = client.sendHead("GET / HTTP/1.1", "Host: a", fields[i % fields.length])
                        .readResponse();
                assertThat(response.status()).as(fields[i % fields.length]).isEqualTo(200);
            }
            Await.until("no request that runs", () -> server.server().activeRequests() == 0);
            assertThat(log.text()).isEmpty();
        }
    }

    /** D38: a kilobyte that would be a megabyte stays a kilobyte. */
    @Test
    void aCompressedBodyIsHandedOnAsItIs() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[1_000_000]);
        }
        try (TestServer server = TestServer.serving((request, response) -> response
                .write(request.headers().get("Content-Encoding") + " " + request.body().readAllBytes().length))) {
            RawClient client = server.client();
            client.sendHead("POST / HTTP/1.1", "Host: a", "Content-Encoding: gzip", "Content-Length: " + bomb.size());
            String text = new String(client.send(bomb.toByteArray()).readResponse().body(), StandardCharsets.US_ASCII);
            assertThat(text).isEqualTo("gzip " + bomb.size());
        }
    }
}
