package io.zokor.spring.autoconfigure;

import io.zokor.config.Limits;

/**
 * A limit of {@code zokor.*} that counts: a positive number or {@code off}. Immutable.
 *
 * @param count the limit, or {@link Limits#OFF}
 */
public record CountLimit(int count) {

    /** No limit. */
    public static final CountLimit OFF = new CountLimit((int) Limits.OFF);

    /**
     * Parses a limit.
     *
     * @param text a positive number, or {@code off}
     * @return the limit
     * @throws IllegalArgumentException if it is something else
     */
    public static CountLimit parse(String text) {
        String trimmed = text.trim();
        if (OffWord.matches(trimmed)) {
            return OFF;
        }
        int count;
        try {
            count = Integer.parseInt(trimmed);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a limit is a whole number such as 1000, or off", e);
        }
        if (count <= 0) {
            throw new IllegalArgumentException("a limit must be positive; for no limit write off");
        }
        return new CountLimit(count);
    }

    @Override
    public String toString() {
        return count == Limits.OFF ? OffWord.WORD : Integer.toString(count);
    }
}
