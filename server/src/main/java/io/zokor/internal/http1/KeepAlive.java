package io.zokor.internal.http1;

import io.zokor.http.Headers;

/** Whether a connection goes on after a request (RFC 9112 section 9.3). Stateless, pure. */
final class KeepAlive {

    private KeepAlive() {
    }

    /** What the client asks for. */
    static boolean requested(boolean http10, Headers request) {
        if (request.containsToken("Connection", "close")) {
            return false;
        }
        return !http10 || request.containsToken("Connection", "keep-alive");
    }

    /**
     * Whether the rest of an unread body can be passed over after the response.
     *
     * @param remaining bytes that are still to come, -1 where unknown, 0 for none
     * @param continuePending whether the client still waits for 100, so that it may send the body or not (RFC 9110 section
     *        10.1.1)
     */
    static boolean canDrain(long remaining, boolean continuePending, long drain) {
        return remaining == 0 || !continuePending && remaining <= drain;
    }
}
