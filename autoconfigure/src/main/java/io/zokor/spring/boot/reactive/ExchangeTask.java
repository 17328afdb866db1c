package io.zokor.spring.boot.reactive;

/** Something to do for the thread of an exchange. */
@FunctionalInterface
interface ExchangeTask {

    /** Does it, under the lock of the callbacks. */
    void run();

    /** The exchange ended before: gives back what the task holds. Called by any thread, and never blocks. */
    default void discard() {
    }
}
