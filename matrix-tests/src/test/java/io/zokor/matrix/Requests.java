package io.zokor.matrix;

import static io.zokor.matrix.Scenario.form;
import static io.zokor.matrix.Scenario.framed;
import static io.zokor.matrix.Scenario.get;
import static io.zokor.matrix.Scenario.multipart;
import static io.zokor.matrix.Scenario.of;
import static io.zokor.matrix.Scenario.one;
import static io.zokor.matrix.Scenario.part;
import static io.zokor.matrix.Scenario.post;
import static io.zokor.matrix.Scenario.raw;
import static io.zokor.matrix.Scenario.request;
import static io.zokor.matrix.Scenario.send;

import java.util.ArrayList;
import java.util.List;

import io.zokor.matrix.Scenario.Step;

/** The requests that both servers get. */
final class Requests {

    private static final String HTML = "Accept: text/html";

    private static final String JSON = "Accept: application/json";

    private Requests() {
    }

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.addAll(requests());
        all.addAll(paths());
        all.addAll(parameters());
        all.addAll(responses());
        all.addAll(dispatches());
        all.addAll(errors());
        all.addAll(async());
        all.addAll(files());
        all.addAll(security());
        all.addAll(sessions());
        all.addAll(uploads());
        all.addAll(forwarded());
        all.addAll(mvc());
        all.addAll(wire());
        return all;
    }

    private static List<Scenario> requests() {
        return List.of(one("request: plain", "/echo"), //
                one("request: query", "/echo/a?x=1&y=%20z&x=2&empty&=none"),
                one("request: fields", "/echo", "X-One: 1", "x-one: 2", "X-Empty:",
                        "Accept-Language: de-AT, en;q=0.5, fr;q=0"),
                one("request: cookies", "/echo", "Cookie: a=1; b=\"two\"; c=x=y; $Version=1; bad cookie; d="),
                one("request: several cookie fields", "/echo", "Cookie: a=1", "Cookie: b=2"),
                one("request: cookie with UTF-8", "/echo", "Cookie: a=gr\u00c3\u00bcn"),
                one("request: odd locales", "/echo", "Accept-Language: *, x-klingon, zh-Hant-TW;q=0.8, en_US"),
                one("request: quality out of range", "/echo", "Accept-Language: de;q=7, en"),
                one("request: local name", "/api/local-name"),
                one("request: cookie with UTF-8, sent back", "/api/cookies/utf8", "Cookie: a=gr\u00c3\u00bcn"),
                one("request: latin header", "/echo", "X-Latin: gr\u00fcn"),
                of("request: HTTP/1.0", raw("GET /echo HTTP/1.0", "Host: {host}")),
                of("request: HTTP/1.0 without Host", raw("GET /api/204 HTTP/1.0")),
                of("request: HTTP/1.0 keep-alive", raw("GET /echo HTTP/1.0", "Host: {host}", "Connection: keep-alive"),
                        raw("GET /echo HTTP/1.0", "Host: {host}", "Connection: keep-alive")),
                of("request: close", get("/echo", "Connection: close")),
                of("request: keep-alive", get("/echo", "Connection: keep-alive"), get("/echo?second")),
                of("request: absolute target",
                        raw("GET http://other.example:99/echo/abs?x=1 HTTP/1.1", "Host: {host}")),
                of("request: absolute target, same host", raw("GET http://{host}/echo/abs HTTP/1.1", "Host: {host}")),
                of("request: Host with default port", raw("GET /echo HTTP/1.1", "Host: name.example")),
                of("request: Host IPv6", raw("GET /echo HTTP/1.1", "Host: [::1]:8080")),
                of("request: Host in capitals", raw("GET /echo HTTP/1.1", "Host: NAME.example:80")),
                of("request: Host empty", raw("GET /echo HTTP/1.1", "Host:")),
                of("request: PUT with content", send("PUT", "/echo", "text/plain", new byte[10])),
                of("request: DELETE", request("DELETE", "/echo")),
                of("request: PATCH form",
                        send("PATCH", "/echo?a=0", "application/x-www-form-urlencoded", "a=1".getBytes())),
                of("request: content type with charset", post("/echo", "text/plain; Charset=\"ISO-8859-1\"", "x")),
                of("request: unknown charset", post("/echo", "text/plain; charset=nonsense", "x")),
                of("request: empty POST", post("/api/text", "text/plain", "")),
                of("request: POST without length", request("POST", "/api/text")),
                of("request: expect",
                        new Step(post("/api/text", "text/plain", "abc").with("Expect: 100-continue").head(),
                                "abc".getBytes())),
                of("request: expect something else", get("/echo", "Expect: magic")),
                of("request: upgrade h2c ignored",
                        get("/api/nothing", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
                                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")));
    }

    private static List<Scenario> paths() {
        return List.of(one("path: encoded letters", "/echo/%61b%63"), //
                one("path: UTF-8", "/echo/gr%C3%BCn/%E4%B8%96"), one("path: space and plus", "/api/path/a%20b/c+d"),
                one("path: encoded percent", "/api/path/a%25b/c"), one("path: encoded slash", "/api/path/a%2Fb/c"),
                one("path: encoded backslash", "/echo/a%5Cb"), one("path: backslash", "/echo/a\\b"),
                one("path: dots", "/echo/x/../y/./z"), one("path: dots above the root", "/../echo"),
                one("path: encoded dots", "/echo/x/%2e%2e/y"), one("path: double slash", "/echo//x"),
                one("path: parameters", "/echo;a=1/b;c=2"), one("path: matrix variable", "/api/matrix/one;v=7"),
                one("path: session id", "/session/look;jsessionid=0123456789ABCDEF0123456789ABCDEF"),
                one("path: encoded semicolon", "/echo/a%3Bb"), one("path: malformed percent", "/echo/%zz"),
                one("path: cut percent", "/echo/%4"), one("path: NUL", "/echo/a%00b"),
                one("path: encoded LF", "/echo/a%0ab"),
                one("path: bad UTF-8", "/echo/%ff"), one("path: overlong UTF-8", "/echo/%c0%af"),
                one("path: raw UTF-8", "/echo/gr\u00c3\u00bcn"), one("path: curly braces", "/echo/{a}|b"),
                one("path: caret and quotes", "/echo/a^b`c\"d"),
                one("path: query with odd characters", "/echo?a=[1]&b={2}|^\\"),
                one("path: percent in query", "/echo?a=%zz&b=1"), one("path: fragment", "/echo#part"),
                one("path: root", "/"), one("path: unknown", "/unknown/path", JSON),
                one("path: unknown for a browser", "/unknown/path", HTML), one("path: trailing slash", "/api/unicode/"),
                one("path: case", "/API/unicode"), one("path: WEB-INF", "/WEB-INF/web.xml"),
                one("path: META-INF", "/META-INF/MANIFEST.MF"), one("path: servlet exact", "/exactly"),
                one("path: servlet by extension", "/some/where.raw"), one("path: servlet prefix", "/raw"),
                one("path: servlet path info", "/raw/a%20b;x=1/c?q=1"), one("path: favicon", "/favicon.ico"),
                one("path: long", "/echo/" + "a".repeat(4000)));
    }

    private static List<Scenario> parameters() {
        return List.of(of("form: simple", form("/echo?a=0", "a=1&b=%C3%BC&c=x+y&d")),
                of("form: latin", post("/echo", "application/x-www-form-urlencoded;charset=ISO-8859-1", "a=%FC")),
                of("form: raw UTF-8", form("/echo", "a=gr\u00fcn")), of("form: empty", form("/echo", "")),
                of("form: odd separators", form("/echo", "&&a=1&&=x&b==c&&")),
                of("form: malformed percent", form("/echo", "a=%z1&b=2")),
                of("form: cut percent", form("/echo", "a=%4")), of("form: invalid UTF-8", form("/echo", "a=%ff%fe")),
                of("form: large", form("/echo", "a=" + "x".repeat(100_000))),
                of("form: too large", form("/raw/x", "a=" + "x".repeat(2_200_000))),
                of("form: too many", form("/raw/x", "a=1&".repeat(1500) + "z=2")),
                of("form: chunked", framed("POST /echo HTTP/1.1", "3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n",
                        "Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked")),
                of("form: PUT", send("PUT", "/api/books/form", "application/x-www-form-urlencoded",
                        "title=T&stars=3".getBytes())),
                of("body: bytes", send("POST", "/api/bytes", "application/octet-stream", new byte[50_000])),
                of("body: text", post("/api/text", "text/plain;charset=utf-8", "gr\u00fcn")),
                of("body: chunked with extension and trailer",
                        framed("POST /raw/read HTTP/1.1", "4;a=b\r\nabcd\r\n0\r\nX-T: 1\r\n\r\n",
                                "Content-Type: text/plain",
                                "Transfer-Encoding: chunked", "Trailer: X-T")),
                of("body: unread, then the next", post("/raw/unread", "text/plain", "x".repeat(5000)),
                        get("/api/nothing")),
                of("body: of a GET", send("GET", "/raw/read", "text/plain", "abc".getBytes()), get("/api/nothing")),
                one("typed: good", "/api/typed?number=5&many=a,b&many=c&day=2026-02-03"),
                one("typed: many", "/api/typed?number=5&many=a&many=b"),
                one("typed: bad number", "/api/typed?number=x", JSON),
                one("typed: missing", "/api/typed", JSON), one("typed: missing for a browser", "/api/typed", HTML));
    }

    private static List<Scenario> responses() {
        List<Scenario> all = new ArrayList<>(List.of(one("response: unicode", "/api/unicode"),
                one("response: latin", "/api/latin"),
                one("response: nothing", "/api/nothing"), one("response: 204", "/api/204"),
                one("response: 201", "/api/201"),
                one("response: fields", "/api/headers"), one("response: cookies", "/api/cookies", "Cookie: a=1"),
                one("response: quoted cookie", "/api/cookies/quoted"),
                one("response: bad cookie", "/api/cookies/bad", JSON),
                one("response: of 7 KB", "/api/big?size=7000"), one("response: of 8 KB", "/api/big?size=8190"),
                one("response: of 9 KB", "/api/big?size=9000"), one("response: of 1 MB", "/api/big?size=1000000"),
                of("response: HTTP/1.0 of 1 MB", raw("GET /api/big?size=1000000 HTTP/1.0", "Host: {host}")),
                of("response: HEAD", request("HEAD", "/api/unicode"), get("/api/nothing")),
                of("response: HEAD of 1 MB", request("HEAD", "/api/big?size=1000000")),
                of("response: HEAD of a servlet", request("HEAD", "/raw/no-type")),
                of("response: HEAD of a large servlet", request("HEAD", "/raw/big")),
                of("response: HEAD of an error", request("HEAD", "/unknown/path")),
                of("response: OPTIONS", request("OPTIONS", "/api/unicode")),
                of("response: OPTIONS of a servlet", request("OPTIONS", "/raw/x")),
                of("response: TRACE", request("TRACE", "/api/unicode")),
                of("response: TRACE of a servlet", request("TRACE", "/raw/x")),
                of("response: wrong method", request("DELETE", "/api/unicode", JSON)),
                of("response: wrong method for a browser", request("DELETE", "/api/unicode", HTML)),
                of("response: wrong method of a servlet", request("PUT", "/raw/x", "Content-Length: 0")),
                of("response: unknown method", request("BREW", "/api/unicode")),
                one("response: ETag", "/etag/text"),
                one("response: ETag matches", "/etag/text", "If-None-Match: \"0\""),
                one("response: gzip is not asked of us", "/api/unicode", "Accept-Encoding: gzip")));
        all.add(one("servlet: length-and-less", "/raw/length-and-less", "Connection: close"));
        for (String task : List.of("types", "locale?tag=en", "locale?tag=de-AT",
                "locale?tag=ja", "locale?tag=fr", "locale?tag=zh-TW", "no-type", "no-type-stream", "own-length",
                "fields", "crlf", "trailers",
                "flush", "reset", "reset-buffer", "big", "length-and-more", "both", "closed",
                "unencodable", "after-error", "redirect?to=there", "redirect?to=/there", "redirect?to=../up?a=b",
                "redirect?to=https://other.example/x", "redirect?to=//other.example/x", "redirect?to=", "redirect-308",
                "redirect-kept", "set-status?status=204", "set-status?status=304", "set-status?status=205",
                "set-status?status=299", "set-status?status=404", "set-status?status=500")) {
            all.add(one("servlet: " + task, "/raw/" + task));
        }
        return all;
    }

    private static List<Scenario> dispatches() {
        List<Scenario> all = new ArrayList<>();
        for (String task : List.of("forward/echo?a=1", "include/echo?a=1", "forward/include/echo",
                "include/forward/echo",
                "include/redirect?to=/x", "include/send-error?status=409", "forward/send-error?status=409",
                "forward/throw",
                "include/throw", "include/fields", "include/flush", "include/reset", "forward-static",
                "include-missing",
                "named", "forward-written", "forward-late", "async", "async-dispatch?a=1", "async-timeout",
                "async-throw",
                "forward/async", "include/async-dispatch", "forward/async-dispatch", "x?stop=1")) {
            all.add(one("dispatch: " + task, "/raw/" + task));
        }
        all.add(of("dispatch: forward of a form", form("/raw/forward/echo?a=1", "a=2&b=3")));
        all.add(one("dispatch: view controller", "/view/forward?own=1"));
        all.add(one("dispatch: redirect view", "/view/old?a=1"));
        all.add(one("dispatch: redirect view, kept query", "/view/kept?b=2"));
        all.add(one("dispatch: status view", "/view/gone"));
        return all;
    }

    private static List<Scenario> errors() {
        List<Scenario> all = new ArrayList<>();
        for (String kind : List.of("missing", "conflict", "reason", "runtime", "servlet", "error", "arithmetic",
                "send?status=404&message=gone", "send?status=503", "send?status=418&message=tea", "send?status=423",
                "send?status=599", "partly", "buffered")) {
            all.add(one("error: " + kind, "/api/fail/" + kind, JSON));
            all.add(one("error for a browser: " + kind, "/api/fail/" + kind, HTML));
        }
        for (String task : List.of("throw", "throw-io", "throw-servlet", "send-error?status=404",
                "send-error?status=418", "send-error?status=423", "send-error?status=204", "send-error?status=200")) {
            all.add(one("servlet error: " + task, "/raw/" + task));
        }
        all.add(of("servlet error: unavailable", get("/unavailable"), get("/unavailable")));
        all.add(of("error: POST", form("/raw/throw", "a=1")));
        all.add(one("error: plain client", "/api/fail/runtime", "Accept: text/plain"));
        all.add(one("error: image", "/api/fail/runtime", "Accept: image/png"));
        all.add(one("error: directly", "/error"));
        return all;
    }

    private static List<Scenario> async() {
        List<Scenario> all = new ArrayList<>();
        for (String what : List.of("callable", "callable/fails", "callable/missing", "deferred", "deferred/at-once",
                "deferred/fails", "deferred/timeout", "deferred/timeout-result", "task/timeout", "task/timeout-503",
                "future",
                "sse", "sse/fails", "sse/timeout", "emitter", "stream", "stream/big", "stream/fails",
                "stream/fails-first")) {
            all.add(one("async: " + what, "/async/" + what));
        }
        all.add(one("async: timeout for a browser", "/async/deferred/timeout", HTML));
        all.add(one("async: failure for a browser", "/async/callable/fails", HTML));
        all.add(of("async: HEAD of a stream", request("HEAD", "/async/stream")));
        all.add(of("async: HTTP/1.0 stream", raw("GET /async/stream HTTP/1.0", "Host: {host}")));
        all.add(of("async: connection goes on", get("/async/callable"), get("/async/stream"), get("/async/deferred"),
                get("/api/nothing")));
        return all;
    }

    private static List<Scenario> files() {
        String late = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT";
        String early = "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT";
        return List.of(one("file: text", "/hello.txt"), one("file: html", "/page.html"), one("file: css", "/style.css"),
                one("file: no extension", "/plain"), one("file: large", "/large.txt"),
                one("file: with a space", "/sub/with%20space.txt"), one("file: folder", "/sub"),
                one("file: folder/", "/sub/"),
                one("file: above", "/sub/..%2f..%2fapplication.yml"), of("file: HEAD", request("HEAD", "/hello.txt")),
                of("file: HEAD large", request("HEAD", "/large.txt")),
                of("file: OPTIONS", request("OPTIONS", "/hello.txt")),
                of("file: POST", request("POST", "/hello.txt", "Content-Length: 0")),
                one("file: not modified", "/hello.txt", late), one("file: modified", "/hello.txt", early),
                one("file: unmodified since", "/hello.txt", "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT"),
                one("file: malformed date", "/hello.txt", "If-Modified-Since: yesterday"),
                one("file: range", "/hello.txt", "Range: bytes=0-4"),
                one("file: range to the end", "/hello.txt", "Range: bytes=30-"),
                one("file: last bytes", "/hello.txt", "Range: bytes=-5"),
                one("file: range beyond", "/hello.txt", "Range: bytes=1000-2000"),
                one("file: malformed range", "/hello.txt", "Range: bytes=5-2"),
                one("file: unknown unit", "/hello.txt", "Range: lines=1-2"),
                of("file: HEAD with range", request("HEAD", "/hello.txt", "Range: bytes=0-4")),
                one("file: If-Range old", "/hello.txt", "Range: bytes=0-4", "If-Range: Sat, 01 Jan 2000 00:00:00 GMT"),
                one("file: cached", "/cached/hello.txt"),
                one("file: ETag matches", "/cached/hello.txt", "If-None-Match: \"fixed\""),
                one("file: ETag differs", "/cached/hello.txt", "If-None-Match: W/\"other\""),
                one("file: If-Match fails", "/cached/hello.txt", "If-Match: \"other\""),
                one("file: missing", "/missing.txt"), one("file: missing for a browser", "/missing.html", HTML));
    }

    private static List<Scenario> security() {
        String basic = "Authorization: Basic YW5uOnNlY3JldA==";
        return List.of(one("security: browser is sent to the login", "/private/hello", HTML),
                one("security: script gets 401", "/private/hello", "X-Requested-With: XMLHttpRequest"),
                one("security: basic", "/private/hello", basic), one("security: roles", "/private/roles", basic),
                one("security: wrong password", "/private/hello", "Authorization: Basic YW5uOndyb25n"),
                one("security: malformed basic", "/private/hello", "Authorization: Basic !!!"),
                one("security: forbidden", "/admin/hello", basic, JSON),
                one("security: forbidden for a browser", "/admin/hello", basic, HTML),
                one("security: login page", "/login", HTML),
                of("security: CSRF token missing", form("/private/post", "text=a", basic)),
                of("security: form login", get("/private/hello?x=1", HTML), get("/login", HTML),
                        form("/login", "username=ann&password=secret&_csrf={csrf}"),
                        get("/private/hello?x=1&continue", HTML),
                        get("/token"), form("/private/post", "text=a+b&_csrf={csrf}"),
                        post("/private/post", "application/x-www-form-urlencoded", "text=c", "X-CSRF-TOKEN: {csrf}"),
                        form("/private/post", "text=a+b&_csrf=wrong"), get("/session/look"), get("/logout", HTML),
                        form("/logout", "_csrf={csrf}"), get("/private/hello", HTML)),
                of("security: login fails", get("/login", HTML),
                        form("/login", "username=ann&password=wrong&_csrf={csrf}"),
                        get("/login?error", HTML)),
                of("security: login without token", form("/login", "username=ann&password=secret")),
                of("security: remember me", get("/login", HTML),
                        form("/login", "username=ann&password=secret&remember-me=on&_csrf={csrf}"), get("/session/end"),
                        get("/private/hello")),
                one("security: firewall refuses a method", "/echo", "Host: {host}"),
                of("security: login by HEAD", request("HEAD", "/private/hello")),
                one("cors: simple", "/api/cors/thing", "Origin: https://friend.example"),
                one("cors: stranger", "/api/cors/thing", "Origin: https://evil.example"),
                one("cors: same origin", "/api/cors/thing", "Origin: http://{host}"),
                one("cors: without origin", "/api/cors/thing"),
                of("cors: preflight", request("OPTIONS", "/api/cors/thing", "Origin: https://friend.example",
                        "Access-Control-Request-Method: PUT", "Access-Control-Request-Headers: X-One")),
                of("cors: preflight refused", request("OPTIONS", "/api/cors/thing", "Origin: https://friend.example",
                        "Access-Control-Request-Method: DELETE")),
                of("cors: preflight of a stranger",
                        request("OPTIONS", "/api/cors/thing", "Origin: https://evil.example",
                                "Access-Control-Request-Method: PUT")));
    }

    private static List<Scenario> sessions() {
        return List.of(of("session: counts", get("/session/count"), get("/session/count"), get("/session/look")),
                of("session: none", get("/session/look")), of("session: foreign id", get("/session/count",
                        "Cookie: JSESSIONID=0123456789ABCDEF0123456789ABCDEF")),
                of("session: change of id", get("/session/count"), get("/session/change"), get("/session/count")),
                of("session: end", get("/session/count"), get("/session/end"), get("/session/look"),
                        get("/session/count")),
                of("session: end and new", get("/session/count"), get("/session/end-and-new"), get("/session/look")),
                of("session: remove", get("/session/count"), get("/session/remove?name=count"), get("/session/count")),
                of("session: encoded URLs", get("/session/encode"), get("/session/encode")),
                of("session: id in the URL only", get("/session/count"), get("/session/look;jsessionid={session}")));
    }

    private static List<Scenario> uploads() {
        String file = part("name=\"file\"; filename=\"a.txt\"", "text/plain", "content");
        return List.of(of("upload: one", multipart("/upload/one", file, part("name=\"note\"", "", "gr\u00fcn"))),
                of("upload: on disk", multipart("/upload/one", part("name=\"file\"; filename=\"b.bin\"",
                        "application/octet-stream", "x".repeat(15_000)))),
                of("upload: many",
                        multipart("/upload/many", part("name=\"files\"; filename=\"1.txt\"", "text/plain", "1"),
                                part("name=\"files\"; filename=\"2.txt\"", "text/plain", "22"))),
                of("upload: parts", multipart("/upload/parts", file, part("name=\"plain\"", "", "text"),
                        part("name=\"typed\"", "text/plain;charset=utf-8", "t"),
                        part("name=\"odd\"; filename=\"C:\\\\dir\\\\n \\\"q\\\".txt\"", "text/plain", "o"),
                        part("name=\"none\"; filename=\"\"", "application/octet-stream", ""),
                        part("name=\"star\"; filename*=UTF-8''gr%C3%BCn.txt", "text/plain", "s"))),
                of("upload: UTF-8 file name",
                        multipart("/upload/one", part("name=\"file\"; filename=\"gr\u00fcn.txt\"", "", "x"))),
                of("upload: JSON part", multipart("/upload/json",
                        part("name=\"book\"", "application/json", "{\"title\":\"T\",\"stars\":3}"))),
                of("upload: file missing", multipart("/upload/one", part("name=\"note\"", "", "n"))),
                of("upload: no multipart", form("/upload/one", "file=x")),
                of("upload: file too large", multipart("/upload/one",
                        part("name=\"file\"; filename=\"b.bin\"", "application/octet-stream", "x".repeat(25_000)))),
                of("upload: file too large, advised", multipart("/upload/one?advised",
                        part("name=\"file\"; filename=\"b.bin\"", "application/octet-stream", "x".repeat(25_000)))),
                of("upload: request too large",
                        multipart("/upload/many", part("name=\"files\"; filename=\"1\"", "", "x".repeat(18_000)),
                                part("name=\"files\"; filename=\"2\"", "", "x".repeat(18_000)),
                                part("name=\"files\"; filename=\"3\"", "", "x".repeat(18_000)))),
                of("upload: cut",
                        post("/upload/one", "multipart/form-data; boundary=b",
                                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nabc")),
                of("upload: no boundary", post("/upload/one", "multipart/form-data", "--b\r\n\r\n--b--")),
                of("upload: empty", post("/upload/parts", "multipart/form-data; boundary=b", "--b--\r\n")));
    }

    private static List<Scenario> forwarded() {
        return List.of(
                one("forwarded: proto and host", "/echo", "X-Forwarded-Proto: https", "X-Forwarded-Host: shop.example",
                        "X-Forwarded-Port: 443", "X-Forwarded-For: 203.0.113.7"),
                one("forwarded: RFC 7239", "/echo", "Forwarded: for=203.0.113.7;proto=https;host=shop.example:8443"),
                one("forwarded: prefix", "/echo", "X-Forwarded-Prefix: /shop"),
                one("forwarded: redirect", "/raw/redirect?to=/there", "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example"),
                one("forwarded: login", "/private/hello", HTML, "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example"),
                one("forwarded: secure session", "/session/count", "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example"));
    }

    private static List<Scenario> mvc() {
        return List.of(of("mvc: JSON", post("/api/books", "application/json", "{\"title\":\"T\",\"stars\":3}")),
                of("mvc: invalid", post("/api/books", "application/json", "{\"title\":\" \",\"stars\":3}", JSON)),
                of("mvc: bad JSON", post("/api/books", "application/json", "{\"title\":", JSON)),
                of("mvc: bad JSON for a browser", post("/api/books", "application/json", "{\"title\":", HTML)),
                of("mvc: unsupported type", post("/api/books", "text/plain", "x", JSON)),
                of("mvc: empty body", post("/api/books", "application/json", "", JSON)),
                one("mvc: not acceptable", "/api/books", "Accept: image/png"), one("mvc: list", "/api/books"),
                one("mvc: locale", "/api/locale", "Accept-Language: pt-BR, en;q=0.1"),
                one("mvc: no locale", "/api/locale"),
                one("actuator: index", "/actuator", JSON), one("actuator: health", "/actuator/health"),
                one("actuator: liveness", "/actuator/health/liveness"), one("actuator: info", "/actuator/info"),
                one("actuator: hidden", "/actuator/env", JSON),
                one("actuator: metric", "/actuator/metrics/nothing.such", JSON),
                of("actuator: wrong method", request("POST", "/actuator/health", "Content-Length: 0")));
    }

    private static List<Scenario> wire() {
        String host = "Host: {host}";
        return List.of(of("wire: no Host", raw("GET /echo HTTP/1.1")),
                of("wire: two Hosts", raw("GET /echo HTTP/1.1", host, host)),
                of("wire: bad Host", raw("GET /echo HTTP/1.1", "Host: a b")),
                of("wire: HTTP/2.0 in the request line", raw("GET /echo HTTP/2.0", host)),
                of("wire: HTTP/1.2", raw("GET /echo HTTP/1.2", host)),
                of("wire: no version", raw("GET /echo")), of("wire: nonsense", raw("nonsense")),
                of("wire: lower-case method", raw("get /echo HTTP/1.1", host)),
                of("wire: method with bad characters", raw("G@T /echo HTTP/1.1", host)),
                of("wire: two spaces", raw("GET  /echo HTTP/1.1", host)),
                of("wire: OPTIONS *", raw("OPTIONS * HTTP/1.1", host)), of("wire: GET *", raw("GET * HTTP/1.1", host)),
                of("wire: CONNECT", raw("CONNECT other.example:80 HTTP/1.1", "Host: other.example:80")),
                of("wire: relative target", raw("GET echo HTTP/1.1", host)),
                of("wire: space before colon", get("/echo", "X-A : 1")),
                of("wire: folded field", get("/echo", "X-A: 1", " more")),
                of("wire: field without colon", get("/echo", "X-A")), of("wire: empty field name", get("/echo", ": x")),
                of("wire: control character in a field", get("/echo", "X-A: a\u0001b")),
                of("wire: NUL in a field", get("/echo", "X-A: a\u0000b")),
                of("wire: large field", get("/echo", "X-A: " + "a".repeat(100_000))),
                of("wire: many fields", get("/echo", manyFields())),
                of("wire: long target", raw("GET /" + "a".repeat(100_000) + " HTTP/1.1", host)),
                of("wire: two lengths", get("/echo", "Content-Length: 1", "Content-Length: 2")),
                of("wire: malformed length", get("/echo", "Content-Length: abc")),
                of("wire: signed length", get("/echo", "Content-Length: +1")),
                of("wire: negative length", get("/echo", "Content-Length: -1")),
                of("wire: huge length", request("POST", "/raw/unread", "Content-Length: 99999999999999999999999")),
                of("wire: length and chunked", framed("POST /raw/read HTTP/1.1", "0\r\n\r\n", "Content-Length: 5",
                        "Transfer-Encoding: chunked")),
                of("wire: unknown coding", get("/echo", "Transfer-Encoding: magic")),
                of("wire: coding after chunked", get("/echo", "Transfer-Encoding: chunked, gzip")),
                of("wire: bad chunk",
                        framed("POST /api/text HTTP/1.1", "zz\r\nabc\r\n0\r\n\r\n", "Content-Type: text/plain",
                                "Transfer-Encoding: chunked")),
                of("wire: bad chunk, unread",
                        framed("POST /raw/unread HTTP/1.1", "zz\r\nabc\r\n0\r\n\r\n", "Content-Type: text/plain",
                                "Transfer-Encoding: chunked")),
                of("wire: pipelined", raw("GET /api/nothing HTTP/1.1", host, "", "GET /api/204 HTTP/1.1", host)),
                of("wire: empty line first", raw("\r\nGET /api/nothing HTTP/1.1", host)));
    }

    private static String[] manyFields() {
        String[] fields = new String[500];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = "X-" + i + ": 1";
        }
        return fields;
    }
}
