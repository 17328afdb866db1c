package io.zokor.demo.live;

import java.time.Instant;
import java.util.Map;

/**
 * What the server was doing at one moment. Counts of things that happened run since the start.
 *
 * @param time the moment
 * @param connections open connections by state
 * @param accepted connections accepted
 * @param active requests being handled, this stream among them
 * @param requests requests answered by the application
 * @param requestSeconds time that those took in all
 * @param rejected requests refused by the server itself, by reason
 * @param timeouts time limits that passed, by kind
 * @param panics handlers that failed
 * @param acceptRetries failed attempts to accept a connection
 * @param heapBytes memory in use on the heap
 */
record Snapshot(Instant time, Map<String, Long> connections, long accepted, long active, long requests,
        double requestSeconds, Map<String, Long> rejected, Map<String, Long> timeouts, long panics, long acceptRetries,
        long heapBytes) {
}
