package io.zokor.mux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.zokor.http.PercentEncoding;
import io.zokor.mux.RoutePattern.Kind;

import org.jspecify.annotations.Nullable;

/** One lookup of a path below one node; used by one thread and dropped. */
final class PathWalk {

    private final String path;
    private final boolean slashed;

    /** Where the values of the wildcards passed on the way begin and end. */
    private int[] bounds = new int[8];

    /**
     * Makes a walk.
     *
     * @param path encoded, beginning with a slash
     * @param slashed whether a slash is to be thought at its end
     */
    PathWalk(String path, boolean slashed) {
        this.path = path;
        this.slashed = slashed;
    }

    RoutingTree.@Nullable Found find(PathNode root) {
        return find(root, 0, 0);
    }

    /** Goes on from a node; {@code at} is the slash before the next segment, or the end of the path. */
    private RoutingTree.@Nullable Found find(PathNode node, int at, int wildcards) {
        int length = path.length();
        if (at == length && !slashed) {
            return found(node.here(), wildcards);
        }
        int start = Math.min(at + 1, length);
        if (start == length && (at < length || slashed)) {
            RoutingTree.Found found = found(node.slash(), wildcards);
            if (found != null) {
                return found;
            }
        } else {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? length : slash;
            RoutingTree.Found found = step(node, start, end, wildcards);
            if (found != null) {
                return found;
            }
        }
        Route rest = node.rest();
        if (rest == null) {
            return null;
        }
        bound(wildcards, start, length);
        return found(rest, wildcards + 1);
    }

    private RoutingTree.@Nullable Found step(PathNode node, int start, int end, int wildcards) {
        if (!node.literals().isEmpty()) {
            String text = text(start, end);
            PathNode next = text == null ? null : node.literals().get(text);
            RoutingTree.Found found = next == null ? null : find(next, end, wildcards);
            if (found != null) {
                return found;
            }
        }
        PathNode next = node.wildcard();
        if (next == null || start == end) {
            return null;
        }
        bound(wildcards, start, end);
        return find(next, end, wildcards + 1);
    }

    /** The decoded segment; nothing where it cannot be decoded, which equals no literal. */
    private @Nullable String text(int start, int end) {
        try {
            return PercentEncoding.decode(path, start, end, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void bound(int wildcard, int start, int end) {
        if (2 * wildcard == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[2 * wildcard] = start;
        bounds[2 * wildcard + 1] = end;
    }

    private RoutingTree.@Nullable Found found(@Nullable Route route, int wildcards) {
        if (route == null) {
            return null;
        }
        boolean exact = route.pattern().last().kind() != Kind.REST
                || bounds[2 * wildcards - 2] == bounds[2 * wildcards - 1];
        return new RoutingTree.Found(route, bounds, exact);
    }
}
