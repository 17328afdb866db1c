package io.zokor.http;

import java.io.InputStream;

import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * A request as received (RFC 9110 section 3.4). Read by the thread that handles it; the head never changes, so other threads
 * may read the head as well. The body is read by one thread at a time.
 */
public interface Request {

    /** {@return the method, case-sensitive, for example {@code GET}} */
    String method();

    /** {@return the target of the request line (RFC 9112 section 3.2)} */
    RequestTarget target();

    /** {@return the path of the target, still encoded, never empty; {@code *} for {@code OPTIONS *}, empty for CONNECT} */
    default String path() {
        return target().path();
    }

    /** {@return the query of the target, still encoded, without its question mark, or {@code null} for none} */
    default @Nullable String query() {
        return target().query();
    }

    /** {@return the protocol, for example {@code HTTP/1.1}; for logs and tests, not for decisions} */
    String protocol();

    /** {@return {@code https} where the connection is encrypted, otherwise {@code http}} */
    default String scheme() {
        return tls() == null ? "http" : "https";
    }

    /**
     * The host and port that the request is for: those of an absolute target, otherwise the Host field (RFC 9110 section
     * 7.2).
     *
     * @return host and port as sent, empty where an HTTP/1.0 request names none
     */
    String host();

    /** {@return the header fields, read-only} */
    Headers headers();

    /** {@return the declared length of the body in bytes, 0 where there is no body, -1 where it is not known} */
    long contentLength();

    /**
     * The body. Its first read, be it of no bytes, answers {@code Expect: 100-continue}: by that a handler has the answer written by
     * the thread of its choice. Reads block; they throw
     * {@link RejectedRequestException} for a malformed or too large body, {@link io.zokor.net.DeadlineExceededException} when
     * its time is over, and {@link io.zokor.net.PeerGoneException} when the client left.
     *
     * @return the one stream of this request; closing it has no effect
     */
    InputStream body();

    /** {@return the trailer fields, read-only, or {@code null} until the body has been read to its end} */
    @Nullable
    Headers trailers();

    /** {@return the connection that the request came on} */
    ConnectionInfo connection();

    /**
     * The number of this request on its connection. Unlike {@link ConnectionInfo#requestCount()} it stays while others come.
     *
     * @return counted from 1
     */
    default long number() {
        return connection().requestCount();
    }

    /** {@return what the protocol calls this request: the number of its stream in HTTP/2, empty in HTTP/1} */
    default String protocolRequestId() {
        return "";
    }

    /**
     * The protocol that an extended CONNECT asks for (RFC 8441 section 4).
     *
     * @return the value of {@code :protocol}, or {@code null} where the request is no extended CONNECT, as in HTTP/1 always
     */
    default @Nullable String connectProtocol() {
        return null;
    }

    /** {@return what is known of the connection's encryption, or {@code null} where it has none} */
    default @Nullable TlsInfo tls() {
        return connection().tls();
    }

    /**
     * The value that a {@code ServeMux} pattern's wildcard has in this request's path, decoded.
     *
     * @param name name of the wildcard, without braces
     * @return the value, or an empty string where the pattern has no such wildcard
     */
    default String pathValue(String name) {
        return "";
    }

    /** {@return the {@code ServeMux} pattern that chose the handler, or an empty string} */
    default String pattern() {
        return "";
    }
}
