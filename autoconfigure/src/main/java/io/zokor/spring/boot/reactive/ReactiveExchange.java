package io.zokor.spring.boot.reactive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.ResponseWriter;
import io.zokor.http.Upgrade;
import io.zokor.net.PeerGoneException;
import io.zokor.websocket.WebSocketOptions;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.util.DisconnectedClientHelper;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * One request answered by signals. The connection's own thread stays here until the answer has ended and does one {@link ExchangeTask}
 * after the other: it subscribes, writes, and reads what of the body has come already. Any thread may leave tasks; that never
 * blocks. A body that has yet to come is read by a helper, so that reading and writing can wait at the same time.
 *
 * <p>
 * The connection's thread and the helper call the application only while they hold the lock of the callbacks, and never hold it
 * while they wait for the socket: callbacks of one request are serial, and neither direction holds up the other. Tasks run under that
 * lock. Everything that is not final or volatile belongs to the connection's thread.
 */
final class ReactiveExchange {

    /** What comes sooner is not worth a helper that watches the connection. */
    static final long UNWATCHED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How often a watch is set up anew while a body is left unread: what comes of it ends a watch. */
    static final long REWATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a blocked write may still take once the response is lost. */
    private static final Duration LAST_WRITE = Duration.ofSeconds(1);

    private final Thread thread = Thread.currentThread();
    private final Queue<ExchangeTask> tasks = new ConcurrentLinkedQueue<>();
    private final ReentrantLock callbacks = new ReentrantLock();
    private final ExchangeScheduler scheduler = new ExchangeScheduler(this);
    private final ResponseWriter response;
    private final ZokorServerHttpResponse serverResponse;
    private final BodyPublisher body;
    private final WebSocketOptions webSockets;

    /** What the connection becomes once the answer has ended. */
    private volatile @Nullable Switch next;
    private volatile @Nullable Subscription result;
    private volatile @Nullable Throwable resultFailure;
    private volatile boolean closed;
    private volatile boolean writing;

    private boolean ended;
    private boolean unflushed;

    /** Something of the body was written. */
    private boolean begun;

    /** A write failed, or the client has gone: nothing more can be written. */
    private boolean lost;
    private boolean waited;
    private long waitingSince;
    private long unwatchedNanos = UNWATCHED_NANOS;

    /** A watch goes on that nothing but the client's leaving ends. */
    private boolean watched;
    private @Nullable Throwable failure;
    private @Nullable Exception writeFailure;

    ReactiveExchange(Request request, ResponseWriter response, WebSocketOptions webSockets) {
        this.response = response;
        this.serverResponse = new ZokorServerHttpResponse(this, response);
        this.body = new BodyPublisher(this, request);
        this.webSockets = webSockets;
    }

    WebSocketOptions webSocketOptions() {
        return webSockets;
    }

    /** Has the connection switch its protocol once the answer has ended well. Called by any thread. */
    void upgrade(Headers fields, Upgrade upgrade) {
        next = new Switch(fields, upgrade);
    }

    BodyPublisher body() {
        return body;
    }

    ZokorServerHttpResponse response() {
        return serverResponse;
    }

    /** {@return what runs on the connection's thread} */
    ExchangeScheduler scheduler() {
        return scheduler;
    }

    /** Has the request answered; returns when nothing of it is going on any more. */
    void run(Supplier<Mono<Void>> handler) throws Exception {
        try {
            callback(() -> handler.get().subscribe(new ResultSubscriber()));
            while (!ended) {
                ExchangeTask task = tasks.poll();
                if (task == null) {
                    idle();
                } else {
                    callback(task::run);
                }
            }
        } finally {
            close();
        }
        conclude();
    }

    /** What becomes of a failure, the server decides. Without one, the head may still be to come. */
    private void conclude() throws Exception {
        Throwable cause = failure;
        if (cause == null && body.failure() instanceof PeerGoneException gone) {
            // Nobody is there to read the answer, and it was not given to the whole request.
            cause = gone;
            lost = true;
        }
        if (cause != null && begun && !lost) {
            sendWhatWasWritten(cause);
        }
        switch (cause) {
            case null -> {
                serverResponse.handOnHead();
                switchProtocol();
            }
            case Exception exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(cause);
        }
    }

    /** What the application has emitted leaves before its failure cuts the response; what is held back would be dropped. */
    private void sendWhatWasWritten(Throwable cause) {
        response.controller().writeDeadline(LAST_WRITE);
        try {
            response.flush();
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    private void switchProtocol() {
        Switch agreed = next;
        if (agreed != null) {
            agreed.fields().forEach(response.headers()::set);
            response.controller().upgrade(agreed.upgrade());
        }
    }

    // ---- tasks

    /** Has a task done by the connection's thread, or discarded if the exchange is over. Never blocks; called by any thread. */
    void execute(ExchangeTask task) {
        tasks.add(task);
        if (closed) {
            discardTasks();
        } else if (Thread.currentThread() != thread) {
            LockSupport.unpark(thread);
        }
    }

    private void close() {
        ended = true;
        closed = true;
        discardTasks();
        body.end();
        discardTasks();
    }

    private void discardTasks() {
        for (ExchangeTask task = tasks.poll(); task != null; task = tasks.poll()) {
            task.discard();
        }
    }

    private void idle() {
        if (unflushed) {
            // What follows at once, most often the end, saves a packet.
            Thread.yield();
            if (tasks.isEmpty()) {
                callback(this::flushAlone);
            }
            return;
        }
        long now = System.nanoTime();
        if (!waited) {
            waited = true;
            waitingSince = now;
            response.controller().requestDeadline(null);
        }
        // Interrupts are for the application's code; nothing of it runs here, and a set flag would keep the thread from parking.
        Thread.interrupted();
        long unwatched = unwatchedNanos - (now - waitingSince);
        if (watched || body.isWatched()) {
            LockSupport.park(this);
        } else if (unwatched > 0) {
            LockSupport.parkNanos(this, unwatched);
        } else {
            unwatchedNanos = REWATCH_NANOS;
            waitingSince = now;
            watched = body.watch();
        }
    }

    private void flushAlone() {
        try {
            flush();
        } catch (IOException e) {
            writeFailed(e);
            endIfUnwritable();
        }
    }

    /** Has the connection watched for the client's leaving; called by whoever alone may read from it. */
    void watch() {
        response.controller().onPeerGone(() -> execute(this::peerGone));
    }

    private void peerGone() {
        lost = true;
        failed(new PeerGoneException("the client left before the end of the response", null));
    }

    /** Ends the exchange with a failure: what the application still does for it is cancelled. */
    private void failed(Throwable cause) {
        if (!ended) {
            ended = true;
            failure = cause;
            Subscription current = result;
            if (current != null) {
                callback(current::cancel);
            }
        }
    }

    /** A failure of the application, on whatever thread. */
    void panic(Throwable cause) {
        execute(() -> failed(cause));
    }

    // ---- callbacks

    /** Calls the application, which no other thread of ours does meanwhile. Called by the connection's thread and the helper. */
    void callback(Runnable action) {
        callbacks.lock();
        try {
            action.run();
        } finally {
            callbacks.unlock();
        }
    }

    // ---- output, by the connection's thread

    boolean isWriting() {
        return writing;
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    String threadName() {
        return thread.getName();
    }

    /** Writes a buffer. Unless the caller flushes it later, it leaves as soon as this thread has nothing else to do. */
    void write(DataBuffer buffer, boolean flushedLater) throws IOException {
        unflushed |= !flushedLater;
        begun = true;
        output(out -> {
            try (DataBuffer.ByteBufferIterator pieces = buffer.readableByteBuffers()) {
                while (pieces.hasNext()) {
                    ByteBuffer piece = pieces.next();
                    out.write(piece);
                }
            }
        });
    }

    /**
     * Does what may block until the client reads, and leaves the lock of the callbacks meanwhile; a body that the application waits for
     * is read by the helper then.
     */
    void output(Output action) throws IOException {
        if (closed) {
            throw new IllegalStateException("the request has ended: nothing can be written any more");
        }
        serverResponse.handOnHead();
        writing = true;
        callbacks.unlock();
        try {
            body.readMeanwhile();
            action.write(response);
        } finally {
            callbacks.lock();
            writing = false;
        }
    }

    void flush() throws IOException {
        unflushed = false;
        output(ResponseWriter::flush);
    }

    /** The response cannot be completed. {@link #endIfUnwritable} is to follow, when the application has been told. */
    void writeFailed(Exception cause) {
        if (!closed) {
            writeFailure = cause;
        }
    }

    /** Ends the exchange if a write has failed. */
    void endIfUnwritable() {
        Exception cause = writeFailure;
        if (cause != null) {
            lost = true;
            Throwable earlier = resultFailure;
            failed(earlier == null ? cause : earlier);
        }
    }

    /** {@return the failure in a form in which Spring knows that the client has left, where it is that} */
    Throwable clientError(Throwable cause) {
        if (cause instanceof PeerGoneException && !DisconnectedClientHelper.isClientDisconnectedException(cause)) {
            EOFException known = new EOFException("the client left: " + cause.getMessage());
            known.addSuppressed(cause);
            return known;
        }
        return cause;
    }

    /** What the connection becomes, and the fields that say so. */
    private record Switch(Headers fields, Upgrade upgrade) {
    }

    /** Writes to the response. */
    @FunctionalInterface
    interface Output {

        void write(ResponseWriter response) throws IOException;
    }

    /** Waits for the end of the answer. */
    private final class ResultSubscriber implements CoreSubscriber<Void> {

        @Override
        public void onSubscribe(Subscription subscription) {
            result = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Void value) {
            // There are no values.
        }

        @Override
        public void onError(Throwable cause) {
            execute(() -> {
                ended = true;
                failure = cause;
            });
            resultFailure = cause;
            if (writing && !isOwnThread() && response.controller().isCommitted()) {
                // What has begun is cut anyway: not only when a client that does not read does so.
                response.controller().writeDeadline(LAST_WRITE);
            }
        }

        @Override
        public void onComplete() {
            execute(() -> ended = true);
        }
    }
}
