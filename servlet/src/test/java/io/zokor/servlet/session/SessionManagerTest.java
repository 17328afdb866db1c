package io.zokor.servlet.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.zokor.testing.Await;

/** Identity, expiry and life cycle of sessions (Servlet 6.1 sections 7.3 and 7.5). */
class SessionManagerTest {

    private static final Duration JUST_BEFORE = Duration.ofSeconds(30).minusNanos(1);

    private final Sessions sessions = new Sessions();

    private final SessionManager manager = sessions.manager;

    @Test
    void idsAreLongUrlSafeAndNeverTheSame() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            ids.add(manager.create().getId());
        }

        assertThat(ids).hasSize(1_000).allSatisfy(id -> assertThat(id).matches("[A-Za-z0-9_-]{32}"));
    }

    /** Session fixation. */
    @ParameterizedTest
    @ValueSource(strings = { "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
    void anUnknownIdFindsNothing(String id) {
        manager.create();

        assertThat(manager.find(id)).isNull();
        assertThat(manager.active()).isEqualTo(1);
    }

    @Test
    void theFormerIdIsUnknownOnceItHasChanged() {
        ZokorSession session = manager.create();
        String former = session.getId();

        String id = manager.changeId(session);

        assertThat(id).isNotEqualTo(former).isEqualTo(session.getId());
        assertThat(manager.find(former)).isNull();
        assertThat(manager.find(id)).isSameAs(session);
        assertThat(manager.active()).isEqualTo(1);
        assertThat(sessions.events.log).endsWith("id " + former + " -> " + id);
    }

    @Test
    void theIdOfAnInvalidSessionCannotChange() {
        ZokorSession session = manager.create();
        session.invalidate();

        assertThatIllegalStateException().isThrownBy(() -> manager.changeId(session));
        assertThat(manager.active()).isZero();
    }

    @Test
    void expiresExactlyAtItsLimit() {
        ZokorSession session = sessions.used(1);

        sessions.clock.advance(JUST_BEFORE);
        assertThat(manager.find(session.getId())).isSameAs(session);

        sessions.clock.advance(Duration.ofNanos(1));
        assertThat(manager.find(session.getId())).isNull();
        assertThat(session.isValid()).isFalse();
        assertThat(sessions.events.log).endsWith("destroyed");
        assertThat(manager.expired()).isEqualTo(1);
    }

    @Test
    void beingFoundIsNoAccess() {
        ZokorSession session = sessions.used(1);
        sessions.clock.advance(JUST_BEFORE);
        manager.find(session.getId());
        sessions.clock.advance(JUST_BEFORE);

        assertThat(manager.find(session.getId())).isNull();
    }

    @Test
    void everyAccessStartsTheTimeAnew() {
        ZokorSession session = sessions.used(1);
        for (int i = 0; i < 5; i++) {
            sessions.clock.advance(JUST_BEFORE);
            assertThat(session.beginAccess()).isTrue();
            session.endAccess();
        }

        assertThat(manager.find(session.getId())).isSameAs(session);
    }

    @Test
    void doesNotExpireWhileARequestUsesIt() {
        ZokorSession session = sessions.used(1);
        session.beginAccess();
        sessions.clock.advance(Duration.ofHours(1));
        manager.sweep();

        assertThat(manager.find(session.getId())).isSameAs(session);
    }

    @Test
    void theTimeCountsFromTheStartOfTheRequest() {
        ZokorSession session = sessions.used(1);
        session.beginAccess();
        sessions.clock.advance(Duration.ofSeconds(31));
        session.endAccess();

        assertThat(manager.find(session.getId())).isNull();
    }

    @Test
    void oneOfTwoRequestsKeepsItAlive() {
        ZokorSession session = sessions.used(1);
        session.beginAccess();
        session.beginAccess();
        sessions.clock.advance(Duration.ofHours(1));
        session.endAccess();
        manager.sweep();

        assertThat(session.isValid()).isTrue();
    }

    @Test
    void noRequestBeginsOnAnExpiredSession() {
        ZokorSession session = sessions.used(1);
        sessions.clock.advance(Duration.ofSeconds(30));
        manager.sweep();

        assertThat(session.beginAccess()).isFalse();
    }

    @Test
    void theSweepEndsWhatNobodyAsksFor() {
        sessions.used(1);
        sessions.clock.advance(Duration.ofSeconds(30));
        manager.sweep();

        assertThat(manager.active()).isZero();
        assertThat(sessions.events.log).containsExactly("created", "destroyed");
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
    void zeroAndLessIsForEver(int interval) {
        ZokorSession session = sessions.used(1);
        session.setMaxInactiveInterval(interval);
        sessions.clock.advance(Duration.ofDays(10_000));
        manager.sweep();

        assertThat(manager.find(session.getId())).isSameAs(session);
        assertThat(session.getMaxInactiveInterval()).isEqualTo(interval);
    }

    @Test
    void theLargestIntervalDoesNotOverflow() {
        ZokorSession session = sessions.used(1);
        session.setMaxInactiveInterval(Integer.MAX_VALUE);
        sessions.clock.advance(Duration.ofDays(20_000));

        assertThat(manager.find(session.getId())).isSameAs(session);
    }

    @ParameterizedTest
    @CsvSource({ "PT30M, 1800", "PT1S, 1", "PT1.5S, 2", "PT0.001S, 1", "PT0S, 0", "PT-5S, 0", "P100000D, 2147483647" })
    void theTimeLimitIsInSeconds(Duration timeout, int seconds) {
        manager.timeout(timeout);

        assertThat(manager.timeoutSeconds()).isEqualTo(seconds);
        assertThat(manager.create().getMaxInactiveInterval()).isEqualTo(seconds);
    }

    @Test
    void noTimeLimitIsForEver() {
        manager.timeout(null);

        assertThat(manager.create().getMaxInactiveInterval()).isZero();
    }

    @Test
    void refusesMoreThanAllowed() {
        Sessions limited = new Sessions(Duration.ofSeconds(30), null, 2);
        ZokorSession first = limited.manager.create();
        limited.manager.create();

        assertThatIllegalStateException().isThrownBy(limited.manager::create);
        assertThat(limited.manager.rejected()).isEqualTo(1);
        first.invalidate();
        assertThat(limited.manager.create().isValid()).isTrue();
        assertThat(limited.manager.created()).isEqualTo(3);
        assertThat(limited.manager.active()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = { 0, -2 })
    void refusesAnOddLimit(int max) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Sessions(null, null, max));
    }

    @Test
    void stoppingEndsEverySession() {
        manager.create().setAttribute("a", sessions.events.binding("1"));
        manager.start();

        manager.stop();

        assertThat(manager.active()).isZero();
        assertThat(sessions.events.log).endsWith("destroyed", "unbound a=1 (over)", "removed a=1");
    }

    @Test
    void theSweeperIsADaemonThatEndsWithItsManager() {
        Set<Thread> before = sweepers();
        manager.start();
        manager.start();
        Set<Thread> mine = sweepers();
        mine.removeAll(before);
        assertThat(mine).singleElement().satisfies(thread -> assertThat(thread.isDaemon()).isTrue());

        manager.stop();

        Await.until("the sweeper to end", () -> mine.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void theSweeperFindsWhatHasExpired() {
        sessions.used(1);
        sessions.clock.advance(Duration.ofSeconds(30));
        manager.start();
        try {
            Await.until("the sweep", () -> sessions.events.log.contains("destroyed"));
            assertThat(manager.expired()).isEqualTo(1);
        } finally {
            manager.stop();
        }
    }

    private static Set<Thread> sweepers() {
        Set<Thread> found = new HashSet<>(Thread.getAllStackTraces().keySet());
        found.removeIf(thread -> !thread.getName().equals("zokor-sessions"));
        return found;
    }
}
