package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.zokor.config.Http2;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.Side;
import io.zokor.http.Handler;
import io.zokor.internal.http2.Http2Client.Response;
import io.zokor.net.TimeoutKind;
import io.zokor.testing.Await;
import io.zokor.testing.ConformanceHandler;
import io.zokor.testing.ManualClock;
import io.zokor.testing.ServerEvents;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks by their names. Each is bounded by the server, while a client beside is served. */
@Timeout(120)
class Http2AttackTest {

    private static final int FLOOD = 20_000;

    private final CountDownLatch release = new CountDownLatch(1);

    private final ManualClock clock = new ManualClock();

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger mostRunning = new AtomicInteger();

    private final ConformanceHandler others = new ConformanceHandler();

    private final Handler handler = (request, response) -> {
        if (!request.path().equals("/wait")) {
            others.handle(request, response);
            return;
        }
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            if (!release.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody released the handler");
            }
        } finally {
            running.decrementAndGet();
        }
    };

    private TestServer.Builder builder() {
        return TestServer.builder(handler)
                .server(made -> made.http2(Http2.defaults().withEnabled(true)).ticker(clock));
    }

    private TestServer server() {
        return builder().start();
    }

    private static void isServed(TestServer server) {
        try (Http2Client other = Http2Client.of(server)) {
            assertThat(other.response(other.get("/")).text()).isEqualTo("ok");
        }
        assertThat(server.client().get("/").text()).isEqualTo("ok");
    }

    /** Sends over and over; the connection is ended with ENHANCE_YOUR_CALM. */
    private void flood(BiConsumer<Http2Client, Integer> attack) {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            assertThat(flood(client, attack)).isLessThan(FLOOD);
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            release.countDown();
            client.close();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.LIMIT);
            assertThat(server.events().goAways()).extracting(ServerEvents.Http2Error::code)
                    .contains("enhance-your-calm");
            isServed(server);
        }
    }

    /** How often it could be sent; a thread reads meanwhile, as the writing side may be blocked otherwise. */
    private static int flood(Http2Client client, BiConsumer<Http2Client, Integer> attack) {
        for (int i = 0; i < FLOOD; i++) {
            try {
                attack.accept(client, i);
            } catch (UncheckedIOException e) {
                return i;
            }
            if (i % 500 == 499 && client.hasEnded()) {
                return i;
            }
        }
        return FLOOD;
    }

    // ---- floods

    /** CVE-2019-9512 */
    @Test
    void pingFlood() {
        flood((client, i) -> client.send(Frames.PING, 0, 0, new byte[8]));
    }

    /** CVE-2019-9515 */
    @Test
    void settingsFlood() {
        flood((client, i) -> client.settings(4, 65_535));
    }

    /** CVE-2019-9515: one frame of many entries costs as much as many of one. */
    @Test
    void settingsOfManyEntries() {
        int[] entries = new int[66];
        for (int i = 0; i < entries.length; i += 2) {
            entries[i] = 4;
        }
        flood((client, i) -> client.settings(entries));
    }

    /** CVE-2019-9518 */
    @Test
    void emptyFrames() {
        flood((client, i) -> {
            if (i == 0) {
                client.post("/wait");
            }
            client.data(1, false, "");
        });
    }

    /** CVE-2019-9513 */
    @Test
    void priorityChurn() {
        flood((client, i) -> client.send(Frames.PRIORITY, 0, i * 2 + 1, new byte[5]));
    }

    @Test
    void windowUpdateFlood() {
        flood((client, i) -> client.windowUpdate(0, 1));
    }

    @Test
    void unknownFrameFlood() {
        flood((client, i) -> client.send(0xfa, 0, 0, new byte[8]));
    }

    // ---- resets

    /** CVE-2023-44487, CVE-2019-9514 */
    @Test
    void rapidReset() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            for (int i = 0; i < 300; i++) {
                client.reset(client.get("/wait"), ErrorCode.CANCEL);
            }
            client.sync();
            // Threads of streams that were reset still count.
            Await.until("as many handlers as there may be", () -> running.get() == 128);
            assertThat(server.events().streamsRefused()).isEqualTo(300 - 128);
            assertThat(client.awaitReset(client.get("/"))).isEqualTo(ErrorCode.REFUSED_STREAM);
            isServed(server);
            flood(client, (attacker, i) -> attacker.reset(attacker.get("/wait"), ErrorCode.CANCEL));
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            assertThat(mostRunning.get()).isEqualTo(128);
            isServed(server);
            release.countDown();
            Await.until("no handlers", () -> running.get() == 0);
            assertThat(server.events().streamsOpened()).isEqualTo(server.events().streamsClosed());
        }
    }

    /** A client that leaves a page, or a gRPC client that cancels, is no attacker as long as it gets answers as well. */
    @Test
    void manyResetsAmongAnswersAreNoAttack() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            for (int i = 0; i < 1500; i++) {
                client.response(client.get("/"));
                int cancelled = client.post("/echo");
                client.reset(cancelled, ErrorCode.CANCEL);
            }
            client.sync();
            assertThat(server.events().goAways()).isEmpty();
        }
    }

    /** CVE-2025-8671 */
    @Test
    void madeYouResetByAnIncrementOfZero() {
        flood((client, i) -> client.windowUpdate(client.post("/echo"), 0));
    }

    /** CVE-2025-8671 */
    @Test
    void madeYouResetByMalformedHeads() {
        flood((client, i) -> client.send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, client.newStream(),
                Http2Client.request("GET", "/", "Upper", "1")));
    }

    /** CVE-2025-8671: nor is DATA for streams that have ended free. */
    @Test
    void madeYouResetOfStreamsThatHaveEnded() {
        flood((client, i) -> {
            if (i == 0) {
                client.response(client.get("/"));
            }
            client.data(1, false, "x");
        });
    }

    /** CVE-2025-8671: nor are resets behind a GOAWAY. */
    @Test
    void madeYouResetBehindGoAway() {
        flood((client, i) -> {
            if (i == 0) {
                client.post("/wait");
                client.send(Frames.GOAWAY, 0, 0, new byte[8]);
            }
            client.windowUpdate(client.post("/echo"), 0);
        });
    }

    // ---- blocks

    /** CVE-2024-27316 */
    @Test
    void continuationFlood() {
        byte[] piece = Http2Client.block("x-flood", "v".repeat(1000));
        flood((client, i) -> {
            if (i == 0) {
                client.send(Frames.HEADERS, Frames.END_STREAM, 1, Http2Client.request("GET", "/"));
            }
            client.send(Frames.CONTINUATION, 0, 1, piece);
        });
    }

    /** CVE-2024-27316: empty ones as well. */
    @Test
    void continuationsWithoutContent() {
        flood((client, i) -> {
            if (i == 0) {
                client.send(Frames.HEADERS, Frames.END_STREAM, 1, Http2Client.request("GET", "/"));
            }
            client.send(Frames.CONTINUATION, 0, 1);
        });
    }

    @Test
    void aBlockBeyondTheLimitIsAnswered() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            Response response = client.response(client.get("/", "x-large", "v".repeat(9000)));
            assertThat(response.status).isEqualTo(431);
            // The decoder's table is in step: the next request is understood.
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
            assertThat(server.events().rejected()).hasSize(1);
        }
    }

    /** CVE-2016-6581: a small block that stands for many large fields. */
    @Test
    void hpackBomb() {
        byte[] large = Http2Client.block("x-bomb", "v".repeat(3900));
        large[0] = 0x40;
        byte[] request = Http2Client.request("GET", "/");
        byte[] bomb = new byte[request.length + large.length + 4000];
        System.arraycopy(request, 0, bomb, 0, request.length);
        System.arraycopy(large, 0, bomb, request.length, large.length);
        Arrays.fill(bomb, request.length + large.length, bomb.length, (byte) (0x80 | 62));
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            client.send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, bomb);
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            isServed(server);
        }
    }

    /** CVE-2026-49975: crumbs of cookies are fields, before they are joined. */
    @Test
    void cookieBomb() {
        String[] crumbs = new String[402];
        for (int i = 0; i < crumbs.length; i += 2) {
            crumbs[i] = "cookie";
            crumbs[i + 1] = "a";
        }
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.response(client.get("/", crumbs)).status).isEqualTo(431);
        }
    }

    /** CVE-2019-9516 */
    @Test
    void emptyNames() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            assertThat(client.awaitReset(client.get("/", "", "x"))).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
    }

    /** CVE-2023-36478 */
    @Test
    void integersThatOverflow() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            client.send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, (byte) 0xff, (byte) 0xff,
                    (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f);
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.COMPRESSION_ERROR);
            isServed(server);
        }
    }

    // ---- windows and settings

    /** CVE-2025-1948: what the client says of sizes makes no buffer. */
    @Test
    void hugeSettings() {
        try (TestServer server = server();
                Http2Client client = Http2Client.of(server, 1, -1, 4, Integer.MAX_VALUE, 5, 16_777_215, 6, -1)) {
            Response response = client.response(client.get("/"));
            assertThat(response.text()).isEqualTo("ok");
            client.settings(4, Integer.MAX_VALUE).windowUpdate(client.post("/wait"), 1);
            assertThat(client.awaitReset(3)).isEqualTo(ErrorCode.FLOW_CONTROL_ERROR);
            release.countDown();
        }
    }

    @Test
    void anInitialWindowThatOverflowsThoseOfStreams() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/wait");
            client.windowUpdate(id, Integer.MAX_VALUE - 65_535).settings(4, 65_536);
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.FLOW_CONTROL_ERROR);
            release.countDown();
        }
    }

    /** CVE-2019-9517: a window of zero holds no thread for longer than the stall limit. */
    @Test
    void zeroWindows() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server, 4, 0)) {
            for (int i = 0; i < 50; i++) {
                client.get("/big?n=1000000");
            }
            client.sync();
            Await.until("all have waited too long", () -> {
                clock.advance(Duration.ofSeconds(5));
                return server.events().timeouts().size() == 50;
            });
            for (int id = 1; id < 100; id += 2) {
                assertThat(client.awaitReset(id)).isEqualTo(ErrorCode.INTERNAL_ERROR);
            }
            server.events().awaitEnded(50);
            assertThat(server.events().timeouts()).hasSize(50).containsOnly(TimeoutKind.STALL);
            assertThat(client.response(client.get("/status?c=204")).status).isEqualTo(204);
            isServed(server);
        }
    }

    /** CVE-2019-9511: a drip does not renew the limit. */
    @Test
    void windowsOfOneByte() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server, 4, 0)) {
            int id = client.get("/big?n=1000000");
            for (int i = 1; i <= 10_000 && client.seen(id).reset == null; i++) {
                client.windowUpdate(id, 1).sync();
                clock.advance(Duration.ofMillis(100));
            }
            assertThat(client.awaitReset(id)).isEqualTo(ErrorCode.INTERNAL_ERROR);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.STALL);
        }
    }

    /** CVE-2024-22201: a client that does not read. */
    @Test
    void congestion() {
        try (TestServer server = server();
                Http2Client client = Http2Client.of(server, 4, Integer.MAX_VALUE)) {
            client.windowUpdate(0, Integer.MAX_VALUE - 65_535);
            for (int i = 0; i < 20; i++) {
                client.get("/big?n=100000000");
            }
            Await.until("all are at it", () -> server.server().activeRequests() == 20);
            Await.until("cut", () -> {
                clock.advance(Duration.ofSeconds(5));
                return !server.events().closed().isEmpty();
            });
            assertThat(server.events().closeReasons()).containsExactly(CloseReason.TIMEOUT);
            assertThat(server.events().timeouts()).contains(TimeoutKind.STALL);
            Await.until("no handlers", () -> server.server().activeRequests() == 0);
        }
    }

    /** DATA of one byte: a body is no list of frames. */
    @Test
    void dataOfOneByte() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/echo");
            byte[] frame = Http2Client.frame(Frames.DATA, 0, id, (byte) 'x');
            byte[] many = new byte[frame.length * 1000];
            for (int at = 0; at < many.length; at += frame.length) {
                System.arraycopy(frame, 0, many, at, frame.length);
            }
            for (int i = 0; i < 50; i++) {
                client.raw(many).sync();
            }
            client.data(id, true, "");
            assertThat(client.response(id).body.size()).isEqualTo(50_000);
            assertThat(server.events().goAways()).isEmpty();
        }
    }

    /** A body that nobody reads holds back no other stream. */
    @Test
    void aHandlerThatDoesNotReadStarvesNobody() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            byte[] piece = new byte[16_384];
            for (int i = 0; i < 40; i++) {
                int id = client.post("/wait");
                for (int sent = 0; sent + piece.length <= 65_535; sent += piece.length) {
                    client.data(id, false, piece);
                }
            }
            int id = client.post("/echo");
            client.data(id, true, "served");
            assertThat(client.response(id).text()).isEqualTo("served");
            release.countDown();
        }
    }

    // ---- frames

    /** The length is judged before the type (CVE-2025-53506: from the first byte on). */
    @Test
    void lengthBeforeType() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            client.raw(new byte[] { 0, 0x40, 1, (byte) 0xfa, 0, 0, 0, 0, 0 });
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.FRAME_SIZE_ERROR);
            isServed(server);
        }
    }

    @Test
    void moreStreamsThanAllowedBeforeTheAcknowledgement() {
        try (TestServer server = server(); Http2Client client = Http2Client.silent(server)) {
            client.raw(Http2Client.PREFACE).settings();
            for (int i = 0; i < 129; i++) {
                client.get("/wait");
            }
            assertThat(client.awaitReset(257)).isEqualTo(ErrorCode.REFUSED_STREAM);
            assertThat(server.events().streamsRefused()).isEqualTo(1);
            release.countDown();
        }
    }

    // ---- time

    @Test
    void aPrefaceThatNeverEnds() {
        try (TestServer server = server(); Http2Client client = Http2Client.silent(server)) {
            client.raw("PRI * HTTP/2.0\r\n".getBytes(StandardCharsets.US_ASCII));
            server.awaitOpenConnections(1);
            clock.advance(Duration.ofSeconds(11));
            assertThat(client.read()).isNull();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            // Both count from accept; which one it is depends on how far the thread had come.
            assertThat(server.events().timeouts()).hasSize(1)
                    .containsAnyOf(TimeoutKind.READ_HEADER, TimeoutKind.TLS_HANDSHAKE);
        }
    }

    @Test
    void aPrefaceWithoutSettings() {
        try (TestServer server = server(); Http2Client client = Http2Client.silent(server)) {
            client.raw(Http2Client.PREFACE);
            client.await(frame -> frame.type() == Frames.SETTINGS);
            clock.advance(Duration.ofSeconds(11));
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
        }
    }

    @Test
    void aBlockThatNeverEnds() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            client.post("/wait");
            client.send(Frames.HEADERS, 0, client.newStream(), Http2Client.request("GET", "/"));
            Await.until("cut", () -> {
                clock.advance(Duration.ofSeconds(3));
                return client.hasEnded();
            });
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            release.countDown();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.READ_HEADER);
        }
    }

    @Test
    void pingsDoNotKeepAnIdleConnection() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            client.response(client.get("/"));
            Await.until("idle", () -> server.events().streamsClosed() == 1);
            for (int i = 0; i < 3; i++) {
                client.sync();
                clock.advance(Duration.ofSeconds(20));
            }
            client.sync();
            clock.advance(Duration.ofSeconds(16));
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.NO_ERROR);
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.IDLE_TIMEOUT);
        }
    }

    @Test
    void aBodyThatDripsEndsItsStreamAlone() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/echo");
            for (int i = 0; i < 10_000 && server.events().timeouts().isEmpty(); i++) {
                client.data(id, false, "x").sync();
                clock.advance(Duration.ofMillis(100));
            }
            assertThat(client.response(id).status).isEqualTo(408);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.STALL);
            assertThat(client.response(client.get("/")).status).isEqualTo(200);
        }
    }

    @Test
    void aClientThatDoesNotAnswerAPingIsGone() {
        try (TestServer server = TestServer.builder(handler).server(made -> made.ticker(clock)
                .http2(Http2.defaults().withEnabled(true).withPingInterval(Duration.ofSeconds(30)))).start();
                Http2Client client = Http2Client.of(server)) {
            client.post("/wait");
            client.sync();
            clock.advance(Duration.ofSeconds(31));
            Http2Client.Frame ping = client.await(frame -> frame.type() == Frames.PING);
            client.send(Frames.PING, Frames.ACK, 0, ping.payload()).sync();
            clock.advance(Duration.ofSeconds(16));
            client.sync();
            clock.advance(Duration.ofSeconds(31));
            client.await(frame -> frame.type() == Frames.PING && !frame.has(Frames.ACK));
            clock.advance(Duration.ofSeconds(16));
            assertThat(client.read()).isNull();
            release.countDown();
            assertThat(server.events().awaitClosed(1)).isEqualTo(CloseReason.TIMEOUT);
            assertThat(server.events().timeouts()).containsExactly(TimeoutKind.HTTP2_PING);
        }
    }

    /** CVE-2022-27664: a client that ignores the end of its connection does not hold the server's. */
    @Test
    void hangAtShutdown() throws Exception {
        try (TestServer server = TestServer.builder(handler)
                .server(made -> made.http2(Http2.defaults().withEnabled(true))).start();
                Http2Client client = Http2Client.of(server)) {
            client.response(client.get("/"));
            assertThat(server.server().shutdown(Await.BOUND)).isTrue();
            assertThat(client.awaitGoAway()).isEqualTo(ErrorCode.NO_ERROR);
        }
    }

    // ---- accounting

    /** CVE-2024-34750, CVE-2022-2048: whatever becomes of streams, all that were opened have ended. */
    @Test
    void accountingOfStreams() {
        try (TestServer server = server()) {
            for (int connection = 0; connection < 20; connection++) {
                try (Http2Client client = Http2Client.of(server)) {
                    for (int i = 0; i < 20; i++) {
                        client.get("/");
                        client.data(client.post("/echo", "content-length", "1"), true, "too much");
                        client.send(Frames.HEADERS, Frames.END_HEADERS, client.newStream(),
                                Http2Client.block(":method", "GET"));
                        client.windowUpdate(client.post("/echo"), 0);
                        client.reset(client.post("/echo"), ErrorCode.CANCEL);
                        client.get("/panic");
                        client.get("/", "x-large", "v".repeat(9000));
                    }
                    if (connection % 2 == 0) {
                        client.sync();
                    }
                }
            }
            server.awaitOpenConnections(0);
            assertThat(server.events().streamsOpened()).isPositive().isEqualTo(server.events().streamsClosed());
            assertThat(server.server().activeRequests()).isZero();
            isServed(server);
        }
    }

    @Test
    void whatAClientCancelsIsTold() {
        try (TestServer server = server(); Http2Client client = Http2Client.of(server)) {
            int id = client.post("/echo");
            Await.until("running", () -> server.server().activeRequests() == 1);
            client.reset(id, ErrorCode.CANCEL);
            ExchangeSummary summary = server.events().awaitEnded(1);
            assertThat(summary.outcome()).isEqualTo(ExchangeOutcome.CLIENT_GONE);
            assertThat(server.events().resets()).containsExactly(
                    new ServerEvents.Http2Error(summary.connection().id(), Side.CLIENT, "cancel"));
        }
    }
}
