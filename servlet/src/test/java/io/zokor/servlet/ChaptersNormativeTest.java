package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.UnavailableException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/** Sentences of the specification's chapters that no other test shows; see normative.tsv. */
class ChaptersNormativeTest {

    /** Leaves everything but GET to HttpServlet. */
    public static class Getting extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setHeader("X-A", "1");
            response.getWriter().print("12345");
        }
    }

    /** Fails to begin, each time it is tried. */
    public static class Failing extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        public void init() throws ServletException {
            getServletContext().setAttribute("tries",
                    ((Integer) getServletContext().getAttribute("tries")).intValue() + 1);
            throw new UnavailableException("not yet", 3600);
        }

        @Override
        public void destroy() {
            getServletContext().setAttribute("destroyed", true);
        }
    }

    private static List<String> events() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    @Test
    void headIsAGetWithoutItsContent() throws Exception {
        try (Web web = Web.start(app -> app.context().addServlet("s", Getting.class).addMapping("/*"))) {
            RawResponse head = web.send("HEAD", "/");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).contains("5");
            assertThat(head.header("X-A")).contains("1");
        }
    }

    @Test
    void optionsAndUnknownMethodsAreAnsweredByHttpServlet() throws Exception {
        try (Web web = Web.start(app -> app.context().addServlet("s", Getting.class).addMapping("/*"))) {
            assertThat(web.send("OPTIONS", "/").header("Allow").orElseThrow()).contains("GET", "HEAD", "OPTIONS");
            assertThat(web.send("PUT", "/").status()).isEqualTo(405);
            assertThat(web.send("BREW", "/").status()).isEqualTo(501);
        }
    }

    @Test
    void connectIs501AndReachesNoFilter() throws Exception {
        List<String> seen = events();
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> seen.add("filter"), DispatcherType.REQUEST);
            app.servlet("/*", (q, r) -> seen.add("servlet"));
        }); RawClient client = web.client()) {
            client.send("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(501);
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void oneInstanceServesAllRequests() throws Exception {
        AtomicInteger inits = new AtomicInteger();
        try (Web web = Web.start(app -> app.context().addServlet("s", new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            public void init() {
                inits.incrementAndGet();
            }

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().print(inits.get());
            }
        }).addMapping("/*"))) {
            assertThat(web.get("/").text()).isEqualTo("1");
            assertThat(web.get("/").text()).isEqualTo("1");
        }
    }

    @Test
    void servletThatFailsToBeginIsNotDestroyedAndNotTriedAgainTooSoon() throws Exception {
        try (Web web = Web.start(app -> {
            app.context().setAttribute("tries", 0);
            app.context().addServlet("s", Failing.class).addMapping("/*");
        })) {
            assertThat(web.get("/").status()).isEqualTo(503);
            assertThat(web.get("/").status()).isEqualTo(503);
            assertThat(web.container.context().getAttribute("tries")).isEqualTo(1);
            assertThat(web.container.context().getAttribute("destroyed")).isNull();
        }
    }

    @Test
    void servletThatIsUnavailableForEverIsDestroyed() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(app -> app.context().addServlet("s", new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException {
                throw new UnavailableException("for ever");
            }

            @Override
            public void destroy() {
                events.add("destroyed");
            }
        }).addMapping("/*"))) {
            assertThat(web.get("/").status()).isEqualTo(404);
            assertThat(events).containsExactly("destroyed");
            assertThat(web.get("/").status()).isEqualTo(404);
        }
        assertThat(events).containsExactly("destroyed");
    }

    @Test
    void objectsEndWithTheirRequest() throws Exception {
        AtomicReference<HttpServletRequest> request = new AtomicReference<>();
        AtomicReference<HttpServletResponse> response = new AtomicReference<>();
        try (Web web = Web.serving((q, r) -> {
            request.set(q);
            response.set(r);
        })) {
            web.get("/");
            Await.until("the request is over", () -> web.container.activeRequests() == 0);
            assertThatIllegalStateException().isThrownBy(() -> request.get().getMethod());
            assertThatIllegalStateException().isThrownBy(() -> response.get().setStatus(404));
        }
    }

    @Test
    void noContentTypeIsMadeUp() throws Exception {
        assertThat(Inside.get((q, r) -> r.getOutputStream().print("x")).hasHeader("Content-Type")).isFalse();
    }

    @Test
    void aFullBufferIsSent() throws Exception {
        Inside.get((q, r) -> {
            r.setBufferSize(100);
            int size = r.getBufferSize();
            r.getOutputStream().write(new byte[size + 1]);
            assertThat(r.isCommitted()).isTrue();
        });
    }

    @Test
    void filterBeginsBeforeAndEndsAfterTheRequests() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(app -> {
            var registration = app.context().addFilter("f", new Filter() {
                @Override
                public void init(FilterConfig config) {
                    events.add("init " + config.getFilterName() + " " + config.getInitParameter("p") + " "
                            + Collections.list(config.getInitParameterNames()) + " "
                            + (config.getServletContext() != null));
                }

                @Override
                public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                        throws IOException, ServletException {
                    events.add("filter");
                    chain.doFilter(request, response);
                }

                @Override
                public void destroy() {
                    events.add("destroy");
                }
            });
            registration.setInitParameter("p", "v");
            registration.addMappingForUrlPatterns(null, true, "/*");
            app.servlet("/*", (q, r) -> events.add("servlet"));
        })) {
            web.get("/");
        }
        assertThat(events).containsExactly("init f v [p] true", "filter", "servlet", "destroy");
    }

    @Test
    void filtersAndServletShareTheThreadAndTheObjects() throws Exception {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> {
                ServletRequest request = new HttpServletRequestWrapper((HttpServletRequest) q);
                ServletResponse response = new HttpServletResponseWrapper((HttpServletResponse) r);
                seen.addAll(List.of(request, response, Thread.currentThread()));
                c.doFilter(request, response);
            }, DispatcherType.REQUEST);
            app.servlet("/*", (q, r) -> seen.addAll(List.of(q, r, Thread.currentThread())));
        })) {
            web.get("/");
            assertThat(seen.subList(3, 6)).containsExactlyElementsOf(seen.subList(0, 3));
        }
    }

    @Test
    void filterMayBlockTheRequest() throws Exception {
        List<String> seen = events();
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> {
                ((HttpServletResponse) r).setStatus(403);
                r.getWriter().print("blocked");
            }, DispatcherType.REQUEST);
            app.filter("g", "/closed", (q, r, c) -> seen.add("g"), DispatcherType.REQUEST);
            app.servlet("/*", (q, r) -> seen.add("servlet"));
        })) {
            assertThat(web.get("/closed").text()).isEqualTo("blocked");
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void filterThatIsUnavailableStopsTheChain() throws Exception {
        List<String> seen = events();
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> {
                throw new UnavailableException("later", 10);
            }, DispatcherType.REQUEST);
            app.servlet("/*", (q, r) -> seen.add("servlet"));
        })) {
            assertThat(web.get("/").status()).isEqualTo(503);
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void includeOfAFileThatIsNotThereThrows(@TempDir Path root) throws Exception {
        Inside inside = new Inside();
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true), app -> {
            app.servlet("/caught", inside.run((q, r) -> assertThatExceptionOfType(FileNotFoundException.class)
                    .isThrownBy(() -> q.getRequestDispatcher("/none.txt").include(q, r))));
            app.servlet("/thrown", (q, r) -> q.getRequestDispatcher("/none.txt").include(q, r));
        })) {
            assertThat(web.get("/caught").status()).isEqualTo(200);
            inside.rethrow();
            assertThat(web.get("/thrown").status()).isEqualTo(500);
        }
    }

    @Test
    void errorPagesSeeTheOriginalObjects() throws Exception {
        List<Boolean> wrapped = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(b -> b.errorPage("/page"), app -> {
            app.filter("f", "/bad", (q, r, c) -> c.doFilter(new HttpServletRequestWrapper((HttpServletRequest) q) {
                @Override
                public String getHeader(String name) {
                    return "wrapped";
                }
            }, r), DispatcherType.REQUEST);
            app.servlet("/bad", (q, r) -> r.sendError(400));
            app.servlet("/page", (q, r) -> {
                wrapped.add("wrapped".equals(q.getHeader("X")));
                r.getWriter().print(q.getServletPath() + " " + q.getRequestURI());
            });
        })) {
            assertThat(web.get("/bad").text()).isEqualTo("/page /page");
            assertThat(wrapped).containsExactly(false);
        }
    }

    @Test
    void wrappedExceptionOfAServletExceptionIsTriedSecond() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(IllegalStateException.class, "/state"), app -> {
            app.servlet("/bad", (q, r) -> {
                throw new ServletException(new IllegalStateException("inner"));
            });
            app.servlet("/state", (q, r) -> r.getWriter().print("state"));
        })) {
            assertThat(web.get("/bad").text()).isEqualTo("state");
        }
    }

    @Test
    void errorsThatAreCaughtInADispatchNeedNoPage() throws Exception {
        RawResponse response = Inside.send(b -> b.errorPage("/page"), app -> {
            app.servlet("/bad", (q, r) -> {
                throw new IOException("mine");
            });
            app.servlet("/page", (q, r) -> r.getWriter().print("page"));
        }, "GET", "/", (q, r) -> {
            try {
                q.getRequestDispatcher("/bad").include(q, r);
            } catch (IOException e) {
                r.getWriter().print("handled");
            }
        });
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text()).isEqualTo("handled");
    }

    @Test
    void whatIsNotMappedGoesToTheErrorPage() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(404, "/page"),
                app -> app.servlet("/page", (q, r) -> r.getWriter()
                        .print("page " + q.getAttribute(RequestDispatcher.ERROR_REQUEST_URI))))) {
            RawResponse response = web.get("/none");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.text()).isEqualTo("page /none");
        }
    }

    @Test
    void listenersExceptionUnderAServletGoesToTheErrorPage() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(b -> b.errorPage(IllegalStateException.class, "/page"), app -> {
            for (String name : List.of("one", "two")) {
                app.context().addListener(new HttpSessionAttributeListener() {
                    @Override
                    public void attributeAdded(HttpSessionBindingEvent event) {
                        events.add(name);
                        throw new IllegalStateException("listener");
                    }
                });
            }
            app.servlet("/set", (q, r) -> q.getSession().setAttribute("a", 1));
            app.servlet("/page", (q, r) -> r.getWriter().print("page"));
        })) {
            RawResponse response = web.get("/set");
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("page");
            assertThat(events).containsExactly("one");
        }
    }

    @Test
    void requestListenersEndInReverse() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(app -> {
            for (String name : List.of("one", "two")) {
                app.context().addListener(new ServletRequestListener() {
                    @Override
                    public void requestInitialized(ServletRequestEvent event) {
                        events.add("in " + name);
                    }

                    @Override
                    public void requestDestroyed(ServletRequestEvent event) {
                        events.add("out " + name);
                    }
                });
            }
            app.servlet("/*", (q, r) -> events.add("servlet"));
        })) {
            web.get("/");
            Await.until("all are told", () -> events.size() == 5);
            assertThat(events).containsExactly("in one", "in two", "servlet", "out two", "out one");
        }
    }

    @Test
    void sessionsEndBeforeTheContextAndBothInReverse() throws Exception {
        List<String> events = events();
        try (Web web = Web.start(app -> {
            for (String name : List.of("one", "two")) {
                app.context().addListener(new HttpSessionListener() {
                    @Override
                    public void sessionDestroyed(HttpSessionEvent event) {
                        events.add("session " + name);
                    }
                });
                app.context().addListener(new ServletContextListener() {
                    @Override
                    public void contextDestroyed(ServletContextEvent event) {
                        events.add("context " + name);
                    }
                });
            }
            app.servlet("/*", (q, r) -> q.getSession());
        })) {
            web.get("/");
        }
        assertThat(events).containsExactly("session two", "session one", "context two", "context one");
    }

    @Test
    void welcomeFileMayBeAServlet(@TempDir Path root) throws Exception {
        java.nio.file.Files.createDirectories(root.resolve("dir"));
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true)
                .welcomeFiles(List.of("none.html", "start.do")),
                app -> app.servlet("*.do", (q, r) -> r.getWriter().print("welcome " + q.getServletPath())))) {
            assertThat(web.get("/dir/").text()).isEqualTo("welcome /dir/start.do");
        }
    }

    @Test
    void referencesToAnIncludedRequestKeepTheirMeaning() throws Exception {
        AtomicReference<HttpServletRequest> kept = new AtomicReference<>();
        Inside.send(UnaryOperator.identity(), app -> app.servlet("/in", (q, r) -> kept.set(q)), "GET", "/",
                (q, r) -> {
                    q.getRequestDispatcher("/in?a=1").include(q, r);
                    assertThat(kept.get().getDispatcherType()).isEqualTo(DispatcherType.INCLUDE);
                    assertThat(kept.get().getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI)).isEqualTo("/in");
                    assertThat(kept.get().getParameter("a")).isEqualTo("1");
                });
    }

    @Test
    void referencesToAForwardedRequestKeepTheirMeaning() throws Exception {
        AtomicReference<HttpServletRequest> kept = new AtomicReference<>();
        Inside.send(UnaryOperator.identity(), app -> app.servlet("/to", (q, r) -> kept.set(q)), "GET", "/",
                (q, r) -> {
                    q.getRequestDispatcher("/to?a=1").forward(q, r);
                    assertThat(kept.get().getDispatcherType()).isEqualTo(DispatcherType.FORWARD);
                    assertThat(kept.get().getRequestURI()).isEqualTo("/to");
                    assertThat(kept.get().getParameter("a")).isEqualTo("1");
                });
    }

    @Test
    void tracesOmitWhatIsSensitive() throws Exception {
        try (Web web = Web.start(app -> app.context().addServlet("s", Getting.class).addMapping("/*"))) {
            RawResponse response = web.send("TRACE", "/", "X-Plain: yes", "Cookie: a=secret",
                    "Authorization: Basic secret");
            if (response.status() == 200) {
                assertThat(response.text()).contains("yes").doesNotContain("secret");
            } else {
                assertThat(response.status()).isIn(405, 501);
            }
        }
    }
}
