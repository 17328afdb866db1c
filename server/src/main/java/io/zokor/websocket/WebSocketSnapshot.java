package io.zokor.websocket;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a session is doing, for the live view.
 *
 * @param path path of its request
 * @param subprotocol its subprotocol, or {@code null}
 * @param age since it was opened
 * @param received messages that came
 * @param sent messages that were sent
 * @param queued bytes that wait to be sent
 * @param lastPong since the last pong to a ping of the server came, or {@code null} where there was none
 * @param roundTrip from the last ping of the server to its pong, or {@code null} where there was none
 * @param blocked for how long a write has been under way, or {@code null} where none is
 */
public record WebSocketSnapshot(String path, @Nullable String subprotocol, Duration age, long received, long sent,
        long queued, @Nullable Duration lastPong, @Nullable Duration roundTrip, @Nullable Duration blocked) {
}
