package io.zokor.servlet.websocket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import jakarta.websocket.DeploymentException;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint serves which path. Paths may be added while others are looked up: writers hold the monitor and publish a new
 * list, readers take the list as it is.
 *
 * @param <E> what stands for an endpoint
 */
final class EndpointPaths<E> {

    private final Map<String, Entry<E>> byShape = new HashMap<>();
    private volatile List<Entry<E>> inOrder = List.of();

    private record Entry<E>(EndpointPath path, E endpoint) {
    }

    /** An endpoint that serves a path, with the values of the path's variables. */
    record Match<E>(E endpoint, Map<String, String> parameters) {
    }

    /**
     * Adds an endpoint.
     *
     * @throws DeploymentException if the path is taken, by the same one or by one that differs only in its variables' names
     */
    synchronized void add(EndpointPath path, E endpoint) throws DeploymentException {
        Entry<E> entry = new Entry<>(path, endpoint);
        Entry<E> taken = byShape.putIfAbsent(path.shape(), entry);
        if (taken != null) {
            throw new DeploymentException("Two WebSocket endpoints would serve the same requests: " + endpoint + " at "
                    + path + ", and " + taken.endpoint + " at " + taken.path);
        }
        List<Entry<E>> entries = new ArrayList<>(inOrder);
        entries.add(entry);
        entries.sort((a, b) -> a.path.compareForMatch(b.path));
        inOrder = List.copyOf(entries);
    }

    /** Returns the endpoint for a decoded path below the context, or null. */
    @Nullable
    Match<E> find(String path) {
        for (Entry<E> entry : inOrder) {
            Map<String, String> parameters = entry.path.match(path);
            if (parameters != null) {
                return new Match<>(entry.endpoint, parameters);
            }
        }
        return null;
    }

    boolean isEmpty() {
        return inOrder.isEmpty();
    }
}
