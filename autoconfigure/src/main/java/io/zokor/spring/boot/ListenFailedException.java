package io.zokor.spring.boot;

import java.io.IOException;

import org.springframework.boot.web.server.WebServerException;

/** A server cannot listen where it should, for another reason than that the port is in use. */
public final class ListenFailedException extends WebServerException {

    private static final long serialVersionUID = 1L;

    /** Where it should listen. */
    private final String where;

    /**
     * Makes the exception.
     *
     * @param where where the server should listen, for example {@code 192.0.2.1:80}
     * @param cause what the operating system said
     */
    public ListenFailedException(String where, IOException cause) {
        super("Zokor cannot listen on " + where + ": " + cause.getMessage(), cause);
        this.where = where;
    }

    /** {@return where the server should listen} */
    public String where() {
        return where;
    }
}
