package io.zokor.internal.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.config.Compression;
import io.zokor.http.Headers;
import io.zokor.internal.exchange.ExchangeCodec.Direction;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * A response on its way to the codec: one buffer, one commit, an end that shows whether it is whole. Guarded by {@link #lock}, which is
 * held while a write blocks; once {@link #seal sealed}, no thread of the application's gets in. State and counters may be read by any thread.
 */
final class ResponseOutput {

    /** How long what was written before a response is cut may take to leave: a client that does not read must not hold the cut. */
    private static final Duration CUT = Duration.ofSeconds(1);

    private static final Headers NO_TRAILERS = new Headers().seal();

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private final Compression compression;

    private final ResponseDraft draft;

    private final ContentOutput content;

    private final ReentrantLock lock = new ReentrantLock();

    private final ResponseBuffer buffer = new ResponseBuffer();

    private final ResponseLength length;

    private volatile ResponseState state = ResponseState.OPEN;

    /** The handler has returned: whoever of the application's is not in comes too late. */
    private volatile boolean sealed;

    private volatile boolean last;

    private volatile long committedNanos;

    ResponseOutput(ExchangeCodec codec, Deadlines deadlines, Compression compression, ResponseDraft draft) {
        this.codec = codec;
        this.deadlines = deadlines;
        this.compression = compression;
        this.draft = draft;
        this.length = new ResponseLength(draft);
        this.content = new ContentOutput(codec, deadlines);
    }

    // ---- who may write

    /** Lets a thread of the application's in; {@link #leave()} is to follow. */
    void enter() throws IOException {
        lock.lock();
        try {
            checkUsable();
        } catch (IOException | RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    void leave() {
        lock.unlock();
    }

    private void checkUsable() throws IOException {
        state.checkOpen();
        if (sealed) {
            throw ResponseState.ended();
        }
        content.checkFailure();
    }

    /**
     * The handler has returned: no thread of the application's writes from now on. Waits for one that does.
     *
     * @param lost whether the response cannot be completed: then the write has but a moment
     */
    void seal(boolean lost) {
        sealed = true;
        lock(lost);
        lock.unlock();
    }

    /** @param lost whether a thread that holds the lock, perhaps in a write to a client that does not read, has but a moment */
    private void lock(boolean lost) {
        if (!lock.tryLock()) {
            if (lost) {
                deadlines.write(deadlines.after(CUT));
            }
            lock.lock();
        }
    }

    // ---- facts

    ResponseDraft draft() {
        return draft;
    }

    ResponseState state() {
        return state;
    }

    boolean isCommitted() {
        return state != ResponseState.OPEN;
    }

    ResponseLength length() {
        return length;
    }

    long committedNanos() {
        return committedNanos;
    }

    @Nullable
    IOException failure() {
        return content.failure();
    }

    /** Whether the handler has written all that its head promises, so that nothing is missing but what {@link #finish} adds. */
    boolean isWhole() {
        return state == ResponseState.COMMITTED && content.isIntact()
                && (!content.isAllowed() || length.isReached());
    }

    /** The exchange has failed: nothing more of its request is wanted behind this response. To be called before the commit. */
    void last() {
        last = true;
    }

    /** {@return whether the buffer has room for so many bytes; {@code false} while another thread writes} */
    boolean holds(int more) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            return buffer.hasRoom(more);
        } finally {
            lock.unlock();
        }
    }

    int bufferSize() {
        return buffer.size();
    }

    void bufferSize(int bytes) {
        if (length.written() > 0 || state != ResponseState.OPEN) {
            throw new IllegalStateException("the buffer's size cannot change once body bytes were written");
        }
        buffer.size(bytes);
    }

    void checkNotCommitted() {
        if (state != ResponseState.OPEN) {
            throw new IllegalStateException("the response is committed");
        }
    }

    void resetBuffer() {
        checkNotCommitted();
        buffer.clear();
        length.replace(0);
    }

    /** The handler has the connection from now on, or serves the protocol that the head has switched to. */
    void taken(ResponseState by) {
        state = by;
    }

    // ---- bytes; entered

    void write(byte[] bytes, int offset, int count) throws IOException {
        length.check(count);
        if (buffer.hasRoom(count)) {
            buffer.add(bytes, offset, count);
            length.count(count);
            return;
        }
        send(ByteBuffer.wrap(bytes, offset, count), count);
    }

    void write(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        length.check(count);
        if (buffer.hasRoom(count)) {
            buffer.add(bytes);
            length.count(count);
            return;
        }
        send(bytes, count);
    }

    private void send(ByteBuffer bytes, int count) throws IOException {
        sendBuffer(false);
        length.count(count);
        content.emit(bytes);
    }

    void transferFrom(FileChannel file, long position, long count) throws IOException {
        length.check(count);
        sendBuffer(false);
        length.count(count);
        content.transferFrom(file, position, count);
    }

    void flush() throws IOException {
        sendBuffer(false);
        content.flush();
    }

    /** Sends an interim response where nothing is committed; may be called by the thread that reads the body, which is not entered. */
    void writeInterim(ResponseHead interim) throws IOException {
        // Not the lock: a thread that is blocked in a write has committed the response, so that there is nothing to send any more.
        synchronized (draft) {
            if (state != ResponseState.OPEN) {
                return;
            }
            deadlines.beginWrite();
            try {
                codec.writeInterim(interim);
            } catch (IOException e) {
                throw content.failed(e);
            } finally {
                deadlines.endWrite(0);
            }
        }
    }

    // ---- the commit point

    /** Commits where that is still to be done, and sends what the buffer holds, in pieces; {@code whole} as for the commit. */
    private void sendBuffer(boolean whole) throws IOException {
        if (state == ResponseState.OPEN) {
            synchronized (draft) {
                deadlines.beginWrite();
                try {
                    commit(whole);
                } finally {
                    deadlines.endWrite(0);
                }
            }
        }
        if (buffer.count() > 0) {
            content.emit(buffer.take());
        }
    }

    /** Fixes the head and hands it to the codec, which keeps it; {@code whole} says that the buffer is the whole body. */
    private void commit(boolean whole) {
        int status = draft.status();
        Headers fields = draft.fields();
        RequestHead request = codec.head();
        String method = request.method();
        boolean allowed = ResponseRules.isContentAllowed(method, status);
        long declared = ResponseRules.declaredLength(method, status, fields);
        if (allowed) {
            length.checkNotPassed(declared);
        }
        long learnt = whole && !draft.hasTrailers() ? buffer.count() : -1;
        boolean compressed = CompressionRule.apply(compression, request, status, fields, ResponseRules
                .representationLength(method.equals("HEAD"), status, fields, declared, whole ? buffer.count() : -1));
        // What the handler has declared is still what it must write, compressed or not.
        BodySize size = ResponseRules.fit(method, status, draft.switched(request) != null, fields,
                compressed ? -1 : declared,
                compressed ? -1 : learnt);
        content.open(allowed, compressed);
        codec.writeHead(new ResponseHead(status, fields, last), size);
        length.fix(declared >= 0 ? declared : learnt);
        state = ResponseState.COMMITTED;
        committedNanos = deadlines.now();
    }

    // ---- ends; by the exchange's thread once sealed, abort by any

    /** Ends the response: the handler has returned. */
    void finish() throws IOException {
        content.checkFailure();
        if (buffer.count() > ContentOutput.MAX_PIECE) {
            sendBuffer(true);
        }
        if (state == ResponseState.OPEN) {
            // Most responses: head and body under one time limit, and in one system call.
            synchronized (draft) {
                finishInTime();
            }
        } else {
            finishInTime();
        }
        state = ResponseState.ENDED;
    }

    private void finishInTime() throws IOException {
        deadlines.beginWrite();
        try {
            if (state == ResponseState.OPEN) {
                commit(true);
            }
            if (content.isAllowed()) {
                length.checkReached();
            }
            content.finish(buffer.take());
            codec.finish(draft.hasTrailers() ? draft.trailers() : NO_TRAILERS);
        } catch (ShortResponseException e) {
            // Nothing is wrong with the connection: what there is can still leave.
            throw e;
        } catch (IOException e) {
            throw content.failed(e);
        } finally {
            deadlines.endWrite(length.written());
        }
    }

    /** Replaces what the handler made by an answer of the server's own; only while nothing is committed. */
    void replace(int status, Headers fields, byte[] body) throws IOException {
        draft.reset(status, fields);
        buffer.replace(body);
        length.replace(body.length);
        content.forgetFailure();
        finish();
    }

    /**
     * Ends the exchange now, whatever another thread writes: it has a moment to leave.
     *
     * @return whether there was something to end
     */
    boolean abort() {
        lock(true);
        try {
            if (state != ResponseState.OPEN && state != ResponseState.COMMITTED) {
                return false;
            }
            boolean begun = state == ResponseState.COMMITTED && !isWhole();
            state = ResponseState.ABORTED;
            if (begun) {
                cutCommitted();
            } else {
                // Nothing has left, or what is still held back would make it whole.
                codec.abort();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Cuts a response that will not be completed. What was written leaves first, as far as that goes quickly: a client that gets
     * nothing but a reset takes the connection for one that was closed while it was idle, and may send its request again.
     */
    void cut() {
        if (state == ResponseState.OPEN) {
            codec.abort();
        } else {
            cutCommitted();
        }
    }

    private void cutCommitted() {
        try {
            codec.deadline(Direction.WRITING, deadlines.after(CUT), TimeoutKind.WRITE);
            content.flushIntact(buffer.take());
            codec.cut();
            codec.deadline(Direction.WRITING, Deadline.NONE, TimeoutKind.WRITE);
        } catch (IOException | RuntimeException e) {
            System.getLogger("io.zokor.server").log(System.Logger.Level.DEBUG, "a cut response could not be sent on",
                    e);
            codec.abort();
        }
    }

    /** After the exchange nothing written by a handler may reach the next one. */
    void end() {
        if (state != ResponseState.HIJACKED && state != ResponseState.UPGRADED && state != ResponseState.ABORTED) {
            state = ResponseState.ENDED;
        }
        content.close();
    }
}
