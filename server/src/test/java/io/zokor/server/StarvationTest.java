package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
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

    private static final long SPARSE_BYTES = 1L << 38;

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

    @Test
    void smallWritesThatNeverWaitLetOthersHaveTheCarrier(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "lines")).contains(DONE);
    }

    @Test
    void filesThatAreSentWithoutAWaitLetOthersHaveTheCarrier(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "files")).contains(DONE);
    }

    @Test
    void downloadsThatNeverWaitLetOthersHaveTheCarrier(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "downloads")).contains(DONE);
    }

    /** A handshake computes for milliseconds; hundreds that come at once are not served one after the other before anybody else. */
    @Test
    void requestsGoBetweenHandshakesThatComeAtOnce(@TempDir Path directory) throws Exception {
        assertThat(inOneCarrier(directory, "handshakes")).contains(DONE);
    }

    private static String inOneCarrier(Path directory, String what) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=1", "-Djava.io.tmpdir=" + directory, "-cp",
                System.getProperty("java.class.path"),
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
        String what = args[0];
        TestServer.Builder builder = TestServer.builder(StarvationTest::answer);
        try (TestServer server = (what.equals("handshakes") ? builder.tls() : builder).start()) {
            if (what.equals("handshakes")) {
                requestsBetweenHandshakes(server);
            } else {
                requestsUnderLoad(server, what);
            }
            assertThat(StarvationGuard.starved()).isPositive();
            System.out.println(DONE);
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }
    }

    private static void answer(Request request, ResponseWriter response) throws Exception {
        switch (request.path()) {
            case "/sleep" -> Thread.sleep(1);
            case "/upload" -> request.body().transferTo(OutputStream.nullOutputStream());
            case "/downloads" -> writeForEver(response, 0x10000);
            case "/lines" -> writeForEver(response, 100);
            case "/files" -> sendSparseFile(response);
            default -> {
                // Answered at once.
            }
        }
        response.write("answer");
    }

    private static void writeForEver(ResponseWriter response, int size) throws IOException {
        byte[] bytes = new byte[size];
        while (true) {
            response.write(bytes);
            response.flush();
        }
    }

    /** More than is sent in a minute, and takes no room. */
    private static void sendSparseFile(ResponseWriter response) throws IOException {
        Path path = Files.createTempFile(Path.of(System.getProperty("java.io.tmpdir")), "sparse", "");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.READ,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            file.write(ByteBuffer.allocate(1), SPARSE_BYTES - 1);
            response.headers().set("Content-Length", Long.toString(SPARSE_BYTES));
            response.controller().transferFrom(file, 0, SPARSE_BYTES);
        }
    }

    private static void requestsUnderLoad(TestServer server, String what) throws Exception {
        CountDownLatch flowing = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            load(server.port(), what, flowing);
        }
        flowing.await();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            try (RawClient client = server.client()) {
                answers.add(client.get(what.equals("sleepers") ? "/sleep" : "/").text());
            }
        }
        assertThat(answers).containsOnly("answer");
    }

    /** More requests than are ever answered, or one body without end. Its threads are daemons and end with the JVM. */
    private static void load(int port, String what, CountDownLatch flowing) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        switch (what) {
            case "uploads" -> {
                send(socket, "POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
                inBackground(() -> sendForEver(socket, "8000\r\n" + "x".repeat(0x8000) + "\r\n", flowing));
                inBackground(() -> readForEver(socket, new CountDownLatch(1)));
            }
            case "downloads", "lines", "files" -> {
                send(socket, "GET /" + what + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                inBackground(() -> readForEver(socket, flowing));
            }
            default -> {
                inBackground(
                        () -> sendForEver(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000), flowing));
                inBackground(() -> readForEver(socket, new CountDownLatch(1)));
            }
        }
    }

    private static void sendForEver(Socket socket, String text, CountDownLatch flowing) throws IOException {
        for (int i = 0; true; i++) {
            send(socket, text);
            if (i == 20) {
                flowing.countDown();
            }
        }
    }

    private static void readForEver(Socket socket, CountDownLatch flowing) throws IOException {
        byte[] bytes = new byte[0x10000];
        long read = 0;
        for (int n = 0; n >= 0; n = socket.getInputStream().read(bytes)) {
            read += n;
            if (read > 1_000_000) {
                flowing.countDown();
            }
        }
        throw new IllegalStateException("the answer has ended");
    }

    private static void requestsBetweenHandshakes(TestServer server) throws Exception {
        byte[] hello = clientHello(server.sslContext());
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sockets.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
        }
        try (RawClient established = server.client()) {
            assertThat(established.get("/").text()).isEqualTo("answer");
            for (Socket socket : sockets) {
                socket.getOutputStream().write(hello);
            }
            CountDownLatch flights = new CountDownLatch(1);
            inBackground(() -> {
                for (Socket socket : sockets) {
                    assertThat(socket.getInputStream().read()).as("type of a record, a handshake's").isEqualTo(22);
                }
                flights.countDown();
            });
            int between = 0;
            while (flights.getCount() > 0) {
                assertThat(established.get("/").text()).isEqualTo("answer");
                between++;
            }
            assertThat(between).as("requests answered before the last of 200 handshakes").isGreaterThan(5);
        }
    }

    private static byte[] clientHello(SSLContext context) throws SSLException {
        SSLEngine engine = context.createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        return Arrays.copyOf(record.array(), record.position());
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void inBackground(Work work) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                work.run();
            } catch (IOException | RuntimeException | AssertionError e) {
                // What follows without the load would say nothing.
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }
}
