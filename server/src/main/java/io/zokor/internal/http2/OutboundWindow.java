package io.zokor.internal.http2;

/**
 * What may be sent of DATA, on a stream or on the connection (RFC 9113 section 6.9). A change of the peer's initial size can make
 * it negative. Guarded by the writer's lock.
 */
final class OutboundWindow {

    static final long MAX = Integer.MAX_VALUE;

    private long size;

    OutboundWindow(long size) {
        this.size = size;
    }

    long size() {
        return size;
    }

    void take(int bytes) {
        size -= bytes;
    }

    /** Adds what the peer grants, or takes away. {@code false} where the sum is beyond what a window may have. */
    boolean add(long delta) {
        size += delta;
        return size <= MAX;
    }
}
