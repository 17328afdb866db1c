package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import io.zokor.config.Http2;
import io.zokor.testing.ConformanceHandler;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random frames, legal and not, from a fixed seed: whatever comes, every stream that was opened ends, no handler stays, and no DATA goes
 * beyond a window.
 */
@Timeout(300)
class StreamModelTest {

    private static final Http2 ON = Http2.defaults().withEnabled(true);

    @Test
    void whateverComesStreamsAreAccountedFor() {
        run(1, 60, 120);
    }

    @Tag("long")
    @Test
    void whateverComesForLong() {
        run(1000, 1000, 300);
    }

    private static void run(int seed, int connections, int frames) {
        try (TestServer server = TestServer.builder(new ConformanceHandler()).server(made -> made.http2(ON)).start()) {
            for (int i = 0; i < connections; i++) {
                Random random = new Random(seed + i);
                try (Http2Client client = Http2Client.of(server)) {
                    converse(client, random, frames, "seed " + (seed + i));
                }
            }
            server.awaitOpenConnections(0);
            assertThat(server.events().streamsOpened()).isPositive().isEqualTo(server.events().streamsClosed());
            assertThat(server.server().activeRequests()).isZero();
            assertThat(server.client().get("/").text()).isEqualTo("ok");
        }
    }

    private static void converse(Http2Client client, Random random, int frames, String name) {
        Map<Integer, Long> windows = new HashMap<>();
        windows.put(0, 65_535L);
        int last = 0;
        try {
            for (int i = 0; i < frames && !client.hasEnded(); i++) {
                int some = last == 0 ? 1 : 1 + 2 * random.nextInt((last + 1) / 2);
                switch (random.nextInt(14)) {
                    case 0, 1, 2 -> last = begin(client, windows,
                            client.get(random.nextBoolean() ? "/" : "/big?n=40000"));
                    case 3, 4 -> last = begin(client, windows, client.post("/echo"));
                    case 5 -> client.data(some, random.nextInt(3) == 0, new byte[random.nextInt(500)]);
                    case 6 -> client.reset(some, ErrorCode.CANCEL);
                    case 7 -> grant(client, windows, random.nextBoolean() ? 0 : some, 1 + random.nextInt(50_000));
                    case 8 -> client.send(Frames.PING, 0, 0, new byte[8]);
                    case 9 -> client.send(Frames.PRIORITY, 0, some, new byte[5]);
                    case 10 -> client.send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, some,
                            Http2Client.block("x-t", "1"));
                    case 11 -> {
                        last = begin(client, windows, client.newStream());
                        client.send(Frames.HEADERS, Frames.END_HEADERS, last, Http2Client.block("x", "malformed"));
                    }
                    case 12 -> {
                        if (random.nextInt(20) == 0) {
                            client.send(random.nextInt(12), random.nextInt(256), random.nextInt(10),
                                    new byte[random.nextInt(20)]);
                        }
                    }
                    default -> client.send(0xfa, random.nextInt(256), some, new byte[random.nextInt(20)]);
                }
            }
            if (random.nextBoolean() && !client.hasEnded()) {
                client.sync();
            }
        } catch (java.io.UncheckedIOException | AssertionError e) {
            // The server has ended the connection for what was sent; what it has sent before is looked at below.
            assertThat(client.hasEnded()).as(name).isTrue();
        }
        client.hasEnded();
        check(client, windows, name);
    }

    private static int begin(Http2Client client, Map<Integer, Long> windows, int id) {
        windows.put(id, 65_535L);
        return id;
    }

    private static void grant(Http2Client client, Map<Integer, Long> windows, int id, int increment) {
        client.windowUpdate(id, increment);
        windows.merge(id, (long) increment, Long::sum);
    }

    /** What was granted in the end is more than at any moment before. */
    private static void check(Http2Client client, Map<Integer, Long> windows, String name) {
        Map<Integer, Long> sent = new HashMap<>();
        for (Http2Client.Frame frame : client.frames()) {
            if (frame.type() == Frames.DATA) {
                sent.merge(frame.stream(), (long) frame.payload().length, Long::sum);
                sent.merge(0, (long) frame.payload().length, Long::sum);
            }
        }
        sent.forEach((id, bytes) -> assertThat(bytes).as(name + ", stream " + id)
                .isLessThanOrEqualTo(windows.getOrDefault(id, 0L)));
    }
}
