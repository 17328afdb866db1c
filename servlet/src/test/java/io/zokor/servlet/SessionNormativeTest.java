package io.zokor.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.zokor.testing.RawResponse;

import org.junit.jupiter.api.Test;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/** The sentences of HttpSession's Javadoc, through a socket; the finer ones are in session.*. See normative.tsv. */
class SessionNormativeTest {

    /** Writes down when it is bound and unbound. */
    private record Bound(String name, List<String> events) implements HttpSessionBindingListener {

        @Override
        public void valueBound(HttpSessionBindingEvent event) {
            events.add("bound " + name);
        }

        @Override
        public void valueUnbound(HttpSessionBindingEvent event) {
            events.add("unbound " + name);
        }
    }

    /** Writes down what happens to sessions and their attributes. */
    private record Recorder(List<String> events) implements HttpSessionListener, HttpSessionAttributeListener {

        @Override
        public void sessionCreated(HttpSessionEvent event) {
            events.add("created");
        }

        @Override
        public void sessionDestroyed(HttpSessionEvent event) {
            events.add("destroyed");
        }

        @Override
        public void attributeAdded(HttpSessionBindingEvent event) {
            events.add("added " + event.getName());
        }

        @Override
        public void attributeReplaced(HttpSessionBindingEvent event) {
            events.add("replaced " + event.getName());
        }

        @Override
        public void attributeRemoved(HttpSessionBindingEvent event) {
            events.add("removed " + event.getName());
        }
    }

    private static List<String> events() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    private static String cookie(RawResponse response) {
        String cookie = response.header("Set-Cookie").orElseThrow();
        return "Cookie: " + cookie.substring(0, cookie.indexOf(';'));
    }

    @Test
    void aNewSessionKnowsWhereItBelongs() throws Exception {
        Inside.get((q, r) -> {
            long before = System.currentTimeMillis();
            HttpSession session = q.getSession();
            assertThat(session.isNew()).isTrue();
            assertThat(session.getId()).isNotBlank().isEqualTo(q.getSession().getId());
            assertThat(session.getServletContext()).isSameAs(q.getServletContext());
            assertThat(session.getCreationTime()).isBetween(before - 60_000, System.currentTimeMillis() + 60_000);
            assertThat(session.getLastAccessedTime()).isGreaterThan(0);
            assertThat(session.getMaxInactiveInterval()).isEqualTo(30 * 60);
            assertThat(session.getAttributeNames().hasMoreElements()).isFalse();
        });
    }

    @Test
    void theClientJoinsWithItsNextRequest() throws Exception {
        try (Web web = Web.serving((q, r) -> r.getWriter().print(q.getSession().isNew() + " "
                + (q.getSession().getLastAccessedTime() >= q.getSession().getCreationTime())))) {
            RawResponse first = web.get("/");
            assertThat(first.text()).isEqualTo("true true");
            assertThat(web.get("/", cookie(first)).text()).isEqualTo("false true");
            assertThat(web.get("/").text()).isEqualTo("true true");
        }
    }

    @Test
    void whatTheApplicationDoesIsNoAccess() throws Exception {
        Inside.get((q, r) -> {
            HttpSession session = q.getSession();
            long accessed = session.getLastAccessedTime();
            long start = System.nanoTime();
            io.zokor.testing.Await.until("the clock goes on", () -> System.nanoTime() - start > 5_000_000);
            session.setAttribute("a", 1);
            session.getAttribute("a");
            assertThat(session.getLastAccessedTime()).isEqualTo(accessed);
        });
    }

    @Test
    void attributesAreBoundBeforeTheListenersHear() throws Exception {
        List<String> events = events();
        Inside.send(UnaryOperator.identity(), app -> app.context().addListener(new Recorder(events)), "GET", "/",
                (q, r) -> {
                    HttpSession session = q.getSession();
                    assertThat(session.getAttribute("a")).isNull();
                    session.setAttribute("a", new Bound("one", events));
                    session.setAttribute("a", new Bound("two", events));
                    assertThat(((Bound) session.getAttribute("a")).name()).isEqualTo("two");
                    assertThat(Collections.list(session.getAttributeNames())).containsExactly("a");
                    session.setAttribute("a", null);
                    assertThat(session.getAttribute("a")).isNull();
                    session.removeAttribute("a");
                    session.setAttribute("b", new Bound("three", events));
                    session.invalidate();
                });
        assertThat(events).containsExactly("created", "bound one", "added a", "bound two", "unbound one", "replaced a",
                "unbound two", "removed a", "bound three", "added b", "destroyed", "unbound three", "removed b");
    }

    @Test
    void anInvalidSessionAnswersLittle() throws Exception {
        Inside.get((q, r) -> {
            HttpSession session = q.getSession();
            HttpSession.Accessor accessor = session.getAccessor();
            session.invalidate();
            assertThatIllegalStateException().isThrownBy(session::getCreationTime);
            assertThatIllegalStateException().isThrownBy(session::getLastAccessedTime);
            assertThatIllegalStateException().isThrownBy(() -> session.getAttribute("a"));
            assertThatIllegalStateException().isThrownBy(session::getAttributeNames);
            assertThatIllegalStateException().isThrownBy(() -> session.setAttribute("a", 1));
            assertThatIllegalStateException().isThrownBy(() -> session.removeAttribute("a"));
            assertThatIllegalStateException().isThrownBy(session::invalidate);
            assertThatIllegalStateException().isThrownBy(session::isNew);
            assertThatIllegalStateException().isThrownBy(session::getAccessor);
            assertThatIllegalStateException().isThrownBy(() -> accessor.access(s -> {
            }));
            assertThat(session.getId()).isNotBlank();
            assertThat(q.getSession(false)).isNull();
            assertThat(q.getSession().getId()).isNotEqualTo(session.getId());
        });
    }

    @Test
    void theIntervalIsInSecondsAndZeroMeansForEver() throws Exception {
        Inside.send(b -> b.sessionTimeout(Duration.ofSeconds(90)), app -> {
        }, "GET", "/", (q, r) -> {
            HttpSession session = q.getSession();
            assertThat(session.getMaxInactiveInterval()).isEqualTo(90);
            session.setMaxInactiveInterval(7);
            assertThat(session.getMaxInactiveInterval()).isEqualTo(7);
            session.setMaxInactiveInterval(0);
            assertThat(session.getMaxInactiveInterval()).isLessThanOrEqualTo(0);
        });
    }

    @Test
    void anAccessorWorksAfterTheRequest() throws Exception {
        AtomicReference<HttpSession.Accessor> accessor = new AtomicReference<>();
        try (Web web = Web.start(app -> {
            app.servlet("/set", (q, r) -> {
                q.getSession().setAttribute("a", "1");
                accessor.set(q.getSession().getAccessor());
            });
            app.servlet("/get", (q, r) -> r.getWriter().print(q.getSession().getAttribute("a")));
            app.servlet("/change", (q, r) -> q.changeSessionId());
        })) {
            String cookie = cookie(web.get("/set"));
            List<Object> seen = new ArrayList<>();
            accessor.get().access(session -> {
                seen.add(session.getAttribute("a"));
                session.setAttribute("a", "2");
            });
            assertThat(seen).containsExactly("1");
            assertThat(web.get("/get", cookie).text()).isEqualTo("2");
            web.get("/change", cookie);
            assertThatIllegalStateException().isThrownBy(() -> accessor.get().access(seen::add));
        }
    }

    @Test
    void sessionsAreScopedToTheirApplication() throws Exception {
        Web.Action show = (q, r) -> r.getWriter().print(q.getSession().isNew());
        try (Web one = Web.serving(show); Web two = Web.serving(show)) {
            String cookie = cookie(one.get("/"));
            assertThat(one.get("/", cookie).text()).isEqualTo("false");
            assertThat(two.get("/", cookie).text()).isEqualTo("true");
        }
    }
}
