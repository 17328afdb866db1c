package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.zokor.http.Handler;
import io.zokor.net.StarvationGuard;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A carrier whose connections always have a next request runs nothing else by itself: what platform threads wake waits in a queue at
 * which it does not look. Run in a JVM with one carrier, as one with one processor has.
 */
@Timeout(120)
class StarvationTest {

    private static final String DONE = "all had their turn";

    @Test
    void newConnectionsUnderFullLoadAreServed(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "connections")).contains(DONE);
    }

    @Test
    void handlersThatSleepUnderFullLoadWakeUp(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "sleepers")).contains(DONE);
    }

    @Test
    void uploadsThatNeverWaitLetOthersHaveTheCarrier(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "uploads")).contains(DONE);
    }

    private static String inOneCarrier(Path directory, String what) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=1", "-cp", System.getProperty("java.class.path"),
                StarvationTest.class.getName(), what)
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            child.waitFor(60, TimeUnit.SECONDS);
        } finally {
            child.destroyForcibly().waitFor();
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    // ---- in the other JVM

    /** Ends only when all that is asked for has happened while the load lasted. */
    public static void main(String[] args) throws Exception {
        Handler handler = (request, response) -> {
            switch (request.path()) {
                case "/sleep" -> Thread.sleep(1);
                case "/upload" -> request.body().transferTo(OutputStream.nullOutputStream());
                default -> {
                    // Answered at once.
                }
            }
            response.write("answer");
        };
        boolean upload = args[0].equals("uploads");
        try (TestServer server = TestServer.builder(handler).start()) {
            CountDownLatch flowing = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                load(server.port(), upload, flowing);
            }
            flowing.await();
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                try (RawClient client = server.client()) {
                    answers.add(client.get(args[0].equals("sleepers") ? "/sleep" : "/").text());
                }
            }
            assertThat(answers).containsOnly("answer");
            assertThat(StarvationGuard.starved()).isPositive();
            System.out.println(DONE);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }
    }

    /** More requests than are ever answered, or one body without end. Its threads are daemons and end with the JVM. */
    private static void load(int port, boolean upload, CountDownLatch flowing) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        String text = upload
                ? "8000\r\n" + "x".repeat(0x8000) + "\r\n"
                : "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000);
        if (upload) {
            socket.getOutputStream()
                    .write("POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
        }
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; true; i++) {
                    socket.getOutputStream().write(bytes);
                    if (i == 20) {
                        flowing.countDown();
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException("the load has ended", e);
            }
        });
        Thread.ofPlatform().daemon().start(() -> {
            try {
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new IllegalStateException("the load has ended", e);
            }
        });
    }
}
