package io.zokor.spring.boot.reactive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.net.DeadlineExceededException;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Operators;

/**
 * The body of a request, for one subscriber, read as it asks for it. What has come is read by the connection's thread; what has
 * yet to come, by a helper that is started for it and then reads the rest. Whoever reads owns the stream: {@link #reader} says
 * who that is. Subscriber and subscription may be used by any thread.
 *
 * <p>
 * Spring's {@code DataBufferUtils.readInputStream} on a virtual thread leaves who asks for less than one buffer waiting for ever
 * (Reactive Streams rule 3.9), keeps 16 KB for each byte that comes alone, and took five times the bytes and twice the processor time
 * for a small body.
 */
final class BodyPublisher implements Publisher<DataBuffer>, Subscription {

    private static final int PIECE = 16 * 1024;
    private static final byte[] NOTHING = {};

    private enum Reader {
        NOBODY, CONNECTION, HELPER
    }

    private final ReactiveExchange exchange;
    private final InputStream in;
    private final long length;
    private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

    private final AtomicReference<@Nullable Subscriber<? super DataBuffer>> subscriber = new AtomicReference<>();
    private final AtomicReference<Reader> reader = new AtomicReference<>(Reader.NOBODY);
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicLong demand = new AtomicLong();

    private volatile @Nullable Thread helper;

    /** The subscriber has its subscription and may get signals. */
    private volatile boolean ready;

    private volatile boolean cancelled;

    /** The exchange is over. */
    private volatile boolean stopped;

    /** Nothing of the body is left in the connection. */
    private volatile boolean ended;

    /** The subscriber has got its last signal; written under the lock of the callbacks. */
    private volatile boolean terminated;

    private volatile @Nullable IOException failure;

    /** The client waits for 100 before it sends the body; while nothing is committed, only the connection's thread sends that. */
    private volatile boolean continueExpected;

    /** Of whoever reads. */
    private long bytesRead;

    /** What the next read may use, of whoever reads: the piece before, where little of it was filled. */
    private byte[] piece = NOTHING;

    BodyPublisher(ReactiveExchange exchange, Request request) {
        this.exchange = exchange;
        this.in = request.body();
        this.length = request.contentLength();
        this.ended = length == 0;
        this.continueExpected = length != 0 && request.headers().contains("Expect");
    }

    /** {@return whether nothing of the body is left in the connection} */
    boolean isEnded() {
        return ended;
    }

    /** {@return why the body could not be read to its end, or {@code null}} */
    @Nullable
    IOException failure() {
        return failure;
    }

    // ---- Publisher and Subscription, called by any thread

    @Override
    public void subscribe(Subscriber<? super DataBuffer> next) {
        if (!subscriber.compareAndSet(null, next)) {
            Operators.error(next, new IllegalStateException("the body of a request can be read only once"));
        } else if (stopped) {
            Operators.error(next, new IllegalStateException("the request has ended: its body cannot be read any more"));
        } else {
            next.onSubscribe(this);
            ready = true;
            schedule();
        }
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            exchange.execute(() -> fail(new IllegalArgumentException(
                    "a subscriber asked for " + n + " buffers (Reactive Streams rule 3.9)")));
            return;
        }
        demand.accumulateAndGet(n, Operators::addCap);
        Thread running = helper;
        if (running != null) {
            LockSupport.unpark(running);
        } else if (ready) {
            if (exchange.isWriting() && !exchange.isOwnThread() && !continueExpected) {
                startHelper();
            }
            schedule();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        Thread running = helper;
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            exchange.execute(this::pump);
        }
    }

    // ---- the connection's thread

    private void pump() {
        scheduled.set(false);
        if (!reader.compareAndSet(Reader.NOBODY, Reader.CONNECTION)) {
            LockSupport.unpark(helper);
            return;
        }
        boolean more;
        try {
            more = readWhatHasCome();
        } finally {
            reader.set(Reader.NOBODY);
        }
        if (more) {
            startHelper();
        }
    }

    /** {@return whether the subscriber wants more than has come} */
    private boolean readWhatHasCome() {
        while (isReadable()) {
            sendContinue();
            if (!ended && available() == 0) {
                return !isOver();
            }
            step();
        }
        return false;
    }

    /** Called before the connection's thread may wait for the client to read: the body that comes must not wait for that. */
    void readMeanwhile() {
        if (helper == null && !ended && isReadable()) {
            sendContinue();
            startHelper();
        }
    }

    /**
     * Has the connection watched for the client's leaving, unless somebody reads from it.
     *
     * @return whether the watch goes on until the client leaves; otherwise what comes of the body ends it
     */
    boolean watch() {
        if (!reader.compareAndSet(Reader.NOBODY, Reader.CONNECTION)) {
            return false;
        }
        try {
            if (ended || !isReadable()) {
                exchange.watch();
            }
            return ended;
        } finally {
            reader.set(Reader.NOBODY);
        }
    }

    /** {@return whether the helper reads or watches} */
    boolean isWatched() {
        return reader.get() == Reader.HELPER;
    }

    private void sendContinue() {
        if (continueExpected) {
            continueExpected = false;
            try {
                // Only the first read of all answers the expectation, also one of no bytes.
                in.read(NOTHING, 0, 0);
            } catch (IOException e) {
                readFailed(e);
            }
        }
    }

    private int available() {
        try {
            return in.available();
        } catch (IOException e) {
            // The read itself meets it again.
            return 1;
        }
    }

    /**
     * Ends the reading: the subscriber gets nothing any more. A helper that is in a read is left to the server, which does not end the
     * exchange before that has returned.
     */
    void end() {
        stopped = true;
        Thread running = helper;
        if (running != null) {
            LockSupport.unpark(running);
        }
        if (ready && !cancelled) {
            fail(new IllegalStateException("the request has ended before its body was read"));
        }
    }

    // ---- the helper

    private void startHelper() {
        if (isOver() || !reader.compareAndSet(Reader.NOBODY, Reader.HELPER)) {
            return;
        }
        Thread made = Thread.ofVirtual().name(exchange.threadName() + "-body").inheritInheritableThreadLocals(false)
                .unstarted(this::readTheRest);
        helper = made;
        made.start();
    }

    private void readTheRest() {
        Thread.currentThread().setContextClassLoader(classLoader);
        try {
            while (!isOver()) {
                if (isReadable()) {
                    step();
                    continue;
                }
                // A set flag would keep the thread from parking.
                Thread.interrupted();
                LockSupport.parkNanos(this, ReactiveExchange.UNWATCHED_NANOS);
                if (!isReadable() && !isOver()) {
                    exchange.watch();
                    LockSupport.parkNanos(this, ReactiveExchange.REWATCH_NANOS);
                }
            }
        } catch (Throwable t) {
            // The application's: it ends the exchange, as it would on the connection's thread.
            exchange.panic(t);
        }
        // A connection from which nobody reads any more can be watched by its own thread.
        reader.set(Reader.NOBODY);
        exchange.execute(() -> {
        });
    }

    // ---- whoever reads

    private boolean isOver() {
        return cancelled || stopped || terminated;
    }

    /** A subscriber need not ask for the end. */
    private boolean isReadable() {
        return ready && !isOver() && (ended || demand.get() > 0);
    }

    private void step() {
        if (ended) {
            terminate(Subscriber::onComplete);
            return;
        }
        int size = (int) (length < 0 ? PIECE : Math.min(PIECE, length - bytesRead));
        byte[] bytes = piece.length >= size ? piece : new byte[size];
        piece = NOTHING;
        int n = 0;
        try {
            if (!stopped) {
                n = in.read(bytes, 0, size);
            }
        } catch (IOException e) {
            readFailed(e);
            return;
        }
        if (n > 0) {
            bytesRead += n;
            ended = bytesRead == length;
            emit(DefaultDataBufferFactory.sharedInstance.wrap(fitting(bytes, n)));
        } else if (n < 0) {
            ended = true;
        }
    }

    /** A client that sends byte by byte must not cost a whole piece for each: the little is copied, the piece used again. */
    private ByteBuffer fitting(byte[] bytes, int n) {
        if (n >= bytes.length / 4) {
            return ByteBuffer.wrap(bytes, 0, n);
        }
        piece = bytes;
        return ByteBuffer.wrap(Arrays.copyOf(bytes, n));
    }

    private void emit(DataBuffer buffer) {
        if (demand.get() != Long.MAX_VALUE) {
            demand.decrementAndGet();
        }
        exchange.callback(() -> {
            Subscriber<? super DataBuffer> current = subscriber.get();
            if (current != null && !isOver()) {
                current.onNext(buffer);
            }
        });
    }

    private void readFailed(IOException e) {
        failure = e;
        fail(switch (e) {
            case RejectedRequestException refusal ->
                new ResponseStatusException(HttpStatusCode.valueOf(refusal.status()), null, refusal);
            case DeadlineExceededException timeout ->
                new ResponseStatusException(HttpStatus.REQUEST_TIMEOUT, null, timeout);
            default -> exchange.clientError(e);
        });
    }

    private void fail(Throwable cause) {
        terminate(current -> current.onError(cause));
    }

    private void terminate(Consumer<Subscriber<? super DataBuffer>> signal) {
        exchange.callback(() -> {
            Subscriber<? super DataBuffer> current = subscriber.get();
            if (current != null && !terminated && !cancelled) {
                terminated = true;
                signal.accept(current);
            }
        });
    }
}
