package io.zokor.internal.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.net.Deadline;

import org.junit.jupiter.api.Test;

/** The judge of how fast bodies move: 10 seconds of stall at 100 bytes a second here, so 1,000 bytes in each 10 seconds. */
class PaceTest {

    private static final long SECOND = 1_000_000_000L;

    private final Pace reading = pace(Duration.ofSeconds(10), Pace.READING);

    private final Pace writing = pace(Duration.ofSeconds(10), Pace.WRITING);

    @Test
    void atFirstTheWholeStallLimitIsThere() {
        assertThat(reading.deadline(5 * SECOND)).isEqualTo(15 * SECOND);
        assertThat(writing.deadline(0)).isEqualTo(10 * SECOND);
    }

    @Test
    void offIsNoDeadline() {
        Pace off = pace(null, Pace.READING);
        off.account(Long.MAX_VALUE / 2, 0);
        assertThat(off.deadline(0)).isEqualTo(Deadline.NONE);
    }

    @Test
    void aDripUsesTheWindowUp() {
        for (int i = 0; i < 9; i++) {
            reading.account(SECOND, 1);
        }
        assertThat(reading.deadline(0)).isEqualTo(SECOND);
        reading.account(SECOND, 1);
        assertThat(reading.deadline(7)).as("nothing is left").isEqualTo(7);
    }

    @Test
    void timeNotSpentBlockedDoesNotCount() {
        reading.account(SECOND, 0);
        assertThat(reading.deadline(1000 * SECOND)).isEqualTo(1009 * SECOND);
    }

    @Test
    void enoughBytesBuyOneMoreWindowAndNotAll() {
        reading.account(0, 1_000_000_000);
        assertThat(reading.deadline(0)).isEqualTo(20 * SECOND);
        reading.account(10 * SECOND, 0);
        assertThat(reading.deadline(0)).as("a fast beginning is forgotten").isEqualTo(10 * SECOND);
    }

    @Test
    void theRateIsExact() {
        reading.account(9 * SECOND, 999);
        assertThat(reading.deadline(0)).isEqualTo(SECOND);
        Pace enough = pace(Duration.ofSeconds(10), Pace.READING);
        enough.account(9 * SECOND, 1000);
        assertThat(enough.deadline(0)).isEqualTo(11 * SECOND);
    }

    @Test
    void aWriterThatWasFastEnoughGetsTenTimesTheWindow() {
        writing.account(SECOND, 1000);
        assertThat(writing.deadline(0)).isEqualTo(109 * SECOND);
    }

    @Test
    void aStallBelowASecondStillNeedsAByte() {
        Pace brief = pace(Duration.ofMillis(50), Pace.READING);
        brief.account(Duration.ofMillis(50).toNanos(), 0);
        assertThat(brief.deadline(0)).isZero();
        Pace moved = pace(Duration.ofMillis(50), Pace.READING);
        moved.account(Duration.ofMillis(50).toNanos(), 1);
        assertThat(moved.deadline(0)).isEqualTo(Duration.ofMillis(50).toNanos());
    }

    private static Pace pace(Duration stall, int windows) {
        return new Pace(Timeouts.defaults().with(v -> v.stall(stall)), Limits.defaults().with(v -> v.minRate(100)),
                windows);
    }
}
