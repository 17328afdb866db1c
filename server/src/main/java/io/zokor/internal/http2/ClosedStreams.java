package io.zokor.internal.http2;

/**
 * The last streams that a client has used, and whether this server has reset them: frames that were on their way then are no fault
 * (RFC 9113 section 5.1). Guarded by the lock of {@link Streams}.
 */
final class ClosedStreams {

    private static final int COUNT = 256;

    /** Identifiers in the order in which they were closed; negative where this server has reset the stream. */
    private final int[] ids = new int[COUNT];

    private int next;

    /** The largest that was pushed out, so that nothing is said of those up to it. */
    private int forgotten;

    void add(int id, boolean resetByServer) {
        forgotten = Math.max(forgotten, Math.abs(ids[next]));
        ids[next] = resetByServer ? -id : id;
        next = (next + 1) % COUNT;
    }

    boolean isResetByServer(int id) {
        return contains(-id);
    }

    /** {@return whether the client has passed over this identifier, as far as is known} */
    boolean isSkipped(int id) {
        return id > forgotten && !contains(id) && !contains(-id);
    }

    private boolean contains(int entry) {
        for (int id : ids) {
            if (id == entry) {
                return true;
            }
        }
        return false;
    }
}
