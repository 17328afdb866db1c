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
 * thread at a time, which holds the lock while it waits for the client; once {@link #seal sealed}, none begins to. What is read next
 * from an HTTP/1 connection may be another client's request, so that the exchange does not end before the last reader has left.
 */
final class RequestBody extends InputStream {

    private final BodySource source;

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private final ResponseOutput output;

    private final long max;

    /** There is none where there is nothing to read. */
    private final @Nullable ReentrantLock reading;

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
        this.reading = ended ? null : new ReentrantLock();
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
        ReentrantLock current = reading;
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
        if (reading != null) {
            deadlines.read(deadlines.now());
            awaitReader(Long.MAX_VALUE);
        }
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
        ReentrantLock current = reading;
        if (current == null) {
            checkOpen();
            return length == 0 ? 0 : -1;
        }
        current.lock();
        try {
            checkOpen();
            return readLocked(bytes, offset, length);
        } finally {
            current.unlock();
        }
    }

    private void checkOpen() {
        if (sealed) {
            throw new IllegalStateException("the request has ended: its body cannot be read any more");
        }
    }

    private int readLocked(byte[] bytes, int offset, int length) throws IOException {
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
        ReentrantLock current = reading;
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
