package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

/** Servlet 6.1 chapter 7 on the wire; the sessions themselves are tested in their own package. */
class SessionTest {

    private static final Web.Action COUNT = (q, r) -> {
        HttpSession session = q.getSession();
        Integer count = (Integer) session.getAttribute("n");
        session.setAttribute("n", count == null ? 1 : count + 1);
        r.getWriter()
                .print(session.getAttribute("n") + " " + session.isNew() + " " + q.isRequestedSessionIdValid() + " "
                        + q.isRequestedSessionIdFromCookie() + q.isRequestedSessionIdFromURL());
    };

    private static String id(RawResponse response) {
        String cookie = response.header("Set-Cookie").orElseThrow();
        return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
    }

    @Test
    void cookieCarriesTheSession() throws Exception {
        try (Web web = Web.start(b -> b.contextPath("/app").sessionCookieSameSite("Lax"),
                app -> app.servlet("/*", COUNT))) {
            RawResponse first = web.get("/app/");
            assertThat(first.text()).isEqualTo("1 true false falsefalse");
            assertThat(first.header("Set-Cookie").orElseThrow().split("; ")).contains("Path=/app", "HttpOnly",
                    "SameSite=Lax").doesNotContain("Secure");
            RawResponse second = web.get("/app/", "Cookie: JSESSIONID=" + id(first));
            assertThat(second.text()).isEqualTo("2 false true truefalse");
            assertThat(second.hasHeader("Set-Cookie")).isFalse();
        }
    }

    @Test
    void unknownIdIsNeverAccepted() throws Exception {
        try (Web web = Web.serving(COUNT)) {
            RawResponse response = web.get("/", "Cookie: JSESSIONID=chosen");
            assertThat(response.text()).isEqualTo("1 true false truefalse");
            assertThat(id(response)).isNotEqualTo("chosen").hasSizeGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void urlCarriesTheSessionWhereAllowed() throws Exception {
        try (Web web = Web.start(app -> {
            app.servlet("/link", (q, r) -> {
                q.getSession();
                r.getWriter().print(r.encodeURL("/count?x=1") + " " + r.encodeURL("http://elsewhere/"));
            });
            app.servlet("/count", COUNT);
        })) {
            String[] links = web.get("/link").text().split(" ");
            assertThat(links[0]).matches("/count;jsessionid=[^;?]+\\?x=1");
            assertThat(links[1]).isEqualTo("http://elsewhere/");
            assertThat(web.get(links[0]).text()).isEqualTo("1 false true falsetrue");
        }
        try (Web web = Web.start(app -> {
            app.context().setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE));
            assertThatIllegalArgumentException().isThrownBy(() -> app.context()
                    .setSessionTrackingModes(Set.of(SessionTrackingMode.COOKIE, SessionTrackingMode.SSL)));
            app.servlet("/link", (q, r) -> {
                q.getSession();
                r.getWriter().print(r.encodeURL("/count"));
            });
        })) {
            assertThat(web.get("/link").text()).isEqualTo("/count");
        }
    }

    @Test
    void changedIdReplacesTheOldOne() throws Exception {
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        class Listener implements HttpSessionIdListener, HttpSessionListener {
            @Override
            public void sessionIdChanged(HttpSessionEvent event, String oldSessionId) {
                events.add("changed");
            }

            @Override
            public void sessionCreated(HttpSessionEvent event) {
                events.add("created");
            }

            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                events.add("destroyed");
            }
        }
        try (Web web = Web.start(b -> b.listener(new Listener()), app -> {
            app.servlet("/change", (q, r) -> {
                q.getSession();
                r.getWriter().print(q.changeSessionId());
            });
            app.servlet("/end", (q, r) -> q.getSession().invalidate());
            app.servlet("/count", COUNT);
        })) {
            RawResponse first = web.get("/count");
            RawResponse changed = web.get("/change", "Cookie: JSESSIONID=" + id(first));
            assertThat(id(changed)).isEqualTo(changed.text()).isNotEqualTo(id(first));
            assertThat(changed.headers("Set-Cookie")).hasSize(1);
            assertThat(web.get("/count", "Cookie: JSESSIONID=" + id(first)).text()).startsWith("1 true");
            assertThat(web.get("/count", "Cookie: JSESSIONID=" + id(changed)).text()).startsWith("2 false");
            web.get("/end", "Cookie: JSESSIONID=" + id(changed));
            assertThat(events).containsExactly("created", "changed", "created", "destroyed");
        }
    }

    @Test
    void configuredCookie() throws Exception {
        try (Web web = Web.start(app -> {
            var config = app.context().getSessionCookieConfig();
            config.setName("SID");
            config.setPath("/p");
            config.setMaxAge(60);
            config.setHttpOnly(false);
            config.setAttribute("Partitioned", "");
            app.servlet("/*", COUNT);
        })) {
            assertThat(web.get("/").header("Set-Cookie").orElseThrow().split("; ")).hasSize(5)
                    .contains("Path=/p", "Max-Age=60", "Partitioned").anyMatch(part -> part.startsWith("SID="))
                    .anyMatch(part -> part.startsWith("Expires="));
        }
    }

    @Test
    void sessionAfterCommitIsRefused() throws Exception {
        List<String> refused = Collections.synchronizedList(new ArrayList<>());
        try (Web web = Web.serving((q, r) -> {
            r.flushBuffer();
            try {
                q.getSession();
            } catch (IllegalStateException e) {
                refused.add(e.getMessage());
            }
        })) {
            assertThat(web.get("/").status()).isEqualTo(200);
            assertThat(refused).hasSize(1);
        }
    }

    @Test
    void sessionsOutliveARestart(@TempDir Path store) throws Exception {
        String cookie;
        try (Web web = Web.start(b -> b.sessionStore(store), app -> app.servlet("/*", COUNT))) {
            cookie = "Cookie: JSESSIONID=" + id(web.get("/"));
        }
        try (Web web = Web.start(b -> b.sessionStore(store), app -> app.servlet("/*", COUNT))) {
            assertThat(web.get("/", cookie).text()).startsWith("2 false true");
        }
    }
}
