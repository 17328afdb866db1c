package io.zokor.internal.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.ExchangeCodec.Direction;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The only writer of the rules for responses, whatever the protocol: implicit 200, the length learnt from the buffer, no body
 * where none may be, neither more nor fewer bytes than declared. Owned by one thread at a time; {@code committed} and the
 * counters may be read by any.
 */
final class Response implements ResponseWriter, ResponseController {

    private static final int DEFAULT_BUFFER = 8 * 1024;

    private static final int FIRST_BUFFER = 256;

    /** How long what was written before a response is cut may take to leave: a client that does not read must not hold the cut. */
    private static final Duration CUT = Duration.ofSeconds(1);

    /** Large writes are cut into such pieces, each with a time limit of its own: a big body must not look like a stalled one. */
    private static final int MAX_PIECE = 64 * 1024;

    private static final byte[] EMPTY = {};

    private enum State {
        OPEN, COMMITTED, HIJACKED, UPGRADED, ABORTED, ENDED
    }

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private final Exchange exchange;

    /**
     * Held while a head is written: the first read of a body, which may be another thread's, sends a 100 that must not get into
     * the final head.
     */
    private final Object heads = new Object();

    private Headers headers = new Headers();

    private Headers trailers = new Headers();

    private int status = 200;

    /** The fields as they were when the head was fixed; {@code null} until then. */
    private @Nullable Headers fixed;

    private byte[] buffer = EMPTY;

    private int buffered;

    private int bufferSize = DEFAULT_BUFFER;

    /** Bytes the handler has written, sent or not. */
    private volatile long written;

    private long declared = -1;

    private volatile boolean last;

    private boolean bodyAllowed = true;

    private volatile State state = State.OPEN;

    private volatile long committedNanos;

    private @Nullable GzipBody gzip;

    private @Nullable IOException failure;

    /** Whether a piece of the body is on its way, or has been left halfway: nothing may follow it then. */
    private boolean sending;

    private @Nullable OutputStream stream;

    /** What is to go on behind the head, if its status then says so. */
    private @Nullable Upgrade upgrade;

    Response(ExchangeCodec codec, Deadlines deadlines, Exchange exchange) {
        this.codec = codec;
        this.deadlines = deadlines;
        this.exchange = exchange;
    }

    // ---- what the exchange asks

    boolean isHijacked() {
        return state == State.HIJACKED;
    }

    /** Whether the handler has switched the protocol itself. */
    boolean isUpgraded() {
        return state == State.UPGRADED;
    }

    /** What goes on behind the head that has gone out, or {@code null} where that switches nothing. */
    @Nullable
    Upgrade switched() {
        return switchesProtocol() ? upgrade : null;
    }

    /** Whether the status accepts what was asked for: 101, or 2xx for an extended CONNECT (RFC 8441 section 4). */
    private boolean switchesProtocol() {
        return codec.head().connectProtocol() == null ? status == 101 : status >= 200 && status < 300;
    }

    boolean isAborted() {
        return state == State.ABORTED;
    }

    long written() {
        return written;
    }

    long committedNanos() {
        return committedNanos;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    /** The exchange has failed: nothing more of its request is wanted behind this response. To be called before the commit. */
    void last() {
        last = true;
    }

    /** Whether the handler has written all that its head promises, so that nothing is missing but what {@link #finish} adds. */
    boolean isWhole() {
        return state == State.COMMITTED && failure == null && !sending
                && (!bodyAllowed || declared >= 0 && written >= declared);
    }

    /**
     * Cuts a response that will not be completed. What was written leaves first, as far as that goes quickly: a client that gets
     * nothing but a reset takes the connection for one that was closed while it was idle, and may send its request again.
     */
    void cut() {
        if (state == State.OPEN) {
            codec.abort();
            return;
        }
        try {
            codec.deadline(Direction.WRITING, moment(CUT), TimeoutKind.WRITE);
            if (failure == null && !sending) {
                emitWithin();
            }
            codec.cut();
            codec.deadline(Direction.WRITING, Deadline.NONE, TimeoutKind.WRITE);
        } catch (IOException | RuntimeException e) {
            exchange.aborted(e);
            codec.abort();
        }
    }

    private void emitWithin() throws IOException {
        writePiece(takeBuffer());
        GzipBody compressed = gzip;
        if (compressed != null) {
            compressed.flush();
        }
    }

    /** Ends the response: the handler has returned. */
    void finish() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (buffered > MAX_PIECE) {
            send(true);
        }
        if (state == State.OPEN) {
            // Most responses: head and body under one time limit, and in one system call.
            synchronized (heads) {
                finishLocked();
            }
        } else {
            finishLocked();
        }
        state = State.ENDED;
    }

    private void finishLocked() throws IOException {
        deadlines.beginWrite();
        try {
            if (state == State.OPEN) {
                commit(true);
            }
            if (bodyAllowed && declared >= 0 && written < declared) {
                throw new ShortResponseException(declared, written);
            }
            writePiece(takeBuffer());
            GzipBody compressed = gzip;
            if (compressed != null) {
                compressed.finish();
            }
            codec.finish(trailers);
        } catch (ShortResponseException e) {
            // Nothing is wrong with the connection: what there is can still leave.
            throw e;
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(written);
        }
    }

    /** Commits where that is still to be done, and sends what the buffer holds, in pieces; {@code whole} as for the commit. */
    private void send(boolean whole) throws IOException {
        if (state == State.OPEN) {
            synchronized (heads) {
                commitLocked(whole);
            }
        }
        emitBuffer();
    }

    private void commitLocked(boolean whole) throws IOException {
        deadlines.beginWrite();
        try {
            commit(whole);
        } finally {
            deadlines.endWrite(0);
        }
    }

    /** Replaces what the handler made by an answer of the server's own; only while nothing is committed. */
    void replace(int newStatus, Headers newHeaders, byte[] body) throws IOException {
        headers = newHeaders;
        trailers = new Headers();
        fixed = null;
        status = newStatus;
        buffer = body;
        buffered = body.length;
        bufferSize = Math.max(bufferSize, body.length);
        written = body.length;
        failure = null;
        finish();
    }

    /** After the exchange nothing written by a handler may reach the next one. */
    void end() {
        if (state != State.HIJACKED && state != State.UPGRADED && state != State.ABORTED) {
            state = State.ENDED;
        }
        closeGzip();
    }

    /** There is one already where a head was too large and the server's own answer takes its place. */
    private void closeGzip() {
        GzipBody compressed = gzip;
        if (compressed != null) {
            compressed.close();
        }
    }

    // ---- ResponseWriter

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public Headers trailers() {
        return trailers;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public void status(int value) {
        if (value != 101 && (value < 200 || value > 999)) {
            throw new IllegalArgumentException("not a final status: " + value);
        }
        if (fixed == null && state == State.OPEN) {
            status = value;
        }
    }

    @Override
    public void writeHead(int value) throws IOException {
        checkUsable();
        if (value >= 100 && value < 200 && value != 101) {
            writeInterim(value, headers);
            return;
        }
        status(value);
        if (fixed == null && state == State.OPEN) {
            fixed = new Headers(headers);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        checkWritable(length);
        if (buffered + (long) length <= bufferSize) {
            append(bytes, offset, length);
            return;
        }
        write(ByteBuffer.wrap(bytes, offset, length), length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        checkWritable(length);
        if (buffered + (long) length <= bufferSize) {
            makeRoom(length);
            bytes.get(buffer, buffered, length);
            buffered += length;
            count(length);
            return;
        }
        write(bytes, length);
    }

    private void write(ByteBuffer bytes, int length) throws IOException {
        send(false);
        count(length);
        emit(bytes);
    }

    @Override
    public void flush() throws IOException {
        checkUsable();
        send(false);
        deadlines.beginWrite();
        try {
            GzipBody compressed = gzip;
            if (compressed != null) {
                compressed.flush();
            }
            codec.flush();
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(0);
        }
    }

    @Override
    public OutputStream body() {
        OutputStream current = stream;
        if (current == null) {
            current = new BodyStream(this);
            stream = current;
        }
        return current;
    }

    @Override
    public ResponseController controller() {
        return this;
    }

    // ---- ResponseController

    @Override
    public int bufferSize() {
        return bufferSize;
    }

    @Override
    public void bufferSize(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a buffer cannot have " + bytes + " bytes");
        }
        if (written > 0 || state != State.OPEN) {
            throw new IllegalStateException("the buffer's size cannot change once body bytes were written");
        }
        bufferSize = bytes;
    }

    @Override
    public boolean isCommitted() {
        return state != State.OPEN;
    }

    @Override
    public void resetBuffer() {
        checkNotCommitted();
        buffered = 0;
        written = 0;
    }

    @Override
    public void reset() {
        resetBuffer();
        headers = new Headers();
        trailers = new Headers();
        fixed = null;
        status = 200;
    }

    @Override
    public void writeInterim(int value, Headers fields) throws IOException {
        if (value < 100 || value > 199 || value == 101) {
            throw new IllegalArgumentException("not an interim status: " + value);
        }
        checkUsable();
        if (isCommitted() || codec.head().http10()) {
            return;
        }
        Headers sent = new Headers(fields);
        // The final response's length and framing have no place here (RFC 9110 section 8.6, RFC 9112 section 6.1).
        sent.remove("Content-Length");
        sent.remove("Transfer-Encoding");
        synchronized (heads) {
            if (!isCommitted()) {
                writeInterimLocked(new ResponseHead(value, sent, false));
            }
        }
    }

    private void writeInterimLocked(ResponseHead interim) throws IOException {
        deadlines.beginWrite();
        try {
            codec.writeInterim(interim);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(0);
        }
    }

    @Override
    public HijackedConnection hijack() throws IOException {
        if (state == State.HIJACKED) {
            throw new IllegalStateException("the connection was taken over already");
        }
        checkNotCommitted();
        if (status == 101) {
            flush();
        }
        HijackedConnection taken = codec.hijack();
        exchange.hijacked();
        state = State.HIJACKED;
        return taken;
    }

    @Override
    public void upgrade(Upgrade next) {
        checkNotCommitted();
        upgrade = Objects.requireNonNull(next);
    }

    @Override
    public Tunnel upgradeNow(Upgrade next) throws IOException {
        checkNotCommitted();
        upgrade = Objects.requireNonNull(next);
        if (!switchesProtocol()) {
            throw new IllegalStateException("status " + status + " does not switch the protocol");
        }
        resetBuffer();
        finish();
        Tunnel tunnel = codec.upgrade(next);
        state = State.UPGRADED;
        exchange.upgraded(next);
        return tunnel;
    }

    @Override
    public void readDeadline(@Nullable Duration fromNow) {
        deadlines.read(moment(fromNow));
    }

    @Override
    public void writeDeadline(@Nullable Duration fromNow) {
        deadlines.write(moment(fromNow));
    }

    @Override
    public void requestDeadline(@Nullable Duration fromNow) {
        exchange.requestDeadline(moment(fromNow));
    }

    private long moment(@Nullable Duration fromNow) {
        if (fromNow != null && (fromNow.isZero() || fromNow.isNegative())) {
            throw new IllegalArgumentException("a deadline must be ahead, or null for none, but is " + fromNow);
        }
        return Deadline.after(exchange.now(), fromNow);
    }

    @Override
    public void onPeerGone(Runnable action) {
        codec.watch(action);
    }

    @Override
    public void abort(@Nullable Throwable cause) {
        if (state == State.HIJACKED || state == State.UPGRADED || state == State.ENDED || state == State.ABORTED) {
            return;
        }
        boolean begun = state == State.COMMITTED && !isWhole();
        state = State.ABORTED;
        exchange.aborted(cause);
        if (begun) {
            cut();
        } else {
            // Nothing has left, or what is still held back would make it whole.
            codec.abort();
        }
    }

    @Override
    public void panic(Throwable cause) {
        exchange.panic(cause);
    }

    @Override
    public void refused(RejectedRequestException refusal) {
        exchange.refusedByHandler(refusal);
    }

    @Override
    public ServerErrorBody renderError(int value) {
        return exchange.errorBody(value);
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        checkWritable(count);
        send(false);
        count(count);
        if (!bodyAllowed) {
            return;
        }
        sending = true;
        if (gzip != null) {
            copy(file, position, count);
        } else {
            transfer(file, position, count);
        }
        sending = false;
    }

    private void transfer(FileChannel file, long position, long count) throws IOException {
        for (long done = 0; done < count;) {
            long piece = Math.min(MAX_PIECE, count - done);
            deadlines.beginWrite();
            try {
                codec.writeBody(file, position + done, piece);
            } catch (IOException e) {
                throw failed(e);
            } finally {
                deadlines.endWrite(piece);
            }
            done += piece;
        }
    }

    /** A file channel closes itself where it is read with the interrupt flag set, and the flag is the application's. */
    private void copy(FileChannel file, long position, long count) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            copyUninterrupted(file, position, count);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void copyUninterrupted(FileChannel file, long position, long count) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, DEFAULT_BUFFER));
        long left = count;
        while (left > 0) {
            piece.clear().limit((int) Math.min(left, piece.capacity()));
            int n = file.read(piece, position + count - left);
            if (n < 0) {
                throw new EOFException("the file ends " + left + " bytes early");
            }
            left -= n;
            emit(piece.flip());
        }
    }

    // ---- the commit point

    /** Fixes the head and hands it to the codec, which keeps it; {@code whole} says that the buffer is the whole body. */
    private void commit(boolean whole) throws IOException {
        Headers fields = fixed == null ? headers : fixed;
        fields.remove("Transfer-Encoding");
        bodyAllowed = bodyAllowed();
        BodySize size = size(fields, whole);
        GzipBody compressed = exchange.compression(status, fields, bodyAllowed, whole ? buffered : declared);
        if (compressed != null) {
            // What the handler has declared is still what it must write.
            size = new BodySize.Unknown();
        }
        closeGzip();
        gzip = compressed;
        codec.writeHead(new ResponseHead(status, fields, last), size);
        state = State.COMMITTED;
        committedNanos = exchange.now();
    }

    /** HEAD, 1xx, 204, 205 and 304 have no body (RFC 9112 section 6.3), nor has a successful CONNECT. */
    private boolean bodyAllowed() {
        String method = codec.head().method();
        return !(status < 200 || status == 204 || status == 205 || status == 304 || method.equals("HEAD")
                || method.equals("CONNECT") && status < 300);
    }

    private BodySize size(Headers fields, boolean whole) {
        if (upgrade != null && switchesProtocol()) {
            fields.remove("Content-Length");
            return new BodySize.Switched();
        }
        boolean noLengthField = status < 200 || status == 204
                || codec.head().method().equals("CONNECT") && status < 300;
        if (noLengthField) {
            fields.remove("Content-Length");
            return new BodySize.None();
        }
        if (status == 205) {
            // RFC 9110 section 15.3.6: no content, and said so by the length
            fields.set("Content-Length", "0");
            return new BodySize.None();
        }
        declared = declaredLength(fields);
        if (declared < 0 && whole && trailers.isEmpty() && status != 304) {
            declared = buffered;
            if (bodyAllowed || buffered > 0) {
                fields.set("Content-Length", Integer.toString(buffered));
            }
        }
        if (!bodyAllowed) {
            return new BodySize.None();
        }
        return declared >= 0 ? new BodySize.Fixed(declared) : new BodySize.Unknown();
    }

    private static long declaredLength(Headers fields) {
        String value = fields.get("Content-Length");
        if (value == null) {
            return -1;
        }
        try {
            long length = Long.parseLong(value);
            if (isDigits(value) && fields.all("Content-Length").size() == 1) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Answered below: both come from a handler that set the field wrongly.
        }
        throw new IllegalStateException("the handler has set a Content-Length that is no length");
    }

    /** Other than {@link Long#parseLong} knows it: neither a sign nor digits of other scripts may go out. */
    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    // ---- bytes

    private void append(byte[] bytes, int offset, int length) {
        makeRoom(length);
        System.arraycopy(bytes, offset, buffer, buffered, length);
        buffered += length;
        count(length);
    }

    private void makeRoom(int length) {
        int needed = buffered + length;
        if (needed > buffer.length) {
            int doubled = Math.max(FIRST_BUFFER, buffer.length * 2);
            buffer = Arrays.copyOf(buffer, Math.min(Math.max(needed, doubled), Math.max(bufferSize, needed)));
        }
    }

    private void emitBuffer() throws IOException {
        if (buffered > 0) {
            emit(takeBuffer());
        }
    }

    private ByteBuffer takeBuffer() {
        int length = buffered;
        buffered = 0;
        return ByteBuffer.wrap(buffer, 0, length);
    }

    private void emit(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        if (!bodyAllowed) {
            bytes.position(end);
            return;
        }
        boolean outer = sending;
        sending = true;
        while (bytes.position() < end) {
            int length = Math.min(MAX_PIECE, end - bytes.position());
            try {
                emitPiece(bytes.limit(bytes.position() + length), length);
            } finally {
                bytes.limit(end);
            }
        }
        sending = outer;
    }

    private void emitPiece(ByteBuffer bytes, int length) throws IOException {
        deadlines.beginWrite();
        try {
            writePiece(bytes);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(length);
        }
    }

    private void writePiece(ByteBuffer bytes) throws IOException {
        GzipBody compressed = gzip;
        if (!bodyAllowed || !bytes.hasRemaining()) {
            bytes.position(bytes.limit());
        } else if (compressed != null) {
            compressed.write(bytes);
        } else {
            codec.writeBody(bytes);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count(long length) {
        written = written + length;
    }

    private void checkWritable(long length) throws IOException {
        checkUsable();
        long limit = state == State.OPEN ? declaredLength(fixed == null ? headers : fixed) : declared;
        if (limit >= 0 && written + length > limit) {
            throw new IOException("the handler writes more than the " + limit + " bytes that its Content-Length says");
        }
    }

    private void checkUsable() throws IOException {
        switch (state) {
            case OPEN, COMMITTED -> {
                if (failure != null) {
                    throw failure;
                }
            }
            case HIJACKED, UPGRADED -> throw new IllegalStateException("the connection was taken over by the handler");
            case ABORTED -> throw new IOException("the response was aborted");
            case ENDED -> throw new IllegalStateException("the response has ended: nothing can be written any more");
        }
    }

    private void checkNotCommitted() {
        if (state != State.OPEN) {
            throw new IllegalStateException("the response is committed");
        }
    }

    private IOException failed(IOException e) {
        failure = e;
        return e;
    }
}
