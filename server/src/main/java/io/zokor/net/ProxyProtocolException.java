package io.zokor.net;

import java.io.IOException;

/** A connection did not begin with a PROXY protocol header as it must, or came from where none may come from. */
public final class ProxyProtocolException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what is wrong; holds nothing that the peer sent
     */
    public ProxyProtocolException(String message) {
        super(message);
    }
}
