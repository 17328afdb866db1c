package io.zokor.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Request;
import io.zokor.net.TcpListener;
import io.zokor.testing.Await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Restarts under load: no request whose handler ran stays without its answer, and the counters reconcile. */
@Timeout(120)
class ReviewRestartTest {

    private static final int RESTARTS = 20;

    private static final int CLIENTS = 16;

    private static final class Counts implements ServerListener {

        private final AtomicInteger accepted = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();
        private final AtomicInteger started = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger[] states = new AtomicInteger[ConnectionState.values().length];

        private Counts() {
            for (int i = 0; i < states.length; i++) {
                states[i] = new AtomicInteger();
            }
        }

        @Override
        public void connectionAccepted(ConnectionInfo connection) {
            accepted.incrementAndGet();
            states[ConnectionState.NEW.ordinal()].incrementAndGet();
        }

        @Override
        public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
            states[from.ordinal()].decrementAndGet();
            states[to.ordinal()].incrementAndGet();
        }

        @Override
        public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
            closed.incrementAndGet();
        }

        @Override
        public void requestStarted(ConnectionInfo connection, Request request) {
            started.incrementAndGet();
        }

        @Override
        public void exchangeEnded(ExchangeSummary summary) {
            ended.incrementAndGet();
        }
    }

    @Test
    void noRequestThatWasHandledStaysUnanswered() throws Exception {
        Set<String> handled = ConcurrentHashMap.newKeySet();
        Set<String> answered = ConcurrentHashMap.newKeySet();
        Counts counts = new Counts();
        Server server = Server.builder().handler((request, response) -> {
            handled.add(request.path());
            request.body().transferTo(response.body());
        }).listener(counts).build();
        server.start(listener(0));
        AtomicInteger port = new AtomicInteger(server.port());
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String name = "/" + i + "/";
            clients.add(Thread.ofVirtual().start(() -> load(port, name, over, answered)));
        }
        for (int i = 0; i < RESTARTS; i++) {
            int before = answered.size();
            Await.until("requests between restarts", () -> answered.size() > before + 200);
            assertThat(server.shutdown(Await.BOUND)).as("all ended by itself").isTrue();
            start(server, port);
        }
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(server.shutdown(Await.BOUND)).isTrue();
        assertThat(handled).hasSizeGreaterThan(RESTARTS * 200);
        handled.removeAll(answered);
        assertThat(handled).as("handled, but not answered").isEmpty();
        assertThat(counts.closed).hasValue(counts.accepted.get());
        assertThat(counts.ended).hasValue(counts.started.get());
        for (ConnectionState state : ConnectionState.values()) {
            assertThat(counts.states[state.ordinal()].get()).as("in state " + state)
                    .isEqualTo(state == ConnectionState.CLOSED ? counts.accepted.get() : 0);
        }
    }

    /** On the port it had, or another if somebody has taken that in between. */
    private static void start(Server server, AtomicInteger port) throws IOException {
        try {
            server.start(listener(port.get()));
        } catch (BindException e) {
            server.start(listener(0));
            port.set(server.port());
        }
    }

    private static TcpListener listener(int port) throws IOException {
        return TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
    }

    /** Sends one request after the other; whatever goes wrong, it connects again and goes on. */
    private static void load(AtomicInteger port, String name, AtomicBoolean over, Set<String> answered) {
        for (int n = 0; !over.get();) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.get())) {
                socket.setSoTimeout(20_000);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean open = true;
                while (open && !over.get()) {
                    String path = name + n++;
                    socket.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: "
                            + path.length() + "\r\n\r\n" + path).getBytes(US_ASCII));
                    String head = head(in);
                    String body = new String(in.readNBytes(path.length()), US_ASCII);
                    if (!body.equals(path)) {
                        break;
                    }
                    answered.add(path);
                    open = !head.contains("Connection: close");
                }
            } catch (IOException e) {
                // Between two servers, or an idle connection that was closed as it sent: on with the next.
                Thread.yield();
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the connection ended");
            }
            head.append((char) b);
        }
        return head.toString();
    }
}
