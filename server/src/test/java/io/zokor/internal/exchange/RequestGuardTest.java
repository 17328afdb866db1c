package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zokor.net.DeadlineExceededException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The guard of zokor.timeouts.request by itself: whom its interrupt may reach and whom not. */
class RequestGuardTest {

    private final RequestGuard guard = new RequestGuard(Thread.currentThread(), 100);

    @AfterEach
    void noInterruptIsLeftBehind() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void beforeTheDeadlineNothingHappens() {
        guard.expire(99);
        assertThat(guard.end()).isFalse();
    }

    @Test
    void atTheDeadlineTheHandlerIsInterrupted() {
        guard.expire(100);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(guard.end()).isTrue();
    }

    @Test
    void anInterruptThatTheHandlerHasNotSeenIsTakenBack() {
        guard.expire(100);
        assertThat(guard.end()).isTrue();
    }

    @Test
    void withinInputOrOutputNobodyIsInterrupted() throws Exception {
        guard.enterIo();
        guard.expire(100);
        assertThat(Thread.interrupted()).isFalse();
        guard.leaveIo();
        guard.expire(100);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(guard.end()).isTrue();
    }

    @Test
    void afterTheDeadlineNoInputOrOutputBegins() {
        guard.expire(100);
        assertThatThrownBy(guard::enterIo).isInstanceOf(DeadlineExceededException.class);
        assertThat(guard.end()).isTrue();
    }

    @Test
    void afterTheEndNobodyIsInterrupted() {
        assertThat(guard.end()).isFalse();
        guard.expire(1000);
    }

    @Test
    void theDeadlineCanMove() {
        guard.deadline(200);
        guard.expire(199);
        assertThat(Thread.interrupted()).isFalse();
        guard.expire(200);
        assertThat(guard.end()).isTrue();
    }

    @Test
    void whatOtherThreadsReadOrWriteIsNotGuarded() throws Exception {
        Thread other = Thread.ofVirtual().start(() -> {
            try {
                guard.enterIo();
            } catch (DeadlineExceededException e) {
                throw new AssertionError(e);
            }
        });
        other.join();
        guard.expire(100);
        assertThat(guard.end()).as("the handler's own state was not changed").isTrue();
    }
}
