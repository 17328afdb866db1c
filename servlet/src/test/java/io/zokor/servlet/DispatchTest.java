package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;

/** Servlet 6.1 chapters 6, 9 and 12: mapping, filters by dispatcher type, forward, include, named dispatchers. */
class DispatchTest {

    private static String paths(HttpServletRequest r) {
        HttpServletMapping m = r.getHttpServletMapping();
        return r.getDispatcherType() + " uri=" + r.getRequestURI() + " ctx=" + r.getContextPath() + " sp="
                + r.getServletPath() + " pi=" + r.getPathInfo() + " q=" + r.getQueryString() + " m="
                + m.getMappingMatch() + "," + m.getPattern() + "," + m.getMatchValue() + "," + m.getServletName();
    }

    private static Filter marker(String name) {
        return (request, response, chain) -> {
            response.getWriter().print(name + ">");
            chain.doFilter(request, response);
        };
    }

    @Test
    void pathsOfEachKindOfMapping() throws Exception {
        Web.Action show = (q, r) -> r.getWriter().print(paths(q));
        try (Web web = Web.start(b -> b.contextPath("/app"), app -> {
            app.servlet("exact", "/exact", show);
            app.servlet("prefix", "/prefix/*", show);
            app.servlet("ext", "*.do", show);
            app.servlet("root", "", show).addMapping("");
            app.servlet("default", "/", show);
        })) {
            assertThat(web.get("/app/exact?a=1").text()).isEqualTo(
                    "REQUEST uri=/app/exact ctx=/app sp=/exact pi=null q=a=1 m=EXACT,/exact,exact,exact");
            assertThat(web.get("/app/prefix/a%20b/c").text()).isEqualTo(
                    "REQUEST uri=/app/prefix/a%20b/c ctx=/app sp=/prefix pi=/a b/c q=null m=PATH,/prefix/*,a b/c,prefix");
            assertThat(web.get("/app/x/y.do").text())
                    .isEqualTo("REQUEST uri=/app/x/y.do ctx=/app sp=/x/y.do pi=null q=null m=EXTENSION,*.do,x/y,ext");
            assertThat(web.get("/app/").text())
                    .isEqualTo("REQUEST uri=/app/ ctx=/app sp= pi=/ q=null m=CONTEXT_ROOT,,,root");
            assertThat(web.get("/app/other").text())
                    .isEqualTo("REQUEST uri=/app/other ctx=/app sp=/other pi=null q=null m=DEFAULT,/,,default");
        }
    }

    @Test
    void contextPathWithoutSlashIsRedirectedAndOthersAreNotFound() throws Exception {
        try (Web web = Web.start(b -> b.contextPath("/app"), app -> app.servlet("/*", (q, r) -> {
        }))) {
            RawResponse redirect = web.get("/app?x=1");
            assertThat(redirect.status()).isEqualTo(302);
            assertThat(redirect.header("Location")).contains("/app/?x=1");
            assertThat(web.get("/apple").status()).isEqualTo(404);
        }
    }

    @Test
    void suspiciousPathsAreRefusedBeforeMapping() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter().print("seen"))) {
            for (String path : List.of("/a%2Fb", "/a/..;/b", "/a/%2e%2e/b", "/a%5Cb", "/a%00b", "/../x")) {
                assertThat(web.get(path).status()).as(path).isEqualTo(400);
            }
            assertThat(web.get("/a;x=1/b").status()).isEqualTo(200);
        }
    }

    @Test
    void nothingMappedIs404ThroughFilters() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(app -> app.filter("f", "/*", (q, r, c) -> {
            seen.add(((HttpServletRequest) q).getServletPath());
            c.doFilter(q, r);
        }, DispatcherType.REQUEST))) {
            RawResponse response = web.get("/none");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.text()).isEqualTo("404 Not Found\n");
            assertThat(seen).containsExactly("/none");
        }
    }

    @Test
    void forwardShowsTargetAndKeepsTheOriginalInAttributes() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("from", "/from/*", (q, r) -> {
                r.getWriter().print("dropped");
                q.getRequestDispatcher("/to/x?b=2&a=9").forward(q, r);
                r.getWriter().print("ignored");
            });
            app.servlet("to", "/to/*", (q, r) -> r.getWriter()
                    .print(paths(q) + " | " + q.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) + " "
                            + q.getAttribute(RequestDispatcher.FORWARD_SERVLET_PATH) + " "
                            + q.getAttribute(RequestDispatcher.FORWARD_PATH_INFO) + " "
                            + q.getAttribute(RequestDispatcher.FORWARD_QUERY_STRING) + " | "
                            + String.join(",", q.getParameterValues("a")) + " " + q.getParameter("b")));
        })) {
            assertThat(web.get("/from/p?a=1").text()).isEqualTo(
                    "FORWARD uri=/to/x ctx= sp=/to pi=/x q=b=2&a=9 m=PATH,/to/*,x,to | /from/p /from /p a=1 | 9,1 2");
        }
    }

    @Test
    void includeKeepsPathsAndIgnoresChangesOfTheHead() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("from", "/from", (q, r) -> {
                r.getWriter().print("[");
                q.getRequestDispatcher("in/x?c=3").include(q, r);
                r.getWriter().print("]" + q.getParameter("c"));
            });
            app.servlet("in", "/in/*", (q, r) -> {
                r.setStatus(201);
                r.setHeader("X-In", "1");
                r.sendRedirect("/elsewhere");
                r.getWriter().print(paths(q) + " | " + q.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI) + " "
                        + q.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO) + " "
                        + q.getAttribute(RequestDispatcher.INCLUDE_QUERY_STRING) + " " + q.getParameter("c"));
            });
        })) {
            RawResponse response = web.get("/from");
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.hasHeader("X-In")).isFalse();
            assertThat(response.text()).isEqualTo(
                    "[INCLUDE uri=/from ctx= sp=/from pi=null q=null m=EXACT,/from,from,from | /in/x /x c=3 3]null");
        }
    }

    @Test
    void namedDispatcherKeepsPathsAndSetsNoAttributes() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("from", "/from", (q, r) -> q.getServletContext().getNamedDispatcher("named").forward(q, r));
            app.context().addServlet("named", new Web.Scripted((q, r) -> r.getWriter()
                    .print(paths(q) + " " + q.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI))));
        })) {
            assertThat(web.get("/from").text())
                    .isEqualTo("FORWARD uri=/from ctx= sp=/from pi=null q=null m=EXACT,/from,from,from null");
        }
    }

    @Test
    void filtersAreChosenByDispatcherTypeAndOrder() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("from", "/from", (q, r) -> {
                q.getRequestDispatcher("/inc").include(q, r);
                r.flushBuffer();
            });
            app.servlet("inc", "/inc", (q, r) -> r.getWriter().print("inc"));
            var named = app.context().addFilter("named", marker("named"));
            named.addMappingForServletNames(null, true, "from");
            app.filter("second", "/*", marker("second"), DispatcherType.REQUEST);
            var first = app.context().addFilter("first", marker("first"));
            first.addMappingForUrlPatterns(null, false, "/from");
            app.filter("include", "/inc", marker("include"), DispatcherType.INCLUDE);
            app.filter("never", "/*", marker("never"), DispatcherType.ERROR);
        })) {
            assertThat(web.get("/from").text()).isEqualTo("first>second>named>include>inc");
        }
    }

    @Test
    void wrappersOfTheApplicationArePassedOn() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> q.getRequestDispatcher("/to").forward(new HttpServletRequestWrapper(q) {
                @Override
                public String getHeader(String name) {
                    return "wrapped " + name;
                }
            }, r));
            app.servlet("/to", (q, r) -> r.getWriter().print(q.getHeader("X")));
        })) {
            assertThat(web.get("/from").text()).isEqualTo("wrapped X");
        }
    }

    @Test
    void forwardAfterCommitIsRefused() throws Exception {
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.start(app -> app.servlet("/from", (HttpServletRequest q, HttpServletResponse r) -> {
            r.flushBuffer();
            try {
                q.getRequestDispatcher("/to").forward(q, r);
            } catch (IllegalStateException e) {
                failures.add(e.getMessage());
            }
        }))) {
            assertThat(web.get("/from").status()).isEqualTo(200);
            assertThat(failures).hasSize(1);
        }
    }

    @Test
    void exceptionOfAnIncludedServletReachesTheCaller() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/from", (q, r) -> {
                try {
                    q.getRequestDispatcher("/bad").include(q, r);
                } catch (IOException e) {
                    r.getWriter().print("caught " + e.getMessage());
                }
            });
            app.servlet("/bad", (q, r) -> {
                throw new IOException("mine");
            });
        })) {
            assertThat(web.get("/from").text()).isEqualTo("caught mine");
            assertThat(web.panics).isEmpty();
        }
    }
}
