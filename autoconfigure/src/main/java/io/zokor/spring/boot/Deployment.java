package io.zokor.spring.boot;

import io.zokor.http.Handler;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link ZokorWebServer} serves. Its methods are called one after the other: initialize once, start with each start of
 * the server, destroy once.
 */
public interface Deployment {

    /** {@return what answers the requests} */
    Handler handler();

    /** {@return the path under which it lives, empty for the root, or {@code null} where it knows none} */
    @Nullable
    String contextPath();

    /** {@return how many sessions there are and were, or {@code null} where there can be none} */
    default @Nullable SessionCounts sessions() {
        return null;
    }

    /**
     * Builds the application; nothing listens yet.
     *
     * @throws Exception if it cannot be built; nothing of it must stay
     */
    void initialize() throws Exception;

    /**
     * Readies the application for requests, which come when this has returned. A second call does nothing.
     *
     * @throws Exception if it cannot be started
     */
    void start() throws Exception;

    /** Ends the application. Requests have ended or have been cut. A second call does nothing. */
    void destroy();
}
