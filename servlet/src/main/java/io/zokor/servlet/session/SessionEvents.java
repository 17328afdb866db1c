package io.zokor.servlet.session;

import jakarta.servlet.http.HttpSession;

/**
 * What happens to sessions; the container hands it on to the application's listeners. Called without any lock held, on the
 * thread that caused the event or on the sweeper's. What a method throws reaches the caller that caused the event.
 */
public interface SessionEvents {

    /** Tells nobody. */
    SessionEvents NONE = new SessionEvents() {
    };

    /**
     * A session was created.
     *
     * @param session the session
     */
    default void created(HttpSession session) {
    }

    /**
     * A session is about to end; its attributes can still be read.
     *
     * @param session the session
     */
    default void destroyed(HttpSession session) {
    }

    /**
     * A session has a new id.
     *
     * @param session the session
     * @param oldId its former id
     */
    default void idChanged(HttpSession session, String oldId) {
    }

    /**
     * An attribute was added.
     *
     * @param session the session
     * @param name name of the attribute
     * @param value its value
     */
    default void attributeAdded(HttpSession session, String name, Object value) {
    }

    /**
     * An attribute was removed, also by the session's end.
     *
     * @param session the session
     * @param name name of the attribute
     * @param value the value it had
     */
    default void attributeRemoved(HttpSession session, String name, Object value) {
    }

    /**
     * An attribute was replaced.
     *
     * @param session the session
     * @param name name of the attribute
     * @param oldValue the value it had
     */
    default void attributeReplaced(HttpSession session, String name, Object oldValue) {
    }
}
