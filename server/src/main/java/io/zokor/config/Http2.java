package io.zokor.config;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 (RFC 9113) of a server, {@code zokor.http2.*}. Immutable. HTTP/1.1 is served beside it on the same port: where TLS is
 * used, ALPN decides, otherwise the client's first 24 bytes do (prior knowledge, section 3.3).
 *
 * @param enabled whether HTTP/2 is spoken at all, {@code server.http2.enabled} in Spring Boot; default {@code false}
 * @param maxStreams how many requests a connection may have at once (SETTINGS_MAX_CONCURRENT_STREAMS); handlers of streams that
 *        were reset count until they have returned (CVE-2023-44487); 1 to 10,000, default 128
 * @param maxStreamWindow to how many bytes the receive window of a stream grows while its handler reads on, from 65,535; 65,535 to
 *        16,777,216, default 1 MiB
 * @param pingInterval after how long without a frame from the client it is asked for a sign of life, which is due in 15 s;
 *        {@code null}, the default, for never
 * @param anyScheme whether a request may say a {@code :scheme} other than that of its connection, as it does behind a proxy that
 *        ends TLS and speaks HTTP/2 in the clear; otherwise such a request is answered by 421; default {@code false}
 */
public record Http2(boolean enabled, int maxStreams, int maxStreamWindow, @Nullable Duration pingInterval,
        boolean anyScheme) {

    /** The initial receive window of a stream (RFC 9113 section 6.9.2). */
    private static final int SMALLEST_WINDOW = 65_535;

    private static final Http2 DEFAULTS = new Http2(false, 128, 1 << 20, null, false);

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of range; the message names its property
     */
    public Http2 {
        Checks.range(maxStreams, 1, 10_000, "zokor.http2.max-streams");
        Checks.range(maxStreamWindow, SMALLEST_WINDOW, 1 << 24, "zokor.http2.max-stream-window");
        Checks.positiveOrOff(pingInterval, "zokor.http2.ping-interval");
    }

    /** {@return the defaults: not enabled} */
    public static Http2 defaults() {
        return DEFAULTS;
    }

    /** {@return every value but {@code enabled} as its property, in the order of the components} */
    public List<Setting> settings() {
        return List.of(Setting.count("zokor.http2.max-streams", maxStreams),
                Setting.bytes("zokor.http2.max-stream-window", maxStreamWindow),
                Setting.time("zokor.http2.ping-interval", pingInterval),
                Setting.flag("zokor.http2.any-scheme", anyScheme));
    }

    /** {@return what a listener with TLS is to offer by ALPN (RFC 7301), the preferred first} */
    public List<String> applicationProtocols() {
        return enabled ? List.of("h2", "http/1.1") : List.of("http/1.1");
    }

    /**
     * A copy that is enabled or not.
     *
     * @param value whether HTTP/2 is spoken
     * @return the copy
     */
    public Http2 withEnabled(boolean value) {
        return new Http2(value, maxStreams, maxStreamWindow, pingInterval, anyScheme);
    }

    /**
     * A copy with another number of streams.
     *
     * @param value 1 to 10,000
     * @return the copy
     */
    public Http2 withMaxStreams(int value) {
        return new Http2(enabled, value, maxStreamWindow, pingInterval, anyScheme);
    }

    /**
     * A copy with another largest window.
     *
     * @param value 65,535 to 16,777,216 bytes
     * @return the copy
     */
    public Http2 withMaxStreamWindow(int value) {
        return new Http2(enabled, maxStreams, value, pingInterval, anyScheme);
    }

    /**
     * A copy with another interval of PINGs.
     *
     * @param value positive, or {@code null} for none
     * @return the copy
     */
    public Http2 withPingInterval(@Nullable Duration value) {
        return new Http2(enabled, maxStreams, maxStreamWindow, value, anyScheme);
    }

    /**
     * A copy that takes any scheme or does not.
     *
     * @param value whether it does
     * @return the copy
     */
    public Http2 withAnyScheme(boolean value) {
        return new Http2(enabled, maxStreams, maxStreamWindow, pingInterval, value);
    }
}
