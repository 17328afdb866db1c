package io.zokor.servlet.internal.registry;

import java.util.EventListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;

/**
 * The listeners of an application by kind, each in the order of registration (Servlet 6.1 chapter 11). Added to while the
 * context starts; read by all threads.
 */
public final class EventListeners {

    /** A listener of the context and whether it was declared, and so may configure the context. */
    public record ContextListener(ServletContextListener listener, boolean declared) {
    }

    private final List<ContextListener> context = new CopyOnWriteArrayList<>();

    private final List<ServletContextAttributeListener> contextAttributes = new CopyOnWriteArrayList<>();

    private final List<ServletRequestListener> requests = new CopyOnWriteArrayList<>();

    private final List<ServletRequestAttributeListener> requestAttributes = new CopyOnWriteArrayList<>();

    private final List<HttpSessionListener> sessions = new CopyOnWriteArrayList<>();

    private final List<HttpSessionAttributeListener> sessionAttributes = new CopyOnWriteArrayList<>();

    private final List<HttpSessionIdListener> sessionIds = new CopyOnWriteArrayList<>();

    public static boolean isSupported(Class<?> type) {
        return ServletContextListener.class.isAssignableFrom(type) || isSupportedApartFromContext(type);
    }

    public static boolean isSupportedApartFromContext(Class<?> type) {
        return ServletContextAttributeListener.class.isAssignableFrom(type)
                || ServletRequestListener.class.isAssignableFrom(type)
                || ServletRequestAttributeListener.class.isAssignableFrom(type)
                || HttpSessionListener.class.isAssignableFrom(type)
                || HttpSessionAttributeListener.class.isAssignableFrom(type)
                || HttpSessionIdListener.class.isAssignableFrom(type);
    }

    public void add(EventListener listener, boolean declared) {
        if (listener instanceof ServletContextListener l) {
            context.add(new ContextListener(l, declared));
        }
        addTo(contextAttributes, ServletContextAttributeListener.class, listener);
        addTo(requests, ServletRequestListener.class, listener);
        addTo(requestAttributes, ServletRequestAttributeListener.class, listener);
        addTo(sessions, HttpSessionListener.class, listener);
        addTo(sessionAttributes, HttpSessionAttributeListener.class, listener);
        addTo(sessionIds, HttpSessionIdListener.class, listener);
    }

    private static <T> void addTo(List<T> list, Class<T> type, EventListener listener) {
        if (type.isInstance(listener)) {
            list.add(type.cast(listener));
        }
    }

    public List<ContextListener> contextListeners() {
        return context;
    }

    public List<HttpSessionListener> sessionListeners() {
        return sessions;
    }

    public List<HttpSessionAttributeListener> sessionAttributeListeners() {
        return sessionAttributes;
    }

    public List<HttpSessionIdListener> sessionIdListeners() {
        return sessionIds;
    }

    public void requestInitialized(ServletRequestEvent event) {
        for (ServletRequestListener listener : requests) {
            listener.requestInitialized(event);
        }
    }

    /** Every listener is told, in reverse order; a failing one must not keep the others from letting go of the request. */
    public void requestDestroyed(ServletRequestEvent event, Consumer<Throwable> failures) {
        for (ServletRequestListener listener : requests.reversed()) {
            try {
                listener.requestDestroyed(event);
            } catch (RuntimeException | Error e) {
                failures.accept(e);
            }
        }
    }

    public boolean hasRequestAttributeListeners() {
        return !requestAttributes.isEmpty();
    }

    public void requestAttribute(ServletRequestAttributeEvent event, AttributeChange change) {
        for (ServletRequestAttributeListener listener : requestAttributes) {
            switch (change) {
                case ADDED -> listener.attributeAdded(event);
                case REPLACED -> listener.attributeReplaced(event);
                case REMOVED -> listener.attributeRemoved(event);
            }
        }
    }

    public void contextAttribute(ServletContextAttributeEvent event, AttributeChange change) {
        for (ServletContextAttributeListener listener : contextAttributes) {
            switch (change) {
                case ADDED -> listener.attributeAdded(event);
                case REPLACED -> listener.attributeReplaced(event);
                case REMOVED -> listener.attributeRemoved(event);
            }
        }
    }

    /** What happened to an attribute. */
    public enum AttributeChange {
        ADDED, REPLACED, REMOVED;

        /** {@return the change that setting makes; the event then carries the old value where there was one} */
        public static AttributeChange ofSet(@Nullable Object old) {
            return old == null ? ADDED : REPLACED;
        }
    }
}
