package io.zokor.internal.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What a peer may cost (CVE-2019-9512, CVE-2023-44487). */
class AbuseBudgetTest {

    private static final long SECOND = 1_000_000_000L;

    private final AbuseBudget budget = new AbuseBudget(0);

    @Test
    void burstOfFramesThenAHundredASecond() throws Exception {
        frames(1000, 0);
        exhausted(() -> budget.frame(0));
        frames(100, SECOND);
        exhausted(() -> budget.frame(SECOND));
    }

    @Test
    void framesAreEarnedByWork() throws Exception {
        frames(1000, 0);
        budget.work();
        frames(10, 0);
        exhausted(() -> budget.frame(0));
    }

    @Test
    void burstOfResetsThenFiftyASecondAndOneForEachResponse() throws Exception {
        for (int i = 0; i < 500; i++) {
            budget.reset(0);
        }
        exhausted(() -> budget.reset(0));
        budget.finished();
        budget.reset(0);
        exhausted(() -> budget.reset(0));
        for (int i = 0; i < 50; i++) {
            budget.reset(SECOND);
        }
        exhausted(() -> budget.reset(SECOND));
    }

    /** A little at a time must not be lost to rounding. */
    @Test
    void slowRefillIsNotLost() throws Exception {
        frames(1000, 0);
        for (int i = 1; i < 10; i++) {
            long early = i * SECOND / 1000;
            exhausted(() -> budget.frame(early));
        }
        frames(1, SECOND / 100);
    }

    private void frames(int count, long now) throws Exception {
        for (int i = 0; i < count; i++) {
            budget.frame(now);
        }
    }

    private interface Spending {
        void run() throws Http2Error;
    }

    private static void exhausted(Spending spending) {
        assertThatThrownBy(spending::run).isInstanceOfSatisfying(Http2Error.class, e -> {
            assertThat(e.isOfStream()).isFalse();
            assertThat(e.code()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
        });
    }
}
