package io.zokor.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.zokor.config.Limits;
import io.zokor.websocket.WebSocketListener;
import io.zokor.websocket.WebSocketOptions;
import io.zokor.websocket.WebSocketSessions;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code zokor.websocket.*}. Immutable; values are checked when they are bound.
 *
 * @param maxMessageSize Bytes of a message, inflated; beyond that the session ends with 1009.
 * @param maxSessions Open sessions; further handshakes are refused with 503. Or off.
 * @param pingInterval Time of silence after which the peer is pinged, or off. Milliseconds where no unit is given.
 * @param pongTimeout Time that may pass after a ping without any sign of life before the connection is reset. Milliseconds where
 *        no unit is given.
 * @param idleTimeout Time without a message in either direction before the session ends with 1001, or off. Milliseconds where no
 *        unit is given.
 * @param sendTimeout Time that a write may take before the connection is reset, or off. Milliseconds where no unit is given.
 * @param sendQueue Bytes that may wait to be sent to one peer; beyond that a send fails.
 * @param closeTimeout Time that the peer may take to answer a Close frame before the connection is reset. Milliseconds where no
 *        unit is given.
 * @param compression Compression of messages.
 * @param allowedOrigins Origins of pages that may open sessions besides those of the same host and port, or *. Where Spring's own
 *        configuration of an endpoint judges origins, that counts.
 */
public record WebSocketProperties(@DefaultValue("64KB") DataSize maxMessageSize,
        @DefaultValue("off") CountLimit maxSessions, @DefaultValue("30s") TimeLimit pingInterval,
        @DefaultValue("30s") TimeLimit pongTimeout, @DefaultValue("off") TimeLimit idleTimeout,
        @DefaultValue("20s") TimeLimit sendTimeout, @DefaultValue("512KB") DataSize sendQueue,
        @DefaultValue("5s") TimeLimit closeTimeout, @DefaultValue CompressionProperties compression,
        @DefaultValue List<String> allowedOrigins) {

    /**
     * Compression of messages (RFC 7692).
     *
     * @param enabled Whether to compress messages for clients that offer it.
     * @param minSize Bytes from which on a message is compressed.
     */
    public record CompressionProperties(@DefaultValue("false") boolean enabled,
            @DefaultValue("1KB") DataSize minSize) {
    }

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException if one is out of range; the message names its property
     */
    public WebSocketProperties {
        allowedOrigins = allowedOrigins.stream().map(String::strip).toList();
        options(maxMessageSize, maxSessions, pingInterval, pongTimeout, idleTimeout, sendTimeout, sendQueue,
                closeTimeout,
                compression, allowedOrigins);
    }

    /** {@return the options of a server, with a registry of sessions of their own} */
    public WebSocketOptions toOptions() {
        return options(maxMessageSize, maxSessions, pingInterval, pongTimeout, idleTimeout, sendTimeout, sendQueue,
                closeTimeout, compression, allowedOrigins);
    }

    private static WebSocketOptions options(DataSize maxMessageSize, CountLimit maxSessions, TimeLimit pingInterval,
            TimeLimit pongTimeout, TimeLimit idleTimeout, TimeLimit sendTimeout, DataSize sendQueue,
            TimeLimit closeTimeout, CompressionProperties compression, List<String> allowedOrigins) {
        for (String origin : allowedOrigins) {
            if (!origin.equals("*") && !origin.matches("(?i)[a-z][a-z0-9+.-]*://[^/?#\\s]+")) {
                throw new IllegalArgumentException("zokor.websocket.allowed-origins holds '" + origin
                        + "', which is no origin such as https://example.org, nor *");
            }
        }
        int message = size(maxMessageSize, "max-message-size");
        return new WebSocketOptions(message, message, pingInterval.duration(), needed(pongTimeout, "pong-timeout"),
                idleTimeout.duration(), sendTimeout.duration(), size(sendQueue, "send-queue"),
                needed(closeTimeout, "close-timeout"), compression.enabled(),
                size(compression.minSize(), "compression.min-size"), Set.copyOf(allowedOrigins), List.of(),
                new WebSocketSessions(maxSessions.count() == Limits.OFF ? Integer.MAX_VALUE : maxSessions.count()),
                WebSocketListener.NONE);
    }

    private static int size(DataSize size, String property) {
        long bytes = size.toBytes();
        if (bytes < 0 || bytes > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(
                    "zokor.websocket." + property + " must be between 0 and 2147483631 bytes, but is " + bytes);
        }
        return (int) bytes;
    }

    private static Duration needed(TimeLimit limit, String property) {
        Duration duration = limit.duration();
        if (duration == null) {
            throw new IllegalArgumentException("zokor.websocket." + property + " must be a duration and cannot be off");
        }
        return duration;
    }
}
