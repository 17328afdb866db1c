package io.zokor.internal.http1;

import java.nio.charset.StandardCharsets;

import io.zokor.http.Status;

/** Status lines (RFC 9112 section 4) of all statuses that have a phrase, made once. Stateless. */
final class StatusLines {

    private static final byte[][] LINES = new byte[600][];

    static {
        for (int status = 100; status < LINES.length; status++) {
            if (!Status.reason(status).isEmpty()) {
                LINES[status] = line(status);
            }
        }
    }

    private StatusLines() {
    }

    static byte[] of(int status) {
        byte[] line = status < LINES.length ? LINES[status] : null;
        return line == null ? line(status) : line;
    }

    private static byte[] line(int status) {
        return ("HTTP/1.1 " + status + " " + Status.reason(status) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
