package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.UnsupportedEncodingException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.MappingMatch;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.WebConnection;

/** The sentences of HttpServletRequest's and ServletRequest's Javadoc that no other test shows; see normative.tsv. */
class RequestNormativeTest {

    private static final String FORM = "application/x-www-form-urlencoded";

    private static final String CHUNKED = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            + "Trailer: X-Sum\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n";

    /** Cannot be made. */
    public static class NoConstructor implements HttpUpgradeHandler {

        public NoConstructor(String argument) {
            throw new AssertionError(argument);
        }

        @Override
        public void init(WebConnection connection) {
            throw new AssertionError("never made");
        }

        @Override
        public void destroy() {
            throw new AssertionError("never made");
        }
    }

    /** Sends bytes as they are to one servlet. */
    private static RawResponse raw(String bytes, Web.Action checks) throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run(checks)); RawClient client = web.client()) {
            client.send(bytes);
            RawResponse response = client.readResponse();
            inside.rethrow();
            return response;
        }
    }

    private static RawResponse dispatching(Web.Setup setup, Web.Action checks) throws Exception {
        return Inside.send(UnaryOperator.identity(), setup, "GET", "/check", checks);
    }

    @Test
    void nobodyIsAuthenticatedAndNobodyHasARole() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getAuthType()).isNull();
            assertThat(q.getRemoteUser()).isNull();
            assertThat(q.getUserPrincipal()).isNull();
            assertThat(q.isUserInRole("admin")).isFalse();
            assertThat(q.isUserInRole("*")).isFalse();
            assertThat(q.isUserInRole("**")).isFalse();
            assertThatExceptionOfType(ServletException.class).isThrownBy(() -> q.login("a", "b"));
            assertThatExceptionOfType(ServletException.class).isThrownBy(() -> q.authenticate(r));
            q.logout();
            assertThat(q.getUserPrincipal()).isNull();
        }, "Authorization: Basic YTpi");
    }

    @Test
    void cookiesAreNullWithoutAny() throws Exception {
        Inside.get((q, r) -> assertThat(q.getCookies()).isNull());
        Inside.get((q, r) -> assertThat(q.getCookies()).extracting(Cookie::getName).containsExactly("a", "b"),
                "Cookie: a=1; b=2");
    }

    @Test
    void fieldsAreFoundInAnyCaseAndTheFirstValueCounts() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getHeader("x-many")).isEqualTo("one");
            assertThat(Collections.list(q.getHeaders("X-MANY"))).containsExactly("one", "two");
            assertThat(q.getHeader("none")).isNull();
            assertThat(q.getHeaders("none").hasMoreElements()).isFalse();
            assertThat(Collections.list(q.getHeaderNames()).stream().map(String::toLowerCase)).contains("host",
                    "x-many", "x-number");
            assertThat(q.getIntHeader("x-NUMBER")).isEqualTo(17);
            assertThat(q.getIntHeader("none")).isEqualTo(-1);
            assertThatExceptionOfType(NumberFormatException.class).isThrownBy(() -> q.getIntHeader("X-Many"));
            assertThat(q.getDateHeader("x-DATE")).isEqualTo(784111777000L);
            assertThat(q.getDateHeader("none")).isEqualTo(-1);
            assertThatIllegalArgumentException().isThrownBy(() -> q.getDateHeader("X-Many"));
        }, "X-Many: one", "X-Many: two", "X-Number: 17", "X-Number: 18", "X-Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "X-Date: Mon, 07 Nov 1994 08:49:37 GMT");
    }

    private static void assertMapping(HttpServletRequest request, String servlet, MappingMatch match) {
        HttpServletMapping mapping = request.getHttpServletMapping();
        assertThat(mapping.getServletName()).isEqualTo(servlet);
        assertThat(mapping.getMappingMatch()).isEqualTo(match);
    }

    @Test
    void mappingIsUnchangedByIncludesOfIncludes() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> {
            app.servlet("one", "/one", inside.run((q, r) -> q.getRequestDispatcher("/two/x").include(q, r)));
            app.servlet("two", "/two/*", inside.run((q, r) -> {
                assertMapping(q, "one", MappingMatch.EXACT);
                q.getRequestDispatcher("/three").include(q, r);
                assertMapping(q, "one", MappingMatch.EXACT);
            }));
            app.servlet("three", "/three", inside.run((q, r) -> {
                assertMapping(q, "one", MappingMatch.EXACT);
                r.getWriter().print("three");
            }));
        })) {
            assertThat(web.get("/one").text()).isEqualTo("three");
            inside.rethrow();
        }
    }

    @Test
    void mappingIsThatOfTheAsyncTargetUnderANamedForward() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> {
            app.servlet("one", "/one", inside.run((q, r) -> q.startAsync().dispatch("/two/x")));
            app.servlet("two", "/two/*", inside.run((q, r) -> {
                assertMapping(q, "two", MappingMatch.PATH);
                q.getServletContext().getNamedDispatcher("three").forward(q, r);
            }));
            app.servlet("three", "/three", inside.run((q, r) -> {
                assertMapping(q, "two", MappingMatch.PATH);
                r.getWriter().print("three");
            }));
        })) {
            assertThat(web.get("/one").text()).isEqualTo("three");
            inside.rethrow();
        }
    }

    @Test
    void methodAndProtocolAreThoseOfTheRequestLine() throws Exception {
        Inside.send("PATCH", "/", (q, r) -> {
            assertThat(q.getMethod()).isEqualTo("PATCH");
            assertThat(q.getProtocol()).isEqualTo("HTTP/1.1");
            assertThat(q.getScheme()).isEqualTo("http");
            assertThat(q.isSecure()).isFalse();
        });
        raw("GET / HTTP/1.0\r\n\r\n", (q, r) -> {
            assertThat(q.getProtocol()).isEqualTo("HTTP/1.0");
            assertThat(q.getHeaderNames().hasMoreElements()).isFalse();
        });
    }

    @Test
    void pathInfoIsCanonicalAndNullWhereThereIsNone() throws Exception {
        dispatching(app -> app.servlet("/exact", (q, r) -> assertThat(q.getPathInfo()).isNull()), (q, r) -> {
        });
        Inside.send("GET", "/a;x=1/./b/../%63?q", (q, r) -> {
            assertThat(q.getServletPath()).isEmpty();
            assertThat(q.getPathInfo()).isEqualTo("/a/c");
            assertThat(q.getRequestURI()).isEqualTo("/a;x=1/./b/../%63");
        });
    }

    @Test
    void pathTranslatedIsARealPathOrNull(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("a.txt"), "a");
        Inside.send("GET", "/a.txt", (q, r) -> assertThat(q.getPathTranslated()).isNull());
        Inside.send(b -> b.documentRoot(root), app -> {
        }, "GET", "/a.txt", (q, r) -> assertThat(Path.of(q.getPathTranslated())).hasContent("a"));
        Inside inside = new Inside();
        try (Web web = Web.start(b -> b.documentRoot(root), app -> app.servlet("/exact",
                inside.run((q, r) -> assertThat(q.getPathTranslated()).isNull())))) {
            web.get("/exact");
            inside.rethrow();
        }
    }

    @Test
    @SuppressWarnings("deprecation") // newPushBuilder is asked although it is deprecated
    void pushIsNotSupported() throws Exception {
        Inside.get((q, r) -> assertThat(q.newPushBuilder()).isNull());
    }

    @Test
    void contextPathComesFirstAndIsNotDecoded() throws Exception {
        Inside.get((q, r) -> assertThat(q.getContextPath()).isEmpty());
        Inside.send(b -> b.contextPath("/my app"), app -> {
        }, "GET", "/my%20app/x", (q, r) -> {
            assertThat(q.getContextPath()).isEqualTo("/my%20app");
            assertThat(q.getRequestURI()).startsWith(q.getContextPath());
            assertThat(q.getServletContext().getContextPath()).isEqualTo("/my app");
        });
    }

    @Test
    void queryIsNotDecoded() throws Exception {
        Inside.send("GET", "/x?a=%20b&c", (q, r) -> assertThat(q.getQueryString()).isEqualTo("a=%20b&c"));
        Inside.send("GET", "/x", (q, r) -> assertThat(q.getQueryString()).isNull());
    }

    @Test
    void uriIsNotDecodedAndWithoutTheOriginOfAnAbsoluteTarget() throws Exception {
        Inside.send("GET", "/some/p%61th.html", (q, r) -> assertThat(q.getRequestURI()).isEqualTo("/some/p%61th.html"));
        raw("GET http://foo.bar/a.html?b HTTP/1.1\r\nHost: foo.bar\r\n\r\n", (q, r) -> {
            assertThat(q.getRequestURI()).isEqualTo("/a.html");
            assertThat(q.getServerName()).isEqualTo("foo.bar");
            assertThat(q.getServerPort()).isEqualTo(80);
        });
        Inside.send("HEAD", "/xyz?a=b", (q, r) -> assertThat(q.getRequestURI()).isEqualTo("/xyz"));
    }

    @Test
    void urlIsThatOfTheClientAndAfterAForwardThatOfTheTarget() throws Exception {
        raw("GET /a%20b?c=1 HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", (q, r) -> {
            assertThat(q.getRequestURL()).hasToString("http://example.org:8080/a%20b");
            q.getRequestURL().append("changed");
            assertThat(q.getRequestURL()).hasToString("http://example.org:8080/a%20b");
        });
        Inside inside = new Inside();
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> q.getRequestDispatcher("/to").forward(q, r));
            app.servlet("/to", inside.run((q, r) -> assertThat(q.getRequestURL()).hasToString("http://localhost/to")));
        })) {
            assertThat(web.get("/from").status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void sessionIsMadeOnDemandOnly() throws Exception {
        RawResponse without = Inside.get((q, r) -> {
            assertThat(q.getSession(false)).isNull();
            assertThat(q.getRequestedSessionId()).isNull();
            assertThat(q.isRequestedSessionIdValid()).isFalse();
            assertThat(q.isRequestedSessionIdFromCookie()).isFalse();
            assertThat(q.isRequestedSessionIdFromURL()).isFalse();
            assertThatIllegalStateException().isThrownBy(q::changeSessionId);
        });
        assertThat(without.hasHeader("Set-Cookie")).isFalse();
        Inside.get((q, r) -> {
            assertThat(q.getRequestedSessionId()).isEqualTo("unknown");
            assertThat(q.isRequestedSessionIdFromCookie()).isTrue();
            assertThat(q.isRequestedSessionIdValid()).isFalse();
            assertThat(q.getSession().getId()).isNotEqualTo("unknown");
            assertThat(q.getSession(true).getId()).isEqualTo(q.getSession(false).getId());
            assertThat(q.getRequestedSessionId()).isEqualTo("unknown");
        }, "Cookie: JSESSIONID=unknown");
    }

    @Test
    void partsAreAnOwnCollection() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> app.servlet("/up", inside.run((q, r) -> {
            assertThat(q.getParts()).extracting(Part::getName).containsExactly("a");
            try {
                q.getParts().clear();
            } catch (UnsupportedOperationException e) {
                assertThat(e).isNotNull();
            }
            assertThat(q.getParts()).hasSize(1);
            assertThat(q.getPart("a").getInputStream()).hasContent("1");
            assertThat(q.getPart("none")).isNull();
            assertThat(q.getParameter("a")).isEqualTo("1");
        })).setMultipartConfig(new MultipartConfigElement("")))) {
            web.post("/up", "multipart/form-data; boundary=b",
                    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n");
            inside.rethrow();
        }
    }

    @Test
    void multipartWithoutPartsIsEmpty() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(app -> app.servlet("/up", inside.run((q, r) -> {
            assertThat(q.getParts()).isEmpty();
            assertThat(q.getPart("a")).isNull();
        })).setMultipartConfig(new MultipartConfigElement("")))) {
            assertThat(web.post("/up", "multipart/form-data; boundary=b", "--b--\r\n").status()).isEqualTo(200);
            inside.rethrow();
        }
    }

    @Test
    void upgradeHandlerThatCannotBeMadeIsAServletException() throws Exception {
        Inside.get((q, r) -> assertThatExceptionOfType(ServletException.class)
                .isThrownBy(() -> q.upgrade(NoConstructor.class)), "Connection: Upgrade", "Upgrade: x");
    }

    @Test
    void trailersAreReadyAfterTheBody() throws Exception {
        raw(CHUNKED, (q, r) -> {
            assertThat(q.isTrailerFieldsReady()).isFalse();
            assertThatIllegalStateException().isThrownBy(q::getTrailerFields);
            assertThat(q.getInputStream()).hasContent("abc");
            assertThat(q.isTrailerFieldsReady()).isTrue();
            assertThat(q.getTrailerFields()).isEqualTo(Map.of("x-sum", "1"));
            Map<String, String> copy = q.getTrailerFields();
            try {
                copy.clear();
            } catch (UnsupportedOperationException e) {
                assertThat(e).isNotNull();
            }
            assertThat(q.getTrailerFields()).hasSize(1);
        });
        Inside.get((q, r) -> {
            assertThat(q.isTrailerFieldsReady()).isTrue();
            assertThat(q.getTrailerFields()).isEmpty();
        });
    }

    @Test
    void attributesLiveAsLongAsTheRequest() throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            assertThat(q.getAttribute("a")).isNull();
            assertThat(Collections.list(q.getAttributeNames())).doesNotContain("a");
            q.setAttribute("a", 1);
            assertThat(Collections.list(q.getAttributeNames())).contains("a");
            q.setAttribute("b", 1);
            q.setAttribute("b", null);
            assertThat(q.getAttribute("b")).isNull();
            q.setAttribute("c", 1);
            q.removeAttribute("c");
            assertThat(q.getAttribute("c")).isNull();
            r.getWriter().print(q.getAttribute("a"));
        })); RawClient client = web.client()) {
            assertThat(client.get("/").text()).isEqualTo("1");
            assertThat(client.get("/").text()).isEqualTo("1");
            inside.rethrow();
        }
    }

    @Test
    void encodingIsTheRequestsThenTheApplications() throws Exception {
        Inside.get((q, r) -> assertThat(q.getCharacterEncoding()).isNull());
        Inside.get((q, r) -> assertThat(q.getCharacterEncoding()).isEqualToIgnoringCase("utf-16"),
                "Content-Type: text/plain; charset=utf-16");
        Inside.send(UnaryOperator.identity(), app -> app.context().setRequestCharacterEncoding("UTF-8"), "GET", "/",
                (q, r) -> assertThat(q.getCharacterEncoding()).isEqualToIgnoringCase("utf-16"),
                "Content-Type: text/plain; charset=utf-16");
    }

    @Test
    void encodingIsOverriddenBeforeReading() throws Exception {
        Inside.post(app -> {
        }, "/", FORM, "a=%C3%A4", (q, r) -> {
            assertThatExceptionOfType(UnsupportedEncodingException.class)
                    .isThrownBy(() -> q.setCharacterEncoding("no-such-encoding"));
            q.setCharacterEncoding("ISO-8859-1");
            q.setCharacterEncoding(StandardCharsets.UTF_8);
            assertThat(q.getCharacterEncoding()).isEqualTo("UTF-8");
            assertThat(q.getParameter("a")).isEqualTo("ä");
            q.setCharacterEncoding("UTF-16");
            assertThat(q.getCharacterEncoding()).isEqualTo("UTF-8");
            q.setCharacterEncoding("no-such-encoding");
            assertThat(q.getParameter("a")).isEqualTo("ä");
        });
        Inside.post(app -> {
        }, "/", "text/plain; charset=utf-8", "ä", (q, r) -> {
            assertThat(q.getReader().readLine()).isEqualTo("ä");
            q.setCharacterEncoding("UTF-16");
            assertThat(q.getCharacterEncoding()).isEqualToIgnoringCase("UTF-8");
        });
    }

    @Test
    void readerOfAnUnknownEncodingIsRefused() throws Exception {
        Inside.post(app -> {
        }, "/", "text/plain; charset=no-such-encoding", "x",
                (q, r) -> assertThatExceptionOfType(UnsupportedEncodingException.class).isThrownBy(q::getReader));
    }

    @Test
    void lengthIsMinusOneWhereItIsUnknownOrTooLargeForAnInt() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getContentLength()).isEqualTo(-1);
            assertThat(q.getContentLengthLong()).isEqualTo(-1);
            assertThat(q.getContentType()).isNull();
        });
        raw(CHUNKED, (q, r) -> assertThat(q.getContentLengthLong()).isEqualTo(-1));
        Inside.post(app -> {
        }, "/", "text/plain", "abc", (q, r) -> {
            assertThat(q.getContentLength()).isEqualTo(3);
            assertThat(q.getContentLengthLong()).isEqualTo(3);
            assertThat(q.getContentType()).isEqualTo("text/plain");
        });
        raw("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3000000000\r\n\r\n",
                (q, r) -> {
                    assertThat(q.getContentLength()).isEqualTo(-1);
                    assertThat(q.getContentLengthLong()).isEqualTo(3_000_000_000L);
                });
    }

    @Test
    void parametersHaveAllTheirValuesAndTheMapIsClosed() throws Exception {
        Inside.post(app -> {
        }, "/?a=1&b=2", FORM, "a=3", (q, r) -> {
            assertThat(q.getParameter("a")).isEqualTo("1");
            assertThat(q.getParameterValues("a")).containsExactly("1", "3");
            assertThat(q.getParameterValues("b")).containsExactly("2");
            assertThat(q.getParameter("none")).isNull();
            assertThat(q.getParameterValues("none")).isNull();
            assertThat(Collections.list(q.getParameterNames())).containsExactlyInAnyOrder("a", "b");
            assertThat(q.getParameterMap()).containsOnlyKeys("a", "b");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> q.getParameterMap().put("c", new String[0]));
        });
        Inside.get((q, r) -> assertThat(q.getParameterNames().hasMoreElements()).isFalse());
    }

    @Test
    void malformedParametersAreAnIllegalState() throws Exception {
        for (String query : List.of("/?a=%zz", "/?a=%FF")) {
            Inside.send("GET", query, (q, r) -> {
                assertThatIllegalStateException().isThrownBy(() -> q.getParameter("a"));
                assertThatIllegalStateException().isThrownBy(q::getParameterNames);
                assertThatIllegalStateException().isThrownBy(() -> q.getParameterValues("a"));
                assertThatIllegalStateException().isThrownBy(q::getParameterMap);
            });
        }
    }

    @Test
    void serverIsThatOfTheHostFieldOrTheAddress() throws Exception {
        raw("GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n", (q, r) -> {
            assertThat(q.getServerName()).isEqualTo("example.org");
            assertThat(q.getServerPort()).isEqualTo(8080);
        });
        raw("GET / HTTP/1.0\r\n\r\n", (q, r) -> {
            assertThat(q.getServerName()).isEqualTo(q.getLocalAddr());
            assertThat(q.getServerPort()).isEqualTo(q.getLocalPort());
        });
    }

    @Test
    void addressesAreThoseOfTheConnection() throws Exception {
        Inside inside = new Inside();
        int[] ports = new int[2];
        try (Web web = Web.serving(inside.run((q, r) -> {
            assertThat(q.getRemoteAddr()).isEqualTo("127.0.0.1");
            assertThat(q.getRemoteHost()).isEqualTo("127.0.0.1");
            assertThat(q.getLocalAddr()).isEqualTo("127.0.0.1");
            assertThat(q.getLocalName()).isEqualTo("127.0.0.1");
            ports[0] = q.getRemotePort();
            ports[1] = q.getLocalPort();
        })); RawClient client = web.client()) {
            client.get("/");
            inside.rethrow();
            assertThat(ports).containsExactly(client.localPort(), web.server.port());
        }
    }

    @Test
    void localeIsThePreferredOneOrThatOfTheServer() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getLocale()).isEqualTo(java.util.Locale.getDefault());
            assertThat(Collections.list(q.getLocales())).containsExactly(java.util.Locale.getDefault());
        });
        Inside.get((q, r) -> {
            assertThat(q.getLocale()).isEqualTo(java.util.Locale.FRENCH);
            assertThat(Collections.list(q.getLocales())).containsExactly(java.util.Locale.FRENCH,
                    java.util.Locale.GERMAN);
        }, "Accept-Language: de;q=0.2, fr");
    }

    @Test
    void dispatcherPathsMayBeRelativeButNotLeaveTheApplication() throws Exception {
        RawResponse response = Inside.send(UnaryOperator.identity(),
                app -> app.servlet("/a/to", (q, r) -> r.getWriter().print("to")), "GET", "/a/b", (q, r) -> {
                    assertThat(q.getRequestDispatcher("../../out")).isNull();
                    assertThat(q.getRequestDispatcher((String) null)).isNull();
                    q.getRequestDispatcher("x/../to").forward(q, r);
                });
        assertThat(response.text()).isEqualTo("to");
    }

    @Test
    void contextIsThatOfTheDispatch() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getServletContext()).isNotNull().isSameAs(q.getSession().getServletContext());
            assertThat(q.getDispatcherType()).isEqualTo(DispatcherType.REQUEST);
        });
    }

    @Test
    void idsOfRequestsAreUniqueAndHttp1HasNoneOfItsOwn() throws Exception {
        Set<String> ids = Collections.synchronizedSet(new HashSet<>());
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            ids.add(q.getRequestId());
            assertThat(q.getRequestId()).isEqualTo(q.getRequestId());
            assertThat(q.getProtocolRequestId()).isEmpty();
            assertThat(q.getServletConnection().getProtocol()).isEqualTo("http/1.1");
            assertThat(q.getServletConnection().getProtocolConnectionId()).isEmpty();
            assertThat(q.getServletConnection().isSecure()).isFalse();
            r.getWriter().print(q.getServletConnection().getConnectionId());
        })); RawClient client = web.client()) {
            String connection = client.get("/").text();
            assertThat(client.get("/").text()).isEqualTo(connection);
            assertThat(web.get("/").text()).isNotEqualTo(connection);
            assertThat(ids).hasSize(3);
            inside.rethrow();
        }
    }

    @Test
    void asyncContextIsThereOnceStarted() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.isAsyncStarted()).isFalse();
            assertThat(q.isAsyncSupported()).isTrue();
            assertThatIllegalStateException().isThrownBy(q::getAsyncContext);
            var async = q.startAsync();
            assertThat(q.isAsyncStarted()).isTrue();
            assertThat(q.getAsyncContext()).isSameAs(async);
            assertThat(async.hasOriginalRequestAndResponse()).isTrue();
            assertThatIllegalStateException().isThrownBy(q::startAsync);
            assertThatIllegalStateException().isThrownBy(() -> q.startAsync(q, r));
            async.complete();
            assertThat(q.isAsyncStarted()).isTrue();
        });
    }

    @Test
    void filterWithoutAsyncSupportTakesItFromTheServlet() throws Exception {
        Inside.send(UnaryOperator.identity(),
                app -> app.context().addFilter("f", (q, r, c) -> c.doFilter(q, r))
                        .addMappingForUrlPatterns(null, true, "/*"),
                "GET", "/", (q, r) -> {
                    assertThat(q.isAsyncSupported()).isFalse();
                    assertThatIllegalStateException().isThrownBy(q::startAsync);
                });
    }

    @Test
    void asyncStartsAlsoOnceTheResponseIsClosed() throws Exception {
        // The Javadoc allows an IllegalStateException, which libraries do not expect: it would be thrown or not by a race.
        RawResponse response = Inside.get((q, r) -> {
            r.getOutputStream().close();
            q.startAsync().complete();
        });
        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void tlsIsSeenInSchemeAttributesAndConnection() throws Exception {
        TestCertificates.Identity identity = TestCertificates.selfSigned("server");
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            assertThat(q.isSecure()).isTrue();
            assertThat(q.getScheme()).isEqualTo("https");
            assertThat(q.getServletConnection().isSecure()).isTrue();
            assertThat(q.getAttribute("jakarta.servlet.request.secure_protocol")).isIn("TLSv1.2", "TLSv1.3");
            assertThat((String) q.getAttribute("jakarta.servlet.request.cipher_suite")).startsWith("TLS_");
            assertThat((Integer) q.getAttribute("jakarta.servlet.request.key_size")).isGreaterThanOrEqualTo(128);
            assertThat(q.getAttribute("jakarta.servlet.request.ssl_session_id")).isInstanceOf(String.class);
            assertThat(q.getAttribute("jakarta.servlet.request.X509Certificate")).isNull();
            r.getWriter().print("secure");
        }))) {
            TlsListener listener = new TlsListener(
                    TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10), TlsContexts
                            .of(new TlsContext(identity.context(), null, null, TlsContext.ClientAuth.NONE)));
            web.server.start(listener);
            int port = ((InetSocketAddress) listener.address()).getPort();
            try (RawClient client = RawClient.connectTls(port, TestCertificates.trusting(identity), "localhost")) {
                String text = client.get("/").text();
                inside.rethrow();
                assertThat(text).isEqualTo("secure");
            }
        }
    }
}
