package io.zokor.spring.boot;

/**
 * How many requests may run at once, found from how long they take: the gradient rule of Netflix' concurrency-limits
 * ("Performance Under Load", 2018), which is TCP Vegas' (Brakmo and Peterson, "TCP Vegas: End to End Congestion Avoidance on a Global
 * Internet", 1995) with the square root of the limit as the queue that is allowed. Pure arithmetic; used by one thread at a time.
 *
 * <p>
 * Requests that find no queue take their least time, the baseline. Where they take more than {@value #TOLERANCE} times that, they wait
 * for each other somewhere, and the limit shrinks in proportion; else it grows by its square root. The baseline is learnt while there
 * is little to do, and where the limit is reached by a probe: at once, and again every {@value #PROBE_EVERY} windows, as BBR has it
 * (Cardwell and others, "BBR: Congestion-Based Congestion Control", 2016). Without it, a database that has become slower for good
 * would be taken for a queue, or a queue that has grown slowly for the way things are. A probe halves the limit for a window, and
 * again as long as that halves the time too: then what left was nothing but queue, and as much as before was served (Little's law).
 */
final class GradientLimit {

    static final int LEAST = 10;
    static final int MOST = 2_000;
    static final int INITIAL = 50;

    private static final double TOLERANCE = 1.3;
    private static final int PROBE_EVERY = 60;
    private static final int LEAST_PROBE = LEAST / 2;

    /** A time that has been halved, as nearly as it can be told: one window more costs less than a queue that is taken for the baseline. */
    private static final double HALVED = 0.65;

    /** How much of a new estimate is believed at once. */
    private static final double SMOOTHING = 0.2;

    private double estimate = INITIAL;

    /** Nanoseconds; 0 before the first window. */
    private double baseline;
    private int windowsSinceProbe = PROBE_EVERY;

    /** The limit of the probe that is under way, or 0. */
    private int probe;

    /** What requests took under the limit of before the probe's, in nanoseconds. */
    private double beforeProbe;

    /**
     * Takes what a window has shown.
     *
     * @param typicalNanos the median time of the requests that began and ended in it, more than 0
     * @param mostAtOnce how many ran at the same time at most
     * @return the limit for the next window
     */
    int next(double typicalNanos, int mostAtOnce) {
        if (probe > 0) {
            return probed(typicalNanos);
        }
        windowsSinceProbe++;
        boolean reached = mostAtOnce >= limit();
        boolean busy = mostAtOnce >= limit() / 2;
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
        if (reached && windowsSinceProbe >= PROBE_EVERY) {
            return probe(limit(), typicalNanos);
        }
        return limit();
    }

    private int probe(int from, double typicalNanos) {
        beforeProbe = typicalNanos;
        probe = Math.max(LEAST_PROBE, from / 2);
        return probe;
    }

    private int probed(double typicalNanos) {
        if (typicalNanos <= HALVED * beforeProbe && probe > LEAST_PROBE) {
            return probe(probe, typicalNanos);
        }
        baseline = typicalNanos;
        return endProbe();
    }

    boolean isProbing() {
        return probe > 0;
    }

    /** {@return the limit of before the probe, which has shown nothing} */
    int endProbe() {
        probe = 0;
        windowsSinceProbe = 0;
        return limit();
    }

    int limit() {
        return (int) Math.round(estimate);
    }
}
