package io.zokor.websocket;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Settings of sessions. Immutable; {@code null} means off where it is allowed.
 *
 * @param maxTextSize bytes that a text may have, inflated, {@code zokor.websocket.max-message-size}; default 64 KiB
 * @param maxBinarySize bytes that a binary message may have, inflated, {@code zokor.websocket.max-message-size}; default 64 KiB
 * @param pingInterval after so much silence of the peer it is pinged, {@code zokor.websocket.ping-interval}; default 30 s
 * @param pongTimeout when nothing at all has come for so long after that, the connection is reset, {@code zokor.websocket.pong-timeout}; default 30 s
 * @param idleTimeout how long there may be no message in either direction, {@code zokor.websocket.idle-timeout}; off by default
 * @param sendTimeout how long a write may take, {@code zokor.websocket.send-timeout}; default 20 s
 * @param sendQueue bytes that may wait to be sent, {@code zokor.websocket.send-queue}; default 512 KiB
 * @param closeTimeout how long the peer may take to answer a Close frame, {@code zokor.websocket.close-timeout}; default 5 s
 * @param compression whether permessage-deflate is accepted, {@code zokor.websocket.compression.enabled}; off by default
 * @param compressionMinSize bytes from which on a message is compressed, {@code zokor.websocket.compression.min-size}; default 1 KiB
 * @param allowedOrigins origins that are accepted beside the server's own, {@code zokor.websocket.allowed-origins}; {@code *} for all; default none
 * @param subprotocols subprotocols that the server speaks, the best first; default none
 * @param sessions where the sessions are counted; by default a registry of any number
 * @param listener who is told; default nobody
 */
public record WebSocketOptions(int maxTextSize, int maxBinarySize, @Nullable Duration pingInterval,
        Duration pongTimeout, @Nullable Duration idleTimeout, @Nullable Duration sendTimeout, int sendQueue,
        Duration closeTimeout, boolean compression, int compressionMinSize, Set<String> allowedOrigins,
        List<String> subprotocols, WebSocketSessions sessions, WebSocketListener listener) {

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a size is less than it may be, or a time is not positive; the message names the property
     */
    public WebSocketOptions {
        atLeast(1, maxTextSize, "max-message-size");
        atLeast(1, maxBinarySize, "max-message-size");
        atLeast(0, sendQueue, "send-queue");
        atLeast(0, compressionMinSize, "compression.min-size");
        positive(pingInterval, "ping-interval");
        positive(pongTimeout, "pong-timeout");
        positive(idleTimeout, "idle-timeout");
        positive(sendTimeout, "send-timeout");
        positive(closeTimeout, "close-timeout");
        allowedOrigins = Set.copyOf(allowedOrigins);
        subprotocols = List.copyOf(subprotocols);
    }

    /** {@return the defaults, with a registry of their own} */
    public static WebSocketOptions defaults() {
        return new WebSocketOptions(64 * 1024, 64 * 1024, Duration.ofSeconds(30), Duration.ofSeconds(30), null,
                Duration.ofSeconds(20), 512 * 1024, Duration.ofSeconds(5), false, 1024, Set.of(), List.of(),
                new WebSocketSessions(Integer.MAX_VALUE), WebSocketListener.NONE);
    }

    private static void atLeast(int least, int value, String property) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "zokor.websocket." + property + " must be at least " + least + ", but is " + value);
        }
    }

    private static void positive(@Nullable Duration value, String property) {
        if (value != null && (value.isZero() || value.isNegative())) {
            throw new IllegalArgumentException(
                    "zokor.websocket." + property + " must be positive, or off, but is " + value);
        }
    }

    /**
     * A copy with other limits of size.
     *
     * @param value bytes that a message may have, of both kinds
     * @return the copy
     */
    public WebSocketOptions withMaxMessageSize(int value) {
        return withMaxTextSize(value).withMaxBinarySize(value);
    }

    /**
     * A copy with another maxTextSize.
     *
     * @param value bytes that a text may have, inflated
     * @return the copy
     */
    public WebSocketOptions withMaxTextSize(int value) {
        return new WebSocketOptions(value, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions,
                listener);
    }

    /**
     * A copy with another maxBinarySize.
     *
     * @param value bytes that a binary message may have, inflated
     * @return the copy
     */
    public WebSocketOptions withMaxBinarySize(int value) {
        return new WebSocketOptions(maxTextSize, value, pingInterval, pongTimeout, idleTimeout, sendTimeout, sendQueue,
                closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another pingInterval.
     *
     * @param value after so much silence of the peer it is pinged
     * @return the copy
     */
    public WebSocketOptions withPingInterval(@Nullable Duration value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, value, pongTimeout, idleTimeout, sendTimeout, sendQueue,
                closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another pongTimeout.
     *
     * @param value when nothing at all has come for so long after that, the connection is reset
     * @return the copy
     */
    public WebSocketOptions withPongTimeout(Duration value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, value, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions,
                listener);
    }

    /**
     * A copy with another idleTimeout.
     *
     * @param value how long there may be no message in either direction
     * @return the copy
     */
    public WebSocketOptions withIdleTimeout(@Nullable Duration value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, value, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions,
                listener);
    }

    /**
     * A copy with another sendTimeout.
     *
     * @param value how long a write may take
     * @return the copy
     */
    public WebSocketOptions withSendTimeout(@Nullable Duration value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, value,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions,
                listener);
    }

    /**
     * A copy with another sendQueue.
     *
     * @param value bytes that may wait to be sent
     * @return the copy
     */
    public WebSocketOptions withSendQueue(int value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                value, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another closeTimeout.
     *
     * @param value how long the peer may take to answer a Close frame
     * @return the copy
     */
    public WebSocketOptions withCloseTimeout(Duration value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, value, compression, compressionMinSize, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another compression.
     *
     * @param value whether permessage-deflate is accepted
     * @return the copy
     */
    public WebSocketOptions withCompression(boolean value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, value, compressionMinSize, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another compressionMinSize.
     *
     * @param value bytes from which on a message is compressed
     * @return the copy
     */
    public WebSocketOptions withCompressionMinSize(int value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, value, allowedOrigins, subprotocols, sessions, listener);
    }

    /**
     * A copy with another allowedOrigins.
     *
     * @param value origins that are accepted beside the server's own
     * @return the copy
     */
    public WebSocketOptions withAllowedOrigins(Set<String> value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, value, subprotocols, sessions, listener);
    }

    /**
     * A copy with another subprotocols.
     *
     * @param value subprotocols that the server speaks, the best first
     * @return the copy
     */
    public WebSocketOptions withSubprotocols(List<String> value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, value, sessions, listener);
    }

    /**
     * A copy with another sessions.
     *
     * @param value where the sessions are counted
     * @return the copy
     */
    public WebSocketOptions withSessions(WebSocketSessions value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, value,
                listener);
    }

    /**
     * A copy with another listener.
     *
     * @param value who is told
     * @return the copy
     */
    public WebSocketOptions withListener(WebSocketListener value) {
        return new WebSocketOptions(maxTextSize, maxBinarySize, pingInterval, pongTimeout, idleTimeout, sendTimeout,
                sendQueue, closeTimeout, compression, compressionMinSize, allowedOrigins, subprotocols, sessions,
                value);
    }
}
