package io.zokor.net;

import java.io.IOException;

/**
 * A client spoke plain HTTP where TLS was expected. It has been answered with a 400 that says so; nothing but closing the
 * connection is left to do.
 */
public final class PlainHttpOnTlsException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what happened; holds nothing that the peer sent
     */
    public PlainHttpOnTlsException(String message) {
        super(message);
    }
}
