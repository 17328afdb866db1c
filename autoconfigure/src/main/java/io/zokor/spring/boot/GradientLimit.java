package io.zokor.spring.boot;

/**
 * How many requests may run at once, found from how long they take: the gradient rule of Netflix' concurrency-limits
 * ("Performance Under Load", 2018), which is TCP Vegas' (Brakmo and Peterson, "TCP Vegas: End to End Congestion Avoidance on a Global
 * Internet", 1995) with the square root of the limit as the queue that is allowed. Pure arithmetic; used by one thread at a time.
 *
 * <p>
 * Requests that find no queue take their least time, the baseline. Where they take more than {@value #TOLERANCE} times that, they wait
 * for each other somewhere, and the limit shrinks in proportion; else it grows by its square root. The baseline is learnt while there
 * is little to do, and under load every {@value #PROBE_EVERY} windows by a probe: one window with half the limit, as BBR has it
 * (Cardwell and others, "BBR: Congestion-Based Congestion Control", 2016). Without it, a database that has become slower for good
 * would be taken for a queue, or a queue that has grown slowly for the way things are.
 */
final class GradientLimit {

    static final int LEAST = 10;
    static final int MOST = 2_000;
    static final int INITIAL = 50;

    private static final double TOLERANCE = 1.5;
    private static final int PROBE_EVERY = 60;

    /** How much of a new estimate is believed at once. */
    private static final double SMOOTHING = 0.2;

    private double estimate = INITIAL;

    /** Nanoseconds; 0 before the first window. */
    private double baseline;
    private int windows;
    private boolean probing;

    /**
     * Takes what a window has shown.
     *
     * @param typicalNanos the median time of the requests that ended in it, more than 0
     * @param mostAtOnce how many ran at the same time at most
     * @return the limit for the next window
     */
    int next(double typicalNanos, int mostAtOnce) {
        windows++;
        boolean busy = mostAtOnce >= limit() / 2;
        if (probing) {
            probing = false;
            baseline = typicalNanos;
            return limit();
        }
        if (baseline == 0 || typicalNanos < baseline) {
            baseline = typicalNanos;
        } else if (!busy) {
            baseline += SMOOTHING * (typicalNanos - baseline);
        }
        if (!busy) {
            // Nothing has tried the limit: nothing is known of it.
            return limit();
        }
        double gradient = Math.clamp(TOLERANCE * baseline / typicalNanos, 0.5, 1.0);
        double wanted = gradient * estimate + Math.sqrt(estimate);
        estimate = Math.clamp(estimate + SMOOTHING * (wanted - estimate), LEAST, MOST);
        if (windows % PROBE_EVERY == 0) {
            probing = true;
            return Math.max(LEAST, limit() / 2);
        }
        return limit();
    }

    int limit() {
        return (int) Math.round(estimate);
    }
}
