package io.zokor.internal.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.config.Limits;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.net.Interrupts;

import org.jspecify.annotations.Nullable;

/**
 * The body as the handler reads it: answers {@code Expect: 100-continue} at its first read and enforces the size limit. Read by one
 * thread at a time; one that is not the exchange's own holds a lock while it waits for the client. Once {@link #seal sealed}, none
 * begins to read. What is read next from an HTTP/1 connection may be another client's request, so that the exchange does not end before
 * the last reader has left.
 */
final class RequestBody extends InputStream {

    private final BodySource source;

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private final ResponseOutput output;

    private final long max;

    private final Thread thread = Thread.currentThread();

    /** Held by a thread that reads and is not the exchange's own; made by the first one that does, guarded by this. */
    private @Nullable ReentrantLock foreign;

    /** The exchange's thread reads; set with this held, so that no watch begins meanwhile. */
    private volatile boolean ownReads;

    private boolean continueExpected;

    private volatile boolean ended;

    private volatile boolean sealed;

    private volatile long bytesRead;

    private volatile @Nullable IOException failure;

    RequestBody(ExchangeCodec codec, Deadlines deadlines, ResponseOutput output, long max, boolean continueExpected) {
        this.codec = codec;
        this.source = codec.body();
        this.deadlines = deadlines;
        this.output = output;
        this.max = max;
        this.continueExpected = continueExpected;
        this.ended = codec.head().contentLength() == 0;
    }

    long bytesRead() {
        return bytesRead;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    // ---- the end

    /** The handler has returned: no thread begins to read. */
    synchronized void seal() {
        sealed = true;
    }

    /**
     * Waits for the thread that reads; to be called once sealed.
     *
     * @param nanos how long at most
     * @return whether there is none any more
     */
    boolean awaitReader(long nanos) {
        ReentrantLock current = foreign();
        if (current == null) {
            return true;
        }
        long from = System.nanoTime();
        while (true) {
            try {
                boolean free = current.tryLock()
                        || current.tryLock(nanos - (System.nanoTime() - from), TimeUnit.NANOSECONDS);
                if (free) {
                    current.unlock();
                }
                return free;
            } catch (InterruptedException e) {
                // Meant for the handler, which has returned.
                Interrupts.clear();
            }
        }
    }

    /** Has the read that is going on fail, and waits for that. The protocol's body can be read no further. */
    void expelReader() {
        deadlines.read(deadlines.now());
        awaitReader(Long.MAX_VALUE);
    }

    private synchronized @Nullable ReentrantLock foreign() {
        return foreign;
    }

    /** The lock for a thread that is about to read; no more of them once sealed. */
    private synchronized ReentrantLock foreignLock() {
        checkOpen();
        ReentrantLock current = foreign;
        if (current == null) {
            current = new ReentrantLock();
            foreign = current;
        }
        return current;
    }

    // ---- for the handler

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (Thread.currentThread() == thread) {
            beginOwn();
            try {
                return readNow(bytes, offset, length);
            } finally {
                ownReads = false;
            }
        }
        ReentrantLock current = foreignLock();
        current.lock();
        try {
            checkOpen();
            return readNow(bytes, offset, length);
        } finally {
            current.unlock();
        }
    }

    private synchronized void beginOwn() {
        checkOpen();
        ownReads = true;
    }

    private void checkOpen() {
        if (sealed) {
            throw new IllegalStateException("the request has ended: its body cannot be read any more");
        }
    }

    private int readNow(byte[] bytes, int offset, int length) throws IOException {
        IOException met = failure;
        if (met != null) {
            throw met;
        }
        if (ended) {
            return length == 0 ? 0 : -1;
        }
        try {
            answerExpectation();
            return length == 0 ? 0 : readOpen(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void answerExpectation() throws IOException {
        if (continueExpected) {
            continueExpected = false;
            output.writeInterim(new ResponseHead(100, new Headers(), false));
        }
    }

    private int readOpen(byte[] bytes, int offset, int length) throws IOException {
        int n = 0;
        deadlines.beginRead();
        try {
            n = source.read(bytes, offset, length);
        } finally {
            deadlines.endRead(Math.max(n, 0));
        }
        if (n < 0) {
            ended = true;
            return -1;
        }
        count(n);
        if (max != Limits.OFF && bytesRead > max) {
            throw tooLarge(max);
        }
        return n;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count(int n) {
        bytesRead = bytesRead + n;
    }

    @Override
    public int available() {
        return sealed || ended ? 0 : source.available();
    }

    /**
     * Has the client's leaving watched for, unless a thread reads, which then meets it.
     *
     * @throws IllegalStateException if the exchange is over
     */
    synchronized void watch(Runnable gone) {
        checkOpen();
        if (ownReads && Thread.currentThread() != thread) {
            return;
        }
        ReentrantLock current = foreign;
        if (current == null) {
            codec.watch(gone);
        } else if (current.tryLock()) {
            try {
                codec.watch(gone);
            } finally {
                current.unlock();
            }
        }
    }

    static RejectedRequestException tooLarge(long max) {
        return new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE,
                "the body is larger than " + max + " bytes; zokor.limits.max-request-body raises the limit");
    }
}
