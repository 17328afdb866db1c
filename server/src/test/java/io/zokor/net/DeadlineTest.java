package io.zokor.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

/** Arithmetic of deadlines, and the slot whose owner and reaper race. */
class DeadlineTest {

    @Test
    void aWhileFromNow() {
        assertThat(Deadline.after(5, Duration.ofNanos(7))).isEqualTo(12);
        assertThat(Deadline.after(-5, Duration.ofNanos(7))).isEqualTo(2);
        assertThat(Deadline.after(5, 0)).isEqualTo(5);
    }

    @Test
    void offAndOverflowAreNone() {
        assertThat(Deadline.after(5, (Duration) null)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.after(5, Deadline.NONE)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.after(Long.MAX_VALUE - 1, 2)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.after(1, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Deadline.NONE);
    }

    @Test
    void nanosOfADuration() {
        assertThat(Deadline.toNanos(null)).isEqualTo(Deadline.NONE);
        assertThat(Deadline.toNanos(Duration.ofMillis(3))).isEqualTo(3_000_000);
        assertThat(Deadline.toNanos(Duration.ofDays(365 * 280))).isEqualTo(365L * 280 * 86_400 * 1_000_000_000);
        assertThat(Deadline.toNanos(Duration.ofDays(365 * 300))).isEqualTo(Deadline.NONE);
        assertThat(Deadline.toNanos(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999))).isEqualTo(Deadline.NONE);
    }

    @Test
    void aClaimIsMadeOnceAndOnlyWhenTheDeadlineHasPassed() throws Exception {
        DeadlineSlot slot = new DeadlineSlot();
        assertThat(slot.claim(Long.MAX_VALUE - 1)).isFalse();
        slot.set(100, TimeoutKind.READ);
        assertThat(slot.claim(99)).isFalse();
        slot.check();
        assertThat(slot.claim(100)).isTrue();
        assertThat(slot.claim(100)).isFalse();
        assertThat(slot.isClaimed()).isTrue();
    }

    @Test
    void aClaimedSlotStaysClaimedAndTellsWhichLimitItWas() throws Exception {
        DeadlineSlot slot = new DeadlineSlot();
        slot.set(100, TimeoutKind.IDLE);
        slot.claim(200);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> slot.set(Deadline.NONE, TimeoutKind.READ)).isInstanceOfSatisfying(
                    DeadlineExceededException.class, e -> assertThat(e.kind()).isEqualTo(TimeoutKind.IDLE));
            assertThatThrownBy(slot::check).isInstanceOf(DeadlineExceededException.class);
        }
    }

    @Test
    void theMessageNamesTheProperty() {
        for (TimeoutKind kind : TimeoutKind.values()) {
            assertThat(new DeadlineExceededException(kind)).hasMessageContaining(kind.property());
        }
        assertThat(TimeoutKind.READ_HEADER.property()).isEqualTo("zokor.timeouts.read-header");
        assertThat(TimeoutKind.DRAIN.property()).isEqualTo("zokor.limits.drain-timeout");
    }

    /** Either the reaper has the deadline and the owner hears of it, or the owner has replaced it; never both, never none. */
    @Test
    void ownerAndReaperNeverBothWin() throws Exception {
        for (int round = 0; round < 2000; round++) {
            DeadlineSlot slot = new DeadlineSlot();
            slot.set(100, TimeoutKind.IDLE);
            CountDownLatch start = new CountDownLatch(1);
            AtomicInteger wins = new AtomicInteger();
            Thread reaper = Thread.ofVirtual().start(() -> {
                await(start);
                if (slot.claim(100)) {
                    wins.addAndGet(1);
                }
            });
            Thread owner = Thread.ofVirtual().start(() -> {
                await(start);
                try {
                    slot.set(Deadline.NONE, TimeoutKind.READ);
                    wins.addAndGet(10);
                } catch (DeadlineExceededException e) {
                    wins.addAndGet(100);
                }
            });
            start.countDown();
            reaper.join();
            owner.join();
            assertThat(wins.get()).isIn(10, 101);
            assertThat(slot.isClaimed()).isEqualTo(wins.get() == 101);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
