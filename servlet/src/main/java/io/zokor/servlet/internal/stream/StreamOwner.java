package io.zokor.servlet.internal.stream;

/** What a container's stream asks of the request or upgraded connection that it belongs to. Called by any thread. */
public interface StreamOwner {

    /**
     * Checks that the stream may still be used.
     *
     * @throws IllegalStateException if its request is over
     */
    void checkOpen();

    /** {@return whether a listener may be set: asynchronous processing has started, or the connection is upgraded} */
    boolean mayListen();

    /** {@return whether the calling thread is the one that also ends the request} */
    boolean isOwnThread();

    /** Starts a helper thread. */
    void startHelper(String purpose, Runnable task);

    /** Says that reading or writing failed. */
    void ioFailed(Throwable cause);
}
