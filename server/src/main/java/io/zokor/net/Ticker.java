package io.zokor.net;

/** A monotonic clock; deadlines are moments on it. */
@FunctionalInterface
public interface Ticker {

    /** {@return nanoseconds since a fixed moment, never negative, never falling} */
    long nanos();

    /** {@return the system's clock} */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
