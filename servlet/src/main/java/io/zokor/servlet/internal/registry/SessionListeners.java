package io.zokor.servlet.internal.registry;

import java.util.function.Consumer;

import io.zokor.servlet.session.SessionEvents;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

/** Hands the events of sessions to the application's listeners, in the orders of the specification. Stateless. */
public final class SessionListeners implements SessionEvents {

    private final EventListeners listeners;

    /** Told of every session that ends, for the container's own tables. */
    private final Consumer<String> ended;

    public SessionListeners(EventListeners listeners, Consumer<String> ended) {
        this.listeners = listeners;
        this.ended = ended;
    }

    @Override
    public void created(HttpSession session) {
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (HttpSessionListener listener : listeners.sessionListeners()) {
            listener.sessionCreated(event);
        }
    }

    @Override
    public void destroyed(HttpSession session) {
        ended.accept(session.getId());
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (HttpSessionListener listener : listeners.sessionListeners().reversed()) {
            listener.sessionDestroyed(event);
        }
    }

    @Override
    public void idChanged(HttpSession session, String oldId) {
        HttpSessionEvent event = new HttpSessionEvent(session);
        for (HttpSessionIdListener listener : listeners.sessionIdListeners()) {
            listener.sessionIdChanged(event, oldId);
        }
    }

    @Override
    public void attributeAdded(HttpSession session, String name, Object value) {
        HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, value);
        for (HttpSessionAttributeListener listener : listeners.sessionAttributeListeners()) {
            listener.attributeAdded(event);
        }
    }

    @Override
    public void attributeRemoved(HttpSession session, String name, Object value) {
        HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, value);
        for (HttpSessionAttributeListener listener : listeners.sessionAttributeListeners()) {
            listener.attributeRemoved(event);
        }
    }

    @Override
    public void attributeReplaced(HttpSession session, String name, Object oldValue) {
        HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, oldValue);
        for (HttpSessionAttributeListener listener : listeners.sessionAttributeListeners()) {
            listener.attributeReplaced(event);
        }
    }
}
