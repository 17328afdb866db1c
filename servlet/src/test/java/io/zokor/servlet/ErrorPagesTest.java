package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

import io.zokor.config.ServerConfig;
import io.zokor.config.Timeouts;
import io.zokor.testing.Await;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.UnavailableException;
import jakarta.servlet.http.HttpServletRequest;

/** Servlet 6.1 section 10.9: errors, their pages, and what counts as a panic. */
class ErrorPagesTest {

    private static String attributes(HttpServletRequest q) {
        return q.getDispatcherType() + " " + q.getMethod() + " " + q.getRequestURI() + " "
                + q.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) + " "
                + q.getAttribute(RequestDispatcher.ERROR_MESSAGE) + " "
                + q.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) + " "
                + q.getAttribute(RequestDispatcher.ERROR_SERVLET_NAME) + " "
                + q.getAttribute(RequestDispatcher.ERROR_METHOD) + " "
                + q.getAttribute(RequestDispatcher.ERROR_QUERY_STRING) + " "
                + q.getAttribute(RequestDispatcher.ERROR_EXCEPTION_TYPE);
    }

    @Test
    void sendErrorGoesToThePageOfItsStatusAsGet() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(409, "/page"), app -> {
            app.servlet("bad", "/bad", (q, r) -> {
                r.setHeader("X-Kept", "1");
                r.addCookie(new jakarta.servlet.http.Cookie("c", "1"));
                r.setContentType("application/zip");
                r.getWriter().print("dropped");
                r.sendError(409, "why");
                assertThat(r.isCommitted()).isTrue();
                r.getWriter().print("ignored");
            });
            app.servlet("/page", (q, r) -> r.getWriter().print(attributes(q)));
        })) {
            RawResponse response = web.send("PUT", "/bad?x=1");
            assertThat(response.status()).isEqualTo(409);
            assertThat(response.text()).isEqualTo("ERROR GET /page 409 why /bad bad PUT x=1 null");
            assertThat(response.header("X-Kept")).contains("1");
            assertThat(response.header("Set-Cookie")).contains("c=1");
            assertThat(response.hasHeader("Content-Type")).isFalse();
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void exceptionGoesToTheClosestPageOfItsHierarchy() throws Exception {
        try (Web web = Web.start(b -> b.errorPage(Exception.class, "/any").errorPage(IOException.class, "/io")
                .errorPage(500, "/status").errorPage("/global"), app -> {
                    app.servlet("/file", (q, r) -> {
                        throw new FileNotFoundException("f");
                    });
                    app.servlet("/wrapped", (q, r) -> {
                        throw new ServletException(new IOException("w"));
                    });
                    app.servlet("/error", (q, r) -> {
                        throw new LinkageError("e");
                    });
                    app.servlet("/418", (q, r) -> r.sendError(418));
                    for (String page : List.of("/any", "/io", "/status", "/global")) {
                        app.servlet(page, (q, r) -> r.getWriter()
                                .print(page + " " + q.getAttribute(RequestDispatcher.ERROR_EXCEPTION)));
                    }
                })) {
            assertThat(web.get("/file").text()).isEqualTo("/io java.io.FileNotFoundException: f");
            assertThat(web.get("/wrapped").text()).isEqualTo("/any java.io.IOException: w");
            assertThat(web.get("/error").text()).isEqualTo("/status java.lang.LinkageError: e");
            assertThat(web.get("/418").text()).isEqualTo("/global null");
            Await.until("three panics", () -> web.panics.size() == 3);
            assertThat(web.panics.get(1)).isInstanceOf(IOException.class).hasMessage("w");
        }
    }

    @Test
    void withoutAPageTheBodyIsConstant() throws Exception {
        try (Web web = Web.serving((q, r) -> {
            throw new IllegalStateException("secret <b>");
        })) {
            RawResponse response = web.get("/<script>".replace("<", "%3C").replace(">", "%3E"));
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.text()).isEqualTo("500 Internal Server Error\n");
            assertThat(response.header("Content-Type")).contains("text/plain; charset=utf-8");
            RawResponse json = web.get("/", "Accept: application/json");
            assertThat(json.header("Content-Type")).contains("application/problem+json");
            assertThat(json.text())
                    .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500}\n");
        }
    }

    @Test
    void errorPageThatFailsGivesTheConstantBody() throws Exception {
        try (Web web = Web.start(b -> b.errorPage("/page"), app -> {
            app.servlet("/bad", (q, r) -> r.sendError(404));
            app.servlet("/page", (q, r) -> {
                throw new IllegalStateException("page");
            });
        })) {
            RawResponse response = web.get("/bad");
            assertThat(response.status()).isEqualTo(404);
            assertThat(response.text()).isEqualTo("404 Not Found\n");
            assertThat(web.panics).hasSize(1);
        }
    }

    @Test
    void messageOfSendErrorIsInTheContainersPageAsTextOnly() throws Exception {
        try (Web web = Web.serving((q, r) -> r.sendError(409, "<script>\"ä\" & 'b'</script>"))) {
            RawResponse response = web.get("/");
            assertThat(response.status()).isEqualTo(409);
            assertThat(response.header("Content-Type")).contains("text/html;charset=utf-8");
            assertThat(response.text()).contains("<h1>409 Conflict</h1>",
                    "<p>&lt;script&gt;&#34;ä&#34; &amp; &#39;b&#39;&lt;/script&gt;</p>");
        }
    }

    @Test
    void exceptionAfterCommitCutsTheConnectionAndIsOnePanic() throws Exception {
        try (Web web = Web.start(b -> b.errorPage("/page"), app -> app.servlet("/bad", (q, r) -> {
            r.getWriter().print("half");
            r.flushBuffer();
            throw new IllegalStateException("late");
        })); RawClient client = web.client()) {
            client.sendHead("GET /bad HTTP/1.1", "Host: localhost");
            assertThat(client.readCutResponse().text()).isEqualTo("half");
            assertThat(web.panics).hasSize(1);
        }
    }

    @Test
    void panicOnceAndTheNextRequestIsServed() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/bad", (q, r) -> {
                throw new IllegalStateException("mine");
            });
            app.servlet("/good", (q, r) -> r.getWriter().print("good"));
        })) {
            assertThat(web.get("/bad").status()).isEqualTo(500);
            assertThat(web.panics).hasSize(1);
            assertThat(web.get("/good").text()).isEqualTo("good");
        }
    }

    @Test
    void filtersOfErrorDispatchesSeeThePage() throws Exception {
        try (Web web = Web.start(b -> b.errorPage("/page"), app -> {
            app.servlet("/bad", (q, r) -> r.sendError(400));
            app.servlet("/page", (q, r) -> r.getWriter().print("page"));
            app.filter("f", "/page", (q, r, c) -> {
                r.getWriter().print("filtered ");
                c.doFilter(q, r);
            }, DispatcherType.ERROR);
        })) {
            assertThat(web.get("/bad").text()).isEqualTo("filtered page");
        }
    }

    @Test
    void unavailableServlets() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/later", (q, r) -> {
                throw new UnavailableException("later", 60);
            });
            app.servlet("/never", (q, r) -> {
                throw new UnavailableException("never");
            });
        })) {
            RawResponse later = web.get("/later");
            assertThat(later.status()).isEqualTo(503);
            assertThat(Integer.parseInt(later.header("Retry-After").orElseThrow())).isBetween(55, 60);
            assertThat(web.get("/later").status()).isEqualTo(503);
            assertThat(web.get("/never").status()).isEqualTo(404);
            assertThat(web.get("/never").status()).isEqualTo(404);
            assertThat(web.panics).isEmpty();
        }
    }

    @Test
    void handlerThatTakesTooLongIs503AndNoPanic() throws Exception {
        ServerConfig config = ServerConfig.builder()
                .timeouts(Timeouts.defaults().with(v -> v.request(Duration.ofMillis(100)))).build();
        try (Web web = Web.start(config, b -> b.errorPage("/page"), app -> {
            app.servlet("/slow", (q, r) -> Thread.sleep(60_000));
            app.servlet("/page", (q, r) -> r.getWriter().print("page"));
            app.servlet("/async", (q, r) -> {
                var async = q.startAsync();
                async.start(() -> {
                    Await.holds(Duration.ofMillis(400), () -> true);
                    async.complete();
                });
            });
        })) {
            assertThat(web.get("/slow").status()).isEqualTo(503);
            assertThat(web.panics).isEmpty();
            assertThat(web.get("/async").status()).isEqualTo(200);
        }
    }
}
