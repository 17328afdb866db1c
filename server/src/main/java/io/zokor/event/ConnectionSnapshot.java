package io.zokor.event;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A connection at a moment. Its parts are read one after the other while the connection goes on: they may be of slightly
 * different moments. Immutable.
 *
 * @param id its number
 * @param state its state
 * @param remoteAddress the client's address
 * @param localAddress the server's address
 * @param tls version of its encryption, for example {@code TLSv1.3}, or {@code null} for none
 * @param age how long ago it was accepted
 * @param stateAge since when it has been in its state
 * @param requestCount how many requests it has begun
 * @param requests the requests that run, the oldest first; none where none has come yet, the head of one is being read, or it is
 *            idle
 * @param upgrades what goes on where requests have switched their protocol, one line for each, for people
 * @param thread name of the thread that serves it
 */
public record ConnectionSnapshot(long id, ConnectionState state, SocketAddress remoteAddress,
        SocketAddress localAddress,
        @Nullable String tls, Duration age, Duration stateAge, long requestCount, List<RequestSnapshot> requests,
        List<String> upgrades, String thread) {

    /** {@return the request that has been running longest, or {@code null} for none} */
    public @Nullable RequestSnapshot request() {
        return requests.isEmpty() ? null : requests.getFirst();
    }

    /**
     * A running request at a moment; holds no header field and no query. Immutable.
     *
     * @param number its number on the connection, counted from 1
     * @param protocol its protocol, for example {@code HTTP/1.1} or {@code HTTP/2.0}
     * @param protocolRequestId what its protocol calls it: the stream in HTTP/2, empty in HTTP/1
     * @param method its method
     * @param path its path, still encoded
     * @param age how long ago its first byte came
     * @param phase what it is doing
     * @param bytesRead bytes of its body that were read
     * @param bytesWritten bytes of its response's body that were written
     * @param thread name of the thread that runs its handler
     */
    public record RequestSnapshot(long number, String protocol, String protocolRequestId, String method, String path,
            Duration age, RequestPhase phase, long bytesRead, long bytesWritten, String thread) {
    }
}
