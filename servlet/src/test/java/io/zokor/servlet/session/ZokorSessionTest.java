package io.zokor.servlet.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;

/** Servlet 6.1 chapter 7 and HttpSession's Javadoc. */
class ZokorSessionTest {

    private final Sessions sessions = new Sessions();

    private final RecordedEvents events = sessions.events;

    @Test
    void isNewUntilTheClientJoins() {
        ZokorSession session = sessions.manager.create();
        session.beginAccess();
        assertThat(session.isNew()).isTrue();
        session.endAccess();

        session.beginAccess();
        assertThat(session.isNew()).isFalse();
    }

    @Test
    void anAccessorIsNoClientThatJoins() {
        ZokorSession session = sessions.used(1);

        session.getAccessor().access(each -> assertThat(each.isNew()).isTrue());
        assertThat(session.isNew()).isTrue();
    }

    @Test
    void lastAccessedIsTheRequestBeforeTheCurrentOne() throws InterruptedException {
        ZokorSession session = sessions.manager.create();
        long created = session.getCreationTime();
        io.zokor.testing.Await.until("the clock's next millisecond", () -> System.currentTimeMillis() > created);
        session.beginAccess();
        assertThat(session.getLastAccessedTime()).isEqualTo(created);
        session.endAccess();

        session.beginAccess();
        assertThat(session.getLastAccessedTime()).isGreaterThan(created);
    }

    @Test
    void anAttributeIsBoundBeforeAndUnboundAfterItCanBeRead() {
        HttpSession session = sessions.manager.create();
        events.log.clear();

        session.setAttribute("a", events.binding("1"));
        session.setAttribute("a", events.binding("2"));
        session.removeAttribute("a");

        assertThat(events.log).containsExactly("bound a=1 before null", "added a=1", "bound a=2 before 1",
                "unbound a=1",
                "replaced a=1", "unbound a=2", "removed a=2");
    }

    @Test
    void theSameValueIsNotBoundAgain() {
        HttpSession session = sessions.manager.create();
        HttpSessionBindingListener value = events.binding("1");
        session.setAttribute("a", value);
        events.log.clear();

        session.setAttribute("a", value);

        assertThat(events.log).containsExactly("replaced a=1");
    }

    @Test
    void nullRemoves() {
        HttpSession session = sessions.manager.create();
        session.setAttribute("a", "1");

        session.setAttribute("a", null);

        assertThat(session.getAttribute("a")).isNull();
        assertThat(events.log).endsWith("removed a=1");
    }

    @Test
    void removingWhatIsNotThereDoesNothing() {
        HttpSession session = sessions.manager.create();
        events.log.clear();

        session.removeAttribute("a");

        assertThat(events.log).isEmpty();
    }

    @Test
    void anAttributeNeedsAName() {
        HttpSession session = sessions.manager.create();

        assertThatIllegalArgumentException().isThrownBy(() -> session.setAttribute(null, "1"));
        assertThat(session.getAttribute(null)).isNull();
    }

    @Test
    void theNamesAreACopy() {
        HttpSession session = sessions.manager.create();
        session.setAttribute("a", "1");
        session.setAttribute("b", "2");

        for (String name : Collections.list(session.getAttributeNames())) {
            session.removeAttribute(name);
        }

        assertThat(session.getAttributeNames().hasMoreElements()).isFalse();
    }

    @Test
    void listenersCanReadTheSessionThatIsDestroyedAndAttributesAreUnboundAfterIt() {
        HttpSession session = sessions.manager.create();
        session.setAttribute("a", events.binding("1"));
        events.log.clear();

        session.invalidate();

        assertThat(events.log).containsExactly("destroyed", "unbound a=1 (over)", "removed a=1");
    }

    static List<java.util.function.Consumer<HttpSession>> throwingMethods() {
        return List.of(HttpSession::getCreationTime, HttpSession::getLastAccessedTime, HttpSession::isNew,
                HttpSession::invalidate, HttpSession::getAttributeNames, HttpSession::getAccessor,
                session -> session.getAttribute("a"), session -> session.setAttribute("a", "1"),
                session -> session.setAttribute("a", null), session -> session.removeAttribute("a"));
    }

    @ParameterizedTest
    @MethodSource("throwingMethods")
    void throwsOnceItIsInvalid(java.util.function.Consumer<HttpSession> method) {
        HttpSession session = sessions.manager.create();
        session.invalidate();

        assertThatIllegalStateException().isThrownBy(() -> method.accept(session));
    }

    @Test
    void someMethodsNeverThrow() {
        HttpSession session = sessions.manager.create();
        String id = session.getId();
        session.invalidate();

        session.setMaxInactiveInterval(7);
        assertThat(session.getMaxInactiveInterval()).isEqualTo(7);
        assertThat(session.getId()).isEqualTo(id);
        assertThat(session.getServletContext()).isSameAs(Sessions.CONTEXT);
    }

    @Test
    void aListenerMayInvalidateTheSessionThatIsBeingInvalidated() {
        HttpSession session = sessions.manager.create();
        SessionManager manager = new SessionManager(
                new SessionSettings(() -> Sessions.CONTEXT, null, new SessionEvents() {

                    @Override
                    public void destroyed(HttpSession destroyed) {
                        destroyed.invalidate();
                    }
                }, sessions.clock, null, Sessions.class::getClassLoader, SessionSettings.OFF));
        HttpSession nested = manager.create();

        assertThatNoException().isThrownBy(nested::invalidate);
        assertThat(session.getId()).isNotEqualTo(nested.getId());
    }

    @Test
    void oneOfManyInvalidates() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            ZokorSession session = sessions.manager.create();
            session.setAttribute("a", events.binding("1"));
            events.log.clear();
            AtomicInteger refused = new AtomicInteger();
            inParallel(4, () -> {
                try {
                    session.invalidate();
                } catch (IllegalStateException e) {
                    refused.incrementAndGet();
                }
            });
            assertThat(refused).hasValue(3);
            assertThat(events.log).containsExactly("destroyed", "unbound a=1 (over)", "removed a=1");
        }
    }

    @Test
    void whatIsBoundWhileTheSessionEndsIsUnboundAgain() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            ZokorSession session = sessions.manager.create();
            AtomicInteger bound = new AtomicInteger();
            HttpSessionBindingListener value = new HttpSessionBindingListener() {

                @Override
                public void valueBound(HttpSessionBindingEvent event) {
                    bound.incrementAndGet();
                }

                @Override
                public void valueUnbound(HttpSessionBindingEvent event) {
                    bound.decrementAndGet();
                }
            };
            AtomicInteger turn = new AtomicInteger();
            inParallel(2, () -> {
                if (turn.getAndIncrement() == 0) {
                    session.invalidate();
                    return;
                }
                try {
                    session.setAttribute("a", value);
                } catch (IllegalStateException e) {
                    // The session was over first.
                }
            });
            assertThat(bound).hasValue(0);
        }
    }

    @Test
    void aListenersExceptionReachesTheCallerAndStopsNothing() {
        ZokorSession session = sessions.manager.create();
        session.setAttribute("bad", new HttpSessionBindingListener() {

            @Override
            public void valueUnbound(HttpSessionBindingEvent event) {
                throw new IllegalArgumentException("by the listener");
            }
        });
        session.setAttribute("good", events.binding("1"));

        assertThatIllegalArgumentException().isThrownBy(session::invalidate).withMessage("by the listener");
        assertThat(events.log).contains("unbound good=1 (over)", "removed good=1");
        assertThat(sessions.manager.active()).isZero();
    }

    @Test
    void anAccessorWorksOutsideOfRequestsAndKeepsTheSessionAlive() {
        ZokorSession session = sessions.used(1);
        HttpSession.Accessor accessor = session.getAccessor();
        List<Object> seen = new ArrayList<>();

        accessor.access(each -> {
            each.setAttribute("a", "1");
            sessions.clock.advance(java.time.Duration.ofHours(1));
            seen.add(sessions.manager.find(each.getId()));
        });

        assertThat(seen).containsExactly(session);
        assertThat(session.isValid()).isTrue();
    }

    @Test
    void anAccessorEndsWithTheSessionAndWithItsId() {
        ZokorSession session = sessions.used(1);
        HttpSession.Accessor accessor = session.getAccessor();
        sessions.manager.changeId(session);
        HttpSession.Accessor later = session.getAccessor();

        assertThatIllegalStateException().isThrownBy(() -> accessor.access(each -> {
        }));
        session.invalidate();
        assertThatIllegalStateException().isThrownBy(() -> later.access(each -> {
        }));
    }

    @Test
    void anEndWithoutABeginningIsAMistake() {
        assertThatIllegalStateException().isThrownBy(sessions.manager.create()::endAccess);
    }

    private static void inParallel(int threads, Runnable action) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    start.await();
                    action.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                } finally {
                    end.countDown();
                }
            });
        }
        start.countDown();
        assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
