package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.GenericServlet;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import jakarta.servlet.http.HttpServletRequest;

/** Dispatches within dispatches, wrappers that are not HTTP, and what stands for a page (Servlet 6.1 chapter 9, 6.2.2, 4.4.1). */
class NestedDispatchTest {

    private static String seen(HttpServletRequest q) {
        return q.getDispatcherType() + " " + q.getRequestURI() + " forward="
                + q.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) + " include="
                + q.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI) + " p=" + q.getParameter("p") + "\n";
    }

    private static final Web.Action PRINT = (q, r) -> r.getWriter().print(seen(q));

    @Test
    void forwardInAnIncludeNamesTheOriginalAndForgetsTheInclude() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                q.getRequestDispatcher("/b?p=2").include(q, r);
                assertThat(r.isCommitted()).isTrue();
            });
            app.servlet("/b", (q, r) -> q.getRequestDispatcher("/c?p=3").forward(q, r));
            app.servlet("/c", PRINT);
        })) {
            assertThat(web.get("/a?p=1").text()).isEqualTo("FORWARD /c forward=/a include=null p=3\n");
        }
    }

    @Test
    void includeInAForwardKeepsTheForwardsPathsAndAddsItsOwn() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> q.getRequestDispatcher("/b?p=2").forward(q, r));
            app.servlet("/b", (q, r) -> {
                r.getWriter().print(seen(q));
                q.getRequestDispatcher("/c?p=3").include(q, r);
                r.getWriter().print(seen(q));
            });
            app.servlet("/c", PRINT);
        })) {
            assertThat(web.get("/a?p=1").text()).isEqualTo("""
                    FORWARD /b forward=/a include=null p=2
                    INCLUDE /b forward=/a include=/c p=3
                    FORWARD /b forward=/a include=null p=2
                    """);
        }
    }

    @Test
    void everyIncludeSeesItsOwnAttributesAndParameters() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                q.getRequestDispatcher("/b?p=2").include(q, r);
                r.getWriter().print(seen(q));
            });
            app.servlet("/b", (q, r) -> {
                r.getWriter().print(seen(q));
                q.getRequestDispatcher("/c?p=3").include(q, r);
                r.getWriter().print(seen(q));
            });
            app.servlet("/c", PRINT);
        })) {
            assertThat(web.get("/a?p=1").text()).isEqualTo("""
                    INCLUDE /a forward=null include=/b p=2
                    INCLUDE /a forward=null include=/c p=3
                    INCLUDE /a forward=null include=/b p=2
                    REQUEST /a forward=null include=null p=1
                    """);
        }
    }

    @Test
    void asynchronousDispatchAfterAnIncludeGoesBackToTheRequestsPath() throws Exception {
        AtomicReference<AsyncContext> context = new AtomicReference<>();
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                if (q.getDispatcherType() == DispatcherType.ASYNC) {
                    r.getWriter().print(seen(q));
                } else {
                    q.getRequestDispatcher("/b?p=2").include(q, r);
                    context.get().dispatch();
                }
            });
            app.servlet("/b", (q, r) -> context.set(q.startAsync()));
        })) {
            assertThat(web.get("/a?p=1").text()).isEqualTo("ASYNC /a forward=null include=null p=1\n");
        }
    }

    @Test
    void attributesSetInADispatchStay() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/a", (q, r) -> {
                q.getRequestDispatcher("/b").include(q, r);
                r.getWriter().print(q.getAttribute("set") + " " + q.getAttribute("removed"));
            });
            app.servlet("/b", (q, r) -> {
                q.setAttribute("set", "by b");
                q.setAttribute("removed", "no");
                q.removeAttribute("removed");
            });
        })) {
            assertThat(web.get("/a").text()).isEqualTo("by b null");
        }
    }

    /** A request that is none of HTTP, though it wraps one. */
    private static final class PlainRequest extends ServletRequestWrapper {

        PlainRequest(ServletRequest request) {
            super(request);
        }

        @Override
        public String getParameter(String name) {
            return name.equals("own") ? "yes" : super.getParameter(name);
        }
    }

    /** A response that is none of HTTP, though it wraps one. */
    private static final class PlainResponse extends ServletResponseWrapper {

        PlainResponse(ServletResponse response) {
            super(response);
        }
    }

    /** Sees requests as they are. */
    private static final class Generic extends GenericServlet {

        private static final long serialVersionUID = 1L;

        @Override
        public void service(ServletRequest request, ServletResponse response) throws java.io.IOException {
            assertThat(request).isInstanceOf(PlainRequest.class);
            assertThat(response).isInstanceOf(PlainResponse.class);
            response.setContentType("text/never");
            response.getWriter().print(request.getDispatcherType() + " own=" + request.getParameter("own") + " p="
                    + request.getParameter("p") + " include="
                    + request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI) + " forward="
                    + request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) + "\n");
        }
    }

    @Test
    void wrappersThatAreNotHttpAreForwardedToAndIncludedAsTheyAre() throws Exception {
        try (Web web = Web.start(app -> {
            app.context().addServlet("generic", new Generic()).addMapping("/g");
            app.servlet("/include", (q, r) -> {
                r.setContentType("text/plain");
                PlainRequest request = new PlainRequest(new PlainRequest(q));
                q.getRequestDispatcher("/g?p=2").include(request, new PlainResponse(new PlainResponse(r)));
                r.getWriter().print(request.getDispatcherType() + " p=" + request.getParameter("p"));
            });
            app.servlet("/forward",
                    (q, r) -> q.getRequestDispatcher("/g?p=2").forward(new PlainRequest(q), new PlainResponse(r)));
        })) {
            RawResponse included = web.get("/include?p=1");
            assertThat(included.text())
                    .isEqualTo("INCLUDE own=yes p=2 include=/g forward=null\nREQUEST p=1");
            assertThat(included.header("Content-Type")).hasValueSatisfying(
                    type -> assertThat(type).startsWith("text/plain"));
            RawResponse forwarded = web.get("/forward?p=1");
            assertThat(forwarded.text()).isEqualTo("FORWARD own=yes p=2 include=null forward=/forward\n");
            assertThat(forwarded.header("Content-Type")).hasValueSatisfying(
                    type -> assertThat(type).startsWith("text/never"));
        }
    }

    @Test
    void pageFileLeadsToWhatIsMappedToItsPath(@TempDir Path root) throws Exception {
        Files.writeString(root.resolve("source.jsp"), "<%= secret %>");
        try (Web web = Web.start(b -> b.documentRoot(root), app -> {
            app.context().addJspFile("page", "/pages/x.jsp").addMapping("/page");
            app.servlet("engine", "/pages/*", (q, r) -> r.getWriter().print(q.getDispatcherType() + " "
                    + q.getServletPath() + q.getPathInfo()));
            app.context().addJspFile("self", "/source.jsp").addMapping("/source.jsp");
            app.servlet("/include", (q, r) -> {
                r.getWriter().print("before ");
                q.getRequestDispatcher("/page").include(q, r);
            });
        })) {
            assertThat(web.get("/page").text()).isEqualTo("FORWARD /pages/x.jsp");
            assertThat(web.get("/include").text()).startsWith("before INCLUDE ");
            RawResponse source = web.get("/source.jsp");
            assertThat(source.status()).isEqualTo(404);
            assertThat(source.text()).doesNotContain("secret");
        }
    }
}
