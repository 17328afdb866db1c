package io.zokor.http;

/** Why the server refused a request; the {@code reason} of {@code zokor.requests.rejected}. */
public enum RejectReason {
    /** The request line is malformed (RFC 9112 section 3). */
    REQUEST_LINE("request-line"),
    /** The target is malformed or suspicious (RFC 9112 section 3.2, Servlet 6.1 section 3.5.2). */
    TARGET("target"),
    /** The target is too long: 414. */
    URI_TOO_LONG("uri-too-long"),
    /** The major version is not supported: 505. */
    VERSION("version"),
    /** Host is missing, repeated or invalid (RFC 9112 section 3.2). */
    HOST("host"),
    /** A header or trailer field is malformed (RFC 9112 section 5). */
    FIELD("field"),
    /** The head is too large or has too many fields: 431. */
    HEADER_TOO_LARGE("header-too-large"),
    /** The length of the body is ambiguous: Content-Length, Transfer-Encoding or both (RFC 9112 section 6). */
    FRAMING("framing"),
    /** A transfer coding is not implemented: 501. */
    TRANSFER_CODING("transfer-coding"),
    /** The chunked coding of the body is malformed (RFC 9112 section 7.1). */
    CHUNK("chunk"),
    /** The body is larger than allowed: 413. */
    BODY_TOO_LARGE("body-too-large"),
    /** The expectation cannot be met: 417 (RFC 9110 section 10.1.1). */
    EXPECTATION("expectation"),
    /** The client sent the head or the body too slowly: 408. */
    TIMEOUT("timeout"),
    /** The handler took longer than allowed: 503. */
    REQUEST_TIMEOUT("request-timeout"),
    /** Too many requests at once: 503. */
    OVERLOAD("overload"),
    /** Plain HTTP came on a TLS port: 400. */
    PLAIN_ON_TLS("plain-on-tls"),
    /** The Host is not one that the TLS server name's certificate was chosen for: 421. */
    MISDIRECTED("misdirected"),
    /** A parameter, part, cookie or other content is malformed or too much. */
    CONTENT("content");

    private final String tag;

    RejectReason(String tag) {
        this.tag = tag;
    }

    /** {@return the value of the metric's tag} */
    public String tag() {
        return tag;
    }
}
