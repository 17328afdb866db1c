package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.config.Limits;
import io.zokor.config.ServerConfig;
import io.zokor.http.Handler;
import io.zokor.testing.Await;
import io.zokor.testing.LogCapture;
import io.zokor.testing.RawClient;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections cut at random points of an exchange: no error is logged, and the counters reconcile. */
class ChaosTest {

    private static final String[] SCRIPTS = { "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + "x".repeat(2000),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("64\r\n" + "y".repeat(100) + "\r\n").repeat(20) + "0\r\nT: v\r\n\r\n",
        "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + "z".repeat(5000),
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10), "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /watch HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /hijack HTTP/1.1\r\nHost: a\r\n\r\nsome words" };

    private static final Handler HANDLER = (request, response) -> {
        switch (request.path()) {
            case "/big" -> response.write(new byte[300_000]);
            case "/stream" -> {
                for (int i = 0; i < 50; i++) {
                    response.write("piece " + i);
                    response.flush();
                }
            }
            case "/echo" -> request.body().transferTo(response.body());
            case "/watch" -> {
                AtomicInteger gone = new AtomicInteger();
                response.controller().onPeerGone(gone::incrementAndGet);
                response.write("watched");
            }
            case "/hijack" -> {
                try (var taken = response.controller().hijack()) {
                    taken.output().write(taken.input().read());
                } catch (IOException e) {
                    // The connection is this handler's own: its end is no failure.
                }
            }
            default -> response.write("hello");
        }
    };

    @Test
    @Timeout(60)
    void aThousandConnections() throws Exception {
        chaos(1000);
    }

    @Test
    @Tag("long")
    @Timeout(300)
    void tenThousandConnections() throws Exception {
        // The first run fills what is made once.
        chaos(500);
        long before = usedAfterCollection();
        chaos(10_000);
        assertThat(usedAfterCollection() - before).as("bytes that stayed behind").isLessThan(8_000_000);
    }

    private static void chaos(int connections) throws Exception {
        CountingListener counts = new CountingListener();
        ServerConfig config = ServerConfig.builder()
                .limits(Limits.defaults().with(v -> v.drainTimeout(Duration.ofMillis(200)).maxPerClient(100_000)))
                .build();
        try (LogCapture log = LogCapture.server();
                Server server = Server.builder().address("127.0.0.1:0").config(config).handler(HANDLER).listener(counts)
                        .build().start()) {
            AtomicInteger next = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    int number;
                    while ((number = next.getAndIncrement()) < connections) {
                        cut(server.port(), new Random(number));
                    }
                }));
            }
            for (Thread thread : threads) {
                assertThat(thread.join(Duration.ofMinutes(4))).isTrue();
            }
            try (RawClient client = RawClient.connect(server.port())) {
                assertThat(client.get("/").text()).as("other clients are served").isEqualTo("hello");
            }
            Await.until("the end of all connections", () -> server.openConnections() == 0);
            assertThat(server.activeRequests()).isZero();
            assertThat(server.mostOfOneClient()).isZero();
            assertThat(counts.closed.sum()).isEqualTo(counts.accepted.sum());
            assertThat(counts.closedStates.sum()).isEqualTo(counts.accepted.sum());
            assertThat(counts.endedWithRequest.sum()).isEqualTo(counts.started.sum());
            assertThat(counts.endedWithoutRequest.sum()).isEqualTo(counts.rejected.sum());
            assertThat(counts.panics.sum()).isZero();
            assertThat(log.text()).isEmpty();
        }
    }

    private static void cut(int port, Random random) {
        byte[] script = SCRIPTS[random.nextInt(SCRIPTS.length)].getBytes(StandardCharsets.ISO_8859_1);
        int sent = random.nextInt(4) == 0 ? script.length : random.nextInt(script.length + 1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(100);
            int first = random.nextInt(sent + 1);
            socket.getOutputStream().write(script, 0, first);
            socket.getOutputStream().write(script, first, sent - first);
            if (random.nextInt(4) == 0) {
                socket.shutdownOutput();
            }
            read(socket.getInputStream(), random.nextInt(3) * random.nextInt(5000));
            if (random.nextInt(2) == 0) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // The server was quicker to end it, which is one of the points to be met.
        }
    }

    private static void read(InputStream in, int count) throws IOException {
        byte[] bytes = new byte[1000];
        int left = count;
        while (left > 0) {
            int n = in.read(bytes, 0, Math.min(left, bytes.length));
            if (n < 0) {
                return;
            }
            left -= n;
        }
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
