package io.zokor.config;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

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
 * @param maxPerClient open connections of one client's address, and again its requests that run or wait; beyond it a connection is reset and a request gets 429; an IPv6 client is its /64 prefix; {@link #OFF} by default
 * @param drain bytes of an unread request body that are read away so that the connection can be kept or the response be seen; default 2 MiB
 * @param drainTimeout how long that may take, up to five times where so many bytes come; default 2 s
 * @param minRate bytes a second that a body being read or a response being written must move while blocked, see {@link Timeouts#stall()}; default 240
 */
public record Limits(long maxHeaderBytes, int maxHeaderCount, int maxCookies, long maxResponseHeaderBytes,
        long maxRequestBody, long maxFormSize, int maxParameters, int maxParts, long maxPartHeaderSize,
        int maxConnections, int maxConcurrentRequests, int queueSize, Duration queueTimeout, int maxPerClient,
        long drain, Duration drainTimeout, int minRate) {

    /** No limit. */
    public static final long OFF = -1;

    private static final Limits DEFAULTS = new Limits(8 * 1024, 100, 200, 16 * 1024, OFF, 2 * 1024 * 1024, 1000, 50,
            2 * 1024, (int) OFF, (int) OFF, 0, Duration.ofSeconds(1), (int) OFF, 2 * 1024 * 1024,
            Duration.ofSeconds(2), 240);

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
        Checks.rangeOrOff(maxPerClient, 1, Integer.MAX_VALUE, "zokor.limits.max-per-client");
        Checks.range(drain, 0, 1L << 40, "zokor.limits.drain");
        Checks.positive(drainTimeout, "zokor.limits.drain-timeout");
        Checks.range(minRate, 1, 1 << 30, "zokor.limits.min-rate");
    }

    /** {@return the defaults} */
    public static Limits defaults() {
        return DEFAULTS;
    }

    /**
     * A copy that differs.
     *
     * @param change sets what differs
     * @return the copy
     * @throws IllegalArgumentException if a value is out of its range; the message names its property
     */
    public Limits with(UnaryOperator<Builder> change) {
        return change.apply(new Builder(this)).build();
    }

    /** {@return every limit as its property, in the order of the components: what is logged, documented and compared} */
    public List<Setting> settings() {
        return List.of(Setting.bytes("zokor.limits.max-header-bytes", maxHeaderBytes),
                Setting.count("zokor.limits.max-header-count", maxHeaderCount),
                Setting.count("zokor.limits.max-cookies", maxCookies),
                Setting.bytes("zokor.limits.max-response-header-bytes", maxResponseHeaderBytes),
                Setting.bytes("zokor.limits.max-request-body", maxRequestBody),
                Setting.bytes("zokor.limits.max-form-size", maxFormSize),
                Setting.count("zokor.limits.max-parameters", maxParameters),
                Setting.count("zokor.limits.max-parts", maxParts),
                Setting.bytes("zokor.limits.max-part-header-size", maxPartHeaderSize),
                Setting.count("zokor.limits.max-connections", maxConnections),
                Setting.count("zokor.limits.max-concurrent-requests", maxConcurrentRequests),
                Setting.count("zokor.limits.queue-size", queueSize),
                Setting.time("zokor.limits.queue-timeout", queueTimeout),
                Setting.count("zokor.limits.max-per-client", maxPerClient),
                Setting.bytes("zokor.limits.drain", drain),
                Setting.time("zokor.limits.drain-timeout", drainTimeout),
                Setting.bytes("zokor.limits.min-rate", minRate));
    }

    /** Changes a copy; made by {@link Limits#with}. Used by one thread. */
    public static final class Builder {

        private long maxHeaderBytes;
        private int maxHeaderCount;
        private int maxCookies;
        private long maxResponseHeaderBytes;
        private long maxRequestBody;
        private long maxFormSize;
        private int maxParameters;
        private int maxParts;
        private long maxPartHeaderSize;
        private int maxConnections;
        private int maxConcurrentRequests;
        private int queueSize;
        private Duration queueTimeout;
        private int maxPerClient;
        private long drain;
        private Duration drainTimeout;
        private int minRate;

        private Builder(Limits from) {
            this.maxHeaderBytes = from.maxHeaderBytes;
            this.maxHeaderCount = from.maxHeaderCount;
            this.maxCookies = from.maxCookies;
            this.maxResponseHeaderBytes = from.maxResponseHeaderBytes;
            this.maxRequestBody = from.maxRequestBody;
            this.maxFormSize = from.maxFormSize;
            this.maxParameters = from.maxParameters;
            this.maxParts = from.maxParts;
            this.maxPartHeaderSize = from.maxPartHeaderSize;
            this.maxConnections = from.maxConnections;
            this.maxConcurrentRequests = from.maxConcurrentRequests;
            this.queueSize = from.queueSize;
            this.queueTimeout = from.queueTimeout;
            this.maxPerClient = from.maxPerClient;
            this.drain = from.drain;
            this.drainTimeout = from.drainTimeout;
            this.minRate = from.minRate;
        }

        /**
         * Sets {@code zokor.limits.max-header-bytes}.
         *
         * @param value see {@link Limits#maxHeaderBytes()}
         * @return this
         */
        public Builder maxHeaderBytes(long value) {
            this.maxHeaderBytes = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-header-count}.
         *
         * @param value see {@link Limits#maxHeaderCount()}
         * @return this
         */
        public Builder maxHeaderCount(int value) {
            this.maxHeaderCount = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-cookies}.
         *
         * @param value see {@link Limits#maxCookies()}
         * @return this
         */
        public Builder maxCookies(int value) {
            this.maxCookies = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-response-header-bytes}.
         *
         * @param value see {@link Limits#maxResponseHeaderBytes()}
         * @return this
         */
        public Builder maxResponseHeaderBytes(long value) {
            this.maxResponseHeaderBytes = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-request-body}.
         *
         * @param value see {@link Limits#maxRequestBody()}
         * @return this
         */
        public Builder maxRequestBody(long value) {
            this.maxRequestBody = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-form-size}.
         *
         * @param value see {@link Limits#maxFormSize()}
         * @return this
         */
        public Builder maxFormSize(long value) {
            this.maxFormSize = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-parameters}.
         *
         * @param value see {@link Limits#maxParameters()}
         * @return this
         */
        public Builder maxParameters(int value) {
            this.maxParameters = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-parts}.
         *
         * @param value see {@link Limits#maxParts()}
         * @return this
         */
        public Builder maxParts(int value) {
            this.maxParts = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-part-header-size}.
         *
         * @param value see {@link Limits#maxPartHeaderSize()}
         * @return this
         */
        public Builder maxPartHeaderSize(long value) {
            this.maxPartHeaderSize = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-connections}.
         *
         * @param value see {@link Limits#maxConnections()}
         * @return this
         */
        public Builder maxConnections(int value) {
            this.maxConnections = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-concurrent-requests}.
         *
         * @param value see {@link Limits#maxConcurrentRequests()}
         * @return this
         */
        public Builder maxConcurrentRequests(int value) {
            this.maxConcurrentRequests = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.queue-size}.
         *
         * @param value see {@link Limits#queueSize()}
         * @return this
         */
        public Builder queueSize(int value) {
            this.queueSize = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.queue-timeout}.
         *
         * @param value see {@link Limits#queueTimeout()}
         * @return this
         */
        public Builder queueTimeout(Duration value) {
            this.queueTimeout = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.max-per-client}.
         *
         * @param value see {@link Limits#maxPerClient()}
         * @return this
         */
        public Builder maxPerClient(int value) {
            this.maxPerClient = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.drain}.
         *
         * @param value see {@link Limits#drain()}
         * @return this
         */
        public Builder drain(long value) {
            this.drain = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.drain-timeout}.
         *
         * @param value see {@link Limits#drainTimeout()}
         * @return this
         */
        public Builder drainTimeout(Duration value) {
            this.drainTimeout = value;
            return this;
        }

        /**
         * Sets {@code zokor.limits.min-rate}.
         *
         * @param value see {@link Limits#minRate()}
         * @return this
         */
        public Builder minRate(int value) {
            this.minRate = value;
            return this;
        }

        private Limits build() {
            return new Limits(maxHeaderBytes, maxHeaderCount, maxCookies, maxResponseHeaderBytes, maxRequestBody,
                    maxFormSize, maxParameters, maxParts, maxPartHeaderSize, maxConnections, maxConcurrentRequests,
                    queueSize, queueTimeout, maxPerClient, drain, drainTimeout, minRate);
        }
    }
}
