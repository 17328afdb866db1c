package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.zokor.http.ResponseController;
import io.zokor.http.ResponseWriter;
import io.zokor.http.Status;
import io.zokor.servlet.internal.stream.ContainerOutput;
import io.zokor.servlet.internal.stream.StreamOwner;
import io.zokor.servlet.internal.stream.WaitPoint;

import org.jspecify.annotations.Nullable;

/**
 * The body of a response: its end, as the specification has it, and its trailers. Buffer, length and commit point are the core's. One
 * lock guards both and the head, because with asynchronous processing several threads may write in turn; it is held while a write blocks,
 * except that nothing waits for it once the response is committed and only asks for that.
 */
public final class ResponseBody implements ContainerOutput.Sink {

    /** How long a write of another thread may still take once the response is lost: a client that does not read must not hold it. */
    public static final Duration LAST_WRITE = Duration.ofSeconds(1);

    private final StreamOwner owner;

    /** The response is one to HEAD: its length is what a body would have, not what was written. */
    private final boolean head;

    private final ResponseWriter core;

    private final ResponseController controller;

    /** Fair: a thread that writes in a loop must not keep the container from ending the exchange. */
    public final ReentrantLock lock = new ReentrantLock(true);

    private final ContainerOutput output;

    /** The application has closed it, or written the last byte of the declared length. */
    private volatile boolean whole;

    private volatile @Nullable Supplier<Map<String, String>> trailers;

    /** The container has let go of the response. */
    private boolean sealed;

    public ResponseBody(StreamOwner owner, WaitPoint point, boolean head, ResponseWriter core) {
        this.owner = owner;
        this.head = head;
        this.core = core;
        this.controller = core.controller();
        this.output = new ContainerOutput(this, owner, point);
    }

    public ContainerOutput output() {
        return output;
    }

    public ResponseController controller() {
        return controller;
    }

    // ---- commit, buffer, length, trailers

    /** {@return whether the application can change the head no more, as bytes have left or it has closed the response} */
    public boolean isCommitted() {
        return output.isClosed() || isSent();
    }

    /** {@return whether bytes have left, or are about to} */
    public boolean isSent() {
        return output.isWriting() || controller.isCommitted();
    }

    /** {@return whether all of the response has left, or will when the exchange ends: nothing can be added, nothing is missing} */
    public boolean isWhole() {
        return whole && isSent();
    }

    public void checkNotCommitted() {
        if (isCommitted()) {
            throw new IllegalStateException("the response is committed");
        }
    }

    public void bufferSizeLocked(int size) {
        checkNotCommitted();
        controller.bufferSize(size);
    }

    public void resetBufferLocked() {
        controller.resetBuffer();
    }

    /** Begins anew, the head apart. */
    public void resetLocked() {
        trailers = null;
    }

    /** Opens the response for an error page, whatever the application has closed. */
    public void reopenLocked() {
        resetBufferLocked();
        resetLocked();
        output.reopen();
        whole = false;
    }

    public boolean isLengthDeclared() {
        return controller.remaining() >= 0;
    }

    @Nullable
    public Supplier<Map<String, String>> trailers() {
        return trailers;
    }

    public void trailers(Supplier<Map<String, String>> supplier) {
        trailers = supplier;
    }

    // ---- bytes

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            core.write(bytes, offset, withinDeclaredLocked(length));
            closeIfWholeLocked();
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            int end = bytes.limit();
            int wanted = withinDeclaredLocked(bytes.remaining());
            bytes.limit(bytes.position() + wanted);
            core.write(bytes);
            bytes.limit(end).position(end);
            closeIfWholeLocked();
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    /** Writes a body of the container's own and closes; any declared length must be off by now. */
    public void replaceLocked(byte[] bytes) throws IOException {
        core.write(bytes, 0, bytes.length);
        close();
    }

    /** The last byte of the declared length closes the response, so what follows it is ignored (Servlet 6.1 section 5.7). */
    private int withinDeclaredLocked(int length) {
        long remaining = controller.remaining();
        return remaining < 0 ? length : (int) Math.min(length, remaining);
    }

    private void checkNotSealedLocked() {
        owner.checkOpen();
        if (sealed) {
            throw new IllegalStateException("the request is over: its response may not be used any more");
        }
    }

    private IOException failedLocked(IOException e) {
        owner.ioFailed(e);
        return e;
    }

    /** With the last byte of the declared length the response is closed (Servlet 6.1 section 5.7). */
    private void closeIfWholeLocked() throws IOException {
        if (controller.remaining() == 0 && controller.written() > 0) {
            core.flush();
            output.shut();
            whole = true;
        }
    }

    @Override
    public boolean fits(int length) {
        return controller.holds(length);
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            core.flush();
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    /** Sends a piece of a file past the stream. */
    public void transfer(FileChannel channel, long offset, long length) throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            controller.transferFrom(channel, offset, length);
            closeIfWholeLocked();
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    // ---- end

    /** Ends the body: what is written from now on is ignored. The length is known now, which saves the chunks. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            checkNotSealedLocked();
            output.shut();
            boolean known = controller.written() > 0 || !head;
            boolean content = Status.allowsContent(core.status());
            if (!controller.isCommitted() && !isLengthDeclared() && trailers == null && known && content) {
                core.headers().set(ResponseFields.CONTENT_LENGTH, Long.toString(controller.written()));
            }
            if (trailers == null || !controller.isCommitted()) {
                core.flush();
            }
            whole = controller.remaining() <= 0 || !known || !content;
        } catch (IOException e) {
            throw failedLocked(e);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no other thread is writing, and lets none write from now on: the core ends the response next. */
    public void seal(boolean served) {
        if (!served && lock.isLocked()) {
            // Another thread is writing, perhaps to a client that does not read: the response is lost anyway.
            controller.writeDeadline(LAST_WRITE);
        }
        lock.lock();
        try {
            sealed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Cuts the response, after the write that another thread is in. */
    public void abort(Throwable cause) {
        if (!lock.tryLock()) {
            controller.writeDeadline(LAST_WRITE);
            lock.lock();
        }
        try {
            controller.abort(cause);
        } finally {
            lock.unlock();
        }
    }

    /** The last act: trailers are asked for, and no other thread writes from now on. */
    public void complete() throws IOException {
        output.shut();
        // The application's code, so without the lock.
        Supplier<Map<String, String>> supplier = trailers;
        Map<String, String> fields = supplier == null ? null : supplier.get();
        lock.lock();
        try {
            if (fields != null) {
                // A response that is still in the buffer would get a Content-Length, and then no trailers.
                core.flush();
                fields.forEach((name, value) -> {
                    if (name != null && value != null) {
                        core.trailers().set(name, value);
                    }
                });
            }
        } finally {
            lock.unlock();
        }
    }
}
