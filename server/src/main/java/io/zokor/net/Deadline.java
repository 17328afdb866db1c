package io.zokor.net;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Arithmetic of deadlines: absolute moments on a {@link Ticker}, held as plain {@code long}s so that setting one costs no
 * allocation. Stateless.
 */
public final class Deadline {

    /** No deadline. */
    public static final long NONE = Long.MAX_VALUE;

    private Deadline() {
    }

    /**
     * The moment a while from another.
     *
     * @param now the moment to count from, in nanoseconds
     * @param duration the while, or {@code null} for off
     * @return the deadline, {@link #NONE} for off or where the sum overflows
     */
    public static long after(long now, @Nullable Duration duration) {
        return duration == null ? NONE : after(now, toNanos(duration));
    }

    /**
     * The moment a while from another.
     *
     * @param now the moment to count from, in nanoseconds
     * @param nanos the while, not negative; {@link #NONE} for off
     * @return the deadline, {@link #NONE} for off or where the sum overflows
     */
    public static long after(long now, long nanos) {
        long sum = now + nanos;
        return sum < now ? NONE : sum;
    }

    /**
     * A duration in nanoseconds.
     *
     * @param duration the duration, or {@code null} for off
     * @return its nanoseconds, {@link #NONE} for off or beyond 292 years
     */
    public static long toNanos(@Nullable Duration duration) {
        if (duration == null || duration.getSeconds() > Long.MAX_VALUE / 1_000_000_001L) {
            return NONE;
        }
        return duration.toNanos();
    }
}
