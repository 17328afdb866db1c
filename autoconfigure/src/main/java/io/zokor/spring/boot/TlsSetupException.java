package io.zokor.spring.boot;

import org.springframework.boot.web.server.WebServerException;

/** The keys or the trust of a server cannot be used. */
public final class TlsSetupException extends WebServerException {

    private static final long serialVersionUID = 1L;

    /** The property, or properties, that the material comes from. */
    private final String source;

    /**
     * Makes the exception.
     *
     * @param source the property, or properties, that the material comes from
     * @param cause what is wrong; its message becomes that of the exception
     */
    public TlsSetupException(String source, RuntimeException cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.source = source;
    }

    /** {@return the property, or properties, that the material comes from} */
    public String source() {
        return source;
    }
}
