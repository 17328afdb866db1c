package io.zokor.internal.http2;

/**
 * What the peer may send of DATA, on a stream or on the connection (RFC 9113 section 6.9). Credit is given back in batches of half
 * a window or less, so that tiny reads do not become frames. Guarded by whoever owns it: the reader for the connection, the
 * lock of its input for a stream.
 */
final class InboundWindow {

    private final int batch;

    private int size;

    /** What the peer may still send. */
    private int left;

    /** What can be given back. */
    private int owed;

    /**
     * Makes one.
     *
     * @param size what the peer may send before it gets credit
     * @param batch the most that is held back before it is given; a stream's window gives half of itself
     */
    InboundWindow(int size, int batch) {
        this.size = size;
        this.left = size;
        this.batch = batch;
    }

    int size() {
        return size;
    }

    /** What may still come before the peer needs credit. */
    int left() {
        return left;
    }

    /** DATA has come. {@code false} where that is more than the peer may send. */
    boolean receive(int bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    /** Room is there again for so many bytes. */
    void consume(int bytes) {
        owed += bytes;
    }

    /** Makes the window larger; the peer learns of it with the next credit. */
    void grow(int bytes) {
        size += bytes;
        owed += bytes;
    }

    /** Whether enough is owed to be worth a frame. */
    boolean isDue() {
        return owed >= Math.min(batch, size / 2);
    }

    /** {@return the increment to send now, which the peer has from now on; 0 for none} */
    int credit() {
        int increment = owed;
        owed = 0;
        left += increment;
        return increment;
    }
}
