package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.http.Cookie;

/** Servlet 6.1 chapter 5: the response. */
class ResponseTest {

    @Test
    void smallBodyHasItsLengthAndLargeOneIsChunked() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/small", (q, r) -> r.getOutputStream().print("small"));
            app.servlet("/large", (q, r) -> r.getOutputStream().write(new byte[20000]));
        })) {
            assertThat(web.get("/small").header("Content-Length")).contains("5");
            assertThat(web.get("/large").framing()).isEqualTo(RawResponse.Framing.CHUNKED);
        }
    }

    @Test
    void resetDropsEverythingAndResetBufferTheBody() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/reset", (q, r) -> {
                r.setStatus(404);
                r.setHeader("X", "1");
                r.setContentType("text/html");
                r.getWriter().print("dropped");
                r.reset();
                assertThat(r.getStatus()).isEqualTo(200);
                assertThat(r.getContentType()).isNull();
                r.getOutputStream().print("kept");
            });
            app.servlet("/buffer", (q, r) -> {
                r.setStatus(404);
                r.setHeader("X", "1");
                r.getWriter().print("dropped");
                r.resetBuffer();
                r.getWriter().print("kept");
            });
        })) {
            RawResponse reset = web.get("/reset");
            assertThat(reset.status() + reset.text() + reset.hasHeader("X")).isEqualTo("200keptfalse");
            RawResponse buffer = web.get("/buffer");
            assertThat(buffer.status() + buffer.text() + buffer.hasHeader("X")).isEqualTo("404kepttrue");
        }
    }

    @Test
    void bufferSizeAndCommit() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setBufferSize(100);
            assertThat(r.getBufferSize()).isGreaterThanOrEqualTo(100);
            r.getOutputStream().write(new byte[50]);
            assertThat(r.isCommitted()).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> r.setBufferSize(10));
            r.getOutputStream().write(new byte[100]);
            assertThat(r.isCommitted()).isTrue();
            assertThatIllegalStateException().isThrownBy(r::reset);
            assertThatIllegalStateException().isThrownBy(r::resetBuffer);
            assertThatIllegalStateException().isThrownBy(() -> r.sendError(400));
            assertThatIllegalStateException().isThrownBy(() -> r.sendRedirect("/"));
            r.setStatus(500);
            r.setHeader("Late", "1");
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("Late")).isFalse();
            assertThat(response.body()).hasSize(150);
        }
    }

    @Test
    void streamOrWriterButNotBoth() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/1", (q, r) -> {
                r.getWriter();
                assertThatIllegalStateException().isThrownBy(r::getOutputStream);
                r.reset();
                r.getOutputStream();
                assertThatIllegalStateException().isThrownBy(r::getWriter);
            });
        })) {
            assertThat(web.get("/1").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "text/html | | | false | text/html",
        "text/html | | | true | text/html;charset=ISO-8859-1",
        "text/html;charset=utf-8 | | | false | text/html;charset=utf-8",
        "text/html; a=b; charset=\"utf-8\" | | | false | text/html; a=b;charset=utf-8",
        "text/html | UTF-16 | | false | text/html;charset=UTF-16",
        "text/html | | ja | false | text/html;charset=Shift_JIS",
        "text/html;charset=utf-8 | | ja | true | text/html;charset=utf-8", "text/html | | xx | false | text/html",
        "application/json | | | false | application/json" })
    void contentType(String type, String encoding, String locale, boolean writer, String expected) throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setContentType(type);
            if (encoding != null) {
                r.setCharacterEncoding(encoding);
            }
            if (locale != null) {
                r.setLocale(Locale.of(locale));
            }
            if (writer) {
                r.getWriter();
                r.setCharacterEncoding("UTF-32");
            }
            assertThat(r.getContentType()).isEqualTo(expected);
        })) {
            RawResponse response = web.get("/");
            assertThat(response.header("Content-Type")).contains(expected);
            if (locale != null) {
                assertThat(response.header("Content-Language")).contains(locale);
            }
        }
    }

    @Test
    void writerEncodesAndUnknownEncodingIsRefused() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/utf8", (q, r) -> {
                r.setCharacterEncoding(StandardCharsets.UTF_8);
                for (char c : "aä€\uD83D\uDE00z".toCharArray()) {
                    r.getWriter().write(c);
                }
            });
            app.servlet("/long", (q, r) -> {
                r.setCharacterEncoding("UTF-8");
                r.getWriter().print("€".repeat(100_000));
            });
            app.servlet("/unknown", (q, r) -> {
                r.setCharacterEncoding("no-such-thing");
                Assertions.assertThatExceptionOfType(UnsupportedEncodingException.class).isThrownBy(r::getWriter);
                r.getOutputStream().print("ok");
            });
        })) {
            assertThat(web.get("/utf8").text()).isEqualTo("aä€\uD83D\uDE00z");
            assertThat(web.get("/long").text()).isEqualTo("€".repeat(100_000));
            assertThat(web.get("/unknown").text()).isEqualTo("ok");
        }
    }

    @Test
    void closingDeclaredLengthEndsTheBody() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setContentLength(5);
            r.getOutputStream().print("12345");
            assertThat(r.isCommitted()).isTrue();
            r.getOutputStream().print("ignored");
        })) {
            assertThat(web.get("/").text()).isEqualTo("12345");
        }
    }

    /** The rest would be taken for the next response. */
    @ParameterizedTest
    @ValueSource(booleans = { true, false })
    void aLengthBelowWhatIsWrittenAlreadyIsAnError(boolean flush) throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.getOutputStream().print("0123456789");
            r.setContentLength(5);
            if (flush) {
                r.flushBuffer();
            }
        })) {
            assertThat(web.get("/").status()).isEqualTo(500);
        }
    }

    /** What is written behind a length that is reached already is ignored, as behind one that was set in time. */
    @Test
    void aLengthThatWasReachedAlreadyTakesNoMore() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.getOutputStream().print("01234");
            r.setContentLength(5);
            r.getOutputStream().print("ignored");
        })) {
            assertThat(web.get("/").text()).isEqualTo("01234");
        }
    }

    @ParameterizedTest
    @CsvSource({ "/x, http://localhost/x", "y, http://localhost/a/y", "../z?q=1, http://localhost/z?q=1",
        "http://example.org/, http://example.org/", "//example.org/p, http://example.org/p",
        "?q=2, http://localhost/a/b?q=2", "'', http://localhost/a/b" })
    void redirectIsAbsolute(String location, String expected) throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.getWriter().print("dropped");
            r.sendRedirect(location);
            assertThat(r.isCommitted()).isTrue();
            r.getWriter().print("ignored");
        })) {
            RawResponse response = web.get("/a/b");
            assertThat(response.status()).isEqualTo(302);
            assertThat(response.header("Location")).contains(expected);
            assertThat(response.text()).isEqualTo("<a href=\"" + expected + "\">Found</a>.\n");
        }
    }

    @ParameterizedTest
    @CsvSource({ "/x, /x", "y, /a/y", "../z?q=1, /z?q=1", "http://example.org/, http://example.org/",
        "//example.org/p, http://example.org/p", "?q=2, /a/b?q=2", "'', /a/b", "http://localhost/x, http://localhost/x",
        "/x/..//example.org/p, /example.org/p", "/\\example.org/, http://localhost/\\example.org/" })
    void redirectMayStayRelative(String location, String expected) throws Exception {
        try (Web web = Web.start(container -> container.relativeRedirects(true),
                app -> app.servlet("/*", (q, r) -> r.sendRedirect(location)))) {
            RawResponse response = web.get("/a/b");
            assertThat(response.header("Location")).contains(expected);
            assertThat(response.text()).isEqualTo("<a href=\"" + expected + "\">Found</a>.\n");
        }
    }

    @Test
    void redirectWithStatusAndKeptBuffer() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setContentType("text/plain");
            r.getWriter().print("kept");
            r.sendRedirect("/x", 307, false);
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(307);
            assertThat(response.text()).isEqualTo("kept");
        }
    }

    @Test
    void redirectAboveTheRootIsRefused() throws Exception {
        try (Web web = Web.serving((q, r) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> r.sendRedirect("../../x")))) {
            assertThat(web.get("/a").status()).isEqualTo(200);
        }
    }

    @Test
    void lineEndsAreRefusedInEveryField() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            for (String bad : List.of("a\r\nb: c", "a\nb", "a\u0000b")) {
                assertThatIllegalArgumentException().isThrownBy(() -> r.setHeader("X", bad));
                assertThatIllegalArgumentException().isThrownBy(() -> r.addHeader("X", bad));
                assertThatIllegalArgumentException().isThrownBy(() -> r.setContentType("text/" + bad));
                assertThatIllegalArgumentException().isThrownBy(() -> r.sendRedirect("/" + bad));
                assertThatIllegalArgumentException().isThrownBy(() -> r.addCookie(new Cookie("c", bad)));
                assertThatIllegalArgumentException().isThrownBy(() -> r.setHeader("X" + bad, "v"));
            }
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("b")).isFalse();
        }
    }

    private static final String EXPIRES = "Thu, 01 Jan 2032 00:00:00 GMT";

    @Test
    void cookiesWithAllAttributes() throws Exception {
        try (Web web = Web.start(b -> b.cookieSameSite(c -> c.getName().equals("plain") ? "Lax" : null), app -> app
                .servlet("/*", (q, r) -> {
                    Cookie cookie = new Cookie("full", "v");
                    cookie.setPath("/p");
                    cookie.setDomain("Example.org");
                    cookie.setMaxAge(60);
                    cookie.setSecure(true);
                    cookie.setHttpOnly(true);
                    cookie.setAttribute("SameSite", "Strict");
                    cookie.setAttribute("Partitioned", "");
                    cookie.setAttribute("Own", "x");
                    cookie.setAttribute("Expires", EXPIRES);
                    r.addCookie(cookie);
                    r.addCookie(new Cookie("plain", null));
                }))) {
            RawResponse response = web.get("/");
            assertThat(response.headers("Set-Cookie").get(0).split("; ")).containsExactlyInAnyOrder("full=v", "Path=/p",
                    "Domain=example.org", "Max-Age=60", "Secure", "HttpOnly", "SameSite=Strict", "Partitioned",
                    "Own=x", "Expires=" + EXPIRES);
            assertThat(response.headers("Set-Cookie").get(1)).isEqualTo("plain=; SameSite=Lax");
        }
    }

    @Test
    void trailersFollowTheBody() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setTrailerFields(() -> Map.of("Checksum", "abc"));
            r.getWriter().print("body");
        })) {
            RawResponse response = web.get("/");
            assertThat(response.text()).isEqualTo("body");
            assertThat(response.trailers()).extracting(Map.Entry::getValue).containsExactly("abc");
        }
    }

    @Test
    void earlyHintsGoOutAtOnce() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setHeader("Link", "</style.css>; rel=preload");
            r.setStatus(103);
            r.getWriter().print("final");
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.interim()).extracting(RawResponse::status).containsExactly(103);
        }
    }

    @Test
    void headHasNoBodyButItsLength() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter().print("12345")); RawClient client = web.client()) {
            client.sendHead("HEAD / HTTP/1.1", "Host: localhost");
            assertThat(client.readHeadResponse().header("Content-Length")).contains("5");
            assertThat(client.get("/").text()).isEqualTo("12345");
        }
    }
}
