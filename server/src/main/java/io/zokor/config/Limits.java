package io.zokor.config;

import java.time.Duration;

/**
 * Limits of a server, {@code zokor.limits.*}. Immutable; a running server takes another instance by
 * {@code Server.limits(Limits)}. {@link #OFF} stands for no limit where a component allows it.
 *
 * @param maxHeaderBytes bytes of request line and header fields, line ends included; beyond it 431, or 414 where the request line alone is too long; 64 to 1 GiB, default 8 KiB
 * @param maxHeaderCount header fields of a request, and again trailer fields; beyond it 431; default 100
 * @param maxCookies cookies of a request; beyond it 400 when an application asks for them; default 200
 * @param maxResponseHeaderBytes bytes of a response's status line and header fields; beyond it the response fails with 500; 1 KiB to 1 GiB, default 16 KiB
 * @param maxRequestBody bytes of a request body of any content type; beyond it 413; {@link #OFF} by default
 * @param maxFormSize bytes of a URL-encoded form; beyond it 413; default 2 MiB
 * @param maxParameters parameters of a request from query, form and parts together; beyond it 400; default 1,000
 * @param maxParts parts of a multipart request; beyond it 413; default 50
 * @param maxPartHeaderSize bytes of the header of one part; beyond it 413; default 2 KiB
 * @param maxConnections open connections; beyond it nothing is accepted and the kernel's backlog waits; {@link #OFF} derives it from the descriptor limit
 * @param maxConcurrentRequests requests running at once, a started async request until it completes; beyond it the queue, then 503; {@link #OFF} by default
 * @param queueSize requests that may wait for one of the concurrent ones to end; default 0
 * @param queueTimeout how long a request waits in the queue before its 503; default 1 s
 * @param drain bytes of an unread request body that are read away so that the connection can be kept or the response be seen; default 2 MiB
 * @param drainTimeout how long that may take, up to five times where so many bytes come; default 2 s
 * @param minRate bytes a second that a body being read or a response being written must move while blocked, see {@link Timeouts#stall()}; default 240
 */
public record Limits(long maxHeaderBytes, int maxHeaderCount, int maxCookies, long maxResponseHeaderBytes,
        long maxRequestBody, long maxFormSize, int maxParameters, int maxParts, long maxPartHeaderSize,
        int maxConnections, int maxConcurrentRequests, int queueSize, Duration queueTimeout, long drain,
        Duration drainTimeout, int minRate) {

    /** No limit. */
    public static final long OFF = -1;

    private static final Limits DEFAULTS = new Limits(8 * 1024, 100, 200, 16 * 1024, OFF, 2 * 1024 * 1024, 1000, 50,
            2 * 1024, (int) OFF, (int) OFF, 0, Duration.ofSeconds(1), 2 * 1024 * 1024, Duration.ofSeconds(2), 240);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is out of its range; the message names its property
     */
    public Limits {
        Checks.range(maxHeaderBytes, 64, 1 << 30, "zokor.limits.max-header-bytes");
        Checks.range(maxHeaderCount, 1, 100_000, "zokor.limits.max-header-count");
        Checks.range(maxCookies, 1, 100_000, "zokor.limits.max-cookies");
        Checks.range(maxResponseHeaderBytes, 1024, 1 << 30, "zokor.limits.max-response-header-bytes");
        Checks.rangeOrOff(maxRequestBody, 0, Long.MAX_VALUE, "zokor.limits.max-request-body");
        Checks.rangeOrOff(maxFormSize, 0, Long.MAX_VALUE, "zokor.limits.max-form-size");
        Checks.range(maxParameters, 1, 10_000_000, "zokor.limits.max-parameters");
        Checks.range(maxParts, 1, 1_000_000, "zokor.limits.max-parts");
        Checks.range(maxPartHeaderSize, 64, 1 << 30, "zokor.limits.max-part-header-size");
        Checks.rangeOrOff(maxConnections, 1, Integer.MAX_VALUE, "zokor.limits.max-connections");
        Checks.rangeOrOff(maxConcurrentRequests, 1, Integer.MAX_VALUE, "zokor.limits.max-concurrent-requests");
        Checks.range(queueSize, 0, 10_000_000, "zokor.limits.queue-size");
        Checks.positive(queueTimeout, "zokor.limits.queue-timeout");
        Checks.range(drain, 0, 1L << 40, "zokor.limits.drain");
        Checks.positive(drainTimeout, "zokor.limits.drain-timeout");
        Checks.range(minRate, 1, 1 << 30, "zokor.limits.min-rate");
    }

    /** {@return the defaults} */
    public static Limits defaults() {
        return DEFAULTS;
    }

    /**
     * A copy with another {@code maxHeaderBytes}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxHeaderBytes(long value) {
        return new Limits(value, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody, maxFormSize,
                maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxHeaderCount}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxHeaderCount(int value) {
        return new Limits(maxHeaderBytes, value, maxCookies, maxResponseHeaderBytes, maxRequestBody, maxFormSize,
                maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxCookies}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxCookies(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, value, maxResponseHeaderBytes, maxRequestBody, maxFormSize,
                maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxResponseHeaderBytes}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxResponseHeaderBytes(long value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, value, maxRequestBody, maxFormSize, maxParameters,
                maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize, queueTimeout, drain,
                drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxRequestBody}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxRequestBody(long value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, value, maxFormSize,
                maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxFormSize}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxFormSize(long value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody, value,
                maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxParameters}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxParameters(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, value, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxParts}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxParts(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, value, maxPartHeaderSize, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxPartHeaderSize}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxPartHeaderSize(long value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, value, maxConnections, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxConnections}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxConnections(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, value, maxConcurrentRequests, queueSize,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code maxConcurrentRequests}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMaxConcurrentRequests(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, value, queueSize, queueTimeout,
                drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code queueSize}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withQueueSize(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests, value,
                queueTimeout, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code queueTimeout}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withQueueTimeout(Duration value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests,
                queueSize, value, drain, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code drain}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withDrain(long value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests,
                queueSize, queueTimeout, value, drainTimeout, minRate);
    }

    /**
     * A copy with another {@code drainTimeout}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withDrainTimeout(Duration value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests,
                queueSize, queueTimeout, drain, value, minRate);
    }

    /**
     * A copy with another {@code minRate}.
     *
     * @param value the new value
     * @return the copy
     */
    public Limits withMinRate(int value) {
        return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests,
                queueSize, queueTimeout, drain, drainTimeout, value);
    }

}
