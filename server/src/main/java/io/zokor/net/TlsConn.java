package io.zokor.net;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import org.jspecify.annotations.Nullable;

/**
 * TLS over another connection. The reading thread owns {@code input}, {@code plain} and {@code inputEnded}; {@code writing}
 * guards the engine's output and everything written to the connection after the handshake. Neither side ever waits for the
 * other: what the engine wants to send because of something read, such as its answer to a key update, goes out with the next
 * write (RFC 8446 section 4.6.3 asks for no more), and no write waits for a read (CVE-2024-5971).
 *
 * <p>
 * An end of input without a close_notify is an end like any other as long as it lies between two records. Every HTTP request
 * tells its own length, so a truncated one is seen as incomplete by the protocol (RFC 9112 sections 8 and 9.8), and clients that
 * just close are common. Within a record it is a {@link PeerGoneException}.
 *
 * <p>
 * While nothing is read or written, no buffers are held.
 */
final class TlsConn extends ConnLayer {

    /** The most plain bytes in a record (RFC 8446 section 5.1). */
    private static final int MAX_FRAGMENT = 1 << 14;

    /** How many records may be gathered for one write. */
    private static final int MAX_RECORDS = 4;

    /** How many records without data a client may send between two writes: key updates, empty records. */
    private static final int MAX_IDLE_RECORDS = 100;

    private static final int HANDSHAKE = 22;

    private final TlsContexts contexts;

    private final List<String> applicationProtocols;

    private final LogLimit plainHttp;

    private final TlsInput input;

    private final ReentrantLock writing = new ReentrantLock();

    /** Records without data since the last write. */
    private final AtomicInteger idleRecords = new AtomicInteger();

    private volatile TlsHandshake.@Nullable Session session;

    private volatile long readDeadline = Deadline.NONE;

    /** Who made the handshake. */
    private volatile @Nullable Thread owner;

    private volatile boolean closing;

    /** Set when a write failed, so that nothing is sent after a broken record. */
    private volatile boolean outputBroken;

    /** Decrypted bytes that did not fit where they were wanted; {@code null} if there are none. */
    private @Nullable ByteBuffer plain;

    private boolean inputEnded;

    /** Whether the connection itself has ended, too. */
    private boolean connEnded;

    TlsConn(Conn inner, TlsContexts contexts, List<String> applicationProtocols, LogLimit plainHttp) {
        super(inner);
        this.contexts = contexts;
        this.applicationProtocols = applicationProtocols;
        this.plainHttp = plainHttp;
        this.input = new TlsInput(inner);
    }

    @Override
    public void handshake() throws IOException {
        inner.handshake();
        owner = Thread.currentThread();
        try {
            session = new TlsHandshake(inner, input, readDeadline).run(contexts, applicationProtocols);
        } catch (PlainHttpOnTlsException e) {
            plainHttp.log(() -> "Plain HTTP from " + remoteAddress() + " on the TLS port at " + localAddress()
                    + "; it is refused");
            throw e;
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        SSLEngine engine = session().engine();
        checkOpen();
        if (connEnded) {
            // Nothing comes any more, but a reset shows.
            return inner.read(ByteBuffer.allocate(1));
        }
        int n = takePlain(target);
        while (n == 0 && !inputEnded) {
            if (input.awaitRecord()) {
                n = readRecord(engine, target);
            } else {
                inputEnded = true;
                connEnded = true;
            }
        }
        return n == 0 ? -1 : n;
    }

    private int readRecord(SSLEngine engine, ByteBuffer target) throws IOException {
        try {
            if (input.recordType() == HANDSHAKE) {
                // In TLS 1.3 every record is of application data by its outer type; in TLS 1.2 this is a renegotiation.
                throw new SSLHandshakeException("a TLS renegotiation was refused");
            }
            ByteBuffer into = target;
            SSLEngineResult result = engine.unwrap(input.buffer(), into);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                into = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
                result = engine.unwrap(input.buffer(), into);
                plain = into.flip();
            }
            input.release();
            if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                TlsHandshake.runTasks(engine);
            }
            return switch (result.getStatus()) {
                case OK -> into == target ? dataOf(result) : takePlain(target);
                case CLOSED -> {
                    inputEnded = true;
                    yield into == target ? result.bytesProduced() : takePlain(target);
                }
                case BUFFER_OVERFLOW, BUFFER_UNDERFLOW -> throw new SSLException("a TLS record that cannot be read");
            };
        } catch (SSLException e) {
            tellWhy(engine);
            throw e;
        } catch (RuntimeException e) {
            throw new SSLException("the TLS engine failed", e);
        }
    }

    private int dataOf(SSLEngineResult result) throws SSLException {
        int n = result.bytesProduced();
        if (n == 0 && idleRecords.incrementAndGet() > MAX_IDLE_RECORDS) {
            throw new SSLException("more than " + MAX_IDLE_RECORDS + " TLS records without data");
        }
        return n;
    }

    private int takePlain(ByteBuffer target) {
        ByteBuffer from = plain;
        if (from == null) {
            return 0;
        }
        int n = Math.min(from.remaining(), target.remaining());
        target.put(from.slice(from.position(), n));
        from.position(from.position() + n);
        if (!from.hasRemaining()) {
            plain = null;
        }
        return n;
    }

    private void tellWhy(SSLEngine engine) {
        inputEnded = true;
        endOutput(engine);
    }

    /**
     * Sends the engine's pending alert or a close_notify and closes the engine's output. Not where a writer is at work: it is
     * about to be cut anyway, and nothing may wait for it.
     */
    private void endOutput(SSLEngine engine) {
        if (!writing.tryLock()) {
            return;
        }
        try {
            if (!outputBroken && !engine.isOutboundDone()) {
                engine.closeOutbound();
                outputBroken = !LastWords.say(inner, TlsHandshake.lastRecords(engine));
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        writeAll(new ByteBuffer[] { source }, source.remaining());
    }

    @Override
    public void write(ByteBuffer first, ByteBuffer second) throws IOException {
        writeAll(new ByteBuffer[] { first, second }, (long) first.remaining() + second.remaining());
    }

    private void writeAll(ByteBuffer[] sources, long count) throws IOException {
        SSLEngine engine = session().engine();
        writing.lock();
        try {
            checkOpen();
            if (outputBroken) {
                throw new ClosedChannelException();
            }
            idleRecords.set(0);
            int packet = engine.getSession().getPacketBufferSize();
            long records = Math.min(MAX_RECORDS, (count + MAX_FRAGMENT - 1) / MAX_FRAGMENT);
            ByteBuffer out = ByteBuffer.allocate((int) records * packet);
            for (long left = count; left > 0;) {
                SSLEngineResult result = wrap(engine, sources, out);
                left -= result.bytesConsumed();
                if (left == 0 || out.remaining() < packet) {
                    flush(out);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    private SSLEngineResult wrap(SSLEngine engine, ByteBuffer[] sources, ByteBuffer out) throws IOException {
        SSLEngineResult result = engine.wrap(sources, out);
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            TlsHandshake.runTasks(engine);
        } else if (result.getStatus() == Status.CLOSED) {
            flush(out);
            throw engine.isInboundDone()
                    ? new PeerGoneException("the peer has closed the TLS session", null)
                    : new ClosedChannelException();
        } else if (result.getStatus() != Status.OK || result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
            throw new SSLException("the TLS engine does not take data: " + result);
        }
        return result;
    }

    private void flush(ByteBuffer out) throws IOException {
        out.flip();
        try {
            if (out.hasRemaining()) {
                inner.write(out);
            }
        } catch (IOException e) {
            outputBroken = true;
            throw e;
        }
        out.clear();
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, MAX_RECORDS * MAX_FRAGMENT));
        long end = position + count;
        // A file channel closes itself when the thread that reads it is interrupted, and interrupts are not for us.
        boolean interrupted = Interrupts.clear();
        try {
            for (long at = position; at < end;) {
                piece.clear().limit((int) Math.min(piece.capacity(), end - at));
                int n = file.read(piece, at);
                if (n < 0) {
                    throw new EOFException("the file ends at byte " + at + ", before byte " + end);
                }
                at += n;
                write(piece.flip());
            }
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        readDeadline = deadline;
        inner.readDeadline(deadline, kind);
    }

    @Override
    public @Nullable TlsInfo tls() {
        TlsHandshake.Session made = session;
        return made == null ? null : made.info();
    }

    @Override
    public boolean isEncrypted() {
        return true;
    }

    @Override
    public void shutdownOutput() throws IOException {
        TlsHandshake.Session made = session;
        if (made != null) {
            endOutput(made.engine());
        }
        inner.shutdownOutput();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen() && !closing;
    }

    /**
     * Sends a close_notify and closes. The peer's is not waited for (RFC 8446 section 6.1), nor is a peer that does not read,
     * for longer than a moment; a thread other than the connection's own waits for nothing, so that it can close many.
     */
    @Override
    public void close() throws IOException {
        TlsHandshake.Session made = session;
        closing = true;
        if (made == null || Thread.currentThread() == owner || !inner.isOpen()) {
            closeNow(made);
        } else {
            Thread.ofVirtual().name("zokor-tls-close").inheritInheritableThreadLocals(false).start(() -> {
                try {
                    closeNow(made);
                } catch (IOException e) {
                    System.getLogger("io.zokor.net").log(System.Logger.Level.DEBUG, () -> "closing " + this, e);
                }
            });
        }
    }

    private void closeNow(TlsHandshake.@Nullable Session made) throws IOException {
        if (made != null && inner.isOpen()) {
            endOutput(made.engine());
        }
        inner.close();
    }

    @Override
    public String toString() {
        return "TlsConn[" + inner + "]";
    }

    private void checkOpen() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
    }

    private TlsHandshake.Session session() {
        TlsHandshake.Session made = session;
        if (made == null) {
            throw new IllegalStateException("the TLS handshake has not been made");
        }
        return made;
    }
}
