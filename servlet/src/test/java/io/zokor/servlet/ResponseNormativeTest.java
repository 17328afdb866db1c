package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.http.Cookie;

/** The sentences of HttpServletResponse's and ServletResponse's Javadoc that no other test shows; see normative.tsv. */
class ResponseNormativeTest {

    @Test
    void cookiesAddUpUntilTheCommit() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.addCookie(new Cookie("a", "1"));
            r.addCookie(new Cookie("b", "2"));
            r.flushBuffer();
            r.addCookie(new Cookie("c", "3"));
        });
        assertThat(response.headers("Set-Cookie")).containsExactly("a=1", "b=2");
    }

    @Test
    void fieldsAreSetAddedAndRead() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            assertThat(r.containsHeader("X-A")).isFalse();
            assertThat(r.getHeader("X-A")).isNull();
            assertThat(r.getHeaders("X-A")).isEmpty();
            r.addHeader("X-A", "0");
            r.addHeader("X-A", "1");
            r.setHeader("X-A", "2");
            r.addHeader("X-A", "3");
            assertThat(r.containsHeader("x-a")).isTrue();
            assertThat(r.getHeader("x-a")).isEqualTo("2");
            assertThat(r.getHeaders("X-A")).containsExactly("2", "3");
            assertThat(r.getHeaderNames()).contains("X-A");
            r.setHeader("X-Gone", "1");
            r.setHeader("X-Gone", null);
            assertThat(r.containsHeader("X-Gone")).isFalse();
            r.setHeader("X-Empty", "");
            assertThat(r.getHeader("X-Empty")).isEmpty();
            r.addHeader("X-Empty-Too", "");
        });
        assertThat(response.headers("X-A")).containsExactly("2", "3");
        assertThat(response.hasHeader("X-Gone")).isFalse();
        assertThat(response.header("X-Empty")).contains("");
        assertThat(response.header("X-Empty-Too")).contains("");
    }

    @Test
    void collectionsOfFieldsAreOwnOnes() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setHeader("X-A", "1");
            try {
                r.getHeaders("X-A").clear();
            } catch (UnsupportedOperationException e) {
                assertThat(e).isNotNull();
            }
            try {
                r.getHeaderNames().clear();
            } catch (UnsupportedOperationException e) {
                assertThat(e).isNotNull();
            }
            assertThat(r.getHeaders("X-A")).containsExactly("1");
            assertThat(r.getHeaderNames()).contains("X-A");
        });
        assertThat(response.header("X-A")).contains("1");
    }

    @Test
    void nullNamesAndValuesHaveNoEffect() throws Exception {
        Inside.get((q, r) -> {
            int before = r.getHeaderNames().size();
            r.setHeader(null, "1");
            r.addHeader(null, "1");
            r.addHeader("X", null);
            r.setIntHeader(null, 1);
            r.addIntHeader(null, 1);
            r.setDateHeader(null, 1);
            r.addDateHeader(null, 1);
            assertThat(r.getHeaderNames()).hasSize(before);
        });
    }

    @Test
    void numbersAndDatesAreFormatted() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.addIntHeader("X-N", 1);
            r.addIntHeader("X-N", 2);
            r.setIntHeader("X-M", 1);
            r.setIntHeader("X-M", 3);
            r.addDateHeader("X-D", 0);
            r.addDateHeader("X-D", 784111777000L);
            r.setDateHeader("X-E", 0);
            r.setDateHeader("X-E", 784111777000L);
        });
        assertThat(response.headers("X-N")).containsExactly("1", "2");
        assertThat(response.headers("X-M")).containsExactly("3");
        assertThat(response.headers("X-D")).containsExactly("Thu, 01 Jan 1970 00:00:00 GMT",
                "Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(response.headers("X-E")).containsExactly("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void headIsFixedByTheCommit() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setContentType("text/plain;charset=UTF-8");
            r.setLocale(Locale.FRENCH);
            r.setHeader("X-A", "1");
            r.flushBuffer();
            assertThat(r.isCommitted()).isTrue();
            r.setStatus(404);
            r.setHeader("X-A", "2");
            r.addHeader("X-A", "2");
            r.setIntHeader("X-I", 2);
            r.addIntHeader("X-I", 2);
            r.setDateHeader("X-T", 2);
            r.addDateHeader("X-T", 2);
            r.setContentType("text/html;charset=UTF-16");
            r.setCharacterEncoding("UTF-16");
            r.setLocale(Locale.GERMAN);
            r.setContentLength(7);
            r.setContentLengthLong(7);
            assertThat(r.getStatus()).isEqualTo(200);
            assertThat(r.getHeaders("X-A")).containsExactly("1");
            assertThat(r.getContentType()).isEqualTo("text/plain;charset=UTF-8");
            assertThat(r.getCharacterEncoding()).isEqualTo("UTF-8");
            assertThat(r.getLocale()).isEqualTo(Locale.FRENCH);
        });
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers("X-A")).containsExactly("1");
        assertThat(response.hasHeader("X-I")).isFalse();
        assertThat(response.hasHeader("X-T")).isFalse();
        assertThat(response.header("Content-Type")).contains("text/plain;charset=UTF-8");
        assertThat(response.header("Content-Language")).contains("fr");
    }

    @Test
    void statusKeepsFieldsAndAsksForNoErrorPage() throws Exception {
        RawResponse response = Inside.send(b -> b.errorPage(404, "/page"),
                app -> app.servlet("/page", (q, r) -> r.getWriter().print("page")), "GET", "/", (q, r) -> {
                    assertThat(r.getStatus()).isEqualTo(200);
                    r.setHeader("X-A", "1");
                    r.addCookie(new Cookie("c", "1"));
                    r.setStatus(404);
                    assertThat(r.getStatus()).isEqualTo(404);
                    r.getWriter().print("own");
                });
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.text()).isEqualTo("own");
        assertThat(response.header("X-A")).contains("1");
        assertThat(response.header("Set-Cookie")).contains("c=1");
    }

    @Test
    void sendErrorClosesAndIsRefusedAfterTheCommit() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            PrintWriter writer = r.getWriter();
            writer.print("dropped");
            r.addCookie(new Cookie("c", "1"));
            r.sendError(409);
            assertThat(r.isCommitted()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> r.sendError(410));
            assertThatIllegalStateException().isThrownBy(() -> r.sendError(410, "x"));
            writer.print("ignored");
        });
        assertThat(response.status()).isEqualTo(409);
        assertThat(response.text()).doesNotContain("dropped", "ignored");
        assertThat(response.header("Set-Cookie")).contains("c=1");
    }

    @Test
    void messageOfAnErrorIsInAPageOfHtmlAsText() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setContentType("application/json");
            r.sendError(409, "<b>why</b>");
        });
        assertThat(response.status()).isEqualTo(409);
        assertThat(response.header("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(response.text()).contains("&lt;b&gt;why&lt;/b&gt;").doesNotContain("<b>");
    }

    @Test
    void redirectsInAllForms() throws Exception {
        RawResponse plain = Inside.get((q, r) -> {
            r.getWriter().print("dropped");
            r.sendRedirect("/x");
            assertThat(r.isCommitted()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> r.sendRedirect("/y"));
            assertThatIllegalStateException().isThrownBy(() -> r.sendRedirect("/y", false));
            assertThatIllegalStateException().isThrownBy(() -> r.sendRedirect("/y", 301));
            assertThatIllegalStateException().isThrownBy(() -> r.sendRedirect("/y", 301, true));
        });
        assertThat(plain.status()).isEqualTo(302);
        assertThat(plain.header("Location")).contains("http://localhost/x");
        assertThat(plain.text()).contains("http://localhost/x").doesNotContain("dropped");
        RawResponse status = Inside.get((q, r) -> {
            r.getWriter().print("dropped");
            r.sendRedirect("/x", 303);
        });
        assertThat(status.status()).isEqualTo(303);
        assertThat(status.text()).contains("http://localhost/x").doesNotContain("dropped");
        RawResponse kept = Inside.get((q, r) -> {
            r.getWriter().print("kept");
            r.sendRedirect("/x", false);
        });
        assertThat(kept.status()).isEqualTo(302);
        assertThat(kept.text()).isEqualTo("kept");
    }

    @Test
    void redirectOfAnIncludeHasNoEffect() throws Exception {
        RawResponse response = Inside.send(UnaryOperator.identity(), app -> app.servlet("/in", (q, r) -> {
            r.sendRedirect("/x");
            r.sendRedirect("/x", true);
            r.sendRedirect("/x", 301);
            r.sendRedirect("/x", 301, false);
            r.getWriter().print("included");
        }), "GET", "/", (q, r) -> q.getRequestDispatcher("/in").include(q, r));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("included");
        assertThat(response.hasHeader("Location")).isFalse();
    }

    @Test
    void urlsAreEncodedWhereASessionNeedsIt() throws Exception {
        Inside.send("GET", "/a/b", (q, r) -> {
            assertThat(r.encodeURL("/x")).isEqualTo("/x");
            assertThat(r.encodeRedirectURL("/x")).isEqualTo("/x");
            String id = q.getSession().getId();
            assertThat(r.encodeURL("/x")).isEqualTo("/x;jsessionid=" + id);
            assertThat(r.encodeURL("c?d=1#e")).isEqualTo("c;jsessionid=" + id + "?d=1#e");
            assertThat(r.encodeRedirectURL("/x")).isEqualTo("/x;jsessionid=" + id);
            assertThat(r.encodeURL("http://elsewhere/x")).isEqualTo("http://elsewhere/x");
        });
    }

    @Test
    void urlsStayAsTheyAreForClientsWithCookies() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            q.getSession();
            r.getWriter().print(r.encodeURL("/x") + r.encodeRedirectURL("/y"));
        })) {
            String cookie = web.get("/").header("Set-Cookie").orElseThrow();
            assertThat(web.get("/", "Cookie: " + cookie.substring(0, cookie.indexOf(';'))).text()).isEqualTo("/x/y");
        }
    }

    @Test
    void trailersNeedAChunkedResponseThatIsNotCommitted() throws Exception {
        Supplier<Map<String, String>> supplier = () -> Map.of("X-Sum", "1");
        Inside.get((q, r) -> {
            assertThat(r.getTrailerFields()).isNull();
            r.setTrailerFields(supplier);
            assertThat(r.getTrailerFields()).isSameAs(supplier);
            r.flushBuffer();
            assertThatIllegalStateException().isThrownBy(() -> r.setTrailerFields(supplier));
        });
        Inside.get((q, r) -> {
            r.setContentLength(1);
            assertThatIllegalStateException().isThrownBy(() -> r.setTrailerFields(supplier));
            r.getOutputStream().write(1);
        });
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> assertThatIllegalStateException()
                .isThrownBy(() -> r.setTrailerFields(supplier)))); RawClient client = web.client()) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void forbiddenTrailersAreIgnored() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setTrailerFields(() -> Map.of("X-Sum", "1", "Content-Length", "5", "Transfer-Encoding", "chunked"));
            r.getWriter().print("body");
        });
        assertThat(response.text()).isEqualTo("body");
        assertThat(response.trailers()).extracting(Map.Entry::getKey).containsExactly("X-Sum");
    }

    @Test
    void encodingFollowsTheOrderOfPriority() throws Exception {
        Inside.get((q, r) -> {
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            assertThat(r.getContentType()).isNull();
        });
        Inside.send(b -> b.localeEncodings(Map.of(Locale.JAPANESE, StandardCharsets.UTF_16)),
                app -> app.context().setResponseCharacterEncoding("UTF-8"), "GET", "/", (q, r) -> {
                    assertThat(r.getCharacterEncoding()).isEqualTo("UTF-8");
                    r.setLocale(Locale.JAPANESE);
                    assertThat(r.getCharacterEncoding()).isEqualTo("UTF-16");
                    r.setContentType("text/plain;charset=US-ASCII");
                    assertThat(r.getCharacterEncoding()).isEqualTo("US-ASCII");
                    r.setLocale(Locale.JAPANESE);
                    assertThat(r.getCharacterEncoding()).isEqualTo("US-ASCII");
                    r.setCharacterEncoding("UTF-32");
                    assertThat(r.getContentType()).isEqualTo("text/plain;charset=UTF-32");
                    r.setCharacterEncoding((String) null);
                    assertThat(r.getCharacterEncoding()).isEqualTo("UTF-8");
                });
    }

    @Test
    void nullClearsTypeEncodingAndLocale() throws Exception {
        Inside.get((q, r) -> {
            r.setContentType("text/plain;charset=UTF-8");
            r.setCharacterEncoding((String) null);
            assertThat(r.getContentType()).isEqualTo("text/plain");
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            r.setCharacterEncoding(StandardCharsets.UTF_8);
            assertThat(r.getContentType()).isEqualTo("text/plain;charset=UTF-8");
            r.setCharacterEncoding((Charset) null);
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            r.setCharacterEncoding("UTF-8");
            r.setContentType(null);
            assertThat(r.getContentType()).isNull();
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            r.setLocale(Locale.JAPANESE);
            assertThat(r.getCharacterEncoding()).isNotEqualTo("ISO-8859-1");
            r.setLocale(null);
            assertThat(r.getLocale()).isEqualTo(Locale.getDefault());
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            assertThat(r.getHeader("Content-Language")).isNull();
        });
    }

    @Test
    void writerFixesTheEncoding() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setContentType("text/plain");
            r.getWriter().print("ä");
            assertThat(r.getContentType()).isEqualTo("text/plain;charset=ISO-8859-1");
            r.setCharacterEncoding("UTF-8");
            r.setLocale(Locale.JAPANESE);
            r.setContentType("text/html;charset=UTF-8");
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
            assertThat(r.getContentType()).isEqualTo("text/html;charset=ISO-8859-1");
        });
        assertThat(response.header("Content-Type")).contains("text/html;charset=ISO-8859-1");
        assertThat(response.body()).containsExactly(0xE4);
    }

    @Test
    void writerOfAnUnknownEncodingIsRefusedAndTheStreamWorks() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setContentType("text/plain;charset=no-such-encoding");
            assertThatExceptionOfType(UnsupportedEncodingException.class).isThrownBy(r::getWriter);
            r.getOutputStream().print("bytes");
        });
        assertThat(response.text()).isEqualTo("bytes");
        assertThat(response.header("Content-Type")).contains("text/plain;charset=no-such-encoding");
    }

    @Test
    void writerWithoutATypeStillEncodes() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setCharacterEncoding("UTF-8");
            r.getWriter().print("ä");
        });
        assertThat(response.hasHeader("Content-Type")).isFalse();
        assertThat(response.text()).isEqualTo("ä");
    }

    @Test
    void streamSendsBytesAsTheyAre() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        RawResponse response = Inside.get((q, r) -> {
            r.setContentType("text/plain;charset=UTF-16");
            r.getOutputStream().write(all);
        });
        assertThat(response.body()).isEqualTo(all);
    }

    @Test
    void flushOfStreamOrWriterCommits() throws Exception {
        Inside.get((q, r) -> {
            assertThat(r.isCommitted()).isFalse();
            r.getOutputStream().flush();
            assertThat(r.isCommitted()).isTrue();
        });
        Inside.get((q, r) -> {
            r.getWriter().flush();
            assertThat(r.isCommitted()).isTrue();
        });
    }

    @Test
    void lengthMayChangeUntilTheCommit() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setContentLength(100);
            r.setContentLengthLong(200);
            r.setContentLength(3);
            r.getOutputStream().print("abc");
        });
        assertThat(response.header("Content-Length")).contains("3");
        RawResponse head = Inside.send("HEAD", "/", (q, r) -> r.setContentLengthLong(5_000_000_000L));
        assertThat(head.header("Content-Length")).contains("5000000000");
    }

    @Test
    void bufferIsAtLeastAsLargeAsAskedAndFixedByContent() throws Exception {
        Inside.get((q, r) -> {
            r.setBufferSize(20_000);
            assertThat(r.getBufferSize()).isGreaterThanOrEqualTo(20_000);
            r.getOutputStream().write(new byte[15_000]);
            assertThat(r.isCommitted()).isFalse();
            assertThatIllegalStateException().isThrownBy(() -> r.setBufferSize(1));
            r.flushBuffer();
            assertThat(r.isCommitted()).isTrue();
            assertThatIllegalStateException().isThrownBy(() -> r.setBufferSize(1));
        });
        Inside.get((q, r) -> {
            r.flushBuffer();
            assertThatIllegalStateException().isThrownBy(() -> r.setBufferSize(1));
        });
    }

    @Test
    void resetForgetsStreamAndWriter() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            r.setStatus(404);
            r.setHeader("X-A", "1");
            r.setCharacterEncoding("UTF-16");
            r.getWriter().print("dropped");
            r.reset();
            assertThat(r.getStatus()).isEqualTo(200);
            assertThat(r.containsHeader("X-A")).isFalse();
            r.getOutputStream().print("kept");
            r.reset();
            r.getWriter().print("ä");
            assertThat(r.getCharacterEncoding()).isEqualTo("ISO-8859-1");
        });
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).containsExactly(0xE4);
    }

    @Test
    void localeIsSentAndTheDefaultWithoutOne() throws Exception {
        RawResponse response = Inside.send(b -> b.localeEncodings(Map.of(Locale.of("xx"), StandardCharsets.UTF_16)),
                app -> {
                }, "GET", "/", (q, r) -> {
                    assertThat(r.getLocale()).isEqualTo(Locale.getDefault());
                    r.setContentType("text/plain");
                    r.setLocale(Locale.JAPANESE);
                    r.setLocale(Locale.of("xx"));
                    assertThat(r.getLocale()).isEqualTo(Locale.of("xx"));
                    assertThat(r.getContentType()).isEqualTo("text/plain;charset=UTF-16");
                });
        assertThat(response.header("Content-Language")).contains("xx");
        assertThat(response.header("Content-Type")).contains("text/plain;charset=UTF-16");
    }

    @Test
    void aLocaleChangesNoEncodingThatWasSet() throws Exception {
        for (Web.Action set : java.util.List.<Web.Action>of((q, r) -> r.setContentType("text/plain;charset=UTF-8"),
                (q, r) -> r.setCharacterEncoding("UTF-8"), (q, r) -> {
                    r.setCharacterEncoding("UTF-8");
                    r.getWriter();
                })) {
            Inside.get((q, r) -> {
                set.run(q, r);
                r.setLocale(Locale.JAPANESE);
                assertThat(r.getCharacterEncoding()).isEqualTo("UTF-8");
                assertThat(r.getLocale()).isEqualTo(Locale.JAPANESE);
            });
        }
    }
}
