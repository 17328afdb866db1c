package io.zokor.internal.http1;

import java.util.List;

/** Texts of requests, valid and not, with the statuses that they get from a server that reads bodies. A tilde is CRLF. */
final class Corpus {

    /**
     * A text.
     *
     * @param statuses of the answers in order, interim ones included; a status that closes comes last
     * @param wire the text
     */
    record Case(List<Integer> statuses, String wire) {

        byte[] bytes() {
            return Wire.bytes(wire);
        }

        @Override
        public String toString() {
            return statuses + " " + (wire.length() > 120 ? wire.substring(0, 120) + "…" : wire);
        }
    }

    static final List<Case> ALL = List.of(
            // request lines
            ok("GET / HTTP/1.1~Host: a~~"), ok("~GET / HTTP/1.1~Host: a~~"), ok("~~GET / HTTP/1.1~Host: a~~"),
            of(400, "~~~GET / HTTP/1.1~Host: a~~"), ok("GET /a/b?c=d&e=%20 HTTP/1.1~Host: a:80~~"),
            ok("get / HTTP/1.1~Host: a~~"), ok("M-SEARCH / HTTP/1.1~Host: a~~"), ok("GET / HTTP/1.9~Host: a~~"),
            ok("OPTIONS * HTTP/1.1~Host: a~~"), ok("GET http://B:80/c HTTP/1.1~Host: b~~"),
            ok("CONNECT a:443 HTTP/1.1~Host: a:443~~"), ok("HEAD / HTTP/1.1~Host: a~~"),
            of(421, "GET https://b/c HTTP/1.1~Host: a~~"), of(400, "GET  / HTTP/1.1~Host: a~~"),
            of(400, "GET /  HTTP/1.1~Host: a~~"), of(400, "GET / HTTP/1.1 ~Host: a~~"),
            of(400, " GET / HTTP/1.1~Host: a~~"), of(400, "GET\t/ HTTP/1.1~Host: a~~"), of(400, "GET /~~"),
            of(400, "GET~~"), of(400, "GET / http/1.1~Host: a~~"), of(400, "GET / HTTP/11~Host: a~~"),
            of(400, "GET / HTTP/1.10~Host: a~~"), of(505, "GET / HTTP/2.0~Host: a~~"),
            of(505, "GET / HTTP/0.9~Host: a~~"), of(505, "PRI * HTTP/2.0~~SM~~"), of(400, "G(T / HTTP/1.1~Host: a~~"),
            of(400, "GET /\u0000 HTTP/1.1~Host: a~~"), of(400, "GET /\u007f HTTP/1.1~Host: a~~"),
            of(400, "GET /\u00e4 HTTP/1.1~Host: a~~"), of(400, "GET / HTTP/1.1\nHost: a\n\n"),
            of(400, "GET / HTTP/1.1\rHost: a\r\r"), of(400, "GET /a#b HTTP/1.1~Host: a~~"),
            of(400, "GET a HTTP/1.1~Host: a~~"), of(400, "GET * HTTP/1.1~Host: a~~"),
            of(400, "GET /%zz HTTP/1.1~Host: a~~"), of(400, "\u0016\u0003\u0001\u0002~~"),
            of(414, "GET /" + "a".repeat(8200) + " HTTP/1.1~Host: a~~"),
            of(414, "GET /" + "a".repeat(8200) + "\u0001"), of(431, "GET / HTTP/1.1~Host: a~X: " + "y".repeat(8200)),
            of(431, "GET / HTTP/1.1~Host: a~" + "X: y~".repeat(120) + "~"),
            of(431, "GET / HTTP/1.1~Host: a~X: " + "y".repeat(8170) + "\u0000~~"),
            // Host
            of(400, "GET / HTTP/1.1~~"), of(400, "GET / HTTP/1.1~Host: a~Host: a~~"),
            of(400, "GET / HTTP/1.1~Host: a b~~"), of(400, "GET / HTTP/1.1~Host: a/b~~"),
            of(400, "GET / HTTP/1.1~Host: u@a~~"), of(400, "GET / HTTP/1.1~Host: a, b~~"),
            of(400, "GET http://b/ HTTP/1.1~~"), of(400, "GET http://b/c HTTP/1.1~Host: a~~"),
            of(400, "GET http://b/ HTTP/1.1~Host: a b~~"),
            ok("GET / HTTP/1.1~Host:~~"), ok("GET / HTTP/1.1~Host: [::1]:80~~"), ok("GET / HTTP/1.0~~"),
            // fields
            ok("GET / HTTP/1.1~Host:a~A:b~C: \t d e \t~E:~~"), ok("GET / HTTP/1.1~Host: a~X: \u00e4\u00ff~~"),
            of(400, "GET / HTTP/1.1~Host : a~~"), of(400, "GET / HTTP/1.1~ Host: a~~"),
            of(400, "GET / HTTP/1.1~Host: a~ b~~"), of(400, "GET / HTTP/1.1~Host: a~\tb: c~~"),
            of(400, "GET / HTTP/1.1~Host: a~b~~"), of(400, "GET / HTTP/1.1~Host: a~: b~~"),
            of(400, "GET / HTTP/1.1~Host: a~b\u00e4: c~~"), of(400, "GET / HTTP/1.1~Host: a~b(: c~~"),
            of(400, "GET / HTTP/1.1~Host: a~b: c\u0000d~~"), of(400, "GET / HTTP/1.1~Host: a~b: c\rd~~"),
            of(400, "GET / HTTP/1.1~Host: a~b: c\nd: e~~"), of(400, "GET / HTTP/1.1~Host: a\n~"),
            of(400, "GET / HTTP/1.1~Host: a~\n"), of(400, "GET / HTTP/1.1~Host: a~\rX"),
            of(400, "GET / HTTP/1.1~Host: a~b: c\u0001~~"), of(400, "GET / HTTP/1.1~Host: a~b: c\u001bd~~"),
            // bodies of known length
            ok("POST / HTTP/1.1~Host: a~Content-Length: 5~~hello"), ok("POST / HTTP/1.1~Host: a~Content-Length: 0~~"),
            ok("GET / HTTP/1.1~Host: a~Content-Length: 3~~abc"),
            of(400, "POST / HTTP/1.1~Host: a~Content-Length: +5~~hello"),
            of(400, "POST / HTTP/1.1~Host: a~Content-Length: 5, 5~~hello"),
            of(400, "POST / HTTP/1.1~Host: a~Content-Length: 5~Content-Length: 5~~hello"),
            of(400, "POST / HTTP/1.1~Host: a~Content-Length:~~"),
            of(400, "POST / HTTP/1.1~Host: a~Content-Length: 0x5~~hello"),
            of(413, "POST / HTTP/1.1~Host: a~Content-Length: 99999999999999999999~~hello"),
            // chunked bodies
            ok("POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5~hello~0~~"),
            ok("POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5;a=\"b\"~hello~6~ world~0~T: v~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5\nhello~0~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5~hello0~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~x~hello~0~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~0~T : v~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Content-Length: 5~~0~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked, identity~~0~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: identity~~"),
            of(400, "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~Transfer-Encoding: chunked~~0~~"),
            of(400, "POST / HTTP/1.0~Host: a~Transfer-Encoding: chunked~~0~~"),
            of(501, "POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip, chunked~~0~~"),
            // expectations
            new Case(List.of(100, 200), "POST / HTTP/1.1~Host: a~Expect: 100-continue~Content-Length: 2~~ab"),
            new Case(List.of(100, 200),
                    "POST / HTTP/1.1~Host: a~Expect: 100-Continue~Transfer-Encoding: chunked~~1~x~0~~"),
            ok("GET / HTTP/1.1~Host: a~Expect: 100-continue~~"), of(417, "GET / HTTP/1.1~Host: a~Expect: cookies~~"),
            ok("POST / HTTP/1.0~Host: a~Expect: 100-continue~Content-Length: 2~~ab"),
            // keep-alive and pipelining
            new Case(List.of(200, 200), "GET /1 HTTP/1.1~Host: a~~GET /2 HTTP/1.1~Host: a~~"),
            new Case(List.of(200, 200), "POST /1 HTTP/1.1~Host: a~Content-Length: 3~~abc~GET /2 HTTP/1.1~Host: a~~"),
            new Case(List.of(200, 200),
                    "POST /1 HTTP/1.1~Host: a~Transfer-Encoding: chunked~~1~x~0~~GET /2 HTTP/1.1~Host: a~~"),
            new Case(List.of(200, 400), "POST /1 HTTP/1.1~Host: a~Content-Length: 3~~abcdGET /2 HTTP/1.1~Host : a~~"),
            ok("GET /1 HTTP/1.1~Host: a~Connection: close~~GET /2 HTTP/1.1~Host: a~~"),
            ok("GET /1 HTTP/1.0~~GET /2 HTTP/1.0~~"),
            new Case(List.of(200, 200), "GET /1 HTTP/1.0~Connection: keep-alive~~GET /2 HTTP/1.0~~"),
            new Case(List.of(200, 400), "GET /1 HTTP/1.1~Host: a~~GET /2 HTTP/1.1~~"),
            // ends in the middle
            new Case(List.of(), ""), new Case(List.of(), "GET"), new Case(List.of(), "GET / HTTP/1.1~Host: a~"),
            new Case(List.of(), "POST / HTTP/1.1~Host: a~Content-Length: 5~~hell"),
            new Case(List.of(), "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5~hell"),
            new Case(List.of(), "POST / HTTP/1.1~Host: a~Transfer-Encoding: chunked~~5~hello~0~"));

    private Corpus() {
    }

    private static Case ok(String wire) {
        return of(200, wire);
    }

    private static Case of(int status, String wire) {
        return new Case(List.of(status), wire);
    }
}
