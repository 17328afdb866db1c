package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpServlet;

/** What a deployment descriptor says (Servlet 6.1 chapter 14), said to the builder and in an initializer. */
class EmbeddingTest {

    /** Declared by its class, so it may do all that the context offers. */
    private static final class DeclaredListener implements ServletContextListener {

        @Override
        public void contextInitialized(ServletContextEvent event) {
            ServletContext context = event.getServletContext();
            context.setAttribute("declared", context.getServletRegistrations().containsKey("form"));
            context.setAttribute("twice", context.addServlet("form", Early.class) != null);
        }
    }

    /** Notes the order of its initialisations. */
    private static final class Early extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        public void init(ServletConfig config) {
            config.getServletContext().setAttribute("order", config.getServletContext().getAttribute("order")
                    + " " + config.getServletName() + config.getInitParameter("number"));
        }
    }

    @TempDir
    private Path root;

    private Web web;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(root.resolve("a.abc"), "abc");
        web = Web.start(EmbeddingTest.this::descriptor, EmbeddingTest::declarations);
    }

    @AfterEach
    void stop() {
        web.close();
    }

    private ServletContainerBuilder descriptor(ServletContainerBuilder builder) {
        return builder.contextPath("/shop").displayName("The shop").initParameter("greeting", "hello")
                .documentRoot(root).welcomeFiles(List.of("index.html", "facts")).mimeMapping("abc", "application/x-abc")
                .errorPage(404, "/page").errorPage(IOException.class, "/page").errorPage("/any")
                .localeEncodings(Map.of(Locale.JAPANESE, Charset.forName("Shift_JIS")))
                .sessionTimeout(Duration.ofMinutes(54)).listener(DeclaredListener.class);
    }

    private static void declarations(Web.App app) {
        ServletContext context = app.context();
        context.setRequestCharacterEncoding("UTF-8");
        context.setResponseCharacterEncoding("UTF-16");
        context.setSessionTrackingModes(Set.of(SessionTrackingMode.URL));
        context.getSessionCookieConfig().setName("SHOP");
        addEarly(context, "late", 7);
        addEarly(context, "early", 0);
        app.servlet("/facts", (q, r) -> r.getWriter().print(context.getServletContextName() + ", "
                + context.getInitParameter("greeting") + ", " + context.getAttribute("declared") + ", "
                + context.getAttribute("twice") + ", " + context.getAttribute("order")));
        app.servlet("form", "/form", (q, r) -> {
            r.setLocale(Locale.JAPANESE);
            r.getWriter().print(q.getParameter("name"));
        });
        app.servlet("/plain", (q, r) -> r.getWriter().print("plain"));
        app.servlet("/session", (q, r) -> {
            int seconds = q.getSession().getMaxInactiveInterval();
            r.getOutputStream().print(r.encodeURL("/shop/facts") + " " + seconds);
        });
        app.servlet("/fails", (q, r) -> {
            throw new IOException("why");
        });
        app.servlet("/forbidden", (q, r) -> r.sendError(403));
        app.servlet("/page", (q, r) -> r.getOutputStream()
                .print("page " + q.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)));
        app.servlet("/any", (q, r) -> r.getOutputStream()
                .print("any " + q.getAttribute(RequestDispatcher.ERROR_STATUS_CODE)));
        var upload = context.addServlet("upload", new Web.Scripted((q, r) -> r.getOutputStream()
                .print(q.getPart("file").getSubmittedFileName() + " " + q.getAttribute("seen"))));
        upload.setMultipartConfig(new MultipartConfigElement("", 1000, 1000, 0));
        upload.addMapping("/upload");
        app.servlet("/forward", (q, r) -> context.getNamedDispatcher("upload").forward(q, r));
        context.addFilter("filter", (q, r, chain) -> {
            q.setAttribute("seen", q.getDispatcherType());
            chain.doFilter(q, r);
        }).addMappingForServletNames(EnumSet.of(DispatcherType.FORWARD), true, "upload");
    }

    private static void addEarly(ServletContext context, String name, int number) {
        var registration = context.addServlet(name, Early.class);
        registration.setLoadOnStartup(number);
        registration.setInitParameter("number", Integer.toString(number));
    }

    @Test
    void contextAndOrderOfLoading() {
        RawResponse response = web.get("/shop/facts");
        assertThat(new String(response.body(), StandardCharsets.UTF_16))
                .isEqualTo("The shop, hello, true, false, null early0 late7");
    }

    @Test
    void servletAsWelcomeFile() {
        assertThat(new String(web.get("/shop/").body(), StandardCharsets.UTF_16)).startsWith("The shop");
        assertThat(web.get("/shop").header("Location").orElseThrow()).endsWith("/shop/");
    }

    @Test
    void mimeMapping() {
        RawResponse file = web.get("/shop/a.abc");
        assertThat(file.text()).isEqualTo("abc");
        assertThat(file.header("Content-Type").orElseThrow()).startsWith("application/x-abc");
    }

    @Test
    void errorPagesByStatusExceptionAndForAll() {
        assertThat(web.get("/shop/none").text()).isEqualTo("page 404");
        assertThat(web.get("/shop/fails").text()).isEqualTo("page 500");
        assertThat(web.get("/shop/forbidden").text()).isEqualTo("any 403");
    }

    @Test
    void encodingsOfRequestResponseAndLocale() {
        RawResponse form = web.post("/shop/form", "application/x-www-form-urlencoded", "name=%E3%81%82");
        assertThat(new String(form.body(), Charset.forName("Shift_JIS"))).isEqualTo("\u3042");
        assertThat(form.header("Content-Language")).contains("ja");
        assertThat(new String(web.get("/shop/plain").body(), StandardCharsets.UTF_16)).isEqualTo("plain");
    }

    @Test
    void sessionsByUrlWithTheirTimeout() {
        RawResponse response = web.get("/shop/session");
        assertThat(response.text()).matches("/shop/facts;SHOP=[^ ]+ 3240");
        assertThat(response.hasHeader("Set-Cookie")).isFalse();
    }

    @Test
    void multipartConfigurationAndFilterOfANamedServlet() {
        String body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n";
        assertThat(web.post("/shop/upload", "multipart/form-data; boundary=b", body).text()).isEqualTo("a.txt null");
        assertThat(web.post("/shop/forward", "multipart/form-data; boundary=b", body).text())
                .isEqualTo("a.txt FORWARD");
    }
}
