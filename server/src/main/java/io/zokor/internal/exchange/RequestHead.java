package io.zokor.internal.exchange;

import io.zokor.http.Headers;
import io.zokor.http.RequestTarget;

import org.jspecify.annotations.Nullable;

/**
 * A request without its body. Immutable.
 *
 * @param method the method
 * @param target the target
 * @param protocol for example {@code HTTP/1.1}
 * @param host host and port the request is for, empty where unknown
 * @param headers the fields, sealed
 * @param contentLength bytes of the body: 0 for none, -1 for unknown
 * @param http10 whether the client speaks HTTP/1.0, which knows neither interim responses nor expectations
 * @param startedNanos when its first byte came
 * @param protocolRequestId what the protocol calls it: the stream in HTTP/2, empty in HTTP/1
 * @param connectProtocol the {@code :protocol} of an extended CONNECT (RFC 8441), otherwise {@code null}
 */
public record RequestHead(String method, RequestTarget target, String protocol, String host, Headers headers,
        long contentLength, boolean http10, long startedNanos, String protocolRequestId,
        @Nullable String connectProtocol) {
}
