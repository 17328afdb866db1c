package io.zokor.servlet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.zokor.servlet.ServletContainerBuilder;
import io.zokor.testing.Await;
import io.zokor.testing.RawResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/** Sessions on the wire (Servlet 6.1 chapter 7). */
class SessionWireTest {

    private final List<String> events = new CopyOnWriteArrayList<>();

    @TempDir
    private Path store;

    private Application application;

    @BeforeEach
    void start() throws Exception {
        application = Application.start(this::configure);
    }

    @AfterEach
    void stop() {
        application.close();
    }

    private void configure(ServletContainerBuilder builder) {
        builder.sessionStore(store).listener(new HttpSessionListener() {

            @Override
            public void sessionCreated(HttpSessionEvent event) {
                events.add("created");
            }

            @Override
            public void sessionDestroyed(HttpSessionEvent event) {
                events.add("destroyed");
            }
        }).initializer(Application.servlet("/count", (request, response) -> {
            HttpSession session = request.getSession();
            Integer count = (Integer) session.getAttribute("count");
            session.setAttribute("count", count == null ? 1 : count + 1);
            response.getWriter().print(session.getAttribute("count") + " " + session.isNew());
        })).initializer(Application.servlet("/change", (request, response) -> request.changeSessionId()))
                .initializer(Application.servlet("/end", (request, response) -> request.getSession().invalidate()))
                .initializer(Application.servlet("/short",
                        (request, response) -> request.getSession().setMaxInactiveInterval(1)));
    }

    @Test
    void aClientThatSendsItsCookieJoinsTheSession() {
        RawResponse first = application.get("/count");

        assertThat(first.text()).isEqualTo("1 true");
        RawResponse second = get("/count", id(first));
        assertThat(second.text()).isEqualTo("2 false");
        assertThat(second.hasHeader("Set-Cookie")).isFalse();
    }

    /** CVE-2019-17563 and its like: an id that the server did not give is not taken. */
    @Test
    void anUnknownIdIsNotAdopted() {
        RawResponse response = get("/count", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

        assertThat(response.text()).isEqualTo("1 true");
        assertThat(id(response)).isNotEqualTo("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }

    @Test
    void theIdChangesAndTheFormerOneIsGone() {
        String former = id(application.get("/count"));
        String id = id(get("/change", former));

        assertThat(id).isNotEqualTo(former);
        assertThat(get("/count", id).text()).isEqualTo("2 false");
        assertThat(get("/count", former).text()).isEqualTo("1 true");
    }

    @Test
    void anInvalidatedSessionIsGone() {
        String id = id(application.get("/count"));
        get("/end", id);

        assertThat(get("/count", id).text()).isEqualTo("1 true");
        assertThat(events).containsExactly("created", "destroyed", "created");
    }

    @Test
    void theListenersHearOfAnExpiryNobodyAskedFor() {
        String id = id(application.get("/count"));
        get("/short", id);

        Await.until("the expiry", () -> events.contains("destroyed"));
        assertThat(get("/count", id).text()).isEqualTo("1 true");
    }

    @Test
    void sessionsLiveOnOverARestart() throws Exception {
        String id = id(application.get("/count"));
        application.close();
        application = Application.start(this::configure);

        assertThat(get("/count", id).text()).isEqualTo("2 false");
        assertThat(events).containsExactly("created");
    }

    private RawResponse get(String target, String id) {
        return application.send("GET " + target + " HTTP/1.1", "Host: localhost", "Cookie: JSESSIONID=" + id);
    }

    private static String id(RawResponse response) {
        String cookie = response.header("Set-Cookie").orElseThrow();
        assertThat(cookie).startsWith("JSESSIONID=").contains("HttpOnly");
        return cookie.substring("JSESSIONID=".length(), cookie.indexOf(';'));
    }
}
