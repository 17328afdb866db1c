package io.zokor.spring.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * A time limit of {@code zokor.*}: a duration, in milliseconds where it has no unit, or {@code off}. Immutable.
 *
 * @param duration the limit, positive, or {@code null} for none
 */
public record TimeLimit(@Nullable Duration duration) {

    /** No limit. */
    public static final TimeLimit OFF = new TimeLimit(null);

    /**
     * Checks the value.
     *
     * @throws IllegalArgumentException if it is zero or negative
     */
    public TimeLimit {
        if (duration != null && (duration.isZero() || duration.isNegative())) {
            throw new IllegalArgumentException(
                    "a time limit must be positive, for example 10s; for no limit write off");
        }
    }

    /**
     * Parses a limit.
     *
     * @param text a duration such as {@code 10s}, {@code 1500} (milliseconds) or {@code PT1M}, or {@code off}
     * @return the limit
     * @throws IllegalArgumentException if it is something else, zero or negative
     */
    public static TimeLimit parse(String text) {
        String trimmed = text.trim();
        if (OffWord.matches(trimmed)) {
            return OFF;
        }
        try {
            return new TimeLimit(DurationStyle.detectAndParse(trimmed, ChronoUnit.MILLIS));
        } catch (IllegalArgumentException e) {
            if (trimmed.matches("[+-]?0+[a-z]*|-.*")) {
                throw new IllegalArgumentException(
                        "a time limit must be positive, for example 10s; for no limit write off", e);
            }
            throw new IllegalArgumentException("a time limit is a duration such as 10s or 500ms, or off", e);
        }
    }

    @Override
    public String toString() {
        return duration == null ? OffWord.WORD : DurationStyle.SIMPLE.print(duration, ChronoUnit.MILLIS);
    }
}
