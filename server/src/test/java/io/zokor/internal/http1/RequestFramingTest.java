package io.zokor.internal.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The length of a request's body (RFC 9112 section 6.3). */
class RequestFramingTest {

    @ParameterizedTest
    @CsvSource({ "0, 0", "1, 1", "0005, 5", "00000000000000000000000000000007, 7", "2147483647, 2147483647",
        "2147483648, 2147483648", "4294967296, 4294967296", "999999999999999999, 999999999999999999" })
    void contentLength(String value, long length) throws Exception {
        assertThat(RequestFraming.of(false, headers("Content-Length", value))).isEqualTo(length);
        assertThat(RequestFraming.of(true, headers("content-length", value))).isEqualTo(length);
    }

    @Test
    void noFieldMeansNoBody() throws Exception {
        assertThat(RequestFraming.of(false, headers())).isZero();
        assertThat(RequestFraming.of(true, headers())).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "+5", "-5", "-0", "5 ", " 5", "5,5", "5, 5", "5,6", "0x5", "5.0", "5e0", "1_000",
        "\u0665", "\u00b2", "five", "5\t", "5;q=1", "NaN" })
    void contentLengthThatIsNoNumber(String value) {
        refused(400, RejectReason.FRAMING, false, "Content-Length", value);
        refused(400, RejectReason.FRAMING, true, "Content-Length", value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "9223372036854775808", "18446744073709551616", "18446744073709551621",
        "99999999999999999999999999999999999999" })
    void contentLengthBeyondLong(String value) {
        refused(413, RejectReason.BODY_TOO_LARGE, false, "Content-Length", value);
    }

    @Test
    void contentLengthTwice() {
        refused(400, RejectReason.FRAMING, false, "Content-Length", "5", "Content-Length", "5");
        refused(400, RejectReason.FRAMING, false, "Content-Length", "5", "content-length", "6");
        refused(400, RejectReason.FRAMING, true, "Content-Length", "5", "Content-Length", "5");
    }

    @ParameterizedTest
    @ValueSource(strings = { "chunked", "Chunked", "CHUNKED" })
    void chunked(String value) throws Exception {
        assertThat(RequestFraming.of(false, headers("Transfer-Encoding", value))).isEqualTo(RequestFraming.CHUNKED);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "identity", "gzip", "chunked, identity", "chunked, gzip", "identity, chunked",
        "chunked, chunked", "chunked,", ",chunked", ", chunked", "chunked;q=1", "\"chunked\"", "xchunked",
        "chunked x", "x chunked", "chunke", "chun\u212aed", "chunked, ", "chunked\t,chunked",
        "identity,chunked", "gzip,, chunked", "a b, chunked", "'chunked'" })
    void transferEncodingThatDoesNotEndWithChunkedAlone(String value) {
        refused(400, RejectReason.FRAMING, false, "Transfer-Encoding", value);
    }

    @ParameterizedTest
    @ValueSource(strings = { "gzip, chunked", "gzip,chunked", "deflate , Chunked", "x-zokor, chunked" })
    void unknownCodingUnderChunked(String value) {
        refused(501, RejectReason.TRANSFER_CODING, false, "Transfer-Encoding", value);
    }

    @Test
    void transferEncodingTwice() {
        refused(400, RejectReason.FRAMING, false, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked");
        refused(400, RejectReason.FRAMING, false, "Transfer-Encoding", "gzip", "transfer-encoding", "chunked");
        refused(400, RejectReason.FRAMING, false, "Transfer-Encoding", "chunked", "Transfer-Encoding", "identity");
    }

    @Test
    void transferEncodingAndContentLength() {
        refused(400, RejectReason.FRAMING, false, "Transfer-Encoding", "chunked", "Content-Length", "5");
        refused(400, RejectReason.FRAMING, false, "Content-Length", "0", "Transfer-Encoding", "chunked");
        refused(400, RejectReason.FRAMING, false, "Content-Length", "0", "Transfer-Encoding", "gzip, chunked");
    }

    @ParameterizedTest
    @ValueSource(strings = { "chunked", "identity", "gzip, chunked" })
    void transferEncodingInHttp10(String value) {
        refused(400, RejectReason.FRAMING, true, "Transfer-Encoding", value);
    }

    private static void refused(int status, RejectReason reason, boolean http10, String... fields) {
        assertThatThrownBy(() -> RequestFraming.of(http10, headers(fields)))
                .isInstanceOfSatisfying(RejectedRequestException.class, e -> {
                    assertThat(e.status()).isEqualTo(status);
                    assertThat(e.reason()).isEqualTo(reason);
                });
    }

    private static Headers headers(String... fields) {
        Headers headers = new Headers();
        for (int i = 0; i < fields.length; i += 2) {
            headers.add(fields[i], fields[i + 1]);
        }
        return headers.seal();
    }
}
