package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The limit that is found, against a model: a resource that serves {@code capacity} requests at once, each for {@code serviceMillis}, so
 * that more of them wait for each other. The clock is the model's.
 */
class AdaptiveConcurrencyTests {

    /** Windows of half a second: a minute. */
    private static final int MINUTE = 120;

    private final GradientLimit rule = new GradientLimit();
    private int limit = GradientLimit.INITIAL;
    private int capacity = 20;
    private double serviceMillis = 50;

    /** What the windows have shown. */
    private double slowest;
    private double leastThroughput;
    private double throughput;

    private void load(int offered, int windows) {
        slowest = 0;
        leastThroughput = Double.MAX_VALUE;
        throughput = 0;
        for (int i = 0; i < windows; i++) {
            int atOnce = Math.min(offered, limit);
            double millis = serviceMillis * Math.max(1, atOnce / (double) capacity);
            slowest = Math.max(slowest, millis);
            leastThroughput = Math.min(leastThroughput, atOnce / millis);
            throughput += atOnce / millis / windows;
            limit = rule.next(TimeUnit.MILLISECONDS.toNanos(1) * millis, atOnce);
            assertThat(limit).isBetween(GradientLimit.LEAST, GradientLimit.MOST);
        }
    }

    private double capacityPerMilli() {
        return capacity / serviceMillis;
    }

    @Test
    void littleLoadLeavesTheLimitAlone() {
        load(5, 10 * MINUTE);
        assertThat(limit).isEqualTo(GradientLimit.INITIAL);
    }

    @Test
    void aStepInLoadKeepsThroughputAndLatency() {
        load(10, MINUTE);
        load(60, MINUTE);
        load(60, 10 * MINUTE);
        assertThat(slowest).isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
        load(6_000, 10 * MINUTE);
        assertThat(slowest).isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
    }

    @Test
    void overloadFromTheFirstRequestOnIsFound() {
        load(6_000, 5 * MINUTE);
        load(6_000, 5 * MINUTE);
        assertThat(slowest).isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
    }

    @Test
    void aSlowDatabaseIsNotTakenForAQueueForEverNorAQueueForTheDatabase() {
        load(10, MINUTE);
        load(200, 2 * MINUTE);
        serviceMillis = 400;
        load(200, 2 * MINUTE);
        load(200, 5 * MINUTE);
        assertThat(slowest).as("while it is slow").isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
        serviceMillis = 50;
        load(200, MINUTE);
        load(200, 5 * MINUTE);
        assertThat(slowest).as("after its recovery").isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
    }

    @Test
    void moreRoomIsFound() {
        load(200, 2 * MINUTE);
        capacity = 150;
        load(200, 3 * MINUTE);
        load(200, 2 * MINUTE);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.85 * capacityPerMilli());
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 100_000 })
    void theBoundsHoldWhateverTheCapacity(int room) {
        capacity = room;
        // Not a multiple of the probes' period, as the last window would be one.
        load(1_000_000, 20 * MINUTE + 1);
        // As low as a probe goes, and the queue that the rule allows on top of it.
        assertThat(limit).isBetween(room < 10 ? GradientLimit.LEAST : GradientLimit.MOST,
                room < 10 ? 2 * GradientLimit.LEAST : GradientLimit.MOST);
    }

    // ---- windows

    private long now;
    private final List<Integer> told = new ArrayList<>();

    /** Runs requests that take so long each, as many at once as {@code atOnce}, until so much time has passed. */
    private void run(int atOnce, int millis, int seconds) throws Exception {
        long end = now + TimeUnit.SECONDS.toNanos(seconds);
        while (now < end) {
            depth = atOnce;
            this.millis = millis;
            adaptive.handle(null, null);
        }
    }

    private int depth;
    private int millis;

    /** Requests inside of requests: that many run at once, by one thread. */
    private final AdaptiveConcurrency adaptive = new AdaptiveConcurrency((request, response) -> {
        if (--depth > 0) {
            this.adaptive.handle(null, null);
        } else {
            now += TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }, () -> now, told::add);

    @Test
    void aNewLimitIsToldAfterAWindowThatHasTriedTheOldOne() throws Exception {
        run(2, 20, 5);
        assertThat(told).as("two at once try nothing").isEmpty();
        run(50, 20, 5);
        assertThat(told).as("growing").isNotEmpty().isSorted().allMatch(limit -> limit > 50);
        int before = told.getLast();
        run(60, 200, 5);
        assertThat(told.getLast()).as("shrinking").isLessThan(before);
    }

    @Test
    void theProbeIsTakenBack() throws Exception {
        run(200, 20, 120);
        assertThat(told.stream().filter(limit -> limit < 200).count()).as("probes and growth").isPositive();
        for (int i = 1; i < told.size() - 1; i++) {
            if (told.get(i) < told.get(i - 1) / 2 + 2) {
                assertThat(told.get(i + 1)).isGreaterThanOrEqualTo(told.get(i - 1));
            }
        }
    }
}
