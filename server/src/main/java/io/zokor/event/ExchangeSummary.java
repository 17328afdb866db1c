package io.zokor.event;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;

import org.jspecify.annotations.Nullable;

/**
 * What became of one request, for access logs and metrics.
 *
 * @param connection the connection it came on
 * @param number number of the request on its connection, counted from 1
 * @param request the request, or {@code null} where its head could not be read
 * @param refusedLine where the head could not be read, as much of the request line as could: at most 256 characters, each one byte, to be
 *            escaped by whoever shows it; {@code null} where nothing of it was read, or there is a request
 * @param status the status sent, 0 where none was
 * @param outcome how it ended
 * @param rejected why it was refused, or {@code null}
 * @param bytesRead bytes of the body that were read
 * @param bytesWritten bytes of the body that were written
 * @param startedNanos when its first byte came, on the server's ticker
 * @param firstByteNanos when its response was committed, on the server's ticker; 0 where it was not
 * @param endedNanos when it ended, on the server's ticker
 * @param closing why the exchange ended otherwise than by its completion, or {@code null}; an HTTP/1 connection ends with it, in
 *            HTTP/2 its stream alone
 */
public record ExchangeSummary(ConnectionInfo connection, long number, @Nullable Request request,
        @Nullable String refusedLine, int status, ExchangeOutcome outcome, @Nullable RejectReason rejected,
        long bytesRead, long bytesWritten, long startedNanos,
        long firstByteNanos,
        long endedNanos, @Nullable CloseReason closing) {

    /** {@return the protocol of the request, or {@code unknown} where its head could not be read} */
    public String protocol() {
        return request == null ? "unknown" : request.protocol();
    }
}
