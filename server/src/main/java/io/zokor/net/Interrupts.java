package io.zokor.net;

/**
 * Sets a thread's interrupt flag aside where it must not be set: a socket or file channel closes itself, and a thread does not park.
 * The flag is the application's, so that it is put back afterwards. Of the calling thread alone.
 */
public final class Interrupts {

    private Interrupts() {
    }

    /**
     * Clears the flag.
     *
     * @return whether it was set, for {@link #restore}
     */
    public static boolean clear() {
        return Thread.interrupted();
    }

    /**
     * Puts the flag back.
     *
     * @param interrupted whether it was set
     */
    public static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
