package io.zokor.spring.autoconfigure;

import io.zokor.config.Limits;

import org.springframework.util.unit.DataSize;

/**
 * A limit of {@code zokor.*} in bytes: a size, in bytes where it has no unit, or {@code off}. Immutable.
 *
 * @param bytes the limit, or {@link Limits#OFF}
 */
public record SizeLimit(long bytes) {

    /** No limit. */
    public static final SizeLimit OFF = new SizeLimit(Limits.OFF);

    /**
     * Parses a limit.
     *
     * @param text a size such as {@code 10MB} or {@code 4096} (bytes), or {@code off}
     * @return the limit
     * @throws IllegalArgumentException if it is something else or negative
     */
    public static SizeLimit parse(String text) {
        String trimmed = text.trim();
        if (OffWord.matches(trimmed)) {
            return OFF;
        }
        DataSize size;
        try {
            size = DataSize.parse(trimmed);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a limit is a size such as 10MB or 4096, or off", e);
        }
        if (size.isNegative()) {
            throw new IllegalArgumentException("a limit must not be negative; for no limit write off");
        }
        return new SizeLimit(size.toBytes());
    }

    @Override
    public String toString() {
        return bytes == Limits.OFF ? OffWord.WORD : bytes + "B";
    }
}
