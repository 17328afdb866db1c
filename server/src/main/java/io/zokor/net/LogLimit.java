package io.zokor.net;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Lets one line a minute through of a kind that peers can cause at will, with how many there were. Lock-free: of lines that come
 * at the same moment, one wins.
 */
public final class LogLimit {

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final System.Logger logger;

    private final Level level;

    private final AtomicLong next = new AtomicLong(System.nanoTime());

    private final AtomicLong silent = new AtomicLong();

    /**
     * Makes one for lines of one kind.
     *
     * @param logger where they go
     * @param level level of those that are let through
     */
    public LogLimit(System.Logger logger, Level level) {
        this.logger = logger;
        this.level = level;
    }

    /**
     * Logs, at the level of debugging where a line was logged less than a minute ago.
     *
     * @param message the line
     */
    public void log(Supplier<String> message) {
        log(message, null);
    }

    /**
     * Logs, at the level of debugging where a line was logged less than a minute ago.
     *
     * @param message the line
     * @param cause what failed, logged with its stack, or {@code null}
     */
    public void log(Supplier<String> message, @Nullable Throwable cause) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
            silent.incrementAndGet();
            logger.log(Level.DEBUG, message, cause);
            return;
        }
        long missed = silent.getAndSet(0);
        String more = missed == 0 ? "" : " (and " + missed + " more since the last such line)";
        logger.log(level, () -> message.get() + more, cause);
    }
}
