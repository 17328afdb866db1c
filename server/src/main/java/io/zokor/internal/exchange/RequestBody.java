package io.zokor.internal.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

import io.zokor.config.Limits;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

import org.jspecify.annotations.Nullable;

/**
 * The body as the handler reads it: answers {@code Expect: 100-continue} at its first read and enforces the size limit. Read by
 * one thread at a time.
 */
final class RequestBody extends InputStream {

    private final BodySource source;

    private final Deadlines deadlines;

    private final Response response;

    private final long max;

    private boolean continueExpected;

    private boolean ended;

    private volatile boolean closed;

    private volatile long bytesRead;

    private @Nullable IOException failure;

    RequestBody(ExchangeCodec codec, Deadlines deadlines, Response response, long max, boolean continueExpected) {
        this.source = codec.body();
        this.deadlines = deadlines;
        this.response = response;
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

    /** After the exchange the stream must not touch the next request. */
    void end() {
        closed = true;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IllegalStateException("the request has ended: its body cannot be read any more");
        }
        if (failure != null) {
            throw failure;
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
            if (!response.isCommitted()) {
                response.writeInterim(100, new Headers());
            }
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
        return closed || ended ? 0 : source.available();
    }

    static RejectedRequestException tooLarge(long max) {
        return new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE,
                "the body is larger than " + max + " bytes; zokor.limits.max-request-body raises the limit");
    }
}
