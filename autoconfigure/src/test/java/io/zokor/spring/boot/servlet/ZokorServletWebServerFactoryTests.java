package io.zokor.spring.boot.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.error.ErrorPage;
import org.springframework.boot.web.server.Compression;
import org.springframework.boot.web.server.Cookie.SameSite;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.MimeMappings;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.boot.web.server.servlet.CookieSameSiteSupplier;
import org.springframework.boot.web.server.servlet.Session.SessionTrackingMode;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.core.io.DefaultResourceLoader;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** What Boot expects of a servlet web server, setting by setting. */
@ExtendWith(OutputCaptureExtension.class)
class ZokorServletWebServerFactoryTests {

    private final ZokorServletWebServerFactory factory = new ZokorServletWebServerFactory(0);
    private WebServer server;

    @TempDir
    Path directory;

    @AfterEach
    void end() {
        if (server != null) {
            server.stop();
            server.destroy();
            server = null;
        }
    }

    @FunctionalInterface
    private interface Service {

        void service(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    @SuppressWarnings("serial")
    private static ServletRegistrationBean<HttpServlet> servlet(String path, Service service) {
        HttpServlet servlet = new HttpServlet() {

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                try {
                    service.service(request, response);
                } catch (IOException | ServletException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new ServletException(e);
                }
            }
        };
        ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(servlet, path);
        registration.setName("servlet" + path);
        return registration;
    }

    private static ServletRegistrationBean<HttpServlet> answering(String path,
            Function<HttpServletRequest, Object> answer) {
        return servlet(path, (request, response) -> response.getWriter().print(answer.apply(request)));
    }

    private void start(ServletContextInitializer... initializers) {
        server = factory.getWebServer(initializers);
        server.start();
    }

    private RawResponse get(String target, String... fields) {
        return send("GET", target, fields);
    }

    private RawResponse send(String method, String target, String... fields) {
        try (RawClient client = RawClient.connect(server.getPort())) {
            List<String> lines = new ArrayList<>(List.of(method + " " + target + " HTTP/1.1", "Host: localhost"));
            lines.addAll(List.of(fields));
            client.sendHead(lines.toArray(String[]::new));
            return client.readResponse();
        }
    }

    @Test
    void servletsThatLoadOnStartupDoSoAtTheStart() {
        AtomicInteger inits = new AtomicInteger();
        ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(new InitCounter(inits), "/a");
        registration.setLoadOnStartup(1);
        server = factory.getWebServer(registration);
        assertThat(inits).hasValue(0);
        server.start();
        assertThat(inits).hasValue(1);
        server.stop();
        server.start();
        assertThat(inits).hasValue(1);
    }

    @SuppressWarnings("serial")
    private static final class InitCounter extends HttpServlet {

        private final AtomicInteger inits;

        InitCounter(AtomicInteger inits) {
            this.inits = inits;
        }

        @Override
        public void init() throws ServletException {
            if (inits.incrementAndGet() > 100) {
                throw new ServletException("init says no");
            }
        }
    }

    @Test
    void aFailingServletFailsTheStart() {
        ServletRegistrationBean<HttpServlet> registration = new ServletRegistrationBean<>(
                new InitCounter(new AtomicInteger(100)), "/a");
        registration.setLoadOnStartup(1);
        server = factory.getWebServer(registration);
        assertThatExceptionOfType(WebServerException.class).isThrownBy(server::start)
                .withStackTraceContaining("init says no");
        assertThat(server.getPort()).isEqualTo(-1);
    }

    @Test
    void aFailingInitializerFailsTheFactory() {
        assertThatExceptionOfType(WebServerException.class).isThrownBy(() -> factory.getWebServer(context -> {
            throw new ServletException("initializer says no");
        })).withStackTraceContaining("initializer says no");
    }

    @Test
    void aFailingFilterFailsTheFactory() {
        FilterRegistrationBean<Filter> filter = new FilterRegistrationBean<>(new Filter() {

            @Override
            public void init(FilterConfig config) throws ServletException {
                throw new ServletException("filter says no");
            }

            @Override
            public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) {
            }
        });
        assertThatExceptionOfType(WebServerException.class).isThrownBy(() -> start(filter))
                .withStackTraceContaining("filter says no");
    }

    @Test
    void listenersSeeTheApplicationsLoader() throws IOException {
        try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader())) {
            factory.setResourceLoader(new DefaultResourceLoader(loader));
            List<ClassLoader> seen = new ArrayList<>();
            start(context -> context.addListener(new ServletContextListener() {

                @Override
                public void contextInitialized(ServletContextEvent event) {
                    seen.add(Thread.currentThread().getContextClassLoader());
                }
            }), answering("/a", request -> Thread.currentThread().getContextClassLoader() == loader));
            assertThat(get("/a").text()).isEqualTo("true");
            assertThat(seen).containsExactly(loader);
        }
    }

    @Test
    void theContextIsDestroyedByDestroyAlone() {
        List<String> events = new ArrayList<>();
        start(context -> context.addListener(new ServletContextListener() {

            @Override
            public void contextDestroyed(ServletContextEvent event) {
                events.add("destroyed");
            }
        }));
        server.stop();
        assertThat(events).isEmpty();
        server.destroy();
        server.destroy();
        assertThat(events).containsExactly("destroyed");
        assertThat(server.getPort()).isEqualTo(-1);
    }

    @Test
    void namesAndParametersOfTheContext() {
        factory.setContextPath("/app");
        factory.setDisplayName("my app");
        factory.setInitParameters(Map.of("a", "b"));
        AtomicReference<ServletContext> context = new AtomicReference<>();
        server = factory.getWebServer(context::set);
        assertThat(context.get().getContextPath()).isEqualTo("/app");
        assertThat(context.get().getServletContextName()).isEqualTo("my app");
        assertThat(context.get().getInitParameter("a")).isEqualTo("b");
    }

    @Test
    void errorPages() {
        factory.addErrorPages(new ErrorPage("/global"));
        factory.addErrorPages(new ErrorPage(org.springframework.http.HttpStatus.GONE, "/gone"));
        factory.addErrorPages(new ErrorPage(IllegalStateException.class, "/state"));
        start(servlet("/send/*", (request, response) -> response.sendError(Integer.parseInt(
                request.getPathInfo().substring(1)), "told")), servlet("/throw", (request, response) -> {
                    throw new IllegalStateException("thrown");
                }),
                answering("/global", request -> "global " + request.getAttribute("jakarta.servlet.error.status_code")
                        + request.getAttribute("jakarta.servlet.error.message")),
                answering("/gone", request -> "gone " + request.getMethod() + " for "
                        + request.getAttribute("jakarta.servlet.error.method")),
                answering("/state", request -> "state "
                        + ((Throwable) request.getAttribute("jakarta.servlet.error.exception")).getMessage()));
        assertThat(get("/send/409").text()).isEqualTo("global 409told");
        assertThat(send("PUT", "/send/410", "Content-Length: 0").text()).isEqualTo("gone GET for PUT");
        assertThat(get("/throw").text()).isEqualTo("state thrown");
        assertThat(get("/nobody").text()).startsWith("global 404");
    }

    @Test
    void withoutAnErrorPageNothingOfTheServerIsTold() {
        start(servlet("/throw", (request, response) -> {
            throw new IllegalStateException("secret");
        }));
        RawResponse response = get("/throw");
        assertThat(response.status()).isEqualTo(500);
        assertThat(response.toString()).doesNotContain("secret", "IllegalStateException", "okor");
    }

    @Test
    void mimeMappings() {
        factory.addMimeMappings(new MimeMappings(Map.of("zok", "application/x-zokor")));
        AtomicReference<ServletContext> context = new AtomicReference<>();
        server = factory.getWebServer(context::set);
        assertThat(context.get().getMimeType("a.zok")).isEqualTo("application/x-zokor");
        assertThat(context.get().getMimeType("a.PNG")).isEqualTo("image/png");
        assertThat(context.get().getMimeType("a.nobody")).isNull();
    }

    @Test
    void localeCharsetMappings() {
        factory.setLocaleCharsetMappings(Map.of(Locale.GERMAN, StandardCharsets.UTF_16));
        start(servlet("/a", (request, response) -> {
            response.setContentType("text/plain");
            response.setLocale(Locale.forLanguageTag(request.getParameter("l")));
        }));
        assertThat(get("/a?l=de").header("Content-Type").orElse("")).containsIgnoringCase("utf-16");
        assertThat(get("/a?l=fr").header("Content-Type").orElse("")).containsIgnoringCase("utf-8");
        assertThat(get("/a?l=it").header("Content-Type").orElse("")).doesNotContain("charset");
    }

    @Test
    void webListenersHaveFullPowers() {
        factory.addWebListeners(AddingListener.class.getName());
        start();
        assertThat(get("/added").text()).isEqualTo("added");
    }

    /** Adds a servlet. */
    public static final class AddingListener implements ServletContextListener {

        /** Made by the container. */
        public AddingListener() {
        }

        @Override
        public void contextInitialized(ServletContextEvent event) {
            try {
                answering("/added", request -> "added").onStartup(event.getServletContext());
            } catch (ServletException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void documentRootAndDefaultServlet() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "static");
        factory.setDocumentRoot(directory.toFile());
        factory.setRegisterDefaultServlet(true);
        start();
        assertThat(get("/a.txt").text()).isEqualTo("static");
        assertThat(get("/").status()).isEqualTo(404);
        assertThat(get("/WEB-INF/x").status()).isEqualTo(404);
    }

    @Test
    void theDefaultServletGivesWay() throws IOException {
        factory.setDocumentRoot(directory.toFile());
        factory.setRegisterDefaultServlet(true);
        start(answering("/", request -> "mine"));
        assertThat(get("/a.txt").text()).isEqualTo("mine");
    }

    @Test
    void thereIsNoDefaultServletUnlessAskedFor() throws IOException {
        Files.writeString(directory.resolve("a.txt"), "static");
        factory.setDocumentRoot(directory.toFile());
        start();
        assertThat(get("/a.txt").status()).isEqualTo(404);
    }

    @Test
    void theLoadersClassesOfAWarAreHidden() throws IOException {
        Path classes = Files.createDirectories(directory.resolve("org/springframework/boot/loader"));
        Files.writeString(classes.resolve("Launcher.class"), "class");
        factory.setDocumentRoot(directory.toFile());
        factory.setRegisterDefaultServlet(true);
        start();
        assertThat(get("/org/springframework/boot/loader/Launcher.class").status()).isEqualTo(404);
    }

    @Test
    void aWarFileIsADocumentRoot() throws IOException {
        Path war = directory.resolve("app.war");
        try (OutputStream out = Files.newOutputStream(war); JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("index.html", "pages/a.txt", "WEB-INF/web.xml", "META-INF/MANIFEST.MF",
                    "org/springframework/boot/loader/Launcher.class")) {
                entries.putNextEntry(new JarEntry(name));
                entries.write(name.getBytes(StandardCharsets.UTF_8));
            }
        }
        factory.setDocumentRoot(war.toFile());
        factory.setRegisterDefaultServlet(true);
        AtomicReference<ServletContext> context = new AtomicReference<>();
        start(context::set);
        assertThat(get("/pages/a.txt").text()).isEqualTo("pages/a.txt");
        assertThat(get("/").text()).isEqualTo("index.html");
        for (String hidden : List.of("/WEB-INF/web.xml", "/META-INF/MANIFEST.MF",
                "/org/springframework/boot/loader/Launcher.class", "/pages/")) {
            assertThat(get(hidden).status()).as(hidden).isEqualTo(404);
        }
        assertThat(context.get().getResourcePaths("/")).contains("/index.html", "/pages/", "/WEB-INF/");
        assertThat(context.get().getRealPath("/index.html")).isNull();
    }

    @Test
    void thereIsAlwaysARoot() throws IOException {
        AtomicReference<ServletContext> context = new AtomicReference<>();
        server = factory.getWebServer(context::set);
        assertThat(context.get().getResource("/")).isNotNull();
        File tempDir = (File) context.get().getAttribute(ServletContext.TEMPDIR);
        assertThat(tempDir).isDirectory();
        server.destroy();
        assertThat(tempDir).doesNotExist();
    }

    @Test
    void resourcesOfJars() throws IOException {
        Path jar = directory.resolve("resources.jar");
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out)) {
            for (String name : List.of("META-INF/", "META-INF/resources/")) {
                entries.putNextEntry(new JarEntry(name));
            }
            entries.putNextEntry(new JarEntry("META-INF/resources/in-jar.txt"));
            entries.write("jar".getBytes(StandardCharsets.UTF_8));
        }
        URL url = jar.toUri().toURL();
        assertThat(factory.getSettings().getStaticResourceUrls()).isNotNull();
        io.zokor.servlet.ServletContainer container = io.zokor.servlet.ServletContainer.builder()
                .resourceUrls(List.of(url)).build();
        try {
            container.initialize();
            assertThat(container.context().getResource("/in-jar.txt")).isNotNull();
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        } finally {
            container.destroy();
        }
    }

    @Test
    void trackingModes() {
        factory.getSettings().getSession().setTrackingModes(Set.of(SessionTrackingMode.URL));
        start(answering("/a", request -> request.getServletContext().getEffectiveSessionTrackingModes() + " "
                + (request.getSession() != null)));
        RawResponse response = get("/a");
        assertThat(response.text()).isEqualTo("[URL] true");
        assertThat(response.hasHeader("Set-Cookie")).isFalse();
    }

    @Test
    void trackingByTls() {
        Identity identity = TestCertificates.selfSigned("tls");
        identity.writePkcs12(directory.resolve("a.p12"), "test", "secret");
        Ssl ssl = new Ssl();
        ssl.setKeyStore(directory.resolve("a.p12").toUri().toString());
        ssl.setKeyStorePassword("secret");
        factory.setSsl(ssl);
        factory.getSettings().getSession().setTrackingModes(Set.of(SessionTrackingMode.SSL));
        start(answering("/a", request -> request.getServletContext().getEffectiveSessionTrackingModes() + " "
                + request.getSession().isNew() + " " + request.isRequestedSessionIdFromCookie()));
        try (RawClient client = RawClient.connectTls(server.getPort(), TestCertificates.trusting(identity),
                "localhost")) {
            RawResponse first = client.get("/a");
            assertThat(first.text()).isEqualTo("[SSL] true false");
            assertThat(first.hasHeader("Set-Cookie")).isFalse();
            assertThat(client.get("/a").text()).isEqualTo("[SSL] false false");
        }
    }

    @Test
    void aSessionTimeoutOfZeroIsNever() {
        factory.getSettings().getSession().setTimeout(Duration.ZERO);
        start(answering("/a", request -> request.getSession().getMaxInactiveInterval()));
        assertThat(Integer.parseInt(get("/a").text())).isNotPositive();
    }

    @Test
    void theContextTellsTheSessionTimeoutInMinutes() {
        Duration[] timeouts = { Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(61), null };
        List<Integer> told = new ArrayList<>();
        for (Duration timeout : timeouts) {
            factory.getSettings().getSession().setTimeout(timeout);
            server = factory.getWebServer(context -> told.add(context.getSessionTimeout()));
            end();
        }
        assertThat(told).containsExactly(1, 1, 2, -1);
    }

    @Test
    void aShortStreamOfUnknownLengthIsCompressed() {
        Compression compression = new Compression();
        compression.setEnabled(true);
        factory.setCompression(compression);
        start(servlet("/a", (request, response) -> {
            response.setContentType("text/plain");
            response.getOutputStream().print("hello");
            response.getOutputStream().flush();
        }));
        assertThat(get("/a", "Accept-Encoding: gzip").header("Content-Encoding")).contains("gzip");
    }

    @Test
    void persistentSessionsSurviveARestart() {
        factory.getSettings().getSession().setPersistent(true);
        factory.getSettings().getSession().setStoreDir(directory.toFile());
        ServletRegistrationBean<HttpServlet> counting = answering("/a", request -> {
            Integer count = (Integer) request.getSession().getAttribute("count");
            request.getSession().setAttribute("count", count == null ? 1 : count + 1);
            return count;
        });
        start(counting);
        String cookie = get("/a").header("Set-Cookie").orElseThrow().split(";")[0];
        end();
        start(answering("/a", request -> request.getSession().getAttribute("count")));
        assertThat(get("/a", "Cookie: " + cookie).text()).isEqualTo("1");
    }

    @Test
    void sessionsDoNotSurviveOtherwise() {
        start(servlet("/a", (request, response) -> request.getSession().setAttribute("a", "b")));
        String cookie = get("/a").header("Set-Cookie").orElseThrow().split(";")[0];
        end();
        start(answering("/a", request -> request.getSession(false)));
        assertThat(get("/a", "Cookie: " + cookie).text()).isEqualTo("null");
    }

    @Test
    void sameSiteSuppliers() {
        factory.addCookieSameSiteSuppliers(CookieSameSiteSupplier.ofLax().whenHasName("lax"),
                CookieSameSiteSupplier.ofStrict().whenHasNameMatching("s.*|JSESSIONID"));
        start(servlet("/a", (request, response) -> {
            response.addCookie(new Cookie("lax", "1"));
            response.addCookie(new Cookie("strict", "1"));
            response.addCookie(new Cookie("other", "1"));
            request.getSession();
        }));
        List<String> cookies = get("/a").headers("Set-Cookie");
        assertThat(cookies).anyMatch(cookie -> cookie.startsWith("lax=") && cookie.contains("SameSite=Lax"))
                .anyMatch(cookie -> cookie.startsWith("strict=") && cookie.contains("SameSite=Strict"))
                .anyMatch(cookie -> cookie.startsWith("other=") && !cookie.contains("SameSite"))
                .anyMatch(cookie -> cookie.startsWith("JSESSIONID=") && cookie.contains("SameSite=Strict"));
    }

    @Test
    void theSessionCookiesOwnSameSiteWins() {
        factory.addCookieSameSiteSuppliers(CookieSameSiteSupplier.ofStrict());
        factory.getSettings().getSession().getCookie().setSameSite(SameSite.NONE);
        start(servlet("/a", (request, response) -> request.getSession()));
        assertThat(get("/a").header("Set-Cookie").orElse("")).contains("SameSite=None");
        end();
        factory.getSettings().getSession().getCookie().setSameSite(SameSite.OMITTED);
        start(servlet("/a", (request, response) -> request.getSession()));
        assertThat(get("/a").header("Set-Cookie").orElse("")).startsWith("JSESSIONID").doesNotContain("SameSite");
    }

    @Test
    void anAsyncRequestHoldsUpAGracefulShutdown() throws Exception {
        factory.setShutdown(Shutdown.GRACEFUL);
        CompletableFuture<AsyncContext> async = new CompletableFuture<>();
        ServletRegistrationBean<HttpServlet> registration = servlet("/a",
                (request, response) -> async.complete(request.startAsync()));
        registration.setAsyncSupported(true);
        start(registration);
        BlockingQueue<GracefulShutdownResult> results = new ArrayBlockingQueue<>(1);
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /a HTTP/1.1", "Host: a");
            AsyncContext context = async.get(30, TimeUnit.SECONDS);
            server.shutDownGracefully(results::add);
            assertThat(Await.holds(Duration.ofMillis(200), () -> !results.isEmpty())).isFalse();
            context.getResponse().getWriter().print("done");
            context.complete();
            assertThat(client.readResponse().text()).isEqualTo("done");
            assertThat(results.poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.IDLE);
        }
    }

    private static ServletContextInitializer stubborn(CountDownLatch inHandler, CountDownLatch release) {
        return servlet("/a", (request, response) -> {
            inHandler.countDown();
            boolean waiting = true;
            while (waiting) {
                try {
                    waiting = !release.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    waiting = true;
                }
            }
        });
    }

    @Test
    void stopEndsAGracefulShutdownAlthoughAHandlerIgnoresInterrupts() throws Exception {
        CountDownLatch inHandler = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        factory.setShutdown(Shutdown.GRACEFUL);
        start(stubborn(inHandler, release));
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /a HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            BlockingQueue<GracefulShutdownResult> results = new ArrayBlockingQueue<>(2);
            server.shutDownGracefully(results::add);
            server.stop();
            assertThat(results.poll(30, TimeUnit.SECONDS)).isEqualTo(GracefulShutdownResult.REQUESTS_ACTIVE);
            assertThat(release.getCount()).isEqualTo(1);
        } finally {
            release.countDown();
        }
    }

    @Test
    void aFactoryOfOnesOwnBelievesThePrivateNetworksThatThePropertyNames() {
        factory.setUseForwardHeaders(true);
        start(answering("/a", request -> request.getRemoteAddr() + " " + request.getScheme()));
        assertThat(get("/a", "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https").text())
                .isEqualTo("198.51.100.7 https");
    }

    @Test
    void stopReturnsAlthoughAHandlerIgnoresInterrupts() throws Exception {
        CountDownLatch inHandler = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        start(stubborn(inHandler, release));
        try (RawClient client = RawClient.connect(server.getPort())) {
            client.sendHead("GET /a HTTP/1.1", "Host: a");
            assertThat(inHandler.await(30, TimeUnit.SECONDS)).isTrue();
            server.stop();
            assertThat(release.getCount()).isEqualTo(1);
            release.countDown();
        }
    }

    @Test
    void jspIsWarnedOf(CapturedOutput output) {
        factory.getSettings().getJsp().setClassName(InitCounter.class.getName());
        server = factory.getWebServer();
        assertThat(output).containsOnlyOnce("JSP is not supported by Zokor");
    }
}
