package io.zokor.http;

import java.net.SocketAddress;
import java.time.Duration;

import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** What a handler may know of the connection that a request came on. Safe for use by many threads. */
public interface ConnectionInfo {

    /** {@return the number of the connection, counted from 1 by its server} */
    long id();

    /** {@return how many requests the connection has begun, the current one included} */
    long requestCount();

    /** {@return how long ago the connection was accepted} */
    Duration age();

    /** {@return the client's address: of the socket, or as a trusted PROXY protocol header gives it} */
    SocketAddress remoteAddress();

    /** {@return the server's address: of the socket, or as a trusted PROXY protocol header gives it} */
    SocketAddress localAddress();

    /** {@return what is known of the encryption, or {@code null} where there is none} */
    @Nullable
    TlsInfo tls();
}
