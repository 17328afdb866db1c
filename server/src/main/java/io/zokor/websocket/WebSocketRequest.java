package io.zokor.websocket;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Headers;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of the request that opened a session. Immutable.
 *
 * @param scheme {@code http} or {@code https}
 * @param host host and port as sent
 * @param path its path, still encoded
 * @param query its query, still encoded, or {@code null}
 * @param headers its fields, read-only
 * @param connection the connection
 */
public record WebSocketRequest(String scheme, String host, String path, @Nullable String query, Headers headers,
        ConnectionInfo connection) {
}
