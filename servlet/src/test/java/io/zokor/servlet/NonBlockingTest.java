package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;

/** Servlet 6.1 sections 3.7 and 5.4 and 2.3.3.5: listeners of streams, and upgrades. */
class NonBlockingTest {

    /** More bytes than the sockets hold. */
    private static final int LARGE = 1 << 24;

    /** Handlers that were destroyed. */
    private static final AtomicInteger ENDED = new AtomicInteger();

    /** Reads everything and then answers with it. */
    private static final class Echo implements ReadListener {

        final ServletInputStream in;

        final AsyncContext async;

        final StringBuilder text = new StringBuilder();

        final List<String> events = Collections.synchronizedList(new ArrayList<>());

        Echo(HttpServletRequest request) throws IOException {
            this.async = request.startAsync();
            this.in = request.getInputStream();
        }

        @Override
        public void onDataAvailable() throws IOException {
            events.add("data");
            byte[] piece = new byte[100];
            while (in.isReady()) {
                int n = in.read(piece);
                if (n < 0) {
                    return;
                }
                text.append(new String(piece, 0, n, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void onAllDataRead() throws IOException {
            events.add("all " + in.isFinished());
            async.getResponse().getOutputStream().print(text.toString());
            async.complete();
        }

        @Override
        public void onError(Throwable t) {
            events.add("error " + t.getClass().getSimpleName());
            async.complete();
        }
    }

    @Test
    void readListenerGetsDataAsItComes() throws Exception {
        AtomicReference<Echo> echo = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            Echo listener = new Echo(q);
            echo.set(listener);
            listener.in.setReadListener(listener);
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            Await.until("the first piece is read", () -> echo.get() != null && echo.get().text.length() == 5);
            client.send("6\r\n world\r\n");
            Await.until("the second piece is read", () -> echo.get().text.length() == 11);
            client.send("0\r\n\r\n");
            assertThat(client.readResponse().text()).isEqualTo("hello world");
            assertThat(echo.get().events).endsWith("all true").filteredOn(e -> e.equals("data")).hasSize(2);
        }
    }

    @Test
    void readListenerOfAnEmptyBodyHearsOfItsEnd() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            Echo listener = new Echo(q);
            listener.in.setReadListener(listener);
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEmpty();
        }
    }

    @Test
    void readListenerHearsOfAClientThatLeaves() throws Exception {
        AtomicReference<Echo> echo = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            Echo listener = new Echo(q);
            listener.in.setReadListener(listener);
            echo.set(listener);
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhello");
            Await.until("the first piece is read", () -> echo.get() != null && echo.get().text.length() == 5);
            client.reset();
            Await.until("onError was called", () -> echo.get().events.contains("error PeerGoneException"));
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void completeWhileAReadIsPendingAnswersAndEndsTheConnection() throws Exception {
        AtomicReference<Echo> echo = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            Echo listener = new Echo(q);
            listener.in.setReadListener(listener);
            echo.set(listener);
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhello");
            Await.until("the first piece is read", () -> echo.get() != null && echo.get().text.length() == 5);
            echo.get().async.getResponse().getOutputStream().print("enough");
            echo.get().async.complete();
            assertThat(client.readResponse().text()).isEqualTo("enough");
            client.expectClosed();
        }
    }

    @Test
    void listenerNeedsAsyncAndIsSetOnce() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            ServletInputStream in = q.getInputStream();
            ServletOutputStream out = r.getOutputStream();
            WriteListener none = new WriteListener() {
                @Override
                public void onWritePossible() {
                }

                @Override
                public void onError(Throwable t) {
                }
            };
            assertThatIllegalStateException().isThrownBy(() -> out.setWriteListener(none));
            assertThat(in.isReady()).isTrue();
            AsyncContext async = q.startAsync();
            out.setWriteListener(none);
            assertThatIllegalStateException().isThrownBy(() -> out.setWriteListener(none));
            async.complete();
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void blockingReadsAreRefusedWithAListener() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletInputStream in = q.getInputStream();
            in.setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() {
                }

                @Override
                public void onAllDataRead() {
                }

                @Override
                public void onError(Throwable t) {
                }
            });
            try {
                in.readAllBytes();
            } catch (IllegalStateException e) {
                refused.incrementAndGet();
            }
            try {
                in.read();
            } catch (IllegalStateException e) {
                refused.incrementAndGet();
            }
            async.complete();
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
            assertThat(refused).hasValue(2);
        }
    }

    @Test
    void writeListenerIsNotReadyWhileAWriteIsPendingAndThenGoesOn() throws Exception {
        int pieces = 500;
        AtomicBoolean unready = new AtomicBoolean();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletOutputStream out = r.getOutputStream();
            AtomicInteger left = new AtomicInteger(pieces);
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    byte[] piece = new byte[1 << 15];
                    while (out.isReady()) {
                        if (left.getAndDecrement() == 0) {
                            async.complete();
                            return;
                        }
                        out.write(piece);
                        if (!out.isReady()) {
                            unready.set(true);
                            return;
                        }
                    }
                }

                @Override
                public void onError(Throwable t) {
                    async.complete();
                }
            });
        }); RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            // More than the sockets hold: as long as nobody reads, a write must stay pending.
            Await.until("a write is pending", unready::get);
            assertThat(client.readResponse().body().length).isEqualTo(pieces << 15);
        }
    }

    /** The time of a request that is decided is over: it must not keep the thread of the write, or anybody, from ending. */
    @Test
    void timeoutThatPassesWhileADecidedRequestStillWritesChangesNothing() throws Exception {
        AtomicLong decided = new AtomicLong();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(1);
            ServletOutputStream out = r.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    out.write(new byte[LARGE]);
                    async.complete();
                    decided.set(System.nanoTime());
                }

                @Override
                public void onError(Throwable t) {
                    async.complete();
                }
            });
        }); RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            Await.until("the time is over", () -> decided.get() != 0 && System.nanoTime() - decided.get() > 50_000_000);
            assertThat(client.readResponse().body().length).isEqualTo(LARGE);
        }
    }

    /** What is being written cannot be taken back for an error page, so that half of it must not look whole. */
    @Test
    void timeoutWhileAWriteIsPendingCutsTheConnection() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(1);
            ServletOutputStream out = r.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    out.write(new byte[LARGE]);
                }

                @Override
                public void onError(Throwable t) {
                }
            });
        }); RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            assertThat(client.readAll()).doesNotContain(" 500 ").doesNotEndWith("0\r\n\r\n");
            assertThat(web.panics).isEmpty();
        }
    }

    /** {@code close} does not wait for a write that is pending, but follows it. */
    @Test
    void closingTheOutputOfAnUpgradedConnectionFollowsAPendingWrite() throws Exception {
        ENDED.set(0);
        try (Web web = Web.serving((HttpServletRequest q, HttpServletResponse r) -> q.upgrade(Pouring.class));
                RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: pour");
            client.readUntil("\r\n\r\n");
            assertThat(client.readAll().length()).isEqualTo(LARGE);
            Await.until("the handler is destroyed", () -> ENDED.get() == 1);
        }
    }

    /** HttpUpgradeHandler#destroy: called when the client disconnects, also where the listener does nothing about it. */
    @Test
    void handlerOfAnUpgradedConnectionIsDestroyedWhenTheClientDisconnects() throws Exception {
        ENDED.set(0);
        try (Web web = Web.serving((HttpServletRequest q, HttpServletResponse r) -> q.upgrade(Silent.class));
                RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: silent");
            client.readUntil("\r\n\r\n");
            client.reset();
            Await.until("the handler is destroyed", () -> ENDED.get() == 1);
        }
    }

    /** Its bytes and those that the server reads next must not be mixed up. */
    @Test
    void endOfARequestEndsTheReadOfAnotherThread() throws Exception {
        AtomicReference<AsyncContext> started = new AtomicReference<>();
        AtomicInteger read = new AtomicInteger();
        AtomicReference<Exception> ended = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletInputStream in = q.getInputStream();
            async.start(() -> {
                try {
                    while (in.read() >= 0) {
                        read.incrementAndGet();
                    }
                } catch (IOException | IllegalStateException e) {
                    ended.set(e);
                }
            });
            started.set(async);
        }); RawClient client = web.client()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhello");
            Await.until("all that came is read", () -> started.get() != null && read.get() == 5);
            started.get().getResponse().getOutputStream().print("enough");
            started.get().complete();
            assertThat(client.readResponse().text()).isEqualTo("enough");
            Await.until("the other thread reads no more", () -> ended.get() != null);
            client.expectClosed();
        }
    }

    @Test
    void writingWhileNotReadyIsRefused() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletOutputStream out = r.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    out.write(ByteBuffer.allocate(16 << 20));
                    try {
                        out.write(1);
                    } catch (IllegalStateException e) {
                        refused.set(e);
                    }
                    async.complete();
                }

                @Override
                public void onError(Throwable t) {
                }
            });
        }); RawClient client = RawClient.connect(web.server.address(), 4096)) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            // More than the sockets hold: as long as nobody reads, the write is pending.
            Await.until("the second write is refused", () -> refused.get() != null);
            assertThat(client.readResponse().body().length).isEqualTo(16 << 20);
        }
    }

    @Test
    void writeListenerHearsOfAClientThatLeaves() throws Exception {
        AtomicReference<Throwable> error = new AtomicReference<>();
        AtomicLong written = new AtomicLong();
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            ServletOutputStream out = r.getOutputStream();
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    while (out.isReady()) {
                        out.write(new byte[1 << 16]);
                        written.addAndGet(1 << 16);
                    }
                }

                @Override
                public void onError(Throwable t) {
                    error.set(t);
                    async.complete();
                }
            });
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost");
            client.readHead();
            client.reset();
            Await.until("onError was called", () -> error.get() != null);
            assertThat(error.get()).isInstanceOf(IOException.class);
            Await.until("the request is over", () -> web.container.activeRequests() == 0);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void exceptionOfAListenerIsAPanic() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            q.startAsync();
            r.getOutputStream().setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() {
                    throw new IllegalArgumentException("mine");
                }

                @Override
                public void onError(Throwable t) {
                }
            });
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
            assertThat(web.panics).hasSize(1);
        }
    }

    @Test
    void byteBufferReadsLeaveTheBytesBetweenPositionAndLimit() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            ByteBuffer buffer = ByteBuffer.allocate(20).position(2);
            int n = q.getInputStream().read(buffer);
            r.getWriter().print(n + " " + buffer.position() + " " + buffer.limit() + " "
                    + StandardCharsets.US_ASCII.decode(buffer));
        })) {
            assertThat(web.post("/", "text/plain", "hello").text()).isEqualTo("5 2 7 hello");
        }
    }

    /** Answers each byte with its upper case; blocking, on a thread of its own. */
    public static final class Shouting implements HttpUpgradeHandler {

        static final AtomicBoolean DESTROYED = new AtomicBoolean();

        @Override
        public void init(WebConnection connection) {
            Thread.ofVirtual().start(() -> {
                try (connection) {
                    ServletInputStream in = connection.getInputStream();
                    for (int b = in.read(); b >= 0; b = in.read()) {
                        connection.getOutputStream().write(Character.toUpperCase(b));
                        connection.getOutputStream().flush();
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public void destroy() {
            DESTROYED.set(true);
        }
    }

    @Test
    void upgradedConnectionBlocks() throws Exception {
        Shouting.DESTROYED.set(false);
        try (Web web = Web.serving((q, r) -> {
            r.setHeader("Upgrade", "shout");
            r.setHeader("Connection", "Upgrade");
            q.upgrade(Shouting.class);
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: shout");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ").contains("Upgrade: shout");
            client.send("hello");
            assertThat(client.readBytes(5)).isEqualTo("HELLO");
            client.shutdownOutput();
            client.expectClosed();
            Await.until("destroy was called", Shouting.DESTROYED::get);
            assertThat(web.container.activeRequests()).isZero();
        }
    }

    /** Writes more than the sockets hold and closes. */
    public static final class Pouring implements HttpUpgradeHandler {

        @Override
        public void init(WebConnection connection) {
            try {
                ServletOutputStream out = connection.getOutputStream();
                out.setWriteListener(new WriteListener() {
                    @Override
                    public void onWritePossible() throws IOException {
                        out.write(new byte[LARGE]);
                        out.close();
                    }

                    @Override
                    public void onError(Throwable t) {
                    }
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
            ENDED.incrementAndGet();
        }
    }

    /** Reads, and does nothing about anything. */
    public static final class Silent implements HttpUpgradeHandler {

        @Override
        public void init(WebConnection connection) {
            try {
                connection.getInputStream().setReadListener(new ReadListener() {
                    @Override
                    public void onDataAvailable() {
                    }

                    @Override
                    public void onAllDataRead() {
                    }

                    @Override
                    public void onError(Throwable t) {
                    }
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
            ENDED.incrementAndGet();
        }
    }

    /** Answers each piece with its length; driven by listeners. */
    public static final class Counting implements HttpUpgradeHandler {

        @Override
        public void init(WebConnection connection) {
            try {
                ServletInputStream in = connection.getInputStream();
                ServletOutputStream out = connection.getOutputStream();
                if (!in.isReady() || !out.isReady()) {
                    throw new IllegalStateException("ready until there is a listener");
                }
                StringBuilder answers = new StringBuilder();
                out.setWriteListener(new WriteListener() {
                    @Override
                    public void onWritePossible() throws IOException {
                        // The next piece may be here before the write of the former answer is known to be done.
                        if (!answers.isEmpty() && out.isReady()) {
                            out.print(answers.toString());
                            answers.setLength(0);
                        }
                    }

                    @Override
                    public void onError(Throwable t) {
                    }
                });
                in.setReadListener(new ReadListener() {
                    @Override
                    public void onDataAvailable() throws IOException {
                        byte[] piece = new byte[100];
                        while (in.isReady()) {
                            int n = in.read(piece);
                            answers.append(n).append(';');
                        }
                        if (out.isReady()) {
                            out.print(answers.toString());
                            answers.setLength(0);
                        }
                    }

                    @Override
                    public void onAllDataRead() throws IOException {
                        try {
                            connection.close();
                        } catch (Exception e) {
                            throw new IOException(e);
                        }
                    }

                    @Override
                    public void onError(Throwable t) {
                    }
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
        }
    }

    @Test
    void upgradedConnectionIsDrivenByListeners() throws Exception {
        try (Web web = Web.serving((HttpServletRequest q, HttpServletResponse r) -> {
            r.setHeader("Upgrade", "count");
            r.setHeader("Connection", "Upgrade");
            q.upgrade(Counting.class);
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: count");
            client.readUntil("\r\n\r\n");
            client.send("abc");
            assertThat(client.readUntil(";")).isEqualTo("3;");
            client.send("abcde");
            assertThat(client.readUntil(";")).isEqualTo("5;");
            client.shutdownOutput();
            client.expectClosed();
        }
    }
}
