package io.zokor.net;

import javax.net.ssl.SSLException;

/** What came first is not an acceptable ClientHello. */
final class ClientHelloException extends SSLException {

    private static final long serialVersionUID = 1L;

    /** What the client is told. */
    private final TlsAlert alert;

    ClientHelloException(TlsAlert alert, String message) {
        super(message);
        this.alert = alert;
    }

    TlsAlert alert() {
        return alert;
    }
}
