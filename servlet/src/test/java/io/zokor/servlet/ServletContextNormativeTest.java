package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EventListener;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.zokor.testing.RawResponse;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

/** The sentences of ServletContext's Javadoc that no other test shows; see normative.tsv. */
class ServletContextNormativeTest {

    /** Has a public constructor without arguments, as registration by class needs. */
    @MultipartConfig
    public static class Plain extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            response.getWriter()
                    .print(request.getContentType() == null ? getServletName() : request.getParts().size() + " parts");
        }
    }

    /** Cannot be made. */
    public static class NoConstructor extends HttpServlet implements Filter, ServletRequestListener {

        private static final long serialVersionUID = 1L;

        public NoConstructor(String argument) {
            throw new AssertionError(argument);
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) {
            throw new AssertionError("never made");
        }
    }

    public static class PassOn implements Filter {

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            response.getWriter().print("filtered ");
            chain.doFilter(request, response);
        }
    }

    public static class Silent implements ServletRequestListener {
    }

    public static class SilentContextListener implements ServletContextListener {
    }

    /** Runs checks where an initializer runs; what they throw reaches the test. */
    private static void initializing(Web.Setup checks) throws Exception {
        initializing(UnaryOperator.identity(), checks);
    }

    private static void initializing(UnaryOperator<ServletContainerBuilder> settings, Web.Setup checks)
            throws Exception {
        Web.start(settings, checks).close();
    }

    private static URL jar(Path file, String... names) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : names) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(("jar:" + name).getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return file.toUri().toURL();
    }

    private static void write(Path root, String name, String content) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    @Test
    void contextPathIsEmptyForTheRootAndHasNoSlashAtItsEnd() throws Exception {
        initializing(app -> assertThat(app.context().getContextPath()).isEmpty());
        initializing(b -> b.contextPath("/app"),
                app -> assertThat(app.context().getContextPath()).isEqualTo("/app"));
    }

    @Test
    void contextOfAnotherApplicationIsNull() throws Exception {
        Inside.send(b -> b.contextPath("/app"), app -> {
        }, "GET", "/app/", (q, r) -> {
            assertThat(q.getServletContext().getContext("/other")).isNull();
            assertThat(q.getServletContext().getContext("/app")).isSameAs(q.getServletContext());
        });
    }

    @Test
    void versionsAreThoseOfTheSpecification() throws Exception {
        Inside.get((q, r) -> {
            ServletContext context = q.getServletContext();
            assertThat(context.getMajorVersion()).isEqualTo(6);
            assertThat(context.getMinorVersion()).isEqualTo(1);
            assertThat(context.getEffectiveMajorVersion()).isEqualTo(6);
            assertThat(context.getEffectiveMinorVersion()).isEqualTo(1);
        });
    }

    @Test
    void mimeTypeIsNullWhereItIsNotKnown() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getServletContext().getMimeType("a.html")).isEqualTo("text/html");
            assertThat(q.getServletContext().getMimeType("a.no-such-type")).isNull();
            assertThat(q.getServletContext().getMimeType("none")).isNull();
        });
    }

    @Test
    void resourcePathsAreOneLevelOfRootAndJars(@TempDir Path directory) throws Exception {
        Path root = directory.resolve("root");
        write(root, "welcome.html", "w");
        write(root, "catalog/index.html", "i");
        write(root, "catalog/offers/books.html", "b");
        write(root, "WEB-INF/web.xml", "x");
        URL jar = jar(directory.resolve("a.jar"), "META-INF/resources/catalog/moreOffers/books.html");
        initializing(b -> b.documentRoot(root).resourceUrls(List.of(jar)), app -> {
            ServletContext context = app.context();
            assertThat(context.getResourcePaths("/")).containsExactlyInAnyOrder("/welcome.html", "/catalog/",
                    "/WEB-INF/");
            assertThat(context.getResourcePaths("/catalog/")).containsExactlyInAnyOrder("/catalog/index.html",
                    "/catalog/offers/", "/catalog/moreOffers/");
            assertThat(context.getResourcePaths("/x/../catalog/offers/")).containsExactly("/catalog/offers/books.html");
            assertThat(context.getResourcePaths("/none/")).isNull();
        });
    }

    @Test
    void resourcePathsAreACopy(@TempDir Path root) throws Exception {
        write(root, "a.txt", "a");
        initializing(b -> b.documentRoot(root), app -> {
            Set<String> paths = app.context().getResourcePaths("/");
            try {
                paths.clear();
            } catch (UnsupportedOperationException e) {
                assertThat(e).isNotNull();
            }
            assertThat(app.context().getResourcePaths("/")).containsExactly("/a.txt");
        });
    }

    @Test
    void resourcesComeFromTheRootBeforeTheJars(@TempDir Path directory) throws Exception {
        Path root = directory.resolve("root");
        write(root, "a.txt", "root");
        write(root, "WEB-INF/b.txt", "closed");
        URL jar = jar(directory.resolve("a.jar"), "META-INF/resources/a.txt", "META-INF/resources/c.txt");
        initializing(b -> b.documentRoot(root).resourceUrls(List.of(jar)), app -> {
            ServletContext context = app.context();
            assertThat(context.getResource("/a.txt").openStream()).hasContent("root");
            assertThat(context.getResource("/c.txt").openStream()).hasContent("jar:META-INF/resources/c.txt");
            assertThat(context.getResource("/x/../c.txt").openStream()).hasContent("jar:META-INF/resources/c.txt");
            assertThat(context.getResource("/WEB-INF/b.txt").openStream()).hasContent("closed");
            assertThat(context.getResource("/none")).isNull();
            assertThatExceptionOfType(MalformedURLException.class).isThrownBy(() -> context.getResource("a.txt"));
        });
    }

    @Test
    void resourceStreamsFollowTheRulesOfResources(@TempDir Path directory) throws Exception {
        Path root = directory.resolve("root");
        write(root, "a.txt", "root");
        URL jar = jar(directory.resolve("a.jar"), "META-INF/resources/c.txt");
        initializing(b -> b.documentRoot(root).resourceUrls(List.of(jar)), app -> {
            ServletContext context = app.context();
            assertThat(context.getResourceAsStream("/a.txt")).hasContent("root");
            assertThat(context.getResourceAsStream("/y/../c.txt")).hasContent("jar:META-INF/resources/c.txt");
            assertThat(context.getResourceAsStream("/none")).isNull();
            assertThat(context.getResourceAsStream("a.txt")).isNull();
        });
    }

    @Test
    void realPathsAreOfFilesOnly(@TempDir Path directory) throws Exception {
        Path root = directory.resolve("root");
        write(root, "a.txt", "root");
        URL jar = jar(directory.resolve("a.jar"), "META-INF/resources/c.txt");
        initializing(b -> b.documentRoot(root).resourceUrls(List.of(jar)), app -> {
            ServletContext context = app.context();
            assertThat(new File(context.getRealPath("/a.txt"))).hasContent("root");
            assertThat(context.getRealPath("a.txt")).isEqualTo(context.getRealPath("/a.txt"));
            assertThat(context.getRealPath("/x/../a.txt")).isEqualTo(context.getRealPath("/a.txt"));
            assertThat(context.getRealPath("/c.txt")).isNull();
        });
    }

    @Test
    void dispatchersAreNullWhereTheyCannotBe() throws Exception {
        RawResponse response = Inside.send(UnaryOperator.identity(),
                app -> app.servlet("to", "/to", (q, r) -> r.getWriter().print("to")), "GET", "/", (q, r) -> {
                    ServletContext context = q.getServletContext();
                    assertThat(context.getRequestDispatcher("to")).isNull();
                    assertThat(context.getRequestDispatcher("/../to")).isNull();
                    assertThat(context.getNamedDispatcher("none")).isNull();
                    assertThat(context.getNamedDispatcher("to")).isNotNull();
                    context.getRequestDispatcher("/x/../to").forward(q, r);
                });
        assertThat(response.text()).isEqualTo("to");
    }

    @Test
    void messagesGoToTheLog() throws Exception {
        List<LogRecord> records = Collections.synchronizedList(new ArrayList<>());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.add(record);
            }

            @Override
            public void flush() {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        Logger logger = Logger.getLogger("io.zokor.servlet.context");
        logger.addHandler(handler);
        try {
            Exception cause = new IOException("cause");
            Inside.get((q, r) -> {
                q.getServletContext().log("one");
                q.getServletContext().log("two", cause);
            });
            assertThat(records).extracting(LogRecord::getMessage).containsExactly("one", "two");
            assertThat(records.get(1).getThrown()).isSameAs(cause);
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void serverInfoIsNameAndVersion() throws Exception {
        Inside.get((q, r) -> assertThat(q.getServletContext().getServerInfo()).matches("[^/]+/[^/]+.*"));
    }

    @Test
    void initParametersAreReadByName() throws Exception {
        Inside.get((q, r) -> {
            assertThat(q.getServletContext().getInitParameterNames().hasMoreElements()).isFalse();
            assertThat(q.getServletContext().getInitParameter("none")).isNull();
            assertThatNullPointerException().isThrownBy(() -> q.getServletContext().getInitParameter(null));
        });
        Inside.send(b -> b.initParameter("given", "1"), app -> {
            assertThat(app.context().setInitParameter("set", "2")).isTrue();
            assertThat(app.context().setInitParameter("given", "2")).isFalse();
            assertThatNullPointerException().isThrownBy(() -> app.context().setInitParameter(null, "x"));
        }, "GET", "/", (q, r) -> {
            assertThat(Collections.list(q.getServletContext().getInitParameterNames()))
                    .containsExactlyInAnyOrder("given", "set");
            assertThat(q.getServletContext().getInitParameter("given")).isEqualTo("1");
            assertThat(q.getServletContext().getInitParameter("set")).isEqualTo("2");
        });
    }

    @Test
    void attributesAreBoundReplacedAndRemoved() throws Exception {
        Inside.get((q, r) -> {
            ServletContext context = q.getServletContext();
            assertThat(context.getAttribute("a")).isNull();
            context.setAttribute("a", 1);
            assertThat(Collections.list(context.getAttributeNames())).contains("a");
            context.setAttribute("a", 2);
            assertThat(context.getAttribute("a")).isEqualTo(2);
            context.setAttribute("a", null);
            assertThat(context.getAttribute("a")).isNull();
            context.setAttribute("b", 1);
            context.removeAttribute("b");
            assertThat(context.getAttribute("b")).isNull();
            assertThatNullPointerException().isThrownBy(() -> context.getAttribute(null));
            assertThatNullPointerException().isThrownBy(() -> context.setAttribute(null, 1));
        });
    }

    @Test
    void attributeListenersHearOfEachChange() throws Exception {
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        Inside.send(UnaryOperator.identity(),
                app -> app.context().addListener(new ServletContextAttributeListener() {
                    @Override
                    public void attributeAdded(ServletContextAttributeEvent event) {
                        events.add("added " + event.getName() + event.getValue());
                    }

                    @Override
                    public void attributeReplaced(ServletContextAttributeEvent event) {
                        events.add("replaced " + event.getName() + event.getValue());
                    }

                    @Override
                    public void attributeRemoved(ServletContextAttributeEvent event) {
                        events.add("removed " + event.getName() + event.getValue());
                    }
                }), "GET", "/", (q, r) -> {
                    q.getServletContext().setAttribute("a", 1);
                    q.getServletContext().setAttribute("a", 2);
                    q.getServletContext().removeAttribute("a");
                    q.getServletContext().removeAttribute("a");
                });
        assertThat(events).containsExactly("added a1", "replaced a1", "removed a2");
    }

    @Test
    void temporaryDirectoryIsAnAttribute() throws Exception {
        Inside.get((q, r) -> {
            File directory = (File) q.getServletContext().getAttribute(ServletContext.TEMPDIR);
            assertThat(directory).isDirectory().canWrite();
            assertThat(q.getServletContext().getAttribute(ServletContext.ORDERED_LIBS)).isNull();
        });
    }

    @Test
    void nameIsTheDisplayNameOrNull() throws Exception {
        initializing(app -> assertThat(app.context().getServletContextName()).isNull());
        initializing(b -> b.displayName("Shop"),
                app -> assertThat(app.context().getServletContextName()).isEqualTo("Shop"));
    }

    @Test
    void servletsAreRegisteredByNameClassAndInstance() throws Exception {
        try (Web web = Web.start(app -> {
            ServletContext context = app.context();
            context.addServlet("byName", Plain.class.getName()).addMapping("/byName");
            context.addServlet("byClass", Plain.class).addMapping("/byClass");
            Plain instance = context.createServlet(Plain.class);
            context.addServlet("byInstance", instance).addMapping("/byInstance");
            assertThat(context.addServlet("byInstance2", instance)).isNull();
            assertThat(context.addServlet("byName", Plain.class.getName())).isNull();
            assertThat(context.addServlet("byClass", Plain.class)).isNull();
            assertThat(context.addServlet("byClass", new Plain())).isNull();
            assertThat(context.addJspFile("byClass", "/a.jsp")).isNull();
            for (String bad : new String[] { null, "" }) {
                assertThatIllegalArgumentException().isThrownBy(() -> context.addServlet(bad, Plain.class));
                assertThatIllegalArgumentException().isThrownBy(() -> context.addServlet(bad, new Plain()));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> context.addServlet(bad, Plain.class.getName()));
                assertThatIllegalArgumentException().isThrownBy(() -> context.addJspFile(bad, "/a.jsp"));
            }
        })) {
            for (String name : List.of("byName", "byClass", "byInstance")) {
                assertThat(web.get("/" + name).text()).isEqualTo(name);
            }
        }
    }

    @Test
    void classNamesAreLoadedByTheApplicationsClassLoader() throws Exception {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {
            @Override
            public Class<?> loadClass(String name) throws ClassNotFoundException {
                asked.add(name);
                return super.loadClass(name);
            }
        };
        initializing(b -> b.classLoader(loader), app -> {
            assertThat(app.context().getClassLoader()).isSameAs(loader);
            app.context().addServlet("s", Plain.class.getName());
            app.context().addFilter("f", PassOn.class.getName());
            app.context().addListener(Silent.class.getName());
            assertThat(asked).contains(Plain.class.getName(), PassOn.class.getName(), Silent.class.getName());
        });
    }

    @Test
    void multipartConfigurationIsReadFromTheClass() throws Exception {
        try (Web web = Web.start(app -> {
            app.context().addServlet("byName", Plain.class.getName()).addMapping("/byName");
            app.context().addServlet("byClass", Plain.class).addMapping("/byClass");
            app.context().addServlet("made", app.context().createServlet(Plain.class)).addMapping("/made");
        })) {
            String body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n";
            for (String path : List.of("/byName", "/byClass", "/made")) {
                assertThat(web.post(path, "multipart/form-data; boundary=b", body).text()).isEqualTo("1 parts");
            }
        }
    }

    @Test
    void whatCannotBeMadeIsAServletException() throws Exception {
        initializing(app -> {
            ServletContext context = app.context();
            assertThatExceptionOfType(ServletException.class)
                    .isThrownBy(() -> context.createServlet(NoConstructor.class));
            assertThatExceptionOfType(ServletException.class)
                    .isThrownBy(() -> context.createFilter(NoConstructor.class));
            assertThatExceptionOfType(ServletException.class)
                    .isThrownBy(() -> context.createListener(NoConstructor.class));
            assertThat(context.createFilter(PassOn.class)).isNotNull();
            assertThat(context.createListener(Silent.class)).isNotNull();
            assertThat(context.createListener(SilentContextListener.class)).isNotNull();
            assertThatIllegalArgumentException().isThrownBy(() -> context.createListener(EventListener.class));
        });
    }

    @Test
    void registrationsAreListedInACopy() throws Exception {
        initializing(app -> {
            ServletContext context = app.context();
            assertThat(context.getServletRegistrations()).isEmpty();
            assertThat(context.getFilterRegistrations()).isEmpty();
            context.addServlet("s", Plain.class);
            context.addJspFile("j", "/a.jsp");
            context.addFilter("f", PassOn.class);
            assertThat(context.getServletRegistrations()).containsOnlyKeys("s", "j");
            assertThat(context.getFilterRegistrations()).containsOnlyKeys("f");
            context.getServletRegistrations().clear();
            context.getFilterRegistrations().clear();
            assertThat(context.getServletRegistration("s").getClassName()).isEqualTo(Plain.class.getName());
            assertThat(context.getFilterRegistration("f").getName()).isEqualTo("f");
            assertThat(context.getServletRegistration("none")).isNull();
            assertThat(context.getFilterRegistration("none")).isNull();
        });
    }

    @Test
    void filtersAreRegisteredByNameClassAndInstance() throws Exception {
        try (Web web = Web.start(app -> {
            ServletContext context = app.context();
            PassOn instance = new PassOn();
            context.addFilter("byName", PassOn.class.getName()).addMappingForUrlPatterns(null, true, "/*");
            context.addFilter("byClass", PassOn.class).addMappingForUrlPatterns(null, true, "/*");
            context.addFilter("byInstance", instance).addMappingForUrlPatterns(null, true, "/*");
            assertThat(context.addFilter("again", instance)).isNull();
            assertThat(context.addFilter("byName", PassOn.class.getName())).isNull();
            assertThat(context.addFilter("byName", PassOn.class)).isNull();
            assertThat(context.addFilter("byName", new PassOn())).isNull();
            for (String bad : new String[] { null, "" }) {
                assertThatIllegalArgumentException().isThrownBy(() -> context.addFilter(bad, PassOn.class));
                assertThatIllegalArgumentException().isThrownBy(() -> context.addFilter(bad, new PassOn()));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> context.addFilter(bad, PassOn.class.getName()));
            }
            app.servlet("/*", (q, r) -> r.getWriter().print("end"));
        })) {
            assertThat(web.get("/").text()).isEqualTo("filtered filtered filtered end");
        }
    }

    @Test
    void listenersOfAllKindsAreAddedInOrder() throws Exception {
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(app -> {
            ServletContext context = app.context();
            for (String name : List.of("one", "two")) {
                context.addListener(new ServletRequestListener() {
                    @Override
                    public void requestInitialized(ServletRequestEvent event) {
                        events.add(name);
                    }
                });
            }
            Stream.<EventListener>of(new ServletContextAttributeListener() {
            }, new ServletRequestAttributeListener() {
            }, new HttpSessionAttributeListener() {
            }, new HttpSessionIdListener() {
                @Override
                public void sessionIdChanged(jakarta.servlet.http.HttpSessionEvent event, String oldSessionId) {
                    events.add("never");
                }
            }, new HttpSessionListener() {
            }, new SilentContextListener()).forEach(context::addListener);
            context.addListener(Silent.class);
            context.addListener(Silent.class.getName());
            context.addListener(SilentContextListener.class);
            context.addListener(SilentContextListener.class.getName());
            assertThatIllegalArgumentException().isThrownBy(() -> context.addListener(new EventListener() {
            }));
            assertThatIllegalArgumentException().isThrownBy(() -> context.addListener(EventListener.class));
            assertThatIllegalArgumentException().isThrownBy(() -> context.addListener(Plain.class.getName()));
            app.servlet("/*", (q, r) -> r.getWriter().print("end"));
        })) {
            assertThat(web.get("/").text()).isEqualTo("end");
            assertThat(events).containsExactly("one", "two");
        }
    }

    /** Everything that configures, as the Javadoc's "throws" lists it. */
    private static Map<String, ThrowingCallable> configuration(ServletContext c) {
        return Map.ofEntries(Map.entry("setInitParameter", () -> c.setInitParameter("x", "y")),
                Map.entry("addServlet name", () -> c.addServlet("x", Plain.class.getName())),
                Map.entry("addServlet instance", () -> c.addServlet("x", new Plain())),
                Map.entry("addServlet class", () -> c.addServlet("x", Plain.class)),
                Map.entry("addJspFile", () -> c.addJspFile("x", "/x.jsp")),
                Map.entry("addFilter name", () -> c.addFilter("x", PassOn.class.getName())),
                Map.entry("addFilter instance", () -> c.addFilter("x", new PassOn())),
                Map.entry("addFilter class", () -> c.addFilter("x", PassOn.class)),
                Map.entry("addListener name", () -> c.addListener(Silent.class.getName())),
                Map.entry("addListener instance", () -> c.addListener(new Silent())),
                Map.entry("addListener class", () -> c.addListener(Silent.class)),
                Map.entry("setSessionTrackingModes",
                        () -> c.setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE))),
                Map.entry("declareRoles", () -> c.declareRoles("x")),
                Map.entry("setSessionTimeout", () -> c.setSessionTimeout(1)),
                Map.entry("setRequestCharacterEncoding", () -> c.setRequestCharacterEncoding("UTF-8")),
                Map.entry("setRequestCharacterEncoding charset",
                        () -> c.setRequestCharacterEncoding(StandardCharsets.UTF_8)),
                Map.entry("setResponseCharacterEncoding", () -> c.setResponseCharacterEncoding("UTF-8")),
                Map.entry("setResponseCharacterEncoding charset",
                        () -> c.setResponseCharacterEncoding(StandardCharsets.UTF_8)));
    }

    /** What an added listener may not ask either. */
    private static Map<String, ThrowingCallable> questions(ServletContext c) {
        return Map.ofEntries(Map.entry("createServlet", () -> c.createServlet(Plain.class)),
                Map.entry("createFilter", () -> c.createFilter(PassOn.class)),
                Map.entry("createListener", () -> c.createListener(Silent.class)),
                Map.entry("getServletRegistration", () -> c.getServletRegistration("x")),
                Map.entry("getServletRegistrations", c::getServletRegistrations),
                Map.entry("getFilterRegistration", () -> c.getFilterRegistration("x")),
                Map.entry("getFilterRegistrations", c::getFilterRegistrations),
                Map.entry("getSessionCookieConfig", c::getSessionCookieConfig));
    }

    @Test
    void nothingIsConfiguredAfterTheInitialisation() throws Exception {
        Inside.get((q, r) -> configuration(q.getServletContext())
                .forEach((name, call) -> assertThatIllegalStateException().as(name).isThrownBy(call)));
    }

    @Test
    void nothingIsConfiguredByAListenerThatWasAdded() throws Exception {
        List<String> seen = new ArrayList<>();
        initializing(app -> app.context().addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                configuration(event.getServletContext())
                        .forEach((name, call) -> assertThatExceptionOfType(UnsupportedOperationException.class)
                                .as(name).isThrownBy(call));
                questions(event.getServletContext())
                        .forEach((name, call) -> assertThatExceptionOfType(UnsupportedOperationException.class)
                                .as(name).isThrownBy(call));
                seen.add("checked");
            }
        }));
        assertThat(seen).containsExactly("checked");
    }

    @Test
    void aListenerThatWasAddedMayAskForAllThatDoesNotConfigure() throws Exception {
        List<String> seen = new ArrayList<>();
        initializing(app -> app.context().addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                ServletContext context = event.getServletContext();
                assertThat(context.getEffectiveMajorVersion()).isPositive();
                assertThat(context.getEffectiveMinorVersion()).isNotNegative();
                assertThat(context.getClassLoader()).isNotNull();
                assertThat(context.getJspConfigDescriptor()).isNull();
                assertThat(context.getDefaultSessionTrackingModes()).contains(SessionTrackingMode.COOKIE);
                assertThat(context.getEffectiveSessionTrackingModes()).contains(SessionTrackingMode.COOKIE);
                assertThat(context.getSessionTimeout()).isPositive();
                assertThat(context.getRequestCharacterEncoding()).isNull();
                assertThat(context.getResponseCharacterEncoding()).isNull();
                assertThat(context.getMajorVersion()).isEqualTo(6);
                assertThat(context.getVirtualServerName()).isNotNull();
                assertThat(context.getContextPath()).isNotNull();
                assertThat(context.getServerInfo()).isNotNull();
                seen.add("checked");
            }
        }));
        assertThat(seen).containsExactly("checked");
    }

    @Test
    void cookieConfigurationIsOneObjectAndClosesWithTheInitialisation() throws Exception {
        Inside.send(UnaryOperator.identity(), app -> {
            assertThat(app.context().getSessionCookieConfig()).isSameAs(app.context().getSessionCookieConfig());
            app.context().getSessionCookieConfig().setName("SID");
        }, "GET", "/", (q, r) -> {
            var config = q.getServletContext().getSessionCookieConfig();
            assertThat(config.getName()).isEqualTo("SID");
            assertThatIllegalStateException().isThrownBy(() -> config.setName("x"));
            assertThatIllegalStateException().isThrownBy(() -> config.setMaxAge(1));
            assertThatIllegalStateException().isThrownBy(() -> config.setAttribute("a", "b"));
        });
    }

    @Test
    void trackingModesAreReplacedAndTheDefaultOnesWithoutAny() throws Exception {
        initializing(app -> {
            ServletContext context = app.context();
            assertThat(context.getDefaultSessionTrackingModes()).contains(SessionTrackingMode.COOKIE);
            assertThat(context.getEffectiveSessionTrackingModes())
                    .isEqualTo(context.getDefaultSessionTrackingModes());
            context.setSessionTrackingModes(Set.of(SessionTrackingMode.URL));
            context.setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE));
            assertThat(context.getEffectiveSessionTrackingModes()).containsExactly(SessionTrackingMode.COOKIE);
            assertThatIllegalArgumentException().isThrownBy(() -> context
                    .setSessionTrackingModes(Set.of(SessionTrackingMode.SSL, SessionTrackingMode.URL)));
        });
    }

    @Test
    void rolesNeedNamesAndThereIsNoJspConfiguration() throws Exception {
        initializing(app -> {
            app.context().declareRoles("admin", "user");
            assertThatIllegalArgumentException().isThrownBy(() -> app.context().declareRoles("admin", ""));
            assertThatIllegalArgumentException().isThrownBy(() -> app.context().declareRoles((String) null));
            assertThat(app.context().getJspConfigDescriptor()).isNull();
            assertThat(app.context().getVirtualServerName()).isNotBlank()
                    .isEqualTo(app.context().getVirtualServerName());
        });
    }

    @Test
    void sessionTimeoutIsInMinutes() throws Exception {
        Inside.send(UnaryOperator.identity(), app -> {
            assertThat(app.context().getSessionTimeout()).isEqualTo(30);
            app.context().setSessionTimeout(5);
        }, "GET", "/", (q, r) -> {
            assertThat(q.getServletContext().getSessionTimeout()).isEqualTo(5);
            assertThat(q.getSession().getMaxInactiveInterval()).isEqualTo(300);
        });
    }

    @Test
    void encodingsOfTheApplicationApplyToRequestsAndResponses() throws Exception {
        initializing(app -> {
            assertThat(app.context().getRequestCharacterEncoding()).isNull();
            assertThat(app.context().getResponseCharacterEncoding()).isNull();
        });
        Inside.send(UnaryOperator.identity(), app -> {
            app.context().setRequestCharacterEncoding("UTF-8");
            app.context().setResponseCharacterEncoding("UTF-16");
        }, "GET", "/", (q, r) -> {
            assertThat(q.getServletContext().getRequestCharacterEncoding()).isEqualTo("UTF-8");
            assertThat(q.getServletContext().getResponseCharacterEncoding()).isEqualTo("UTF-16");
            assertThat(q.getCharacterEncoding()).isEqualTo("UTF-8");
            assertThat(r.getCharacterEncoding()).isEqualTo("UTF-16");
        });
        Inside.send(UnaryOperator.identity(), app -> {
            app.context().setRequestCharacterEncoding(StandardCharsets.US_ASCII);
            app.context().setResponseCharacterEncoding(StandardCharsets.UTF_8);
        }, "GET", "/", (q, r) -> {
            assertThat(q.getCharacterEncoding()).isEqualTo("US-ASCII");
            assertThat(r.getCharacterEncoding()).isEqualTo("UTF-8");
        });
    }
}
