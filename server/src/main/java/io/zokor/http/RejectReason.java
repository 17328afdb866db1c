package io.zokor.http;

/** Why the server refused a request; the {@code reason} of {@code zokor.requests.rejected}. */
public enum RejectReason {
    /** The request line is malformed (RFC 9112 section 3). */
    REQUEST_LINE("request-line", 400),
    /** The target is malformed or suspicious (RFC 9112 section 3.2, Servlet 6.1 section 3.5.2). */
    TARGET("target", 400),
    /** The target is too long: 414. */
    URI_TOO_LONG("uri-too-long", 414),
    /** The major version is not supported: 505. */
    VERSION("version", 505),
    /** Host is missing, repeated or invalid (RFC 9112 section 3.2). */
    HOST("host", 400),
    /** A header or trailer field is malformed (RFC 9112 section 5). */
    FIELD("field", 400),
    /** The head is too large or has too many fields: 431. */
    HEADER_TOO_LARGE("header-too-large", 431),
    /** The length of the body is ambiguous: Content-Length, Transfer-Encoding or both (RFC 9112 section 6). */
    FRAMING("framing", 400),
    /** A transfer coding is not implemented: 501. */
    TRANSFER_CODING("transfer-coding", 501),
    /** The chunked coding of the body is malformed (RFC 9112 section 7.1). */
    CHUNK("chunk", 400),
    /** The body is larger than allowed: 413. */
    BODY_TOO_LARGE("body-too-large", 413),
    /** The expectation cannot be met: 417 (RFC 9110 section 10.1.1). */
    EXPECTATION("expectation", 417),
    /** The client sent the head or the body too slowly: 408. */
    TIMEOUT("timeout", 408),
    /** The handler took longer than allowed: 503. */
    REQUEST_TIMEOUT("request-timeout", 503),
    /** Too many requests at once: 503. */
    OVERLOAD("overload", 503),
    /** The client has too many requests that run or wait: 429 (RFC 6585 section 4). */
    PER_CLIENT("per-client", 429),
    /** Plain HTTP came on a TLS port: 400. */
    PLAIN_ON_TLS("plain-on-tls", 400),
    /** The Host is not one that the TLS server name's certificate was chosen for: 421. */
    MISDIRECTED("misdirected", 421),
    /** A parameter, part, cookie or other content is malformed or too much. */
    CONTENT("content", 400);

    private final String tag;

    private final int status;

    RejectReason(String tag, int status) {
        this.tag = tag;
        this.status = status;
    }

    /** {@return the status that the server answers with; an application, and {@link #CONTENT}, may have a closer one} */
    public int status() {
        return status;
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
