package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.GenericServlet;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.Cookie;

/** Details of Servlet 6.1 that are easily missed; each test names its section or the method whose Javadoc says it. */
class SpecificationDetailsTest {

    // ---- 5.7: with the last byte of the declared length the response is closed

    @Test
    void whatIsWrittenBeyondTheDeclaredLengthIsIgnored() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/writer", (q, r) -> {
                r.setContentLength(8);
                r.getWriter().print("12345");
                r.getWriter().print("678and more");
                assertThat(r.isCommitted()).isTrue();
                r.setHeader("X-Late", "late");
                assertThat(r.getWriter().checkError()).isFalse();
            });
            app.servlet("/stream", (q, r) -> {
                r.setContentLengthLong(8);
                r.getOutputStream().print("12345678and more");
            });
            app.servlet("/buffer", (q, r) -> {
                r.setContentLength(8);
                ByteBuffer bytes = ByteBuffer.wrap("12345678and more".getBytes(StandardCharsets.US_ASCII));
                r.getOutputStream().write(bytes);
                assertThat(bytes.hasRemaining()).isFalse();
            });
        })) {
            for (String path : List.of("/writer", "/stream", "/buffer")) {
                RawResponse response = web.get(path);
                assertThat(response.status()).as(path).isEqualTo(200);
                assertThat(response.text()).as(path).isEqualTo("12345678");
                assertThat(response.hasHeader("X-Late")).isFalse();
            }
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void whatFollowsTheDeclaredLengthInAListenersWriteIsIgnored() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setContentLength(8);
            AsyncContext async = q.startAsync();
            var output = r.getOutputStream();
            output.setWriteListener(new jakarta.servlet.WriteListener() {
                @Override
                public void onWritePossible() throws java.io.IOException {
                    output.write("12345678and more".getBytes(StandardCharsets.US_ASCII));
                    async.complete();
                }

                @Override
                public void onError(Throwable t) {
                    async.complete();
                }
            });
        })) {
            assertThat(web.get("/").text()).isEqualTo("12345678");
        }
    }

    // ---- 10.9.2: pages for exceptions

    /** A ServletException of the application's own: one with a page is found beneath the one that wraps it. */
    private static final class OwnException extends ServletException {

        private static final long serialVersionUID = 1L;

        OwnException(Throwable cause) {
            super(cause);
        }
    }

    @Test
    void wrappedServletExceptionWithAPageOfItsOwnIsFoundBeforeWhatItWraps() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(OwnException.class, "/own").errorPage(500, "/status"), app -> {
            app.servlet("/bad", (q, r) -> {
                throw new ServletException(new OwnException(new IllegalStateException("why")));
            });
            app.servlet("/own", (q, r) -> r.getWriter().print(
                    "own " + q.getAttribute(RequestDispatcher.ERROR_EXCEPTION).getClass().getSimpleName() + " "
                            + ((Class<?>) q.getAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE)).getSimpleName()));
            app.servlet("/status", (q, r) -> r.getWriter().print("status"));
        })) {
            RawResponse response = web.get("/bad");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("own OwnException OwnException");
        }
    }

    // ---- HttpServletResponse.sendError(int, String)

    @Test
    void messageOfSendErrorIsShownAsHtmlWhereThereIsNoPage() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.getWriter().print("dropped");
            r.addHeader("X-Kept", "kept");
            r.addCookie(new Cookie("c", "1"));
            r.sendError(410, "gone <b> & away");
        })) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(410);
            assertThat(response.header("Content-Type")).contains("text/html;charset=utf-8");
            assertThat(response.text()).contains("410 Gone", "gone &lt;b&gt; &amp; away").doesNotContain("dropped");
            assertThat(response.header("X-Kept")).contains("kept");
            assertThat(response.header("Set-Cookie")).contains("c=1");
        }
    }

    @Test
    void messageOfSendErrorIsNotShownToClientsThatAskForJson() throws Exception {
        RawResponse response = Inside.get((q, r) -> r.sendError(410, "gone"), "Accept: application/json");
        assertThat(response.header("Content-Type")).contains("application/problem+json");
        assertThat(response.text()).isEqualTo("{\"type\":\"about:blank\",\"title\":\"Gone\",\"status\":410}\n");
    }

    @Test
    void errorPageThatFailsDoesNotShowTheMessage() throws Exception {
        try (Web web = Web.start(b -> b.errorPage("/page"), app -> {
            app.servlet("/bad", (q, r) -> r.sendError(404, "secret"));
            app.servlet("/page", (q, r) -> {
                throw new IllegalStateException("page");
            });
        })) {
            assertThat(web.get("/bad").text()).isEqualTo("404 Not Found\n");
        }
    }

    // ---- HttpServletResponse.setStatus and getStatus

    @Test
    void everyStatusOfTheInterfaceIsAnsweredByGetStatus() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            for (int status : new int[] { 100, 101, 200, 204, 205, 206, 304, 305, 404, 417, 500, 505 }) {
                r.setStatus(status);
                assertThat(r.getStatus()).isEqualTo(status);
            }
            r.setStatus(201);
            r.setStatus(100);
            r.getWriter().print("body");
        });
        assertThat(response.status()).isEqualTo(201);
        assertThat(response.text()).isEqualTo("body");
    }

    // ---- 6.2.2 and 9.2: wrappers that are no HTTP wrappers

    /** Says what it sees. */
    private static final class Seen extends GenericServlet {

        private static final long serialVersionUID = 1L;

        @Override
        public void service(ServletRequest request, ServletResponse response) throws java.io.IOException {
            response.setContentType("text/changed");
            response.getWriter().print(request.getDispatcherType() + " " + request.getParameter("p") + " "
                    + (request instanceof ServletRequestWrapper) + " "
                    + request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH) + " "
                    + request.getAttribute(RequestDispatcher.FORWARD_SERVLET_PATH) + " "
                    + request.getAttribute(AsyncContext.ASYNC_SERVLET_PATH) + ";");
        }
    }

    private static void addSeen(Web.App app) {
        var registration = app.context().addServlet("seen", new Seen());
        registration.setAsyncSupported(true);
        registration.addMapping("/seen");
    }

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void plainWrappersOfTheApplicationAreForwardedAndIncluded(boolean forward) throws Exception {
        try (Web web = Web.start(app -> {
            addSeen(app);
            app.servlet("/start", (q, r) -> {
                ServletRequestWrapper request = new ServletRequestWrapper(new ServletRequestWrapper(q));
                ServletResponseWrapper response = new ServletResponseWrapper(r);
                r.setContentType("text/own");
                RequestDispatcher dispatcher = q.getRequestDispatcher("/seen?p=new");
                if (forward) {
                    dispatcher.forward(request, response);
                } else {
                    dispatcher.include(request, response);
                    assertThat(request.getDispatcherType()).isEqualTo(DispatcherType.REQUEST);
                    assertThat(request.getParameter("p")).isEqualTo("old");
                    assertThat(response.getResponse()).isSameAs(r);
                    r.getWriter().print("after");
                }
            });
        })) {
            RawResponse response = web.get("/start?p=old");
            assertThat(response.text()).isEqualTo(forward
                    ? "FORWARD new true null /start null;"
                    : "INCLUDE new true /seen null null;after");
            assertThat(response.header("Content-Type").orElseThrow()).startsWith(forward ? "text/changed" : "text/own");
        }
    }

    @Test
    void plainWrappersOfTheApplicationAreDispatchedAsynchronously() throws Exception {
        try (Web web = Web.start(app -> {
            addSeen(app);
            app.servlet("/start",
                    (q, r) -> q.startAsync(new ServletRequestWrapper(q), new ServletResponseWrapper(r))
                            .dispatch(q.getServletContext(), "/seen?p=new"));
        })) {
            assertThat(web.get("/start?p=old").text()).isEqualTo("ASYNC new true null null /start;");
        }
    }

    // ---- Cookie.setMaxAge, SessionCookieConfig.setMaxAge

    @Test
    void cookiesWithAnAgeSayWhenTheyExpireAsWell() throws Exception {
        RawResponse response = Inside.get((q, r) -> {
            Cookie lasting = new Cookie("lasting", "1");
            lasting.setMaxAge(3600);
            r.addCookie(lasting);
            Cookie gone = new Cookie("gone", "1");
            gone.setMaxAge(0);
            r.addCookie(gone);
            Cookie own = new Cookie("own", "1");
            own.setMaxAge(5);
            own.setAttribute("Expires", "Thu, 01 Jan 2032 00:00:00 GMT");
            r.addCookie(own);
            r.addCookie(new Cookie("session", "1"));
            Cookie goneBefore = new Cookie("before", "1");
            goneBefore.setAttribute("Expires", "Thu, 01 Jan 2032 00:00:00 GMT");
            goneBefore.setMaxAge(0);
            r.addCookie(goneBefore);
            Cookie negative = new Cookie("negative", "1");
            negative.setAttribute("Max-Age", "-1");
            r.addCookie(negative);
        });
        List<String> cookies = response.headers("Set-Cookie");
        assertThat(cookies.get(0))
                .matches("lasting=1; Max-Age=3600; Expires=\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT");
        assertThat(cookies.get(1)).isEqualTo("gone=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assertThat(cookies.get(2)).containsOnlyOnce("Expires=").contains("2032");
        assertThat(cookies.get(3)).isEqualTo("session=1");
        assertThat(cookies.get(4)).isEqualTo("before=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        assertThat(cookies.get(5)).isEqualTo("negative=1");
    }

    // ---- 14.4: mime-mapping

    @Test
    void declaredMimeMappingsGoBeforeTheUsualOnes() throws Exception {
        Inside.send(b -> b.mimeMapping("abc", "application/x-abc").mimeMapping("TXT", "text/mine"), app -> {
        }, "GET", "/", (q, r) -> {
            assertThat(q.getServletContext().getMimeType("/a.abc")).isEqualTo("application/x-abc");
            assertThat(q.getServletContext().getMimeType("/a.txt")).isEqualTo("text/mine");
            assertThat(q.getServletContext().getMimeType("/a.html")).isEqualTo("text/html");
            assertThat(q.getServletContext().getMimeType("/a.MF")).isNull();
        });
    }

    // ---- ServletContext.getEffectiveMajorVersion, getVirtualServerName

    @Test
    void versionOfTheApplicationAndNameOfTheServerAreSayable() throws Exception {
        Inside.send(b -> b.effectiveVersion(5, 0).virtualServerName("shop"), app -> {
            assertThat(app.context().getVirtualServerName()).isEqualTo("shop");
        }, "GET", "/", (q, r) -> {
            assertThat(q.getServletContext().getEffectiveMajorVersion()).isEqualTo(5);
            assertThat(q.getServletContext().getEffectiveMinorVersion()).isZero();
            assertThat(q.getServletContext().getMajorVersion()).isEqualTo(6);
            assertThat(q.getServletContext().getMinorVersion()).isEqualTo(1);
        });
    }

    @Test
    void impossibleVersionsAndNamesAreRefused() {
        ServletContainerBuilder builder = ServletContainer.builder();
        assertThatIllegalArgumentException().isThrownBy(() -> builder.effectiveVersion(6, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.effectiveVersion(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.effectiveVersion(5, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.virtualServerName(" "));
    }

    // ---- 3.10: certificates of clients

    @Test
    void certificatesOfTheClientAreAnAttribute() throws Exception {
        TestCertificates.Identity own = TestCertificates.selfSigned("server");
        TestCertificates.Identity peer = TestCertificates.selfSigned("peer");
        Inside inside = new Inside();
        try (Web web = Web.serving(inside.run((q, r) -> {
            Object certificates = q.getAttribute("jakarta.servlet.request.X509Certificate");
            assertThat(certificates).isInstanceOf(X509Certificate[].class);
            assertThat((X509Certificate[]) certificates).containsExactly(peer.certificate());
            assertThat(Collections.list(q.getAttributeNames())).contains("jakarta.servlet.request.X509Certificate");
            // Who may do what is the application's to say.
            assertThat(q.getAuthType()).isNull();
            assertThat(q.getUserPrincipal()).isNull();
            r.getWriter().print("seen");
        }))) {
            TlsListener listener = new TlsListener(
                    TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10),
                    TlsContexts.of(new TlsContext(own.context(peer), null, null, TlsContext.ClientAuth.NEED)));
            web.server.start(listener);
            int port = ((InetSocketAddress) listener.address()).getPort();
            try (RawClient client = RawClient.connectTls(port, peer.context(own), "localhost")) {
                String text = client.get("/").text();
                inside.rethrow();
                assertThat(text).isEqualTo("seen");
            }
        }
    }

    // ---- 6.1.1: filters before static files

    @ParameterizedTest
    @ValueSource(booleans = { false, true })
    void filterMayWriteBeforeAStaticFile(boolean stream, @TempDir Path root) throws Exception {
        Files.writeString(root.resolve("page.html"), "from the page ".repeat(20_000));
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true), app -> {
            app.filter("before", "/*", (q, r, chain) -> {
                if (stream) {
                    r.getOutputStream().print("from the filter ");
                } else {
                    r.getWriter().print("from the filter ");
                }
                chain.doFilter(q, r);
            }, DispatcherType.REQUEST);
        })) {
            RawResponse response = web.get("/page.html", "Range: bytes=0-3");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.text()).isEqualTo("from the filter " + "from the page ".repeat(20_000));
        }
    }

    // ---- trailers

    @Test
    void trailersFollowOneChunkAlthoughTheApplicationSetsTransferEncoding() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            r.setHeader("Transfer-Encoding", "chunked");
            r.setTrailerFields(() -> java.util.Map.of("myTrailer", "foo"));
            r.getWriter().write("Current: ");
            r.getTrailerFields().get().forEach((name, value) -> {
                try {
                    r.getWriter().write(name + ":" + value);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        })) {
            web.with(client -> {
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                String wire = client.readAll();
                assertThat(wire).contains("\r\n16\r\nCurrent: myTrailer:foo\r\n0\r\nmyTrailer: foo\r\n\r\n")
                        .containsOnlyOnce("Transfer-Encoding: chunked");
            });
        }
    }
}
