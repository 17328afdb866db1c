package io.zokor.servlet.internal.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

/**
 * The body of a response, or the output of an upgraded connection. Blocking, it writes through. With a listener, what does not
 * fit in the buffer is written by a helper thread, and {@link #isReady()} is false meanwhile; the state of that is guarded by
 * the wait point's lock, and the thread of the connection makes the callbacks.
 */
public final class ContainerOutput extends ServletOutputStream {

    /** Where the bytes go. Each call may block, unless {@link #fits} says otherwise. */
    public interface Sink {

        void write(ByteBuffer bytes) throws IOException;

        void write(byte[] bytes, int offset, int length) throws IOException;

        void flush() throws IOException;

        void close() throws IOException;

        /** {@return whether that many bytes can be written without blocking} */
        boolean fits(int length);
    }

    /** A piece of writing. */
    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    private final Sink sink;

    private final StreamOwner owner;

    private final WaitPoint point;

    private final ListenerSlot<WriteListener> slot;

    private volatile boolean closed;

    /** Closed before it had a listener, who gets the first call all the same: it may be what completes the request. */
    private boolean closedBefore;

    /** A helper writes, or is about to. Changed under the wait point's lock. */
    private volatile boolean writing;

    /** Closed while a write was pending: the sink is closed after it. */
    private boolean closeNext;

    public ContainerOutput(Sink sink, StreamOwner owner, WaitPoint point) {
        this.sink = sink;
        this.owner = owner;
        this.point = point;
        this.slot = new ListenerSlot<>("WriteListener", owner, point);
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] { (byte) b }, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        owner.checkOpen();
        if (closed) {
            return;
        }
        if (!slot.isSet()) {
            sink.write(bytes, offset, length);
        } else if (begin(length)) {
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            help(() -> sink.write(copy, 0, copy.length));
        } else {
            sink.write(bytes, offset, length);
        }
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        Objects.requireNonNull(buffer);
        owner.checkOpen();
        if (closed) {
            return;
        }
        if (slot.isSet() && begin(buffer.remaining())) {
            help(() -> sink.write(buffer));
        } else {
            sink.write(buffer);
        }
    }

    @Override
    public void flush() throws IOException {
        owner.checkOpen();
        if (closed) {
            return;
        }
        if (!slot.isSet()) {
            sink.flush();
            return;
        }
        begin(Integer.MAX_VALUE);
        help(sink::flush);
    }

    /** Closing does not wait for a pending write: what is left goes out in the background. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (!slot.isSet()) {
            sink.close();
            return;
        }
        point.lock.lock();
        try {
            if (slot.failureLocked() != null) {
                return;
            }
            if (writing) {
                closeNext = true;
                return;
            }
            writing = true;
        } finally {
            point.lock.unlock();
        }
        help(sink::close);
    }

    public boolean isListening() {
        return slot.isSet();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Opens it again after {@code reset}, and for an error page. */
    public void reopen() {
        closed = false;
    }

    /** Ends it without a flush: the response is closed otherwise. */
    public void shut() {
        closed = true;
    }

    /** Checks that writing is allowed, and says whether a helper must do it, which then counts as begun. */
    private boolean begin(int length) throws IOException {
        point.lock.lock();
        try {
            if (writing) {
                throw new IllegalStateException("a write is pending: isReady() must have returned true");
            }
            Throwable failure = slot.failureLocked();
            if (failure != null) {
                throw failure instanceof IOException e ? e : new IOException(failure);
            }
            if (sink.fits(length)) {
                return false;
            }
            writing = true;
            return true;
        } finally {
            point.lock.unlock();
        }
    }

    private void help(Task task) {
        owner.startHelper("write", () -> run(task));
    }

    /** On a helper thread. */
    private void run(Task first) {
        Task task = first;
        Throwable failed = null;
        while (task != null) {
            failed = failureOf(task);
            task = written(failed) ? sink::close : null;
        }
        if (failed != null) {
            owner.ioFailed(failed);
        }
    }

    private static @Nullable Throwable failureOf(Task task) {
        try {
            task.run();
            return null;
        } catch (IOException | RuntimeException | Error e) {
            return e;
        }
    }

    /** A piece was written, or failed to be; answers whether the sink is to be closed now, which counts as writing. */
    private boolean written(@Nullable Throwable failed) {
        point.lock.lock();
        try {
            boolean close = closeNext && failed == null;
            closeNext = false;
            if (!close) {
                writing = false;
                if (failed != null) {
                    slot.failLocked(failed);
                }
                point.changed.signalAll();
            }
            return close;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public boolean isReady() {
        owner.checkOpen();
        if (!slot.isSet()) {
            return true;
        }
        point.lock.lock();
        try {
            if (writing) {
                slot.wantLocked();
            }
            return !writing && slot.failureLocked() == null;
        } finally {
            point.lock.unlock();
        }
    }

    @Override
    public void setWriteListener(WriteListener writeListener) {
        slot.set(writeListener, () -> {
            // The first call comes at once.
            closedBefore = closed;
        });
    }

    // ---- what the connection's thread asks

    /** {@return whether a helper writes: its bytes leave, whatever is decided meanwhile} */
    public boolean isWriting() {
        return writing;
    }

    /** {@return whether a write failed, or the other direction did} */
    public boolean hasFailedLocked() {
        return slot.failureLocked() != null;
    }

    public boolean hasCallbackLocked() {
        return slot.isDueLocked(!writing && (!closed || closedBefore));
    }

    /** Lets the listener know of an error that came from elsewhere, with its next callback. */
    public void failLocked(Throwable cause) {
        if (slot.isOpenLocked()) {
            slot.failLocked(cause);
        }
    }

    /**
     * Makes the callback that is due.
     *
     * @throws Exception what the listener threw; it has been told by {@code onError}
     */
    public void callback() throws Exception {
        WriteListener current;
        Throwable cause;
        point.lock.lock();
        try {
            if (!hasCallbackLocked()) {
                return;
            }
            cause = slot.failureLocked();
            current = slot.takeLocked();
        } finally {
            point.lock.unlock();
        }
        if (cause != null) {
            current.onError(cause);
            return;
        }
        try {
            current.onWritePossible();
        } catch (Exception | Error e) {
            slot.end();
            current.onError(e);
            throw e;
        }
    }
}
