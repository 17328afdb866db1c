package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.zokor.http.Request;
import io.zokor.http.RequestWrapper;
import io.zokor.net.TcpListener;
import io.zokor.server.Server;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.HttpConstraintElement;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletSecurityElement;
import jakarta.servlet.annotation.ServletSecurity.TransportGuarantee;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Attacks that no other test carries out against the container; see docs/attacks.md. */
@Timeout(60)
class ServletAttackTest {

    private record Kept(HttpServletRequest request, HttpServletResponse response) {
    }

    /** C29: Tomcat CVE-2024-52317, CVE-2023-42795. What is kept may fail in any way, but it reaches nobody else's data. */
    @Test
    void aKeptRequestAndResponseReachNoOtherExchange() throws Exception {
        BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
        AtomicInteger stolen = new AtomicInteger();
        try (Web web = Web.start(app -> {
            app.servlet("/keep", (q, r) -> {
                q.setAttribute("mine", "1");
                kept.add(new Kept(q, r));
                r.getOutputStream().print("first");
            });
            app.servlet("/next", (q, r) -> {
                Kept old = kept.take();
                ignoring(() -> stolen.addAndGet(Math.max(0, old.request().getInputStream().read())));
                ignoring(() -> old.response().getOutputStream().print("stolen"));
                ignoring(() -> old.response().setHeader("X-Stolen", "1"));
                ignoring(() -> old.response().sendError(418));
                ignoring(() -> old.response().flushBuffer());
                ignoring(() -> old.response().getOutputStream().close());
                assertThat(q.getAttribute("mine")).isNull();
                r.getOutputStream().write(q.getInputStream().readAllBytes());
            });
        })) {
            web.with(client -> {
                assertThat(client.post("/keep", "text/plain", new byte[0]).text()).isEqualTo("first");
                RawResponse next = client.post("/next", "text/plain", "secret".getBytes());
                assertThat(next.status()).isEqualTo(200);
                assertThat(next.text()).isEqualTo("secret");
                assertThat(next.hasHeader("X-Stolen")).isFalse();
            });
            assertThat(stolen).hasValue(0);
            assertThat(web.panics).isEmpty();
        }
    }

    private interface Act {
        void run() throws IOException;
    }

    private static void ignoring(Act act) {
        try {
            act.run();
        } catch (IOException | RuntimeException e) {
            assertThat(e).as("how it fails is not what counts here").isNotNull();
        }
    }

    /** E45: whatever a constraint lets through, it is never somebody whom nobody has authenticated. */
    @ParameterizedTest
    @ValueSource(strings = { "GET", "HEAD", "POST", "OPTIONS", "get", "MADE-UP" })
    void declaredConstraintsFailClosed(String method) throws Exception {
        try (Web web = Web.start(app -> app.servlet("/admin/*", (q, r) -> r.getWriter().print("open"))
                .setServletSecurity(new ServletSecurityElement(
                        new HttpConstraintElement(TransportGuarantee.NONE, "admin"))))) {
            assertThat(web.send(method, "/admin/x", "Content-Length: 0").status()).isEqualTo(403);
            assertThat(web.send(method, "/x/../admin;p/x", "Content-Length: 0").status()).isEqualTo(403);
        }
    }

    /** E47: Tomcat CVE-2023-28708. Behind a proxy that ends TLS the connection is plain, and the scheme is still https. */
    @Test
    void theSessionCookieIsSecureWhereTheSchemeSaysSo() throws Exception {
        ServletContainer container = ServletContainer.builder().initializer(context -> context
                .addServlet("s", new Web.Scripted((q, r) -> r.getWriter().print(q.getSession().isNew())))
                .addMapping("/")).build();
        container.initialize();
        container.start();
        Server server = Server.builder().handler((request, response) -> container.handle(
                request.path().equals("/https") ? https(request) : request, response)).build();
        server.start(TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10));
        try (server; RawClient client = RawClient.connect(server.port())) {
            assertThat(cookie(client.get("/https"))).contains("; Secure").contains("; HttpOnly");
            assertThat(cookie(client.get("/http"))).doesNotContain("Secure").contains("; HttpOnly");
        } finally {
            container.destroy();
        }
    }

    private static Request https(Request request) {
        return new RequestWrapper(request) {
            @Override
            public String scheme() {
                return "https";
            }
        };
    }

    private static String cookie(RawResponse response) {
        List<String> cookies = response.headers("Set-Cookie");
        assertThat(cookies).hasSize(1);
        return cookies.getFirst();
    }

    /** E50: Tomcat CVE-2024-52316. Whatever an authenticating filter throws, the servlet behind it does not run. */
    @Test
    void aFilterThatFailsLetsNobodyThrough() throws Exception {
        AtomicInteger reached = new AtomicInteger();
        BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        Filter failing = (request, response, chain) -> {
            switch (failures.remove()) {
                case IOException e -> throw e;
                case ServletException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> chain.doFilter(request, response);
            }
        };
        try (Web web = Web.start(app -> {
            app.servlet("/admin", (q, r) -> reached.incrementAndGet());
            app.filter("auth", "/*", failing, DispatcherType.REQUEST);
        })) {
            for (Throwable failure : List.of(new IOException("on purpose"), new ServletException("on purpose"),
                    new IllegalStateException("on purpose"), new NoClassDefFoundError("on purpose"),
                    new StackOverflowError("on purpose"))) {
                failures.add(failure);
                assertThat(web.get("/admin").status()).isEqualTo(500);
            }
            assertThat(reached).hasValue(0);
            failures.add(new Exception("lets through"));
            assertThat(web.get("/admin").status()).isEqualTo(200);
            assertThat(reached).hasValue(1);
        }
    }
}
