package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;

/** Servlet 6.1 chapters 2, 4 and 11: life of an application, registration, listeners, resources. */
class ContextTest {

    private static final List<String> EVENTS = Collections.synchronizedList(new ArrayList<>());

    /** Writes down its life and the class loader that it sees. */
    public static class Tracked extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        public void init() throws ServletException {
            EVENTS.add("init " + getServletName() + " " + getInitParameter("p"));
        }

        @Override
        public void destroy() {
            EVENTS.add("destroy " + getServletName());
        }
    }

    static final class TrackedFilter implements Filter {

        @Override
        public void init(FilterConfig config) {
            EVENTS.add("init filter " + config.getInitParameter("p"));
        }

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(request, response);
        }

        @Override
        public void destroy() {
            EVENTS.add("destroy filter");
        }
    }

    static final class TrackedListener implements ServletContextListener {

        private final String name;

        TrackedListener(String name) {
            this.name = name;
        }

        @Override
        public void contextInitialized(ServletContextEvent event) {
            EVENTS.add("start " + name);
        }

        @Override
        public void contextDestroyed(ServletContextEvent event) {
            EVENTS.add("end " + name);
        }
    }

    @Test
    void lifeInOrder() throws Exception {
        EVENTS.clear();
        ServletContainer container = ServletContainer.builder().listener(new TrackedListener("declared"))
                .initializer(context -> {
                    context.addListener(new TrackedListener("added"));
                    add(context, "late", 2);
                    add(context, "early", 0);
                    add(context, "lazy", -1);
                    context.addFilter("f", new TrackedFilter()).setInitParameter("p", "v");
                }).build();
        container.initialize();
        assertThat(EVENTS).containsExactly("start declared", "start added", "init filter v");
        container.start();
        container.start();
        assertThat(EVENTS.subList(3, EVENTS.size())).containsExactly("init early v", "init late v",
                "init lazy v");
        EVENTS.clear();
        container.destroy();
        container.destroy();
        assertThat(EVENTS).containsExactly("destroy late", "destroy early", "destroy lazy", "destroy filter",
                "end added",
                "end declared");
    }

    private static void add(ServletContext context, String name, int order) {
        ServletRegistration.Dynamic registration = context.addServlet(name, Tracked.class);
        registration.setLoadOnStartup(order);
        registration.setInitParameter("p", "v");
    }

    @Test
    void failingInitializerLeavesNothingRunning() {
        EVENTS.clear();
        ServletContainer container = ServletContainer.builder().initializer(context -> {
            context.addListener(new TrackedListener("one"));
            context.addListener(new ServletContextListener() {
                @Override
                public void contextInitialized(ServletContextEvent event) {
                    throw new IllegalStateException("mine");
                }
            });
        }).build();
        assertThatIllegalStateException().isThrownBy(container::initialize).withMessage("mine");
        assertThat(EVENTS).containsExactly("start one", "end one");
    }

    @Test
    void contextClassLoaderEverywhere() throws Exception {
        ClassLoader loader = new ClassLoader(ContextTest.class.getClassLoader()) {
        };
        List<Boolean> seen = Collections.synchronizedList(new ArrayList<>());
        Runnable look = () -> seen.add(Thread.currentThread().getContextClassLoader() == loader);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (Web web = Web.start(b -> b.classLoader(loader).listener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                look.run();
            }
        }), app -> {
            look.run();
            app.context().addFilter("f", new Filter() {
                @Override
                public void init(FilterConfig config) {
                    look.run();
                }

                @Override
                public void doFilter(ServletRequest q, ServletResponse r, FilterChain c)
                        throws IOException, ServletException {
                    c.doFilter(q, r);
                }
            });
            app.servlet("/*", (q, r) -> look.run());
        })) {
            web.get("/");
            assertThat(seen).containsExactly(true, true, true, true);
            assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        }
    }

    @Test
    void registrationEndsWithTheInitialisation() throws Exception {
        try (Web web = Web.start(app -> app.servlet("/*", (q, r) -> {
            ServletContext context = q.getServletContext();
            assertThatIllegalStateException().isThrownBy(() -> context.addServlet("x", Tracked.class));
            assertThatIllegalStateException().isThrownBy(() -> context.addFilter("x", TrackedFilter.class));
            assertThatIllegalStateException().isThrownBy(() -> context.addListener(new TrackedListener("x")));
            assertThatIllegalStateException().isThrownBy(() -> context.setInitParameter("a", "b"));
            assertThatIllegalStateException().isThrownBy(() -> context.setSessionTimeout(1));
            assertThatIllegalStateException().isThrownBy(() -> context.getSessionCookieConfig().setName("x"));
        }))) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void addedContextListenersMayNotConfigureButDeclaredOnesMay() throws Exception {
        List<String> results = new ArrayList<>();
        ServletContainer container = ServletContainer.builder().listener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                event.getServletContext().addServlet("declared", Tracked.class);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> event.getServletContext().addListener(new TrackedListener("x")));
                results.add("declared");
            }
        }).initializer(context -> context.addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                ServletContext c = event.getServletContext();
                assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(() -> c.addServlet("added", Tracked.class));
                assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(() -> c.getServletRegistration("declared"));
                assertThatExceptionOfType(UnsupportedOperationException.class)
                        .isThrownBy(c::getSessionCookieConfig);
                results.add("added");
            }
        })).build();
        container.initialize();
        assertThat(results).containsExactly("declared", "added");
        assertThat(container.context().getServletRegistrations()).containsOnlyKeys("declared");
        container.destroy();
    }

    @Test
    void registrationsAnswerAsTheJavadocSays() throws Exception {
        ServletContainer container = ServletContainer.builder().initParameter("given", "1").initializer(context -> {
            ServletRegistration.Dynamic one = context.addServlet("one", Tracked.class);
            assertThat(one.addMapping("/a", "/b")).isEmpty();
            assertThat(context.addServlet("one", Tracked.class)).isNull();
            ServletRegistration.Dynamic two = context.addServlet("two", Tracked.class.getName());
            assertThat(two.addMapping("/b", "/c")).containsExactly("/b");
            assertThat(two.getMappings()).isEmpty();
            assertThat(two.setInitParameter("p", "1")).isTrue();
            assertThat(two.setInitParameter("p", "2")).isFalse();
            assertThat(two.setInitParameters(Map.of("p", "3", "q", "4"))).containsExactly("p");
            assertThat(two.getInitParameter("q")).isNull();
            assertThatIllegalArgumentException().isThrownBy(() -> two.addMapping());
            assertThatIllegalArgumentException().isThrownBy(() -> context.addServlet("", Tracked.class));
            assertThatIllegalArgumentException().isThrownBy(() -> context.addServlet("x", "no.such.Class"));
            assertThatIllegalArgumentException().isThrownBy(() -> context.addListener(java.util.EventListener.class));
            assertThat(context.setInitParameter("given", "2")).isFalse();
            assertThat(context.getInitParameter("given")).isEqualTo("1");
            assertThat(context.addJspFile("jsp", "/x.jsp")).isNotNull();
            assertThat(context.getFilterRegistrations()).isEmpty();
        }).build();
        container.initialize();
        assertThat(container.context().getServletRegistration("one").getMappings()).containsExactly("/a", "/b");
        container.destroy();
    }

    @Test
    void listenersOfRequestsAndAttributes() throws Exception {
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        class Listener implements ServletRequestListener, ServletRequestAttributeListener {
            @Override
            public void requestInitialized(ServletRequestEvent event) {
                events.add("in");
            }

            @Override
            public void requestDestroyed(ServletRequestEvent event) {
                events.add("out");
            }

            @Override
            public void attributeAdded(ServletRequestAttributeEvent event) {
                events.add("added " + event.getValue());
            }

            @Override
            public void attributeReplaced(ServletRequestAttributeEvent event) {
                events.add("replaced " + event.getValue());
            }

            @Override
            public void attributeRemoved(ServletRequestAttributeEvent event) {
                events.add("removed " + event.getValue());
            }
        }
        try (Web web = Web.start(app -> {
            app.context().addListener(new Listener());
            app.servlet("/*", (q, r) -> {
                q.setAttribute("a", 1);
                q.setAttribute("a", 2);
                q.setAttribute("a", null);
            });
        })) {
            web.get("/");
            io.zokor.testing.Await.until("all events", () -> events.size() == 5);
            assertThat(events).containsExactly("in", "added 1", "replaced 1", "removed 2", "out");
        }
    }

    @Test
    void staticFilesWelcomeFilesAndResources(@TempDir Path root) throws Exception {
        Files.createDirectories(root.resolve("dir"));
        Files.createDirectories(root.resolve("WEB-INF"));
        Files.writeString(root.resolve("dir/index.html"), "welcome");
        Files.writeString(root.resolve("a.css"), "css");
        Files.writeString(root.resolve("WEB-INF/secret"), "secret");
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true), app -> app.servlet("/r",
                (q, r) -> r.getWriter().print(q.getServletContext().getResourcePaths("/") + " "
                        + (q.getServletContext().getResource("/a.css") != null) + " "
                        + q.getServletContext().getMimeType("x.CSS") + " "
                        + new String(q.getServletContext().getResourceAsStream("/WEB-INF/secret").readAllBytes()))))) {
            RawResponse css = web.get("/a.css");
            assertThat(css.text()).isEqualTo("css");
            assertThat(css.header("Content-Type")).contains("text/css");
            assertThat(web.get("/dir").header("Location").orElseThrow()).endsWith("/dir/");
            assertThat(web.get("/dir/").text()).isEqualTo("welcome");
            assertThat(web.get("/WEB-INF/secret").status()).isEqualTo(404);
            assertThat(web.get("/none").status()).isEqualTo(404);
            assertThat(web.get("/r").text()).contains("/dir/", "/a.css", "true text/css secret");
        }
    }

    @Test
    void largeStaticFileIsSentWhole(@TempDir Path root) throws Exception {
        byte[] content = new byte[3 << 20];
        new java.util.Random(1).nextBytes(content);
        Files.write(root.resolve("large.bin"), content);
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(true), app -> {
        })) {
            assertThat(web.get("/large.bin").body()).isEqualTo(content);
        }
    }

    @Test
    void applicationsServletTakesTheDefaultMappingOver() throws Exception {
        try (Web web = Web.start(b -> b.registerDefaultServlet(true),
                app -> app.servlet("mine", "/", (q, r) -> r.getWriter().print("mine")))) {
            assertThat(web.get("/x").text()).isEqualTo("mine");
        }
    }

    @Test
    void documentRootIsServedUnlessItIsSaidNotTo(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("a.txt"), "text");
        try (Web web = Web.start(b -> b.documentRoot(root), app -> {
        })) {
            assertThat(web.get("/a.txt").text()).isEqualTo("text");
        }
        try (Web web = Web.start(b -> b.documentRoot(root).registerDefaultServlet(false), app -> {
        })) {
            assertThat(web.get("/a.txt").status()).isEqualTo(404);
        }
    }

    @Test
    void servletIsAWelcomeFileOfAnApplicationWithoutFiles() throws Exception {
        try (Web web = Web.start(
                b -> b.contextPath("/app").registerDefaultServlet(true).welcomeFiles(List.of("none.html", "hello")),
                app -> app.servlet("/hello", (q, r) -> r.getWriter().print("hello " + q.getServletPath())))) {
            assertThat(web.get("/app/").text()).isEqualTo("hello /hello");
            assertThat(web.get("/app").header("Location").orElseThrow()).endsWith("/app/");
            assertThat(web.get("/app/none").status()).isEqualTo(404);
        }
        try (Web web = Web.start(b -> b.registerDefaultServlet(true), app -> {
        })) {
            assertThat(web.get("/").status()).isEqualTo(404);
            assertThat(web.send("POST", "/").status()).isEqualTo(404);
        }
    }
}
