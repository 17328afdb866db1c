package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

import io.zokor.http.Headers;
import io.zokor.http.RequestTarget;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What content and which fields a response may have, by status and method (RFC 9110 sections 6.4.1, 8.6, 9.3.6, 15). */
class ResponseRulesTableTest {

    private static final String ALL = "Content-Length Content-Type Content-Encoding Content-Language Content-Range "
            + "Content-Location Date ETag Vary Cache-Control Expires Last-Modified Transfer-Encoding X";

    /** Fields that are given are all of those above, with a Content-Length of 5; what remains of them is the table's. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // method | status | declared | learnt | size | fields that go, Transfer-Encoding apart
        "GET     | 200 | 5  | 5  | Fixed    |",
        "GET     | 200 | 5  | -1 | Fixed    |",
        "POST    | 201 | 5  | -1 | Fixed    |",
        "GET     | 206 | 5  | -1 | Fixed    |",
        "GET     | 404 | 5  | -1 | Fixed    |",
        "GET     | 416 | 5  | -1 | Fixed    |",
        "GET     | 999 | 5  | -1 | Fixed    |",
        "HEAD    | 200 | 5  | 0  | None     |",
        "HEAD    | 206 | 5  | -1 | None     |",
        "HEAD    | 404 | 5  | 0  | None     |",
        "GET     | 101 | 5  | 0  | None     | Content-Length",
        "GET     | 204 | 5  | 0  | None     | Content-Length",
        "DELETE  | 204 | 5  | -1 | None     | Content-Length",
        "HEAD    | 204 | 5  | -1 | None     | Content-Length",
        "GET     | 304 | 5  | 0  | None     | Content-Type Content-Encoding Content-Language Content-Range",
        "HEAD    | 304 | 5  | 0  | None     | Content-Type Content-Encoding Content-Language Content-Range",
        "GET     | 304 | 5  | 5  | None     | Content-Length Content-Type Content-Encoding Content-Language Content-Range",
        "GET     | 304 | 5  | -1 | None     | Content-Length Content-Type Content-Encoding Content-Language Content-Range",
        "CONNECT | 200 | 5  | 5  | None     | Content-Length",
        "CONNECT | 299 | 5  | -1 | None     | Content-Length",
        "CONNECT | 407 | 5  | -1 | Fixed    |" })
    void whatGoes(String method, int status, long declared, long learnt, String size, String gone) {
        Headers fields = new Headers();
        for (String name : ALL.split(" ")) {
            fields.set(name, name.equals("Content-Length") ? "5" : "x");
        }
        BodySize found = ResponseRules.fit(method, status, false, fields, declared, learnt);
        assertThat(found.getClass().getSimpleName()).isEqualTo(size);
        assertThat(Arrays.stream(ALL.split(" ")).filter(name -> !fields.contains(name)))
                .containsExactlyInAnyOrder(
                        (gone == null ? "Transfer-Encoding" : gone + " Transfer-Encoding").split(" "));
    }

    @ParameterizedTest
    @CsvSource({ "GET, 200, 7, 7", "GET, 200, 0, 0", "GET, 200, -1, ", "POST, 500, 7, 7", "HEAD, 200, 7, 7",
        "HEAD, 200, 0, ",
        "HEAD, 200, -1, ", "GET, 204, 7, ", "GET, 205, 7, 0", "HEAD, 205, 0, 0", "GET, 304, 7, ", "GET, 304, 0, ",
        "CONNECT, 200, 7, ", "CONNECT, 407, 7, 7", "GET, 101, 0, " })
    void theLengthThatIsLearntIsSaidWhereOneMayBe(String method, int status, long learnt, String expected) {
        Headers fields = new Headers();
        ResponseRules.fit(method, status, false, fields, -1, learnt);
        assertThat(fields.get("Content-Length")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({ "GET, 100, false", "GET, 101, false", "GET, 199, false", "GET, 200, true", "GET, 204, false",
        "GET, 205, false",
        "GET, 206, true", "GET, 304, false", "GET, 400, true", "GET, 500, true", "HEAD, 200, false", "HEAD, 500, false",
        "CONNECT, 200, false", "CONNECT, 299, false", "CONNECT, 300, true", "CONNECT, 407, true" })
    void content(String method, int status, boolean allowed) {
        assertThat(ResponseRules.isContentAllowed(method, status)).isEqualTo(allowed);
    }

    @Test
    void aSwitchOfProtocolsHasNoLength() {
        Headers fields = new Headers().set("Content-Length", "5");
        assertThat(ResponseRules.fit("CONNECT", 200, true, fields, 5, 5)).isEqualTo(new BodySize.Switched());
        assertThat(fields.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({ ", 101, true", ", 200, false", "websocket, 200, true", "websocket, 299, true", "websocket, 101, false",
        "websocket, 400, false" })
    void whatSwitches(String protocol, int status, boolean switches) {
        RequestHead request = new RequestHead("CONNECT", new RequestTarget.Origin("/", "/", null), "HTTP/2", "a",
                new Headers(), 0, false, 0, "1", protocol);
        assertThat(ResponseRules.switchesProtocol(request, status)).isEqualTo(switches);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // head | status | Content-Range | declared | buffered | of the 200
        "false | 200 |                | 5  | -1 | 5",
        "false | 200 |                | -1 | 7  | 7",
        "false | 200 |                | -1 | 0  | 0",
        "false | 200 |                | -1 | -1 | -1",
        "true  | 200 |                | 5  | 0  | 5",
        "true  | 200 |                | -1 | 0  | -1",
        "true  | 200 |                | -1 | 7  | 7",
        "false | 304 |                | -1 | 7  | -1",
        "false | 304 |                | 5  | 0  | 5",
        "false | 206 | bytes 0-9/1000 | 10 | -1 | 1000",
        "false | 206 | bytes 0-9/*    | 10 | -1 | -1",
        "false | 206 | bytes 0-9      | 10 | -1 | -1",
        "false | 206 |                | 10 | -1 | -1" })
    void theLengthOfWhatStandsBehindIt(boolean head, int status, String range, long declared, long buffered,
            long expected) {
        Headers fields = new Headers();
        if (range != null) {
            fields.set("Content-Range", range);
        }
        assertThat(ResponseRules.representationLength(head, status, fields, declared, buffered)).isEqualTo(expected);
    }
}
