package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;

/** Rules of the specification's chapters that no Javadoc repeats. */
class ChapterRulesTest {

    /** Listens to nothing. */
    private abstract static class Quiet implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) throws IOException {
            // not asked for
        }

        @Override
        public void onTimeout(AsyncEvent event) throws IOException {
            // not asked for
        }

        @Override
        public void onError(AsyncEvent event) throws IOException {
            // not asked for
        }

        @Override
        public void onStartAsync(AsyncEvent event) throws IOException {
            // not asked for
        }
    }

    // ---- 2 The servlet interface

    @Test
    void conditionalGetIsAnsweredByTheTimeOfTheLastChange() throws Exception {
        HttpServlet servlet = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected long getLastModified(HttpServletRequest request) {
                return 1_000_000_000_000L;
            }

            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().print("content");
            }
        };
        try (Web web = Web.start(app -> app.context().addServlet("s", servlet).addMapping("/*"))) {
            RawResponse whole = web.get("/");
            assertThat(whole.text()).isEqualTo("content");
            assertThat(whole.header("Last-Modified")).contains("Sun, 09 Sep 2001 01:46:40 GMT");
            RawResponse same = web.get("/", "If-Modified-Since: Sun, 09 Sep 2001 01:46:40 GMT");
            assertThat(same.status()).isEqualTo(304);
            assertThat(same.text()).isEmpty();
            assertThat(web.get("/", "If-Modified-Since: Sat, 08 Sep 2001 01:46:40 GMT").status()).isEqualTo(200);
        }
    }

    @Test
    void requestsAreServedAtTheSameTime() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (Web web = Web.serving((q, r) -> {
            both.countDown();
            r.getWriter().print(both.await(30, TimeUnit.SECONDS));
        }); RawClient first = web.client(); RawClient second = web.client()) {
            first.sendHead("GET / HTTP/1.1", "Host: localhost");
            second.sendHead("GET / HTTP/1.1", "Host: localhost");
            assertThat(first.readResponse().text()).isEqualTo("true");
            assertThat(second.readResponse().text()).isEqualTo("true");
        }
    }

    @Test
    void dispatchToAServletWithoutAsyncSupportIsCompletedByTheContainer() throws Exception {
        AtomicInteger completions = new AtomicInteger();
        AtomicReference<Object> supported = new AtomicReference<>();
        try (Web web = Web.start(app -> {
            app.servlet("/async", (q, r) -> {
                AsyncContext async = q.startAsync();
                async.addListener(new Quiet() {
                    @Override
                    public void onComplete(AsyncEvent event) {
                        completions.incrementAndGet();
                    }
                });
                async.dispatch("/plain");
            });
            app.servlet("/plain", (q, r) -> {
                supported.set(q.isAsyncSupported());
                r.getWriter().print("plain");
            }).setAsyncSupported(false);
        })) {
            assertThat(web.get("/async").text()).isEqualTo("plain");
            assertThat(supported).hasValue(false);
            Await.until("complete", () -> completions.get() == 1);
        }
    }

    @Test
    void timeOfAnAsynchronousRequestBeginsWhenItsDispatchHasReturned() throws Exception {
        AtomicReference<String> told = new AtomicReference<>("");
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.setTimeout(1);
            async.addListener(new Quiet() {
                @Override
                public void onTimeout(AsyncEvent event) throws IOException {
                    told.accumulateAndGet("timeout", String::concat);
                    event.getAsyncContext().complete();
                }
            });
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(50)) {
                Thread.onSpinWait();
            }
            told.accumulateAndGet("return ", String::concat);
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(told).hasValue("return timeout");
        }
    }

    @Test
    void listenerThatFailsKeepsTheOthersFromNothing() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.serving((q, r) -> {
            AsyncContext async = q.startAsync();
            async.addListener(new Quiet() {
                @Override
                public void onComplete(AsyncEvent event) {
                    told.add("first");
                    throw new IllegalStateException("on purpose");
                }
            });
            async.addListener(new Quiet() {
                @Override
                public void onComplete(AsyncEvent event) {
                    told.add("second");
                }
            });
            async.complete();
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            Await.until("both are told", () -> told.equals(List.of("first", "second")));
        }
    }

    /** Echoes one byte and ends. */
    public static final class OneByte implements HttpUpgradeHandler {

        private static volatile CountDownLatch destroyed = new CountDownLatch(1);

        @Override
        public void init(WebConnection connection) {
            try (connection) {
                connection.getOutputStream().write(connection.getInputStream().read());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void destroy() {
            destroyed.countDown();
        }
    }

    @Test
    void filtersSeeTheUpgradesRequestOnlyAndTheHandlerIsDestroyedAtTheEnd() throws Exception {
        AtomicInteger filtered = new AtomicInteger();
        OneByte.destroyed = new CountDownLatch(1);
        try (Web web = Web.start(app -> {
            app.filter("f", "/*", (q, r, c) -> {
                c.doFilter(q, r);
                filtered.incrementAndGet();
            }, DispatcherType.REQUEST);
            app.servlet("/*", (q, r) -> {
                r.setHeader("Upgrade", "one");
                r.setHeader("Connection", "Upgrade");
                q.upgrade(OneByte.class);
            });
        }); RawClient client = web.client()) {
            client.sendHead("GET / HTTP/1.1", "Host: localhost", "Upgrade: one", "Connection: Upgrade");
            assertThat(client.readHead().status()).isEqualTo(101);
            client.send("x");
            assertThat(client.readBytes(1)).isEqualTo("x");
            client.expectClosed();
            assertThat(OneByte.destroyed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(filtered).hasValue(1);
        }
    }

    // ---- 3 The request

    @Test
    void formThatHasBecomeParametersIsNoLongerInTheStream() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter().print(q.getParameter("a") + q.getInputStream().read()))) {
            assertThat(web.post("/", "application/x-www-form-urlencoded", "a=1").text()).isEqualTo("1-1");
        }
    }

    @Test
    void multipartWithoutAConfigurationIsInTheStream() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter()
                .print(q.getParameter("a") + new String(q.getInputStream().readAllBytes())))) {
            assertThat(web.post("/", "multipart/form-data; boundary=b", "--b--").text()).isEqualTo("null--b--");
        }
    }

    // ---- 4 The servlet context

    @Test
    void oneContextIsThereForAll() throws Exception {
        Set<ServletContext> contexts = Collections.synchronizedSet(Collections.newSetFromMap(
                new java.util.IdentityHashMap<>()));
        try (Web web = Web.start(app -> {
            contexts.add(app.context());
            app.context().addListener(new ServletRequestListener() {
                @Override
                public void requestInitialized(ServletRequestEvent event) {
                    contexts.add(event.getServletContext());
                }
            });
            app.context().addFilter("f", new Noting(contexts)).addMappingForUrlPatterns(null, true, "/*");
            app.servlet("/*", (q, r) -> {
                contexts.add(q.getServletContext());
                contexts.add(q.getSession().getServletContext());
            });
        })) {
            web.get("/");
            contexts.add(web.container.context());
            assertThat(contexts).hasSize(1);
        }
    }

    /** Writes down the contexts that it gets. */
    private static final class Noting implements Filter {

        private final Set<ServletContext> contexts;

        Noting(Set<ServletContext> contexts) {
            this.contexts = contexts;
        }

        @Override
        public void init(FilterConfig config) {
            contexts.add(config.getServletContext());
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            contexts.add(request.getServletContext());
            chain.doFilter(request, response);
        }
    }

    // ---- 5 The response

    @Test
    void whatIsWrittenAfterSendErrorAndRedirectIsIgnored() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/error", (q, r) -> {
                r.getWriter().print("before");
                r.sendError(410, "why");
                r.getWriter().print("after");
            });
            app.servlet("/redirect", (q, r) -> {
                r.getWriter().print("before");
                r.sendRedirect("/x");
                r.getWriter().print("after");
            });
        })) {
            assertThat(web.get("/error").text()).contains("why").doesNotContain("before", "after");
            assertThat(web.get("/redirect").text()).doesNotContain("before", "after");
        }
    }

    // ---- 6 Filters

    /** Counts its instances. */
    public static final class Counted implements Filter {

        private static final AtomicInteger INSTANCES = new AtomicInteger();

        /** Counts. */
        public Counted() {
            INSTANCES.incrementAndGet();
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            response.getWriter().print(System.identityHashCode(this) + " ");
            chain.doFilter(request, response);
        }
    }

    @Test
    void aClassHasAnInstanceForEachOfItsRegistrations() throws Exception {
        Counted.INSTANCES.set(0);
        try (Web web = Web.start(app -> {
            for (String name : List.of("one", "two")) {
                app.context().addFilter(name, Counted.class).addMappingForUrlPatterns(
                        EnumSet.of(DispatcherType.REQUEST), true, "/a", "/b");
            }
            app.servlet("/*", (q, r) -> {
            });
        })) {
            String first = web.get("/a").text();
            assertThat(web.get("/b").text()).isEqualTo(first);
            assertThat(first.strip().split(" ")).hasSize(2).doesNotHaveDuplicates();
            assertThat(Counted.INSTANCES).hasValue(2);
        }
    }

    // ---- 9 Dispatching requests

    @Test
    void dispatchRunsInTheThreadOfItsCaller() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                q.setAttribute("thread", Thread.currentThread());
                q.getRequestDispatcher("/b").include(q, r);
                q.getRequestDispatcher("/b").forward(q, r);
            });
            app.servlet("/b", (q, r) -> r.getWriter().print(q.getAttribute("thread") == Thread.currentThread()));
        })) {
            assertThat(web.get("/a").text()).isEqualTo("true");
        }
    }

    @Test
    void dispatcherOfWhatIsNotMappedAnswersForIt() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                assertThat(q.getServletContext().getRequestDispatcher("")).isNotNull();
                assertThat(q.getServletContext().getNamedDispatcher("unknown")).isNull();
                q.getRequestDispatcher("/nothing").forward(q, r);
            });
        })) {
            assertThat(web.get("/a").status()).isEqualTo(404);
        }
    }

    @Test
    void parametersOfAsynchronousDispatchesAddUp() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> q.startAsync().dispatch("/b?p=2"));
            app.servlet("/b", (q, r) -> r.getWriter().print(String.join(",", q.getParameterValues("p")) + " "
                    + q.getQueryString() + " " + q.getAttribute(AsyncContext.ASYNC_QUERY_STRING)));
        })) {
            assertThat(web.get("/a?p=1").text()).isEqualTo("2,1 p=2 p=1");
        }
    }

    // ---- 10 Web applications

    @Test
    void filesOfTheWholeWelcomeListComeBeforeServlets(@TempDir Path root) throws Exception {
        Files.createDirectories(root.resolve("both"));
        Files.createDirectories(root.resolve("none"));
        Files.writeString(root.resolve("both/second.html"), "file");
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true)
                .welcomeFiles(List.of("first.do", "second.html", "third.do")),
                app -> app.servlet("*.do", (q, r) -> r.getWriter().print(q.getServletPath())))) {
            assertThat(web.get("/both/").text()).isEqualTo("file");
            assertThat(web.get("/none/").text()).isEqualTo("/none/first.do");
            assertThat(web.get("/none").header("Location")).hasValueSatisfying(
                    location -> assertThat(location).endsWith("/none/"));
            assertThat(web.get("/none/second.html").status()).isEqualTo(404);
        }
    }

    // ---- 11 Application lifecycle events

    /** Counts its instances. */
    public static final class CountedListener implements ServletRequestListener {

        private static final AtomicInteger INSTANCES = new AtomicInteger();

        /** Counts. */
        public CountedListener() {
            INSTANCES.incrementAndGet();
        }
    }

    @Test
    void listenersAreMadeOnceAndBeforeTheFirstRequest() throws Exception {
        CountedListener.INSTANCES.set(0);
        try (Web web = Web.start(b -> b.listener(CountedListener.class), app -> app.servlet("/*", (q, r) -> {
        }))) {
            assertThat(CountedListener.INSTANCES).hasValue(1);
            web.get("/");
            web.get("/");
            assertThat(CountedListener.INSTANCES).hasValue(1);
        }
    }

    @Test
    void requestListenersHearOfAnAsynchronousRequestOnce() throws Exception {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(app -> {
            app.context().addListener(new ServletRequestListener() {
                @Override
                public void requestInitialized(ServletRequestEvent event) {
                    told.add("begin");
                }

                @Override
                public void requestDestroyed(ServletRequestEvent event) {
                    told.add("end");
                }
            });
            app.servlet("/a", (q, r) -> q.startAsync().dispatch("/b"));
            app.servlet("/b", (q, r) -> told.add("b"));
        })) {
            web.get("/a");
            Await.until("the end", () -> told.equals(List.of("begin", "b", "end")));
        }
    }

    // ---- 12.2: the empty pattern

    @Test
    void emptyPatternIsTheContextPathWithoutASlashAsWell() throws Exception {
        try (Web web = Web.start(b -> b.contextPath("/app"), app -> app.servlet("root", "", (q, r) -> r.getWriter()
                .print(q.getRequestURI() + " " + q.getContextPath() + " [" + q.getServletPath() + "] " + q.getPathInfo()
                        + " " + q.getQueryString() + " " + q.getHttpServletMapping().getMappingMatch()))
                .addMapping(""))) {
            assertThat(web.get("/app?a=1").text()).isEqualTo("/app /app [] / a=1 CONTEXT_ROOT");
            assertThat(web.get("/app/").text()).isEqualTo("/app/ /app [] / null CONTEXT_ROOT");
            assertThat(web.get("/app/other").status()).isEqualTo(404);
        }
    }
}
