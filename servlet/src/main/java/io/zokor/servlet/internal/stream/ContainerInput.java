package io.zokor.servlet.internal.stream;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;

/**
 * The body of a request, or the input of an upgraded connection. Blocking, it reads through. With a listener a helper thread
 * reads one piece ahead whenever {@link #isReady()} has said no, and the thread of the connection makes the callbacks; the
 * state of that is guarded by the wait point's lock.
 */
public final class ContainerInput extends ServletInputStream {

    private static final byte[] EMPTY = {};

    private static final int PIECE = 8192;

    /** What the connection's thread is to call. */
    private enum Callback {
        DATA, END, ERROR
    }

    private final InputStream source;

    private final StreamOwner owner;

    private final WaitPoint point;

    /** Bytes that are to come, or -1. */
    private final long declared;

    private long received;

    /** The source has no more bytes. */
    private volatile boolean ended;

    private final ListenerSlot<ReadListener> slot;

    private byte[] ahead = EMPTY;

    private int aheadAt;

    private int aheadEnd;

    private boolean reading;

    /** The request ends: no helper may begin to read. */
    private boolean sealed;

    public ContainerInput(InputStream source, long declared, StreamOwner owner, WaitPoint point) {
        this.source = source;
        this.declared = declared;
        this.owner = owner;
        this.point = point;
        this.ended = declared == 0;
        this.slot = new ListenerSlot<>("ReadListener", owner, point);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        owner.checkOpen();
        if (slot.isSet()) {
            return readAhead(bytes, offset, length);
        }
        if (length == 0) {
            return 0;
        }
        try {
            int n = source.read(bytes, offset, length);
            account(n);
            return n;
        } catch (IOException e) {
            owner.ioFailed(e);
            throw e;
        }
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        byte[] bytes = new byte[Math.min(buffer.remaining(), PIECE)];
        int n = read(bytes, 0, bytes.length);
        if (n > 0) {
            // The buffer is handed back ready to be read: position kept, limit behind the bytes (6.1 Javadoc).
            int position = buffer.position();
            buffer.put(bytes, 0, n);
            buffer.limit(position + n).position(position);
        }
        return n;
    }

    @Override
    public byte[] readAllBytes() throws IOException {
        checkBlocking();
        return super.readAllBytes();
    }

    @Override
    public byte[] readNBytes(int length) throws IOException {
        checkBlocking();
        return super.readNBytes(length);
    }

    @Override
    public int readNBytes(byte[] bytes, int offset, int length) throws IOException {
        checkBlocking();
        return super.readNBytes(bytes, offset, length);
    }

    @Override
    public int readLine(byte[] bytes, int offset, int length) throws IOException {
        checkBlocking();
        return super.readLine(bytes, offset, length);
    }

    private void checkBlocking() {
        if (slot.isSet()) {
            throw new IllegalStateException("the stream has a ReadListener, so it does not block");
        }
    }

    private void account(int n) {
        if (n < 0) {
            ended = true;
        } else {
            received += n;
            if (declared >= 0 && received >= declared) {
                ended = true;
            }
        }
    }

    private int readAhead(byte[] bytes, int offset, int length) throws IOException {
        point.lock.lock();
        try {
            if (aheadAt < aheadEnd) {
                int n = Math.min(length, aheadEnd - aheadAt);
                System.arraycopy(ahead, aheadAt, bytes, offset, n);
                aheadAt += n;
                return n;
            }
            if (slot.failureLocked() instanceof IOException e) {
                throw e;
            }
            if (ended) {
                return -1;
            }
            throw new IllegalStateException("nothing to read: isReady() must have returned true");
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public int available() throws IOException {
        owner.checkOpen();
        if (!slot.isSet()) {
            return source.available();
        }
        point.lock.lock();
        try {
            return aheadEnd - aheadAt;
        } finally {
            point.lock.unlock();
        }
    }

    /** Closing leaves the rest of the body to the server. */
    @Override
    public void close() {
        // The protocol needs the rest of the body or drains it.
    }

    @Override
    public boolean isFinished() {
        point.lock.lock();
        try {
            return isFinishedLocked();
        } finally {
            point.lock.unlock();
        }
    }

    private boolean isFinishedLocked() {
        return ended && aheadAt == aheadEnd;
    }

    /** {@return whether the source is known to have no more bytes, so that nobody needs to read it} */
    public boolean isExhausted() {
        return ended;
    }

    @Override
    public boolean isReady() {
        owner.checkOpen();
        if (!slot.isSet()) {
            return true;
        }
        point.lock.lock();
        try {
            if (aheadAt < aheadEnd) {
                return true;
            }
            slot.wantLocked();
            startReadingLocked();
            point.changed.signalAll();
            return false;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public void setReadListener(ReadListener readListener) {
        slot.set(readListener, this::startReadingLocked);
    }

    private void startReadingLocked() {
        if (!reading && !sealed && !ended && slot.failureLocked() == null && aheadAt == aheadEnd) {
            reading = true;
            owner.startHelper("read", this::readPiece);
        }
    }

    /** On a helper thread: the one blocking read that somebody waits for. */
    private void readPiece() {
        byte[] piece = new byte[PIECE];
        int n = 0;
        Throwable failed = null;
        try {
            n = source.read(piece, 0, PIECE);
        } catch (IOException | RuntimeException | Error e) {
            failed = e;
        }
        point.lock.lock();
        try {
            reading = false;
            if (failed != null) {
                slot.failLocked(failed);
            } else {
                account(n);
                ahead = piece;
                aheadAt = 0;
                aheadEnd = Math.max(n, 0);
            }
            point.changed.signalAll();
        } finally {
            point.lock.unlock();
        }
        if (failed != null) {
            owner.ioFailed(failed);
        }
    }

    // ---- what the connection's thread asks

    /** Lets no helper begin to read. */
    public void sealLocked() {
        sealed = true;
    }

    /** {@return whether a read failed, or the other direction did} */
    public boolean hasFailedLocked() {
        return slot.failureLocked() != null;
    }

    public boolean hasCallbackLocked() {
        return slot.isDueLocked(!reading && (aheadAt < aheadEnd || ended));
    }

    /** Lets the listener know of an error that came from elsewhere, with its next callback. */
    public void failLocked(Throwable cause) {
        if (slot.isOpenLocked() && !isFinishedLocked()) {
            slot.failLocked(cause);
        }
    }

    /**
     * Makes the callback that is due.
     *
     * @throws Exception what the listener threw; it has been told by {@code onError}
     */
    public void callback() throws Exception {
        ReadListener current;
        Callback due;
        Throwable cause;
        point.lock.lock();
        try {
            if (!hasCallbackLocked()) {
                return;
            }
            cause = slot.failureLocked();
            due = cause != null ? Callback.ERROR : aheadAt < aheadEnd ? Callback.DATA : Callback.END;
            current = slot.takeLocked();
            if (due == Callback.END) {
                slot.endLocked();
            }
        } finally {
            point.lock.unlock();
        }
        try {
            switch (due) {
                case ERROR -> current.onError(cause);
                case END -> current.onAllDataRead();
                case DATA -> {
                    current.onDataAvailable();
                    if (endAfterData()) {
                        current.onAllDataRead();
                    }
                }
            }
        } catch (Exception | Error e) {
            slot.end();
            if (due != Callback.ERROR) {
                current.onError(e);
            }
            throw e;
        }
    }

    private boolean endAfterData() {
        point.lock.lock();
        try {
            if (!slot.isOpenLocked() || !isFinishedLocked() || slot.failureLocked() != null) {
                return false;
            }
            slot.endLocked();
            return true;
        } finally {
            point.lock.unlock();
        }
    }
}
