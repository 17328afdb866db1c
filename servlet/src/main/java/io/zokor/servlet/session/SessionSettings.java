package io.zokor.servlet.session;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.zokor.net.Ticker;
import jakarta.servlet.ServletContext;

/**
 * Settings of a {@link SessionManager}.
 *
 * @param context the context that sessions report as theirs
 * @param timeout how long a session may be idle, in whole seconds (a part of one counts as a whole); {@code null}, zero or
 *        negative for ever
 * @param events who is told
 * @param ticker the clock that expiry goes by
 * @param store the directory that sessions are kept in over restarts, {@code null} for none
 * @param classLoader the class loader that attributes are read back with, asked each time
 * @param maxSessions how many sessions may be active; {@link #OFF} for no limit
 */
public record SessionSettings(Supplier<ServletContext> context, @Nullable Duration timeout, SessionEvents events,
        Ticker ticker, @Nullable Path store, Supplier<ClassLoader> classLoader, int maxSessions) {

    /** No limit. */
    public static final int OFF = -1;

    /**
     * Checks the limit.
     *
     * @throws IllegalArgumentException if {@code maxSessions} is neither positive nor {@link #OFF}
     */
    public SessionSettings {
        if (maxSessions != OFF && maxSessions < 1) {
            throw new IllegalArgumentException("maxSessions must be positive or -1 (off), but is " + maxSessions);
        }
    }
}
