package io.zokor.internal.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import io.zokor.net.Interrupts;

import org.jspecify.annotations.Nullable;

/**
 * The content of a committed response on its way to the codec: compressed or not, in pieces under time limits, or nowhere where there
 * may be none. Owned by the thread that holds the lock of the {@link ResponseOutput}; the failure may be read by any.
 */
final class ContentOutput {

    /** Large writes are cut into such pieces, each with a time limit of its own: a big body must not look like a stalled one. */
    static final int MAX_PIECE = 64 * 1024;

    private static final int COPY = 8 * 1024;

    private final ExchangeCodec codec;

    private final Deadlines deadlines;

    private boolean allowed = true;

    private @Nullable GzipBody gzip;

    private volatile @Nullable IOException failure;

    /** Whether a piece is on its way, or has been left halfway: nothing may follow it then. */
    private boolean sending;

    ContentOutput(ExchangeCodec codec, Deadlines deadlines) {
        this.codec = codec;
        this.deadlines = deadlines;
    }

    /** The head is about to be written; again where the one before was too large and the server's own answer takes its place. */
    void open(boolean contentAllowed, boolean compressed) {
        close();
        allowed = contentAllowed;
        gzip = compressed && contentAllowed ? new GzipBody(codec) : null;
    }

    boolean isAllowed() {
        return allowed;
    }

    /** Whether nothing has failed and nothing is halfway. */
    boolean isIntact() {
        return failure == null && !sending;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    void checkFailure() throws IOException {
        IOException met = failure;
        if (met != null) {
            throw met;
        }
    }

    IOException failed(IOException e) {
        failure = e;
        return e;
    }

    void forgetFailure() {
        failure = null;
    }

    void emit(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        if (!allowed) {
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
            write(bytes);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(length);
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        GzipBody compressed = gzip;
        if (!allowed || !bytes.hasRemaining()) {
            bytes.position(bytes.limit());
        } else if (compressed != null) {
            compressed.write(bytes);
        } else {
            codec.writeBody(bytes);
        }
    }

    void transferFrom(FileChannel file, long position, long count) throws IOException {
        if (!allowed) {
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
        boolean interrupted = Interrupts.clear();
        try {
            copyUninterrupted(file, position, count);
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    private void copyUninterrupted(FileChannel file, long position, long count) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(count, COPY));
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

    void flush() throws IOException {
        deadlines.beginWrite();
        try {
            flushGzip();
            codec.flush();
        } catch (IOException e) {
            throw failed(e);
        } finally {
            deadlines.endWrite(0);
        }
    }

    private void flushGzip() throws IOException {
        GzipBody compressed = gzip;
        if (compressed != null) {
            compressed.flush();
        }
    }

    /** The last piece, under a time limit of the caller's. */
    void finish(ByteBuffer bytes) throws IOException {
        write(bytes);
        GzipBody compressed = gzip;
        if (compressed != null) {
            compressed.finish();
        }
    }

    /** Hands on what is held back, before a cut, where nothing is broken yet; under a time limit of the caller's. */
    void flushIntact(ByteBuffer bytes) throws IOException {
        if (isIntact()) {
            write(bytes);
            flushGzip();
        }
    }

    /** Gives back what compression holds. */
    void close() {
        GzipBody compressed = gzip;
        if (compressed != null) {
            compressed.close();
        }
    }
}
