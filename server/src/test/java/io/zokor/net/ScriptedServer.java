package io.zokor.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Accepts connections on loopback, makes their handshake under a deadline and runs a script on each, on a virtual thread of its
 * own; tells how they ended.
 */
final class ScriptedServer implements AutoCloseable {

    /** What is done with a connection after its handshake. */
    interface Script {
        void run(Conn conn) throws IOException;
    }

    /** How a connection ended. */
    record End(Conn conn, Throwable failure) {
    }

    /** Sends back what comes until the input ends. */
    static final Script ECHO = conn -> {
        ByteBuffer buffer = ByteBuffer.allocate(32 * 1024);
        while (conn.read(buffer.clear()) >= 0) {
            conn.write(buffer.flip());
        }
    };

    private final Listener listener;

    private final Script script;

    private final Duration handshakeTimeout;

    private final DeadlineReaper reaper = new DeadlineReaper(Ticker.system(), "test-reaper");

    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();

    private final Queue<Conn> conns = new ConcurrentLinkedQueue<>();

    ScriptedServer(UnaryOperator<Listener> wrap, Script script) throws IOException {
        this(wrap, script, Duration.ofSeconds(20));
    }

    ScriptedServer(UnaryOperator<Listener> wrap, Script script, Duration handshakeTimeout) throws IOException {
        this(wrap.apply(TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50)), script,
                handshakeTimeout);
    }

    ScriptedServer(Listener listener, Script script, Duration handshakeTimeout) {
        this.listener = listener;
        this.script = script;
        this.handshakeTimeout = handshakeTimeout;
        Thread.ofVirtual().start(this::accept);
    }

    Listener listener() {
        return listener;
    }

    int port() {
        return ((InetSocketAddress) listener.address()).getPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** The next connection that has ended. */
    End end() throws InterruptedException {
        End end = ends.poll(30, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no connection has ended");
        }
        return end;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        conns.forEach(Conn::abort);
        reaper.close();
    }

    private void accept() {
        try {
            while (true) {
                Conn conn = listener.accept();
                conns.add(conn);
                Thread.ofVirtual().start(() -> serve(conn));
            }
        } catch (ClosedChannelException e) {
            // The end of the test.
        } catch (IOException e) {
            ends.add(new End(null, e));
        }
    }

    private void serve(Conn conn) {
        Throwable failure = null;
        reaper.watch(conn::expire);
        try (conn) {
            conn.readDeadline(Deadline.after(Ticker.system().nanos(), handshakeTimeout), TimeoutKind.TLS_HANDSHAKE);
            conn.handshake();
            conn.readDeadline(Deadline.NONE, TimeoutKind.READ);
            script.run(conn);
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
        ends.add(new End(conn, failure));
    }
}
