package io.zokor.config;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** Argument checks of the configuration records; stateless. Every message names the property that sets the value. */
final class Checks {

    private Checks() {
    }

    static void positiveOrOff(@Nullable Duration value, String property) {
        if (value != null && (value.isZero() || value.isNegative())) {
            throw new IllegalArgumentException(
                    property + " must be a positive duration or 'off', but is " + value + "; for no limit say 'off'");
        }
    }

    static void positive(Duration value, String property) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(property + " must be a positive duration, but is " + value);
        }
    }

    static void range(long value, long min, long max, String property) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    property + " must be between " + min + " and " + max + ", but is " + value);
        }
    }

    static void rangeOrOff(long value, long min, long max, String property) {
        if (value != Limits.OFF && (value < min || value > max)) {
            throw new IllegalArgumentException(
                    property + " must be between " + min + " and " + max + " or 'off', but is " + value);
        }
    }
}
