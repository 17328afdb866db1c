package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.server.Server;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import io.zokor.testing.TestCertificates;
import io.zokor.testing.TestCertificates.Identity;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import jakarta.servlet.ServletContext;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** What requests over TLS know of it (Servlet 6.1 section 3.10), and sessions tracked by it (7.1.2). */
class TlsTest {

    private static final Identity SERVER = TestCertificates.selfSigned("server");

    private static final Identity CLIENT = TestCertificates.selfSigned("client");

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Server server;

    private ServletContainer container;

    private void start(TlsContext tls, Initializer initializer) throws Exception {
        container = ServletContainer.builder().initializer(initializer).build();
        container.initialize();
        container.start();
        server = Server.builder().handler(container).build().start(new TlsListener(
                TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50), TlsContexts.of(tls)));
    }

    private void serving(TlsContext tls, Web.Action action) throws Exception {
        start(tls, context -> servlet(context, action));
    }

    private void servlet(ServletContext context, Web.Action action) {
        new Web.App(context).servlet("/*", (q, r) -> {
            try {
                action.run(q, r);
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                throw e;
            }
        });
    }

    @AfterEach
    void stop() {
        server.close();
        container.destroy();
        assertThat(failure.get()).isNull();
    }

    private RawClient client(Identity... own) {
        return RawClient.connectTls(server.port(),
                own.length == 0 ? TestCertificates.trusting(SERVER) : own[0].context(SERVER), "localhost");
    }

    @ParameterizedTest
    @ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
    void attributesTellProtocolCipherKeySizeAndSession(String protocol) throws Exception {
        serving(new TlsContext(SERVER.context(), List.of(protocol), null, TlsContext.ClientAuth.NONE), (q, r) -> {
            assertThat(q.isSecure()).isTrue();
            assertThat(q.getScheme()).isEqualTo("https");
            assertThat(q.getServletConnection().isSecure()).isTrue();
            assertThat(q.getAttribute("jakarta.servlet.request.secure_protocol")).isEqualTo(protocol);
            assertThat(q.getAttribute("jakarta.servlet.request.cipher_suite")).asString().startsWith("TLS_");
            assertThat(q.getAttribute("jakarta.servlet.request.key_size")).isEqualTo(256);
            assertThat(q.getAttribute("jakarta.servlet.request.ssl_session_id")).asString().isNotEmpty();
            assertThat(q.getAttribute("jakarta.servlet.request.X509Certificate")).isNull();
            r.getWriter().print("checked");
        });
        try (RawClient client = client()) {
            assertThat(client.get("/").text()).isEqualTo("checked");
        }
    }

    @Test
    void certificateOfTheClientIsAnAttribute() throws Exception {
        serving(new TlsContext(SERVER.context(CLIENT), null, null, TlsContext.ClientAuth.NEED), (q, r) -> {
            X509Certificate[] chain = (X509Certificate[]) q
                    .getAttribute("jakarta.servlet.request.X509Certificate");
            assertThat(chain).containsExactly(CLIENT.certificate());
            r.getWriter().print(chain[0].getSubjectX500Principal().getName());
        });
        try (RawClient client = client(CLIENT)) {
            assertThat(client.get("/").text()).isEqualTo("CN=client");
        }
    }

    @Test
    void redirectsAndSessionCookiesAreThoseOfHttps() throws Exception {
        serving(TlsContext.of(SERVER.context()), (q, r) -> {
            q.getSession();
            r.sendRedirect("/next");
        });
        try (RawClient client = client()) {
            RawResponse response = client.get("/");
            assertThat(response.header("Location")).hasValueSatisfying(
                    location -> assertThat(location).startsWith("https://").endsWith("/next"));
            assertThat(response.header("Set-Cookie")).hasValueSatisfying(
                    cookie -> assertThat(cookie).contains("; Secure"));
        }
    }

    @Test
    void sessionIsTrackedByTls() throws Exception {
        start(TlsContext.of(SERVER.context()), context -> {
            context.setSessionTrackingModes(Set.of(SessionTrackingMode.SSL));
            servlet(context, (q, r) -> r.getWriter().print(visit(q) + " " + r.encodeURL("/x")));
        });
        try (RawClient client = client(); RawClient other = client()) {
            RawResponse first = client.get("/");
            assertThat(first.text()).isEqualTo("1 true null /x");
            assertThat(first.header("Set-Cookie")).isEmpty();
            assertThat(client.get("/").text()).isEqualTo("2 false known /x");
            assertThat(other.get("/").text()).isEqualTo("1 true null /x");
            assertThat(client.get("/").text()).isEqualTo("3 false known /x");
        }
    }

    private static String visit(HttpServletRequest q) {
        HttpSession session = q.getSession();
        int visits = session.getAttribute("visits") instanceof Integer before ? before + 1 : 1;
        session.setAttribute("visits", visits);
        assertThat(q.isRequestedSessionIdFromCookie()).isFalse();
        assertThat(q.isRequestedSessionIdFromURL()).isFalse();
        String requested = q.getRequestedSessionId();
        if (requested != null) {
            assertThat(requested).isEqualTo(session.getId());
            assertThat(q.isRequestedSessionIdValid()).isTrue();
        }
        return visits + " " + session.isNew() + " " + (requested == null ? null : "known");
    }

    @Test
    void sessionTrackedByTlsKeepsItsConnectionWhenItsIdChangesAndLosesItWhenItEnds() throws Exception {
        start(TlsContext.of(SERVER.context()), context -> {
            context.setSessionTrackingModes(Set.of(SessionTrackingMode.SSL));
            servlet(context, (q, r) -> {
                switch (q.getRequestURI()) {
                    case "/change" -> r.getWriter().print(q.changeSessionId().equals(q.getRequestedSessionId()));
                    case "/end" -> q.getSession().invalidate();
                    default -> r.getWriter().print(visit(q));
                }
            });
        });
        try (RawClient client = client()) {
            assertThat(client.get("/").text()).isEqualTo("1 true null");
            assertThat(client.get("/change").text()).isEqualTo("false");
            assertThat(client.get("/").text()).isEqualTo("2 false known");
            assertThat(client.get("/end").status()).isEqualTo(200);
            assertThat(client.get("/").text()).isEqualTo("1 true null");
        }
    }

    @Test
    void sessionTrackedByTlsCannotBeCarriedByCookieOrUrl() throws Exception {
        start(TlsContext.of(SERVER.context()), context -> {
            context.setSessionTrackingModes(Set.of(SessionTrackingMode.SSL));
            servlet(context, (q, r) -> {
                HttpSession session = q.getSession(false);
                r.getWriter().print(session == null ? q.getSession().getId() : "found");
            });
        });
        try (RawClient client = client(); RawClient thief = client()) {
            String id = client.get("/").text();
            thief.sendHead("GET /;jsessionid=" + id + " HTTP/1.1", "Host: localhost", "Cookie: JSESSIONID=" + id);
            assertThat(thief.readResponse().text()).isNotEqualTo("found").isNotEqualTo(id);
        }
    }
}
