package io.zokor.mux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.http.Handler;
import io.zokor.http.Handlers;
import io.zokor.http.Request;
import io.zokor.testing.Await;
import io.zokor.testing.ResponseRecorder;
import io.zokor.testing.TestRequest;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServeMuxTest {

    private static final List<String> PATTERNS = List.of("/", "/{$}", "/a/b", "/a/", "/items/{id}",
            "GET /items/{id}/edit",
            "POST /items/{id}/edit", "/items/new", "/items/{id}/parts/{part}", "/items/{id}/parts/last",
            "/files/{path...}", "HEAD /heads", "GET /heads", "/heads", "example.com/items/", "EXAMPLE.com/only",
            "/%C3%A4", "/s%2Ft/x", "/b/{x}/{$}", "/dir/", "GET /getdir/", "CONNECT tunnel.example/", "[::1]/six");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET    | other | /                     | /{$}
            POST   | other | /nothing              | /
            GET    | other | /nothing/             | /
            GET    | other | /a/b                  | /a/b
            GET    | other | /a/                   | /a/
            GET    | other | /a/b/c                | /a/
            GET    | other | /items/7              | /items/{id}
            GET    | other | /items/new            | /items/new
            GET    | other | /items/%6Eew          | /items/new
            GET    | other | /items/               | /
            GET    | other | /items/7/edit         | GET /items/{id}/edit
            HEAD   | other | /items/7/edit         | GET /items/{id}/edit
            POST   | other | /items/7/edit         | POST /items/{id}/edit
            PUT    | other | /items/7/edit         | /
            GET    | other | /items/7/parts/3      | /items/{id}/parts/{part}
            GET    | other | /items/7/parts/last   | /items/{id}/parts/last
            GET    | other | /items/new/parts/last | /items/{id}/parts/last
            GET    | other | /items/new/parts      | /
            GET    | other | /files/               | /files/{path...}
            GET    | other | /files/a/b            | /files/{path...}
            HEAD   | other | /heads                | HEAD /heads
            GET    | other | /heads                | GET /heads
            POST   | other | /heads                | /heads
            GET    | example.com      | /items/7   | example.com/items/
            GET    | EXAMPLE.COM:8080 | /items/7   | example.com/items/
            GET    | example.com      | /only      | EXAMPLE.com/only
            GET    | example.com      | /a/b       | /a/b
            GET    | [::1]:8080       | /six       | [::1]/six
            GET    | [::1]            | /six       | [::1]/six
            GET    | other | /%c3%a4               | /%C3%A4
            GET    | other | /%C3%83               | /
            GET    | other | /%ff                  | /
            GET    | other | /s%2ft/x              | /s%2Ft/x
            GET    | other | /s/t/x                | /
            GET    | other | /b/1/                 | /b/{x}/{$}
            GET    | other | /b/1/2                | /
            CONNECT | tunnel.example:443 | tunnel.example:443 | CONNECT tunnel.example/
            CONNECT | other:443          | other:443          | /{$}
            """)
    void theMostSpecificPatternWins(String method, String host, String target, String pattern) {
        List<String> shuffled = new ArrayList<>(PATTERNS);
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(shuffled, new Random(seed));
            ServeMux mux = mux(shuffled.toArray(String[]::new));
            Request request = TestRequest.of(method, target).host(host);
            assertThat(mux.handler(request).pattern()).as("order %s", shuffled).isEqualTo(pattern);
            assertThat(serve(mux, request).bodyText()).isEqualTo(pattern);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /i/{id}             | /i/7          | id=7
            /i/{id}             | /i/a%2Fb      | id=a/b
            /i/{id}             | /i/a%20%C3%A4 | id=a ä
            /i/{id}             | /i/a+b;c=d    | id=a+b;c=d
            /i/{id}/            | /i/7/rest/x   | id=7
            /i/{id}/{$}         | /i/7/         | id=7
            /{a}/{b}            | /1/2          | a=1, b=2
            /{a}/x/{rest...}    | /1/x/2/3/     | a=1, rest=2/3/
            /f/{path...}        | /f/           | path=
            /f/{path...}        | /f/a/b%2Fc    | path=a/b/c
            /{a}/{b}/{c}/{d}/{e}/{f} | /1/2/3/4/5/6 | a=1, b=2, c=3, d=4, e=5, f=6
            """)
    void handsTheValuesOfWildcardsOut(String pattern, String path, String values) {
        Map<String, String> found = mux(pattern).handler(TestRequest.get(path)).values();
        assertThat(String.join(", ", found.entrySet().stream().map(Object::toString).toList()))
                .isEqualTo(values == null ? "" : values);
    }

    @Test
    void theHandlerSeesPatternAndValues() {
        AtomicReference<Request> seen = new AtomicReference<>();
        ServeMux mux = new ServeMux().handle("GET /i/{id}", (request, response) -> seen.set(request));
        serve(mux, TestRequest.get("/i/7?q=1"));
        assertThat(seen.get().pattern()).isEqualTo("GET /i/{id}");
        assertThat(seen.get().pathValue("id")).isEqualTo("7");
        assertThat(seen.get().pathValue("other")).isEmpty();
        assertThat(seen.get().query()).isEqualTo("q=1");
    }

    @Test
    void aMuxWithinAMuxKeepsTheOuterValues() {
        AtomicReference<Request> seen = new AtomicReference<>();
        ServeMux inner = new ServeMux().handle("/{a}/{c}", (request, response) -> seen.set(request));
        ServeMux outer = new ServeMux().handle("/{a}/{b}", inner);
        serve(outer, TestRequest.get("/1/2"));
        assertThat(seen.get().pattern()).isEqualTo("/{a}/{c}");
        assertThat(List.of(seen.get().pathValue("a"), seen.get().pathValue("b"), seen.get().pathValue("c")))
                .containsExactly("1", "2", "2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET  | /dir             | 301 | /dir/
            HEAD | /dir?q=1         | 301 | /dir/?q=1
            POST | /dir             | 307 | /dir/
            GET  | /sub/7           | 301 | /sub/7/
            GET  | /files           | 301 | /files/
            GET  | /a//b            | 301 | /a/b
            POST | /a/./b           | 307 | /a/b
            GET  | /x/../a/b?q=%2F  | 301 | /a/b?q=%2F
            GET  | /x/%2e%2e/a/b    | 301 | /a/b
            GET  | //evil.example/  | 301 | /evil.example/
            GET  | /./\\evil.example | 301 | /%5Cevil.example
            GET  | //dir            | 301 | /dir/
            GET  | /none//x         | 301 | /none/x
            POST | /getdir          | 405 | -
            GET  | /dirt            | 404 | -
            GET  | /none            | 404 | -
            """)
    void redirects(String method, String target, int status, String location) {
        ServeMux mux = mux("/dir/", "/sub/{x}/{$}", "/files/{p...}", "/a/b", "GET /getdir/");
        ResponseRecorder response = serve(mux, TestRequest.of(method, target.replace("\\\\", "\\")));
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.headers().get("Location")).isEqualTo(location.equals("-") ? null : location);
    }

    @Test
    void aSubtreeOfAnotherHostIsNoReasonToRedirect() {
        ServeMux mux = mux("example.com/", "/dir/");
        assertThat(mux.handler(TestRequest.get("/dir")).pattern()).isEqualTo("example.com/");
        assertThat(serve(mux, TestRequest.get("/dir")).status()).isEqualTo(200);
    }

    @Test
    void connectIsNotRedirected() {
        assertThat(serve(mux("/a/b/"), TestRequest.of("CONNECT", "/a//b")).status()).isEqualTo(404);
        assertThat(serve(mux("/a/b/"), TestRequest.of("CONNECT", "/a/b")).status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUT    | /a      | GET, HEAD, PATCH, POST
            DELETE | /a/     | PATCH
            GET    | /b      | POST
            GET    | /dir    | DELETE
            """)
    void aPathThatOtherMethodsHaveIs405(String method, String path, String allow) {
        ServeMux mux = mux("GET /a", "POST /a", "PATCH /a/{$}", "POST example.com/b", "DELETE /dir/");
        ResponseRecorder response = serve(mux, TestRequest.of(method, path));
        assertThat(response.status()).isEqualTo(405);
        assertThat(response.headers().get("Allow")).isEqualTo(allow);
        assertThat(response.bodyText()).isEqualTo("405 Method Not Allowed\n");
    }

    @Test
    void anUnknownPathIs404InPlainText() {
        ResponseRecorder response = serve(new ServeMux(), TestRequest.get("/secret<script>"));
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.headers().get("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(response.bodyText()).isEqualTo("404 Not Found\n");
    }

    @ParameterizedTest
    @ValueSource(strings = { "/i/%ff", "/i/%zz", "/i/%C0%AF", "/i/%" })
    void aValueThatCannotBeDecodedIs400(String path) {
        assertThat(serve(mux("/i/{id}"), TestRequest.get(path)).status()).isEqualTo(400);
    }

    @Test
    void optionsOfTheWholeServerIs200() {
        ResponseRecorder response = serve(mux("GET /"), TestRequest.of("OPTIONS", "*"));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.bodyText()).isEmpty();
    }

    @Test
    void aConflictNamesBothPatternsAndBothSites() {
        ServeMux mux = new ServeMux();
        mux.handle("/a/{x}", Handlers.notFound());
        String file = "ServeMuxTest.java:";
        assertThatIllegalArgumentException().isThrownBy(() -> mux.handle("GET /{y}/b", Handlers.notFound()))
                .withMessageMatching(
                        "(?s)pattern \"GET /\\{y}/b\" \\(registered at io\\.zokor\\.mux\\.ServeMuxTest\\..*"
                                + file + "\\d+\\)\\) conflicts with pattern \"/a/\\{x}\" \\(registered at "
                                + "io\\.zokor\\.mux\\.ServeMuxTest\\.aConflict.*" + file
                                + "\\d+\\)\\): both match GET /a/b and neither is more specific.*");
        assertThat(mux.handler(TestRequest.get("/c/b")).pattern()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /a          | /a
            /{x}        | /{y}
            /a/         | /a/{rest...}
            GET /a/{x}  | /a/b
            H.example/  | h.EXAMPLE/
            """)
    void refusesAConflict(String first, String second) {
        assertThatIllegalArgumentException().isThrownBy(() -> mux(first, second));
        assertThatIllegalArgumentException().isThrownBy(() -> mux(second, first));
    }

    @Test
    void patternsAreRegisteredWhileRequestsAreServed() throws InterruptedException {
        ServeMux mux = mux("/0");
        AtomicBoolean failed = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                if (!mux.handler(TestRequest.get("/0")).pattern().equals("/0")) {
                    failed.set(true);
                }
            }
        });
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            writers.add(Thread.ofVirtual().start(() -> {
                for (int i = 0; i < 50; i++) {
                    mux.handle("/w" + writer + "/" + i + "/{x}", Handlers.notFound());
                }
            }));
        }
        for (Thread writer : writers) {
            assertThat(writer.join(Await.BOUND)).isTrue();
        }
        done.set(true);
        assertThat(reader.join(Await.BOUND)).isTrue();
        assertThat(failed).isFalse();
        for (int w = 0; w < 4; w++) {
            for (int i = 0; i < 50; i++) {
                assertThat(mux.handler(TestRequest.get("/w" + w + "/" + i + "/1")).values()).containsEntry("x", "1");
            }
        }
    }

    @Test
    void thereIsOneDefaultMux() {
        assertThat(ServeMux.defaultMux()).isSameAs(ServeMux.defaultMux());
    }

    /** A mux whose handlers answer with their pattern. */
    private static ServeMux mux(String... patterns) {
        ServeMux mux = new ServeMux();
        for (String pattern : patterns) {
            mux.handle(pattern, Handlers.text(200, pattern));
        }
        return mux;
    }

    private static ResponseRecorder serve(Handler handler, Request request) {
        ResponseRecorder response = new ResponseRecorder();
        try {
            handler.handle(request, response);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return response;
    }
}
