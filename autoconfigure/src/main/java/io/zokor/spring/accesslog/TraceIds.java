package io.zokor.spring.accesslog;

import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The traces that running requests belong to, by their connections, as Micrometer Tracing or an agent tells them through the
 * logging context. When the access log is written, that context is over. Safe for use by many threads.
 */
public final class TraceIds {

    private final ConcurrentHashMap<Long, String> running = new ConcurrentHashMap<>();
    private volatile boolean wanted;

    /** Makes an empty collection, which keeps nothing until somebody wants it. */
    public TraceIds() {
    }

    /** From now on somebody takes what is noted. */
    void want() {
        wanted = true;
    }

    boolean isWanted() {
        return wanted;
    }

    /**
     * Notes the trace of a running request.
     *
     * @param connection number of its connection
     * @param trace the trace
     */
    void note(long connection, String trace) {
        running.put(connection, trace);
    }

    /** {@return the trace of the request that ends on a connection, which is forgotten by that, or {@code null}} */
    @Nullable
    String take(long connection) {
        return running.isEmpty() ? null : running.remove(connection);
    }
}
