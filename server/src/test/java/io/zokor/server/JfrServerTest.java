package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

import io.zokor.http.Handler;
import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/** What a recording tells of accepting and of TLS. */
@Timeout(60)
class JfrServerTest {

    private static final Handler HELLO = (request, response) -> response.write("hello");

    private final Queue<RecordedEvent> events = new ConcurrentLinkedQueue<>();

    private final RecordingStream recording = new RecordingStream();

    @BeforeEach
    void record() {
        recording.setReuse(false);
        recording.onEvent(event -> {
            if (event.getEventType().getName().startsWith("io.zokor.")) {
                events.add(event);
            }
        });
        recording.startAsync();
    }

    @AfterEach
    void end() {
        recording.close();
    }

    private List<RecordedEvent> events(String name, Predicate<RecordedEvent> wanted) {
        return events.stream().filter(event -> event.getEventType().getName().equals("io.zokor." + name))
                .filter(wanted).toList();
    }

    @Test
    void eachAcceptRetry() throws IOException {
        FailingListener listener = new FailingListener();
        listener.fail(3, new IOException("no descriptors"));
        try (TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            assertThat(server.client().get("/").text()).isEqualTo("hello");
        }
        recording.stop();
        String address = listener.address().toString();
        Await.until("three events",
                () -> events("AcceptRetry", e -> address.equals(e.getString("listener"))).size() == 3);
        assertThat(events("AcceptRetry", e -> address.equals(e.getString("listener")))).allSatisfy(
                event -> assertThat(event.getString("cause")).contains("no descriptors"))
                .extracting(event -> event.getDuration("pause"))
                .containsExactly(Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20));
    }

    @Test
    void eachTlsHandshake() throws IOException {
        TestCertificates.Identity identity = TestCertificates.selfSigned("server");
        TlsListener listener = new TlsListener(
                TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10),
                TlsContexts.of(TlsContext.of(identity.context())));
        try (TestServer server = TestServer.builder(HELLO).source(listener).start()) {
            try (RawClient client = RawClient.connectTls(server.port(), TestCertificates.trusting(identity),
                    "server")) {
                assertThat(client.get("/").text()).isEqualTo("hello");
            }
            try (RawClient client = server.client()) {
                // Begins as a handshake record does, and is none.
                client.send("\u0016\u0003\u0001\u0000\u0005nothi").readAll();
            }
            server.awaitOpenConnections(0);
        }
        recording.stop();
        Await.until("a success",
                () -> !events("TlsHandshake", e -> "TLSv1.3".equals(e.getString("protocol"))).isEmpty());
        Await.until("a failure", () -> !events("TlsHandshake", e -> e.getString("failure") != null).isEmpty());
        assertThat(events("TlsHandshake", e -> "TLSv1.3".equals(e.getString("protocol")))).allSatisfy(event -> {
            assertThat(event.getString("cipherSuite")).startsWith("TLS_");
            assertThat(event.getString("failure")).isNull();
            assertThat(event.getDuration("elapsed")).isPositive();
        });
    }
}
