package io.zokor.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.zokor.http.Tunnel;
import io.zokor.internal.websocket.ExtensionOffers;
import io.zokor.internal.websocket.Frames;
import io.zokor.internal.websocket.MessageDeflate;
import io.zokor.internal.websocket.Opcode;
import io.zokor.internal.websocket.Turn;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * A session. Its states: open; closing, once {@link Closing} has taken how it ends; ended, once the thread that reads has seen the peer's
 * Close frame or the end of the input ({@link SessionInput}). Whoever begins the closing has the Close frame sent. Safe for use by many
 * threads, of which one reads.
 */
final class Session implements WebSocket {

    /** Without it, the event's class could not even be loaded. */
    private static final boolean FLIGHT_RECORDER = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    /** What is read at most while the peer's end is waited for. */
    private static final long MAX_LINGER = 4L << 20;

    private final WebSocketOptions options;

    private final WebSocketRequest request;

    private final @Nullable String subprotocol;

    private final ExtensionOffers.@Nullable Deflate deflate;

    private final Tunnel tunnel;

    private final Sender sender;

    private final Liveness liveness;

    private final SessionInput input;

    private final Closing closing = new Closing();

    private final AtomicBoolean told = new AtomicBoolean();

    private volatile int maxText;

    private volatile int maxBinary;

    private final AtomicLong sentCount = new AtomicLong();

    /** Whose close waits for the end; {@code null} where a handler's return does. */
    private @Nullable Thread owner;

    /** Said by the thread that reads alone. */
    private boolean finished;

    Session(WebSocketOptions options, WebSocketRequest request, @Nullable String subprotocol,
            ExtensionOffers.@Nullable Deflate deflate, Tunnel tunnel) {
        this.options = options;
        this.request = request;
        this.subprotocol = subprotocol;
        this.deflate = deflate;
        this.tunnel = tunnel;
        this.maxText = options.maxTextSize();
        this.maxBinary = options.maxBinarySize();
        Turn turn = new Turn();
        this.sender = new Sender(this, tunnel, deflate == null ? null : new MessageDeflate(deflate.windowBits()), turn);
        this.liveness = new Liveness(this, sender, tunnel, options, turn);
        this.input = new SessionInput(this, sender, liveness, deflate != null);
    }

    /** Counts and tells it, or closes it at once where there is no room. */
    void opened(@Nullable Thread waitsOnClose) {
        owner = waitsOnClose;
        boolean room = options.sessions().take();
        if (!room) {
            told.set(true);
            close(CloseStatus.TRY_AGAIN, WebSocketClose.By.SERVER);
            return;
        }
        options.sessions().add(this);
        options.listener().opened(this);
    }

    Liveness liveness() {
        return liveness;
    }

    WebSocketOptions options() {
        return options;
    }

    // ---- reading

    @Override
    public @Nullable WebSocketMessage read() {
        return input.read();
    }

    @Override
    public @Nullable WebSocketMessage readPart() {
        return input.readPart();
    }

    @Override
    public WebSocketMessage.@Nullable Kind await() {
        return input.await();
    }

    @Override
    public @Nullable Reader nextText() {
        return input.nextText();
    }

    @Override
    public @Nullable InputStream nextBinary() {
        return input.nextBinary();
    }

    @Override
    public void onPong(@Nullable Consumer<ByteBuffer> handler) {
        input.onPong(handler);
    }

    @Override
    public void onPing(@Nullable Consumer<ByteBuffer> handler) {
        input.onPing(handler);
    }

    // ---- writing

    @Override
    public void write(WebSocketMessage message) throws IOException {
        sender.write(message);
    }

    @Override
    public void send(WebSocketMessage message, Consumer<@Nullable Throwable> done) {
        sender.send(message, done);
    }

    void sent(long bytes) {
        sentCount.incrementAndGet();
        liveness.moved();
        options.listener().sent(this, bytes);
    }

    @Override
    public void ping(ByteBuffer payload) throws IOException {
        sender.control(Opcode.PING, control(payload));
    }

    @Override
    public void pong(ByteBuffer payload) throws IOException {
        sender.control(Opcode.PONG, control(payload));
    }

    private static byte[] control(ByteBuffer payload) {
        if (payload.remaining() > 125) {
            throw new IllegalArgumentException("a ping or pong has at most 125 bytes (RFC 6455 section 5.5)");
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    // ---- the end

    @Override
    public void close() {
        close(CloseStatus.NORMAL, WebSocketClose.By.APPLICATION);
        if (owner == Thread.currentThread()) {
            finish();
        }
    }

    @Override
    public void close(CloseStatus status) {
        if (!Frames.mayBeSent(status.code()) && status.code() != CloseStatus.NONE.code()) {
            throw new IllegalArgumentException("a close status that may not be sent: " + status.code());
        }
        close(status, WebSocketClose.By.APPLICATION);
    }

    @Override
    public void onClosing(Runnable action) {
        closing.onBegin(action);
    }

    /** Any thread. Does not block but for the frame, nor wait for another thread's write. */
    void close(CloseStatus status, WebSocketClose.By by) {
        if (closing.begin(status, by)) {
            liveness.closing();
            sendClose();
        }
    }

    private void sendClose() {
        WebSocketClose close = closing.get();
        if (close != null && !sender.close(Frames.closePayload(close.status().code(), close.status().reason()))) {
            sender.end();
            tunnel.abort();
        }
    }

    @Override
    public void abort() {
        closing.begin(CloseStatus.ABNORMAL, WebSocketClose.By.APPLICATION);
        sender.end();
        tunnel.abort();
    }

    /** A limit of time has passed: the connection is reset. Any thread. */
    void reset() {
        closing.begin(CloseStatus.ABNORMAL, WebSocketClose.By.SERVER);
        sender.end();
        tunnel.abort();
    }

    /** The connection does not carry any more. Any thread. */
    void lost() {
        closing.begin(CloseStatus.ABNORMAL, WebSocketClose.By.PEER);
        sender.end();
    }

    /** The peer will say no more. By the thread that reads. */
    void ended() {
        WebSocketClose close = closing.get();
        if (close != null && told.compareAndSet(false, true)) {
            options.sessions().remove(this);
            if (FLIGHT_RECORDER) {
                SessionEvent.ended(this, close);
            }
            options.listener().closed(this, close);
        }
    }

    /**
     * Closes where nobody has, waits for the peer's Close frame and then for its end, so that what was sent last is not lost in a
     * reset. By the thread that reads.
     */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        close(CloseStatus.NORMAL, WebSocketClose.By.APPLICATION);
        // Another thread may have begun and not come to it yet.
        sendClose();
        input.finish();
        try {
            liveness.lingering();
            tunnel.shutdownOutput();
            if (readToTheEnd()) {
                tunnel.close();
            } else {
                tunnel.abort();
            }
        } catch (IOException e) {
            // The peer has gone, or takes too long.
            tunnel.abort();
        }
        liveness.over();
    }

    private boolean readToTheEnd() throws IOException {
        ByteBuffer scratch = ByteBuffer.allocate(2048);
        long read = 0;
        int n;
        while (read < MAX_LINGER && (n = tunnel.read(scratch.clear())) >= 0) {
            read += n;
        }
        return read < MAX_LINGER;
    }

    /** {@return the limit of time that has ended it, or {@code null}} */
    @Nullable
    TimeoutKind timedOut() {
        return liveness.timedOut();
    }

    @Override
    public boolean isOpen() {
        return closing.get() == null;
    }

    @Override
    public @Nullable WebSocketClose closed() {
        return closing.get();
    }

    // ---- facts and limits

    @Override
    public WebSocketRequest request() {
        return request;
    }

    @Override
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    @Override
    public List<String> extensions() {
        return deflate == null ? List.of() : List.of(deflate.response());
    }

    @Override
    public int maxTextSize() {
        return maxText;
    }

    @Override
    public void maxTextSize(int bytes) {
        maxText = size(bytes);
    }

    @Override
    public int maxBinarySize() {
        return maxBinary;
    }

    @Override
    public void maxBinarySize(int bytes) {
        maxBinary = size(bytes);
    }

    private static int size(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a message may have at least one byte, not " + bytes);
        }
        return bytes;
    }

    @Override
    public void idleTimeout(@Nullable Duration timeout) {
        liveness.idleTimeout(nanos(timeout));
    }

    @Override
    public void sendTimeout(@Nullable Duration timeout) {
        liveness.sendTimeout(nanos(timeout));
    }

    private static long nanos(@Nullable Duration timeout) {
        if (timeout != null && (timeout.isZero() || timeout.isNegative())) {
            throw new IllegalArgumentException("a timeout must be positive, or null for none, but is " + timeout);
        }
        return Deadline.toNanos(timeout);
    }

    @Override
    public WebSocketSnapshot snapshot() {
        return liveness.snapshot(request.path(), subprotocol, input.received(), sentCount.get());
    }
}
