package io.zokor.http;

import java.io.IOException;

/**
 * What goes on where a request has switched its protocol (RFC 9110 section 7.8); see {@code ResponseController.upgrade}.
 * {@link #serve} runs on the thread that has served the request; the other methods are called by any thread meanwhile and must not
 * block.
 */
public interface Upgrade {

    /** {@return the name of the protocol, for example {@code websocket}, for logs and the live view} */
    String protocol();

    /**
     * Serves the protocol. The tunnel is closed when this returns, and reset where it throws something that is not an
     * {@link IOException}.
     *
     * @param tunnel the bytes in both directions
     * @throws IOException if the peer left or a time limit passed
     */
    void serve(Tunnel tunnel) throws IOException;

    /** The server is shutting down: say goodbye and come to an end soon. May be called more than once, and before {@link #serve}. */
    default void drain() {
    }

    /**
     * A moment has passed; called by the server's reaper over and over, for time limits of the protocol's own.
     *
     * @param now the moment, on the server's ticker
     */
    default void expire(long now) {
    }

    /** {@return what can be seen of it from outside, one line for people} */
    default String describe() {
        return protocol();
    }
}
