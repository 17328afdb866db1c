package io.zokor.event;

import java.net.SocketAddress;
import java.time.Duration;

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
 * @param request the request that runs, or {@code null} for none: none yet, the head of one is being read, or it is idle
 * @param thread name of the thread that serves it
 */
public record ConnectionSnapshot(long id, ConnectionState state, SocketAddress remoteAddress,
        SocketAddress localAddress,
        @Nullable String tls, Duration age, Duration stateAge, long requestCount, @Nullable RequestSnapshot request,
        String thread) {

    /**
     * A running request at a moment; holds no header field and no query. Immutable.
     *
     * @param method its method
     * @param path its path, still encoded
     * @param age how long ago its first byte came
     * @param phase what it is doing
     * @param bytesRead bytes of its body that were read
     * @param bytesWritten bytes of its response's body that were written
     */
    public record RequestSnapshot(String method, String path, Duration age, RequestPhase phase, long bytesRead,
            long bytesWritten) {
    }
}
