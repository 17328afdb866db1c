package io.zokor.websocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.zokor.http.Tunnel;
import io.zokor.internal.websocket.Frames;
import io.zokor.internal.websocket.MessageDeflate;
import io.zokor.internal.websocket.Opcode;
import io.zokor.internal.websocket.Turn;
import io.zokor.net.Interrupts;

import org.jspecify.annotations.Nullable;

/**
 * Writes a session's frames. One lock owns the output; another one, held for moments only, the queue. A pong that finds the output
 * taken waits in a place for one, which the next one takes over, so that a flood of pings costs nothing.
 */
final class Sender {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** How long a Close frame waits for another thread's write (Spring closes while a thread is stuck in one). */
    private static final long CLOSE_WAIT_MILLIS = 50;

    private final Session session;

    private final Tunnel tunnel;

    private final @Nullable MessageDeflate deflate;

    private final Turn turn;

    private final ReentrantLock output = new ReentrantLock();

    private final ReentrantLock queueLock = new ReentrantLock();

    private final AtomicReference<byte @Nullable []> pong = new AtomicReference<>();

    /** Made when something is queued first. */
    private @Nullable Queue<Queued> queue;

    private boolean helping;

    private long queued;

    /** Opcode of the message that parts were sent of, or 0. */
    private int partial;

    /** Of that message. */
    private long partialBytes;

    /** The first half of a character that a part of a text has ended with, or 0. */
    private char half;

    private volatile boolean closed;

    private volatile long writingSince;

    private record Queued(WebSocketMessage message, int bytes, Consumer<@Nullable Throwable> done) {
    }

    Sender(Session session, Tunnel tunnel, @Nullable MessageDeflate deflate, Turn turn) {
        this.session = session;
        this.tunnel = tunnel;
        this.deflate = deflate;
        this.turn = turn;
    }

    /** {@return when the write that is under way began, or 0} */
    long writingSince() {
        return writingSince;
    }

    long queued() {
        queueLock.lock();
        try {
            return queued;
        } finally {
            queueLock.unlock();
        }
    }

    /** From now on nothing is sent. */
    void end() {
        closed = true;
    }

    void write(WebSocketMessage message) throws IOException {
        int opcode = message instanceof WebSocketMessage.Text ? Opcode.TEXT : Opcode.BINARY;
        if (message.last() && partial == 0) {
            whole(opcode, message);
            return;
        }
        lock();
        try {
            if (partial != 0 && partial != opcode) {
                throw new IllegalStateException("a message of the other kind was begun and not ended");
            }
            ByteBuffer payload = payload(message);
            partialBytes = (partial == 0 ? 0 : partialBytes) + payload.remaining();
            frame(partial == 0 ? opcode : Opcode.CONTINUATION, message.last(), false, payload);
            partial = message.last() ? 0 : opcode;
            if (message.last()) {
                session.sent(partialBytes);
            }
        } finally {
            unlock();
        }
    }

    private void whole(int opcode, WebSocketMessage message) throws IOException {
        ByteBuffer payload = switch (message) {
            case WebSocketMessage.Text(String text, boolean last) -> encode(text);
            case WebSocketMessage.Binary(ByteBuffer bytes, boolean last) -> bytes;
        };
        int size = payload.remaining();
        MessageDeflate compression = size > 0 && size >= session.options().compressionMinSize() ? deflate : null;
        if (compression != null) {
            payload = compress(compression, payload, turn);
        }
        lock();
        try {
            if (partial != 0) {
                throw new IllegalStateException("a message was begun and not ended");
            }
            frame(opcode, true, compression != null, payload);
        } finally {
            unlock();
        }
        session.sent(size);
    }

    private static ByteBuffer compress(MessageDeflate compression, ByteBuffer payload, Turn turn) {
        if (payload.hasArray()) {
            ByteBuffer result = compression.deflate(payload.array(), payload.arrayOffset() + payload.position(),
                    payload.remaining(), turn);
            payload.position(payload.limit());
            return result;
        }
        byte[] copy = new byte[payload.remaining()];
        payload.get(copy);
        return compression.deflate(copy, 0, copy.length, turn);
    }

    /** The output is locked. A character in two halves is sent when the second one is there. */
    private ByteBuffer payload(WebSocketMessage message) {
        return switch (message) {
            case WebSocketMessage.Binary(ByteBuffer bytes, boolean last) -> bytes;
            case WebSocketMessage.Text(String text, boolean last) -> {
                String all = half == 0 ? text : half + text;
                half = 0;
                int end = all.length();
                if (!last && end > 0 && Character.isHighSurrogate(all.charAt(end - 1))) {
                    half = all.charAt(end - 1);
                    all = all.substring(0, end - 1);
                }
                yield encode(all);
            }
        };
    }

    private static ByteBuffer encode(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int utf8Length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // The two halves of a character beyond make four.
            length += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return length;
    }

    void send(WebSocketMessage message, Consumer<@Nullable Throwable> done) {
        int bytes = switch (message) {
            case WebSocketMessage.Text(String text, boolean last) -> utf8Length(text);
            case WebSocketMessage.Binary(ByteBuffer payload, boolean last) -> payload.remaining();
        };
        String refusal = null;
        boolean start = false;
        queueLock.lock();
        try {
            if (closed) {
                refusal = "the session is closed";
            } else if (queued > 0 && queued + bytes > session.options().sendQueue()) {
                refusal = "the queue is full; zokor.websocket.send-queue raises the limit";
            } else {
                Queue<Queued> waiting = queue;
                if (waiting == null) {
                    waiting = new ArrayDeque<>();
                    queue = waiting;
                }
                waiting.add(new Queued(message, bytes, done));
                queued += bytes;
                start = !helping;
                helping = true;
            }
        } finally {
            queueLock.unlock();
        }
        if (refusal != null) {
            tell(done, new WebSocketException(refusal));
        } else if (start) {
            Thread.ofVirtual().name("zokor-websocket-send").start(this::sendQueued);
        }
    }

    /** One thread a burst. */
    private void sendQueued() {
        Queued next;
        while ((next = poll()) != null) {
            Throwable failure = null;
            try {
                write(next.message());
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            queueLock.lock();
            try {
                queued -= next.bytes();
            } finally {
                queueLock.unlock();
            }
            tell(next.done(), failure);
        }
    }

    private @Nullable Queued poll() {
        queueLock.lock();
        try {
            Queued next = queue == null ? null : queue.poll();
            if (next == null) {
                helping = false;
                queue = null;
            }
            return next;
        } finally {
            queueLock.unlock();
        }
    }

    private static void tell(Consumer<@Nullable Throwable> done, @Nullable Throwable failure) {
        try {
            done.accept(failure);
        } catch (RuntimeException e) {
            System.getLogger("io.zokor.websocket").log(Level.WARNING, "what waits for a message to be sent failed", e);
        }
    }

    void control(int opcode, byte[] payload) throws IOException {
        lock();
        try {
            frame(opcode, true, false, ByteBuffer.wrap(payload));
        } finally {
            unlock();
        }
    }

    /** Sends a ping of the server's own, unless somebody is writing: then the peer's answer is not needed now. */
    void tryPing(byte[] payload) throws IOException {
        if (!closed && output.tryLock()) {
            try {
                if (!closed) {
                    frame(Opcode.PING, true, false, ByteBuffer.wrap(payload));
                }
            } finally {
                unlock();
            }
        }
    }

    /** Answers a ping: now, or when whoever is writing is done. */
    void answer(byte[] payload) throws IOException {
        pong.set(payload);
        sendPong();
    }

    private void sendPong() throws IOException {
        while (pong.get() != null && !closed && output.tryLock()) {
            try {
                byte[] payload = pong.getAndSet(null);
                if (payload != null && !closed) {
                    frame(Opcode.PONG, true, false, ByteBuffer.wrap(payload));
                }
            } finally {
                output.unlock();
            }
        }
    }

    /** {@return whether the Close frame was sent, by this call or another one; {@code false} if the output was taken too long} */
    boolean close(byte[] payload) {
        // Not even a look before the lock is held: another thread may be about to write the Close frame.
        boolean interrupted = Interrupts.clear();
        try {
            if (!output.tryLock(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            Interrupts.restore(interrupted);
        }
        try {
            if (!closed) {
                closed = true;
                writeOut(Frames.head(Opcode.CLOSE, true, false, payload.length), ByteBuffer.wrap(payload));
            }
            return true;
        } catch (IOException e) {
            // The peer has gone: whoever reads will see it.
            return false;
        } finally {
            output.unlock();
        }
    }

    private void lock() throws IOException {
        output.lock();
        if (closed) {
            output.unlock();
            throw new WebSocketException("the session is closed");
        }
    }

    private void unlock() throws IOException {
        output.unlock();
        sendPong();
    }

    /** The output is locked. */
    private void frame(int opcode, boolean last, boolean compressed, ByteBuffer payload) throws IOException {
        try {
            writeOut(Frames.head(opcode, last, compressed, payload.remaining()), payload);
        } catch (IOException e) {
            closed = true;
            session.lost();
            throw e;
        }
    }

    private void writeOut(ByteBuffer head, ByteBuffer payload) throws IOException {
        writingSince = Math.max(1, tunnel.ticker().nanos());
        try {
            tunnel.write(head, payload.hasRemaining() ? payload : NOTHING);
        } finally {
            writingSince = 0;
        }
    }
}
