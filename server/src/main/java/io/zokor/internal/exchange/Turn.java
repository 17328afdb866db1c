package io.zokor.internal.exchange;

import io.zokor.event.ConnectionSnapshot;
import io.zokor.http.Request;

/**
 * One exchange in a connection, as the connection and those who look on see it. A connection has any number of them; each has a thread
 * of its own, which in HTTP/1 is the connection's. Safe for use by any thread.
 */
public interface Turn extends RequestGate.Visitor {

    /** {@return its number on the connection, counted from 1} */
    long number();

    /** {@return its request} */
    Request request();

    /** {@return the thread that runs its handler} */
    Thread thread();

    /** {@return when the first byte of its request came, on the server's ticker} */
    long startedNanos();

    /**
     * What can be seen of it from outside.
     *
     * @param now the moment, on the server's ticker
     * @return a snapshot
     */
    ConnectionSnapshot.RequestSnapshot snapshot(long now);

    /** The client has given it up: where it waits to be let in, it does so no longer, and it does not run. */
    void cancel();
}
