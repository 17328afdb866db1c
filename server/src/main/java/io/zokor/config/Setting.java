package io.zokor.config;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A value of the configuration as operators know it. Immutable.
 *
 * @param property its property
 * @param value its value as it is written there: {@code off}, {@code 30s}, {@code 8KB}, {@code 100}
 */
public record Setting(String property, String value) {

    private static final String NONE = "off";

    static Setting time(String property, @Nullable Duration value) {
        return new Setting(property, value == null ? NONE
                : value.toMillis() % 1000 == 0 ? value.toSeconds() + "s" : value.toMillis() + "ms");
    }

    static Setting count(String property, long value) {
        return new Setting(property, value == Limits.OFF ? NONE : Long.toString(value));
    }

    static Setting flag(String property, boolean value) {
        return new Setting(property, Boolean.toString(value));
    }

    static Setting bytes(String property, long value) {
        return new Setting(property, value == Limits.OFF ? NONE : sized(value));
    }

    private static String sized(long bytes) {
        if (bytes == 0 || bytes % 1024 != 0) {
            return bytes + "B";
        }
        long kilobytes = bytes / 1024;
        return kilobytes % 1024 == 0 ? kilobytes / 1024 + "MB" : kilobytes + "KB";
    }
}
