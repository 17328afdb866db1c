package io.zokor.internal.exchange;

import java.io.IOException;

/** The handler wrote fewer bytes than the Content-Length it declared: the response cannot be completed. */
final class ShortResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    ShortResponseException(long declared, long written) {
        super("the handler wrote " + written + " of the " + declared + " bytes that its Content-Length says");
    }
}
