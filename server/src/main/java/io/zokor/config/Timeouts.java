package io.zokor.config;

import java.time.Duration;

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
     * A copy with another TLS handshake limit.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withTlsHandshake(@Nullable Duration value) {
        return new Timeouts(value, readHeader, read, write, stall, idle, request);
    }

    /**
     * A copy with another limit for request heads.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withReadHeader(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, value, read, write, stall, idle, request);
    }

    /**
     * A copy with another limit for whole requests.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withRead(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, readHeader, value, write, stall, idle, request);
    }

    /**
     * A copy with another limit for responses.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withWrite(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, readHeader, read, value, stall, idle, request);
    }

    /**
     * A copy with another stall limit.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withStall(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, readHeader, read, write, value, idle, request);
    }

    /**
     * A copy with another idle limit.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withIdle(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, readHeader, read, write, stall, value, request);
    }

    /**
     * A copy with another limit for handlers.
     *
     * @param value the limit, or {@code null} for off
     * @return the copy
     */
    public Timeouts withRequest(@Nullable Duration value) {
        return new Timeouts(tlsHandshake, readHeader, read, write, stall, idle, value);
    }
}
