package io.zokor.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.zokor.http.RejectReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
            assertThat(limit).isBetween(rule.isProbing() ? GradientLimit.LEAST / 2 : GradientLimit.LEAST,
                    GradientLimit.MOST);
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
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
        load(6_000, 10 * MINUTE);
        assertThat(slowest).isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
    }

    @Test
    void overloadFromTheFirstRequestOnIsFound() {
        load(6_000, 5 * MINUTE);
        load(6_000, 5 * MINUTE);
        assertThat(slowest).isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
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
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
        serviceMillis = 50;
        load(200, MINUTE);
        load(200, 5 * MINUTE);
        assertThat(slowest).as("after its recovery").isLessThanOrEqualTo(2.2 * serviceMillis);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
    }

    @Test
    void moreRoomIsFound() {
        load(200, 2 * MINUTE);
        capacity = 150;
        load(200, 3 * MINUTE);
        load(200, 2 * MINUTE);
        assertThat(throughput).isGreaterThanOrEqualTo(0.98 * capacityPerMilli());
        assertThat(leastThroughput).as("while it probes").isGreaterThanOrEqualTo(0.35 * capacityPerMilli());
    }

    @ParameterizedTest
    @ValueSource(ints = { 1, 3, 100_000 })
    void theBoundsHoldWhateverTheCapacity(int room) {
        capacity = room;
        load(1_000_000, 20 * MINUTE);
        while (rule.isProbing()) {
            load(1_000_000, 1);
        }
        // The queue that the rule allows comes on top of the least.
        assertThat(limit).isBetween(room < 10 ? GradientLimit.LEAST : GradientLimit.MOST,
                room < 10 ? GradientLimit.LEAST + 5 : GradientLimit.MOST);
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
        run(49, 20, 5);
        assertThat(told).as("growing").isNotEmpty().isSorted().allMatch(limit -> limit > 50);
        int before = told.getLast();
        run(60, 200, 5);
        assertThat(told.getLast()).as("shrinking").isLessThan(before);
    }

    @Test
    void aLimitThatIsReachedIsProbedAtOnceAndTheProbeTakenBack() throws Exception {
        run(50, 20, 2);
        assertThat(told).startsWith(25).hasSizeGreaterThan(1);
        assertThat(told.get(1)).isGreaterThan(50);
    }

    @Test
    void aProbeInWhichNothingEndsIsGivenUp() {
        int[] atOnce = { GradientLimit.INITIAL };
        AdaptiveConcurrency measured = new AdaptiveConcurrency((request, response) -> {
        }, () -> now, found -> atOnce[0] = found);
        List<Long> running = new ArrayList<>();
        for (int i = 0; i < GradientLimit.INITIAL; i++) {
            running.add(measured.begin());
        }
        now += AdaptiveConcurrency.WINDOW_NANOS;
        for (int i = 0; i < AdaptiveConcurrency.ENOUGH; i++) {
            measured.end(running.removeLast(), true);
        }
        assertThat(atOnce[0]).as("a probe, below what goes on running").isEqualTo(25);
        now += TimeUnit.SECONDS.toNanos(4);
        measured.requestRejected(null, RejectReason.OVERLOAD, 503);
        assertThat(atOnce[0]).isEqualTo(25);
        now += TimeUnit.SECONDS.toNanos(1);
        measured.requestRejected(null, RejectReason.OVERLOAD, 503);
        assertThat(atOnce[0]).isEqualTo(51);
    }

    /**
     * Requests one by one, from the first on far more than there is room for: as many run as the limit of the moment allows, and
     * {@code room} of them at once get what they need, in the order of their arrival, for about as long as is said.
     */
    @ParameterizedTest
    @CsvSource({ "10, 100", "20, 2000", "40, 20", "40, 100", "100, 400" })
    void throughputAndTimeHoldUnderManyTimesTheCapacity(int room, int serviceMillis) {
        double service = TimeUnit.MILLISECONDS.toNanos(serviceMillis);
        int[] atOnce = { GradientLimit.INITIAL };
        AdaptiveConcurrency measured = new AdaptiveConcurrency((request, response) -> {
        }, () -> now, found -> atOnce[0] = found);
        Random random = new Random(1);
        PriorityQueue<Long> free = new PriorityQueue<>(Collections.nCopies(room, 0L));
        PriorityQueue<long[]> running = new PriorityQueue<>(Comparator.comparingLong(request -> request[1]));
        List<Long> times = new ArrayList<>();
        long warm = TimeUnit.SECONDS.toNanos(60) + (long) (150 * service);
        long end = warm + TimeUnit.MINUTES.toNanos(10);
        while (now < end) {
            while (running.size() < atOnce[0]) {
                long done = Math.max(now, free.remove()) + (long) (service * (0.9 + 0.2 * random.nextDouble()));
                free.add(done);
                running.add(new long[] { measured.begin(), done });
            }
            long[] next = running.remove();
            now = next[1];
            measured.end(next[0], true);
            if (now > warm) {
                times.add(now - next[0]);
            }
        }
        Collections.sort(times);
        assertThat(times.get(times.size() * 99 / 100) / service).as("99 of 100 take").isLessThanOrEqualTo(2.1);
        assertThat(times.size() * service / (end - warm) / room).as("throughput").isGreaterThanOrEqualTo(0.97);
    }
}
