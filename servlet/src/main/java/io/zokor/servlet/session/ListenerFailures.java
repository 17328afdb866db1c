package io.zokor.servlet.session;

import org.jspecify.annotations.Nullable;

/** Runs listeners one after the other whatever they throw, and throws the first exception at the end. For one thread. */
final class ListenerFailures {

    private @Nullable RuntimeException first;

    void run(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else if (first != e) {
                first.addSuppressed(e);
            }
        }
    }

    void rethrow() {
        if (first != null) {
            throw first;
        }
    }
}
