package io.zokor.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions with a bound, instead of sleeping for a fixed time. Stateless. */
public final class Await {

    /** How long anything in a test may take before it has failed. */
    public static final Duration BOUND = Duration.ofSeconds(30);

    private Await() {
    }

    /**
     * Waits until a condition holds; fails with the message when the bound of all tests is over.
     *
     * @param message what is waited for
     * @param condition what is to hold; asked every millisecond, by the calling thread
     * @throws AssertionError if the condition does not come to hold in time
     */
    public static void until(String message, BooleanSupplier condition) {
        until(BOUND, () -> message, condition);
    }

    /**
     * Waits until a condition holds; fails when the time is over.
     *
     * @param bound how long to wait at most
     * @param condition what is to hold; asked every millisecond, by the calling thread
     * @throws AssertionError if the condition does not come to hold in time
     */
    public static void until(Duration bound, BooleanSupplier condition) {
        until(bound, () -> "the condition", condition);
    }

    /**
     * Waits until a condition holds; fails with the message, asked for only then, when the time is over.
     *
     * @param bound how long to wait at most
     * @param message says what is waited for; asked only when the time is over
     * @param condition what is to hold; asked every millisecond, by the calling thread
     * @throws AssertionError if the condition does not come to hold in time
     */
    public static void until(Duration bound, Supplier<String> message, BooleanSupplier condition) {
        if (!holds(bound, condition)) {
            throw new AssertionError("waited " + bound.toMillis() + " ms in vain for: " + message.get());
        }
    }

    /**
     * {@return whether a condition came to hold before the time was over}
     *
     * @param bound how long to wait at most
     * @param condition what is to hold; asked every millisecond, by the calling thread
     */
    public static boolean holds(Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }
}
