package io.zokor.mux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.zokor.http.Method;

import org.jspecify.annotations.Nullable;

/**
 * All routes, by host, then method, then path segments. Immutable, so that lookups need no lock: adding a route makes a new
 * tree that shares all but the changed nodes.
 *
 * <p>
 * A lookup tries the literal before the wildcard before the rest, the request's own method before all methods, and its own
 * host before all hosts, and takes the first route it finds. That this is the most specific one follows from
 * {@link PatternConflicts}: of two routes of the same host that match one request, one is more specific in every part. A
 * lookup visits each node once at most, whatever the path.
 */
final class RoutingTree {

    static final RoutingTree EMPTY = new RoutingTree(List.of(), Map.of());

    private final List<Route> routes;

    /** First nodes by host, then by method; empty for all hosts or methods. */
    private final Map<String, Map<String, PathNode>> hosts;

    private RoutingTree(List<Route> routes, Map<String, Map<String, PathNode>> hosts) {
        this.routes = routes;
        this.hosts = hosts;
    }

    /**
     * The result of a lookup.
     *
     * @param route the most specific route
     * @param bounds for each wildcard of the pattern, in order, where its value begins and ends in the path
     * @param exact whether nothing was left for a slash at the end, or a wildcard for the rest, of the pattern
     */
    record Found(Route route, int[] bounds, boolean exact) {
    }

    /**
     * Adds a route.
     *
     * @param route the route
     * @return the tree with it
     * @throws IllegalArgumentException if its pattern conflicts with that of another route; the message names both patterns
     *         and both places of registration
     */
    RoutingTree with(Route route) {
        RoutePattern pattern = route.pattern();
        for (Route other : routes) {
            String conflict = PatternConflicts.conflict(pattern, other.pattern());
            if (conflict != null) {
                throw new IllegalArgumentException("pattern \"" + pattern + "\" (registered at " + route.site()
                        + ") conflicts with pattern \"" + other.pattern() + "\" (registered at " + other.site() + "): "
                        + conflict);
            }
        }
        List<Route> moreRoutes = new ArrayList<>(routes);
        moreRoutes.add(route);
        Map<String, PathNode> methods = hosts.getOrDefault(pattern.host(), Map.of());
        PathNode root = methods.getOrDefault(pattern.method(), PathNode.EMPTY);
        return new RoutingTree(List.copyOf(moreRoutes), with(hosts, pattern.host(),
                with(methods, pattern.method(), root.with(pattern.segments(), 0, route))));
    }

    /**
     * Looks the most specific route up.
     *
     * @param host the request's host, lower case, without port
     * @param method its method
     * @param path its path, encoded and clean, beginning with a slash
     * @param slashed whether to look up the path with a slash added at its end instead
     * @return what was found, or {@code null}
     */
    @Nullable
    Found find(String host, String method, String path, boolean slashed) {
        Found found = host.isEmpty() ? null : find(hosts.get(host), method, path, slashed);
        return found == null ? find(hosts.get(""), method, path, slashed) : found;
    }

    /**
     * Collects the methods that a path could be requested with.
     *
     * @param host as for {@link #find}
     * @param path as for {@link #find}
     * @param slashed as for {@link #find}
     * @param target where they are added, HEAD beside GET
     */
    void methods(String host, String path, boolean slashed, Set<String> target) {
        if (!host.isEmpty()) {
            methods(hosts.get(host), path, slashed, target);
        }
        methods(hosts.get(""), path, slashed, target);
    }

    private static @Nullable Found find(@Nullable Map<String, PathNode> methods, String method, String path,
            boolean slashed) {
        if (methods == null) {
            return null;
        }
        Found found = find(methods.get(method), path, slashed);
        if (found == null && method.equals(Method.HEAD)) {
            found = find(methods.get(Method.GET), path, slashed);
        }
        return found == null && !method.isEmpty() ? find(methods.get(""), path, slashed) : found;
    }

    private static @Nullable Found find(@Nullable PathNode root, String path, boolean slashed) {
        return root == null ? null : new PathWalk(path, slashed).find(root);
    }

    private static void methods(@Nullable Map<String, PathNode> methods, String path, boolean slashed,
            Set<String> target) {
        if (methods == null) {
            return;
        }
        methods.forEach((method, root) -> {
            if (find(root, path, slashed) != null) {
                target.add(method);
                if (method.equals(Method.GET)) {
                    target.add(Method.HEAD);
                }
            }
        });
    }

    static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> copy = new HashMap<>(map);
        copy.put(key, value);
        return Map.copyOf(copy);
    }
}
