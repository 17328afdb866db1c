package io.zokor.internal.exchange;

/** Whether connections are to go on, as their server sees it. Asked by many threads, for each response. */
public interface ServerPhase {

    /** {@return whether the server is shutting down: no connection is to wait for another request} */
    boolean isDraining();

    /** {@return whether a response may leave its connection open} */
    boolean keepsAlive();
}
