package io.zokor.spring.boot.reactive;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketMessage.Binary;
import io.zokor.websocket.WebSocketMessage.Text;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketMessage.Type;
import reactor.core.publisher.Operators;

/**
 * What comes in, for one subscriber. The thread that makes this reads, and alone calls the subscriber's {@code onNext}. One message
 * ahead of what was asked for it stops reading, so that a peer that is faster than the application has to wait in the end. Once the
 * subscriber has cancelled, what comes is dropped, but read: a Close frame must be seen. Demand, cancellation and the news of the
 * closing come from any thread.
 */
final class Inbound implements Publisher<WebSocketMessage>, Subscription {

    private final Thread thread = Thread.currentThread();
    private final WebSocket session;
    private final DataBufferFactory bufferFactory;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final AtomicBoolean completed = new AtomicBoolean();

    /** There once it may be called. */
    private volatile @Nullable Subscriber<? super WebSocketMessage> subscriber;
    private volatile boolean cancelled;
    private volatile boolean closing;
    private volatile boolean ended;

    /** The last pong that nobody has asked for yet. The reading thread's own. */
    private @Nullable ByteBuffer pong;

    Inbound(WebSocket session, DataBufferFactory bufferFactory) {
        this.session = session;
        this.bufferFactory = bufferFactory;
    }

    // ---- the thread that reads

    /** Reads to the end of the session. */
    void run() {
        for (io.zokor.websocket.WebSocketMessage message; (message = session.read()) != null;) {
            if (awaitDemand() && emitPong() && awaitDemand()) {
                emit(message instanceof Text ? Type.TEXT : Type.BINARY, switch (message) {
                    case Text(String text, boolean last) -> StandardCharsets.UTF_8.encode(text);
                    case Binary(ByteBuffer bytes, boolean last) -> bytes;
                });
            }
        }
    }

    /** A pong has come, within a call of read. */
    void pong(ByteBuffer payload) {
        pong = payload;
        if (isWanted()) {
            emitPong();
        }
    }

    private boolean emitPong() {
        ByteBuffer held = pong;
        if (held != null) {
            pong = null;
            emit(Type.PONG, held);
        }
        return true;
    }

    /** {@return whether somebody wants the next message; if not, nobody will} */
    private boolean awaitDemand() {
        while (!cancelled && !closing) {
            if (isWanted()) {
                return true;
            }
            // Interrupts are for the application's code; nothing of it runs here, and a set flag would keep the thread from parking.
            Thread.interrupted();
            LockSupport.park(this);
        }
        return false;
    }

    private boolean isWanted() {
        return subscriber != null && demand.get() > 0 && !cancelled;
    }

    private void emit(Type type, ByteBuffer payload) {
        Subscriber<? super WebSocketMessage> target = subscriber;
        if (target != null) {
            demand.updateAndGet(open -> open == Long.MAX_VALUE ? open : open - 1);
            target.onNext(new WebSocketMessage(type, bufferFactory.wrap(payload)));
        }
    }

    /** Nothing more will come. */
    void end() {
        ended = true;
        complete();
    }

    private void complete() {
        Subscriber<? super WebSocketMessage> target = subscriber;
        if (target != null && !cancelled && completed.compareAndSet(false, true)) {
            target.onComplete();
        }
    }

    // ---- any thread

    @Override
    public void subscribe(Subscriber<? super WebSocketMessage> target) {
        if (!subscribed.compareAndSet(false, true)) {
            Operators.error(target, new IllegalStateException("the messages of a session go to one subscriber"));
            return;
        }
        target.onSubscribe(this);
        subscriber = target;
        wake();
        if (ended) {
            complete();
        }
    }

    @Override
    public void request(long count) {
        if (Operators.validate(count)) {
            demand.updateAndGet(open -> Operators.addCap(open, count));
            wake();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        wake();
    }

    /** The session begins to end. */
    void closing() {
        closing = true;
        wake();
    }

    private void wake() {
        if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
        }
    }
}
