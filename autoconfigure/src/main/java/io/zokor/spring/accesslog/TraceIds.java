package io.zokor.spring.accesslog;

import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The traces that running requests belong to, by connection and number, as Micrometer Tracing or an agent tells them through the
 * logging context. When the access log is written, that context is over. Safe for use by many threads.
 */
public final class TraceIds {

    private final ConcurrentHashMap<String, String> running = new ConcurrentHashMap<>();
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
     * @param request number of its connection, a hyphen and its own number there, as the container's request id has them
     * @param trace the trace
     */
    void note(String request, String trace) {
        running.put(request, trace);
    }

    /**
     * Takes the trace of a request that has ended, which is forgotten by that.
     *
     * @param connection number of its connection
     * @param number its number on it
     * @return the trace, or {@code null} where none was noted
     */
    @Nullable
    String take(long connection, long number) {
        return running.isEmpty() ? null : running.remove(connection + "-" + number);
    }
}
