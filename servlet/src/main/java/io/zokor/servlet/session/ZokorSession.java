package io.zokor.servlet.session;

import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionActivationListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;

/**
 * A session as the application sees it: its attributes, and who is told of them. Any thread may use it: all state is guarded by the
 * lock of its {@link SessionLife}; listeners are called without it.
 */
public final class ZokorSession implements HttpSession {

    private final SessionManager manager;

    private final SessionLife life;

    private final ReentrantLock lock;

    /** Guarded by the lock. */
    private final Map<String, Object> attributes;

    /** Written under the lock; read without, as every response with a session does. */
    private volatile String id;

    private ZokorSession(SessionManager manager, StoredSession stored, long accessedNanos) {
        this.manager = manager;
        this.life = new SessionLife(manager, stored, accessedNanos);
        this.lock = life.lock;
        this.id = stored.id();
        this.attributes = new HashMap<>(stored.attributes());
    }

    static ZokorSession create(SessionManager manager, String id, int timeoutSeconds) {
        long now = System.currentTimeMillis();
        return new ZokorSession(manager, new StoredSession(id, now, now, now, timeoutSeconds, 0, Map.of()),
                manager.settings().ticker().nanos());
    }

    /** The time that it was stored counts: it may be found expired at once. */
    static ZokorSession restore(SessionManager manager, StoredSession stored, long nowNanos) {
        long idleMillis = Math.max(0, System.currentTimeMillis() - stored.thisAccessedTime());
        return new ZokorSession(manager, stored, nowNanos - TimeUnit.MILLISECONDS.toNanos(idleMillis));
    }

    /**
     * Begins the use by a request: until {@link #endAccess()} the session does not expire. Also for the request that created
     * it.
     *
     * @return whether the session is valid; if not, nothing has begun and the request has no session
     */
    public boolean beginAccess() {
        return begin(true, null);
    }

    /** Ends what {@link #beginAccess()} began; once for each time that it returned true. */
    public void endAccess() {
        life.end();
    }

    /** {@return whether the session is valid: neither invalidated nor expired} */
    public boolean isValid() {
        return life.isValid();
    }

    @Override
    public long getCreationTime() {
        life.check("getCreationTime");
        return life.creationTime();
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public long getLastAccessedTime() {
        lock.lock();
        try {
            life.checkLocked("getLastAccessedTime");
            return life.lastAccessedTimeLocked();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ServletContext getServletContext() {
        return manager.settings().context().get();
    }

    @Override
    public void setMaxInactiveInterval(int interval) {
        life.maxInactiveInterval(interval);
    }

    @Override
    public int getMaxInactiveInterval() {
        return life.maxInactiveInterval();
    }

    @Override
    public @Nullable Object getAttribute(@Nullable String name) {
        lock.lock();
        try {
            life.checkLocked("getAttribute");
            return attributes.get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        lock.lock();
        try {
            life.checkLocked("getAttributeNames");
            return Collections.enumeration(attributes.keySet().stream().toList());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Binds a value. A value that is already bound under the name is not bound and unbound again; attribute listeners hear of it
     * all the same.
     *
     * @param name name of the attribute
     * @param value the value; {@code null} removes the attribute
     * @throws IllegalArgumentException if the name is {@code null}
     * @throws IllegalStateException if the session is no longer valid
     */
    @Override
    public void setAttribute(@Nullable String name, @Nullable Object value) {
        if (name == null) {
            throw new IllegalArgumentException("the name of a session attribute must not be null");
        }
        if (value == null) {
            removeAttribute(name);
            return;
        }
        boolean binds = getAttribute(name) != value;
        if (binds) {
            // Before getAttribute can return it (Servlet 6.1 section 7.4).
            bound(name, value);
        }
        Object old;
        boolean over;
        lock.lock();
        try {
            over = life.isOverLocked();
            old = over ? null : attributes.put(name, value);
        } finally {
            lock.unlock();
        }
        if (over) {
            if (binds) {
                unbound(name, value);
            }
            throw SessionLife.over("setAttribute");
        }
        if (old == null) {
            manager.events().attributeAdded(this, name, value);
            return;
        }
        if (old != value) {
            unbound(name, old);
        }
        manager.events().attributeReplaced(this, name, old);
    }

    @Override
    public void removeAttribute(String name) {
        Object old;
        lock.lock();
        try {
            life.checkLocked("removeAttribute");
            old = attributes.remove(name);
        } finally {
            lock.unlock();
        }
        if (old != null) {
            unbound(name, old);
            manager.events().attributeRemoved(this, name, old);
        }
    }

    @Override
    public void invalidate() {
        if (startInvalidation()) {
            finishInvalidation();
        } else if (!life.endedByMe()) {
            throw SessionLife.over("invalidate");
        }
    }

    @Override
    public boolean isNew() {
        lock.lock();
        try {
            life.checkLocked("isNew");
            return life.isNewLocked();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Accessor getAccessor() {
        life.check("getAccessor");
        String idThen = id;
        return consumer -> access(idThen, consumer);
    }

    SessionManager manager() {
        return manager;
    }

    /** Decides for an end by {@link #invalidate()}; true for one caller only, who goes on with {@link #finishInvalidation}. */
    boolean startInvalidation() {
        return life.startInvalidation();
    }

    /** Decides for an end by the time limit, if it has passed and no request uses the session; true for one caller only. */
    boolean startExpiry(long nowNanos) {
        return life.startExpiry(nowNanos);
    }

    /**
     * Ends the session for whom one of the two methods above returned true: out of the map, then the listeners, then the
     * attributes. Goes on after a listener's exception and throws the first one at the end.
     */
    void finishInvalidation() {
        manager.remove(this);
        ListenerFailures failures = new ListenerFailures();
        failures.run(() -> manager.events().destroyed(this));
        Map<String, Object> bound;
        lock.lock();
        try {
            life.finishLocked();
            bound = new LinkedHashMap<>(attributes);
            attributes.clear();
        } finally {
            lock.unlock();
        }
        bound.forEach((name, value) -> {
            failures.run(() -> unbound(name, value));
            failures.run(() -> manager.events().attributeRemoved(this, name, value));
        });
        failures.rethrow();
    }

    /** Gives the session another id and returns the former one. */
    String replaceId(String newId, ConcurrentMap<String, ZokorSession> sessions) {
        lock.lock();
        try {
            if (!life.isValidLocked()) {
                throw SessionLife.over("changeSessionId");
            }
            String oldId = id;
            sessions.put(newId, this);
            id = newId;
            sessions.remove(oldId, this);
            return oldId;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the attributes and copies the session for the store; {@code null} if it is no longer valid. */
    @Nullable
    StoredSession passivated() {
        Map<String, Object> before = attributesIfValid();
        if (before == null) {
            return null;
        }
        HttpSessionEvent event = new HttpSessionEvent(this);
        before.forEach((name, value) -> {
            if (value instanceof HttpSessionActivationListener listener) {
                manager.guarded("sessionWillPassivate", () -> listener.sessionWillPassivate(event));
            }
        });
        lock.lock();
        try {
            return life.isValidLocked() ? life.storedLocked(id, new LinkedHashMap<>(attributes)) : null;
        } finally {
            lock.unlock();
        }
    }

    /** Tells the attributes that they are back. */
    void activated() {
        Map<String, Object> restored = attributesIfValid();
        if (restored == null) {
            return;
        }
        HttpSessionEvent event = new HttpSessionEvent(this);
        restored.forEach((name, value) -> {
            if (value instanceof HttpSessionActivationListener listener) {
                manager.guarded("sessionDidActivate", () -> listener.sessionDidActivate(event));
            }
        });
    }

    /** Ends the session in this process without events, as it lives on in the store; false if it was ending already. */
    boolean letGo() {
        return life.letGo();
    }

    private @Nullable Map<String, Object> attributesIfValid() {
        lock.lock();
        try {
            return life.isValidLocked() ? new LinkedHashMap<>(attributes) : null;
        } finally {
            lock.unlock();
        }
    }

    private boolean begin(boolean byClient, @Nullable String expectedId) {
        lock.lock();
        try {
            return (expectedId == null || expectedId.equals(id)) && life.beginLocked(byClient);
        } finally {
            lock.unlock();
        }
    }

    /** An access from outside of a request counts as one, but it is not the client that joins. */
    private void access(String expectedId, Consumer<HttpSession> consumer) {
        if (!begin(false, expectedId)) {
            throw new IllegalStateException(
                    "the session is no longer valid or its id has changed (HttpSession.Accessor)");
        }
        try {
            consumer.accept(this);
        } finally {
            endAccess();
        }
    }

    private void bound(String name, Object value) {
        if (value instanceof HttpSessionBindingListener listener) {
            listener.valueBound(new HttpSessionBindingEvent(this, name, value));
        }
    }

    private void unbound(String name, Object value) {
        if (value instanceof HttpSessionBindingListener listener) {
            listener.valueUnbound(new HttpSessionBindingEvent(this, name, value));
        }
    }
}
