package io.zokor.spring.autoconfigure;

import io.zokor.config.Limits;

/**
 * How many requests may run at once: a positive number, {@code off}, or {@code auto} for a limit that the server finds itself.
 * Immutable.
 *
 * @param count the limit, or {@link Limits#OFF}, which it is for {@code auto} as well
 * @param auto whether the server finds it
 */
public record ConcurrencyLimit(int count, boolean auto) {

    private static final String AUTO = "auto";

    /**
     * Parses a limit.
     *
     * @param text a positive number, {@code off} or {@code auto}
     * @return the limit
     * @throws IllegalArgumentException if it is something else
     */
    public static ConcurrencyLimit parse(String text) {
        return text.trim().equalsIgnoreCase(AUTO)
                ? new ConcurrencyLimit((int) Limits.OFF, true)
                : new ConcurrencyLimit(CountLimit.parse(text).count(), false);
    }

    @Override
    public String toString() {
        return auto ? AUTO : new CountLimit(count).toString();
    }
}
