package io.zokor.config;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Time limits of a server, {@code zokor.timeouts.*}. Immutable. {@code null} means off, and is refused where a limit must
 * be; zero and negative values are always refused.
 *
 * <p>
 * All limits are absolute: the moment they end is fixed when the phase begins and no byte from the client moves it. The
 * exception is {@code stall}, which judges the rate over the time spent blocked.
 *
 * @param tlsHandshake from accept to the end of the TLS handshake; default 10 s
 * @param readHeader from the first byte of a request to the end of its head, for the first request from accept (Go's
 *        ReadHeaderTimeout); default 10 s
 * @param read from the first byte of a request to the end of its body (Go's ReadTimeout); off by default
 * @param write from the end of the request's head to the end of the response (Go's WriteTimeout); off by default
 * @param stall in each such while that reading a body or writing a response is blocked, it must move at least
 *        {@link Limits#minRate()} bytes for each second of it; as the kernel's buffers hide what a client has read, a write that
 *        was fast enough before is given ten times as long; default 30 s
 * @param idle how long a kept connection waits for its next request (Go's IdleTimeout); default 75 s
 * @param request how long a handler may run; off by default
 */
public record Timeouts(@Nullable Duration tlsHandshake, @Nullable Duration readHeader, @Nullable Duration read,
        @Nullable Duration write, @Nullable Duration stall, @Nullable Duration idle, @Nullable Duration request) {

    private static final Timeouts DEFAULTS = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), null, null,
            Duration.ofSeconds(30), Duration.ofSeconds(75), null);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value is zero or negative; the message names its property
     */
    public Timeouts {
        Checks.positiveOrOff(tlsHandshake, "zokor.timeouts.tls-handshake");
        Checks.positiveOrOff(readHeader, "zokor.timeouts.read-header");
        Checks.positiveOrOff(read, "zokor.timeouts.read");
        Checks.positiveOrOff(write, "zokor.timeouts.write");
        Checks.positiveOrOff(stall, "zokor.timeouts.stall");
        Checks.positiveOrOff(idle, "zokor.timeouts.idle");
        Checks.positiveOrOff(request, "zokor.timeouts.request");
    }

    /** {@return the defaults} */
    public static Timeouts defaults() {
        return DEFAULTS;
    }

    /**
     * A copy that differs.
     *
     * @param change sets what differs
     * @return the copy
     * @throws IllegalArgumentException if a value is out of its range; the message names its property
     */
    public Timeouts with(UnaryOperator<Builder> change) {
        return change.apply(new Builder(this)).build();
    }

    /** {@return every limit as its property, in the order of the components: what is logged, documented and compared} */
    public List<Setting> settings() {
        return List.of(Setting.time("zokor.timeouts.tls-handshake", tlsHandshake),
                Setting.time("zokor.timeouts.read-header", readHeader),
                Setting.time("zokor.timeouts.read", read),
                Setting.time("zokor.timeouts.write", write),
                Setting.time("zokor.timeouts.stall", stall),
                Setting.time("zokor.timeouts.idle", idle),
                Setting.time("zokor.timeouts.request", request));
    }

    /** Changes a copy; made by {@link Timeouts#with}. Used by one thread. */
    public static final class Builder {

        private @Nullable Duration tlsHandshake;
        private @Nullable Duration readHeader;
        private @Nullable Duration read;
        private @Nullable Duration write;
        private @Nullable Duration stall;
        private @Nullable Duration idle;
        private @Nullable Duration request;

        private Builder(Timeouts from) {
            this.tlsHandshake = from.tlsHandshake;
            this.readHeader = from.readHeader;
            this.read = from.read;
            this.write = from.write;
            this.stall = from.stall;
            this.idle = from.idle;
            this.request = from.request;
        }

        /**
         * Sets {@code zokor.timeouts.tls-handshake}.
         *
         * @param value see {@link Timeouts#tlsHandshake()}, or {@code null} for off
         * @return this
         */
        public Builder tlsHandshake(@Nullable Duration value) {
            this.tlsHandshake = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.read-header}.
         *
         * @param value see {@link Timeouts#readHeader()}, or {@code null} for off
         * @return this
         */
        public Builder readHeader(@Nullable Duration value) {
            this.readHeader = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.read}.
         *
         * @param value see {@link Timeouts#read()}, or {@code null} for off
         * @return this
         */
        public Builder read(@Nullable Duration value) {
            this.read = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.write}.
         *
         * @param value see {@link Timeouts#write()}, or {@code null} for off
         * @return this
         */
        public Builder write(@Nullable Duration value) {
            this.write = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.stall}.
         *
         * @param value see {@link Timeouts#stall()}, or {@code null} for off
         * @return this
         */
        public Builder stall(@Nullable Duration value) {
            this.stall = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.idle}.
         *
         * @param value see {@link Timeouts#idle()}, or {@code null} for off
         * @return this
         */
        public Builder idle(@Nullable Duration value) {
            this.idle = value;
            return this;
        }

        /**
         * Sets {@code zokor.timeouts.request}.
         *
         * @param value see {@link Timeouts#request()}, or {@code null} for off
         * @return this
         */
        public Builder request(@Nullable Duration value) {
            this.request = value;
            return this;
        }

        private Timeouts build() {
            return new Timeouts(tlsHandshake, readHeader, read, write, stall, idle, request);
        }
    }
}
