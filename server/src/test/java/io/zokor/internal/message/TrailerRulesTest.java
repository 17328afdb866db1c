package io.zokor.internal.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which fields may be trailers (RFC 9110 section 6.5.1). */
class TrailerRulesTest {

    /** RFC 9110 section 6.5.1: framing, routing, modifiers, authentication, control of the response, format of the content. */
    @ParameterizedTest
    @ValueSource(strings = { "transfer-encoding", "Content-Length", "host", "Max-Forwards", "Forwarded",
        "X-Forwarded-For", "X-FORWARDED-PROTO", "X-Real-IP", "Via", "TE", "Trailer", "Connection", "Proxy-Connection",
        "Cache-Control", "Expect", "Range", "If-Match", "if-range", "Authorization", "Proxy-Authorization",
        "Proxy-Authenticate", "WWW-Authenticate", "Cookie", "Set-Cookie", "Origin", "Referer", "Sec-Fetch-Site",
        "Access-Control-Request-Method", "Accept", "Accept-Encoding", "Content-Type", "Content-Encoding",
        "Content-Range", "Content-Disposition", "Location", "Vary", "Expires", "Date", "Age", "Retry-After",
        "X-HTTP-Method-Override" })
    void noTrailer(String name) {
        assertThat(TrailerRules.isAllowed(name)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Content-Digest", "Repr-Digest", "content-md5", "ETag", "Server-Timing", "grpc-status",
        "Signature", "Signature-Input", "X-Checksum", "Age2", "dates" })
    void trailer(String name) {
        assertThat(TrailerRules.isAllowed(name)).isTrue();
    }
}
