package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;

import org.junit.jupiter.api.Test;

/** What a slow but honest reader is given; the stall limit is one second and the minimum rate 100 bytes a second. */
class ReviewPaceTest {

    private static final long SECOND = 1_000_000_000L;

    private static final Timeouts STALL = Timeouts.defaults().with(v -> v.stall(Duration.ofSeconds(1)));

    private static final Limits RATE = Limits.defaults().with(v -> v.minRate(100));

    @Test
    void aWriteThatHasProvenItselfMayWaitForRoomAgain() {
        Pace pace = new Pace(STALL, RATE, Pace.WRITING);
        pace.account(2 * SECOND, 1000);
        assertThat(pace.deadline(0)).isEqualTo(11 * SECOND);
    }

    @Test
    void aReadMustProveItselfAnew() {
        Pace pace = new Pace(STALL, RATE, Pace.READING);
        pace.account(2 * SECOND, 1000);
        assertThat(pace.deadline(0)).isEqualTo(SECOND);
    }

    @Test
    void aWriteThatMovesTooLittleHasNoTimeLeft() {
        Pace pace = new Pace(STALL, RATE, Pace.WRITING);
        pace.account(2 * SECOND, 99);
        assertThat(pace.deadline(0)).isZero();
    }
}
