package io.zokor.servlet.websocket;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import jakarta.websocket.Session;

/**
 * Sessions by what they have in common: their endpoint, or the HTTP session that they belong to. Any thread.
 *
 * @param <K> the endpoint's path and class, or the HTTP session
 */
final class OpenSessions<K> {

    private final Map<K, Set<EndpointSession>> byKey = new ConcurrentHashMap<>();

    void add(K key, EndpointSession session) {
        byKey.compute(key, (unused, known) -> {
            Set<EndpointSession> sessions = known == null ? ConcurrentHashMap.newKeySet(1) : known;
            sessions.add(session);
            return sessions;
        });
    }

    void remove(K key, EndpointSession session) {
        byKey.computeIfPresent(key, (unused, sessions) -> {
            sessions.remove(session);
            return sessions.isEmpty() ? null : sessions;
        });
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /** Returns a copy of those that are open. */
    Set<Session> open(K key) {
        Set<Session> open = new HashSet<>();
        forEach(key, session -> {
            if (session.isOpen()) {
                open.add(session);
            }
        });
        return open;
    }

    void forEach(K key, Consumer<EndpointSession> action) {
        byKey.getOrDefault(key, Set.of()).forEach(action);
    }

    void forEach(Consumer<EndpointSession> action) {
        byKey.values().forEach(sessions -> sessions.forEach(action));
    }
}
