package io.zokor.demo.live;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the server was doing at one moment. Counts of things that happened run since the start.
 *
 * @param time the moment
 * @param connections open connections by state
 * @param accepted connections accepted
 * @param active requests being handled, this stream among them
 * @param requests requests answered by the application, streams aside
 * @param requestSeconds time that those took in all
 * @param rejected requests refused by the server itself, by reason
 * @param timeouts time limits that passed, by kind
 * @param panics handlers that failed
 * @param acceptRetries failed attempts to accept a connection
 * @param heapBytes memory in use on the heap
 * @param running the requests that have been running longest; none in the history
 */
record Snapshot(Instant time, Map<String, Long> connections, long accepted, long active, long requests,
        double requestSeconds, Map<String, Long> rejected, Map<String, Long> timeouts, long panics, long acceptRetries,
        long heapBytes, List<Running> running) {

    /**
     * A running request.
     *
     * @param connection what the endpoint {@code zokor} shows its connection under
     * @param protocol what it came by: {@code HTTP/1.1}, {@code h2} (TLS) or {@code h2c}
     * @param stream its stream in HTTP/2, otherwise empty
     * @param method its method
     * @param path its path, without its query
     * @param phase queued, reading, handler or writing
     * @param ageMillis how long ago its first byte came
     */
    record Running(String connection, String protocol, String stream, String method, String path, String phase,
            long ageMillis) {
    }

    Snapshot withoutRunning() {
        return new Snapshot(time, connections, accepted, active, requests, requestSeconds, rejected, timeouts, panics,
                acceptRetries, heapBytes, List.of());
    }
}
