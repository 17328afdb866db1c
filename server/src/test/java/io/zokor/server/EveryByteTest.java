package io.zokor.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntPredicate;
import java.util.stream.Stream;

import io.zokor.http.HeaderSyntax;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestServer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each of the 256 bytes in each kind of place that a request has: what the grammar allows there is served and the connection goes
 * on, all else is refused and the connection ends.
 */
@Timeout(120)
class EveryByteTest {

    private static final String HERE = "{}";

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n";

    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\n";

    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    private static final IntPredicate TCHAR = HeaderSyntax::isTokenChar;

    private static final IntPredicate BLANK = b -> b == ' ' || b == '\t';

    private static final IntPredicate DIGIT = b -> b >= '0' && b <= '9';

    private static final IntPredicate HEX = b -> Character.digit(b, 16) >= 0 && b < 128;

    private static final IntPredicate NONE = b -> false;

    private static final IntPredicate FIELD_VALUE = b -> b == '\t' || b >= ' ' && b != 0x7f;

    /** RFC 3986: unreserved and sub-delims, which a registered name is made of. */
    private static final IntPredicate REG_NAME = oneOf("-._~!$&'()*+,;=")
            .or(b -> b < 128 && Character.isLetterOrDigit(b));

    private static final IntPredicate PATH = REG_NAME.or(oneOf(":@/"));

    private static final TestServer SERVER = TestServer
            .serving((request, response) -> response.write(request.body().readAllBytes()));

    /**
     * A place.
     *
     * @param name the section of the grammar, and what stands there
     * @param wire a request; the byte replaces the mark in it
     * @param allowed which bytes may stand there
     * @param otherwise bytes that make another request of it, such as a further digit of a length
     */
    record Place(String name, String wire, IntPredicate allowed, IntPredicate otherwise) {

        String with(int b) {
            return wire.replace(HERE, String.valueOf((char) b));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @AfterAll
    static void close() {
        SERVER.close();
    }

    static Stream<Place> places() {
        Stream<Place> lines = Stream.of(
                new Place("9112 3.1 method", "GE{}T / HTTP/1.1\r\nHost: a\r\n\r\n", TCHAR, NONE),
                // A question mark in a path begins the query.
                new Place("9112 3.2.1 path", "GET /a{}zz HTTP/1.1\r\nHost: a\r\n\r\n", PATH.or(oneOf("?")), NONE),
                // Browsers send some of what the grammar of queries does not know.
                new Place("9112 3.2.1 query", "GET /?a{}zz HTTP/1.1\r\nHost: a\r\n\r\n", PATH.or(oneOf("?[]{}|^`")),
                        NONE),
                new Place("9112 3.2.2 authority", "GET http://a{}z/ HTTP/1.1\r\nHost: a{}z\r\n\r\n",
                        REG_NAME, oneOf("/?")),
                new Place("9110 7.2 host", "GET / HTTP/1.1\r\nHost: a{}z\r\n\r\n", REG_NAME, NONE),
                new Place("9110 7.2 port", "GET / HTTP/1.1\r\nHost: a:8{}0\r\n\r\n", DIGIT, NONE),
                new Place("9110 7.2 address", "GET / HTTP/1.1\r\nHost: [::{}]\r\n\r\n", HEX, NONE),
                new Place("9110 5.1 name, first", GET + "{}X: y\r\n\r\n", TCHAR, NONE),
                // A colon ends the name earlier.
                new Place("9110 5.1 name, middle", GET + "X{}X: y\r\n\r\n", TCHAR.or(oneOf(":")), NONE),
                new Place("9110 5.1 name, last", GET + "X{}: y\r\n\r\n", TCHAR.or(oneOf(":")), NONE),
                new Place("9110 5.5 value, first", GET + "X:{}y\r\n\r\n", FIELD_VALUE, NONE),
                new Place("9110 5.5 value, middle", GET + "X: y{}y\r\n\r\n", FIELD_VALUE, NONE),
                new Place("9110 5.5 value, last", GET + "X: y{}\r\n\r\n", FIELD_VALUE, NONE),
                new Place("9112 2.2 end of a line", GET + "X: y{}\n\r\n", b -> b == '\r', NONE),
                new Place("9112 2.2 end of the head", GET + "{}\n", b -> b == '\r', NONE));
        Stream<Place> version = Stream.iterate(0, i -> i < 8, i -> i + 1).map(i -> {
            String text = new StringBuilder("HTTP/1.1").replace(i, i + 1, HERE).toString();
            int own = "HTTP/1.1".charAt(i);
            // RFC 9110 section 6.2: a higher minor version is served; 1.0 ends the connection.
            return new Place("9112 2.3 version, " + text, "GET / " + text + "\r\nHost: a\r\n\r\n",
                    i == 7 ? DIGIT : b -> b == own, i == 7 ? oneOf("0") : NONE);
        });
        Stream<Place> framing = Stream.of(
                new Place("9112 6.3 length, before", POST + "Content-Length: {}1\r\n\r\nx", BLANK, DIGIT),
                new Place("9112 6.3 length, within", POST + "Content-Length: 0{}1\r\n\r\nx", NONE, DIGIT),
                new Place("9112 6.3 length, behind", POST + "Content-Length: 1{}\r\n\r\nx", BLANK, DIGIT),
                new Place("9112 6.1 coding, before", POST + "Transfer-Encoding: {}chunked\r\n\r\n0\r\n\r\n", BLANK,
                        NONE),
                new Place("9112 6.1 coding, within", POST + "Transfer-Encoding: chu{}nked\r\n\r\n0\r\n\r\n", NONE,
                        NONE),
                new Place("9112 6.1 coding, behind", POST + "Transfer-Encoding: chunked{}\r\n\r\n0\r\n\r\n", BLANK,
                        NONE),
                new Place("9112 7.1 size, before", CHUNKED + "{}1\r\nx\r\n0\r\n\r\n", NONE, HEX),
                new Place("9112 7.1 size, behind", CHUNKED + "1{}\r\nx\r\n0\r\n\r\n", NONE, HEX),
                new Place("9112 7.1 size, end", CHUNKED + "1{}\nx\r\n0\r\n\r\n", b -> b == '\r', NONE),
                new Place("9112 7.1 data", CHUNKED + "1\r\n{}\r\n0\r\n\r\n", b -> true, NONE),
                new Place("9112 7.1 data, end", CHUNKED + "1\r\nx{}\n0\r\n\r\n", b -> b == '\r', NONE),
                new Place("9112 7.1 last chunk, end", CHUNKED + "1\r\nx\r\n0{}\n\r\n", b -> b == '\r', NONE),
                new Place("9112 7.1.1 extension, name", CHUNKED + "1;a{}b\r\nx\r\n0\r\n\r\n", TCHAR.or(oneOf("=;")),
                        NONE),
                new Place("9112 7.1.1 extension, value", CHUNKED + "1;a=b{}c\r\nx\r\n0\r\n\r\n", TCHAR.or(oneOf(";")),
                        NONE),
                new Place("9112 7.1.1 extension, quoted", CHUNKED + "1;a=\"b{}c\"\r\nx\r\n0\r\n\r\n",
                        FIELD_VALUE.and(b -> b != '"'), NONE),
                new Place("9112 7.1.2 trailer, name", CHUNKED + "0\r\nX{}X: y\r\n\r\n", TCHAR.or(oneOf(":")), NONE),
                new Place("9112 7.1.2 trailer, value", CHUNKED + "0\r\nX: y{}y\r\n\r\n", FIELD_VALUE, NONE),
                new Place("9112 6.2 body", POST + "Content-Length: 1\r\n\r\n{}", b -> true, NONE));
        return Stream.of(lines, version, framing).flatMap(places -> places);
    }

    @ParameterizedTest
    @MethodSource("places")
    void allowedOrRefused(Place place) {
        RawClient kept = SERVER.client();
        for (int b = 0; b < 256; b++) {
            if (place.otherwise().test(b)) {
                continue;
            }
            String text = place.with(b);
            if (place.allowed().test(b)) {
                assertThat(kept.send(text).readResponse().status()).as("%s: byte %02x", place, b).isEqualTo(200);
            } else {
                refused(text, "%s: byte %02x".formatted(place, b));
            }
        }
        assertThat(kept.get("/").status()).as("the connection is in step").isEqualTo(200);
        kept.close();
    }

    private static void refused(String text, String what) {
        RawClient client = SERVER.client();
        client.trySend(text);
        RawResponse response = client.readResponse();
        assertThat(response.status()).as(what).isIn(400, 501, 505);
        assertThat(response.header("Connection")).as(what).contains("close");
        client.expectClosed().close();
    }

    private static IntPredicate oneOf(String characters) {
        return b -> characters.indexOf(b) >= 0;
    }
}
