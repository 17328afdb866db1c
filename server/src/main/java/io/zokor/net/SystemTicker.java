package io.zokor.net;

/** {@link System#nanoTime()} counted from the loading of this class, so that no deadline is negative. Stateless. */
enum SystemTicker implements Ticker {
    INSTANCE;

    private static final long ORIGIN = System.nanoTime();

    @Override
    public long nanos() {
        return System.nanoTime() - ORIGIN;
    }
}
