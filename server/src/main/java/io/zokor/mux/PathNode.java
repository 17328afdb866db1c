package io.zokor.mux;

import java.util.List;
import java.util.Map;

import io.zokor.mux.RoutePattern.Segment;

import org.jspecify.annotations.Nullable;

/**
 * A place in the tree of path segments. Immutable.
 *
 * @param literals what follows by a literal segment, decoded
 * @param wildcard what follows by a segment of any text, or {@code null}
 * @param here the route of a path that ends here, or {@code null}
 * @param slash the route of a path that ends here with a slash, or {@code null}
 * @param rest the route of any path that goes on from here with a slash, or {@code null}
 */
record PathNode(Map<String, PathNode> literals, @Nullable PathNode wildcard, @Nullable Route here,
        @Nullable Route slash, @Nullable Route rest) {

    static final PathNode EMPTY = new PathNode(Map.of(), null, null, null, null);

    /** A copy with a route whose segments from an index on lead away from here. */
    PathNode with(List<Segment> segments, int index, Route route) {
        if (index == segments.size()) {
            return new PathNode(literals, wildcard, route, slash, rest);
        }
        Segment segment = segments.get(index);
        return switch (segment.kind()) {
            case LITERAL -> {
                PathNode next = literals.getOrDefault(segment.text(), EMPTY).with(segments, index + 1, route);
                yield new PathNode(RoutingTree.with(literals, segment.text(), next), wildcard, here, slash, rest);
            }
            case WILDCARD -> {
                PathNode next = (wildcard == null ? EMPTY : wildcard).with(segments, index + 1, route);
                yield new PathNode(literals, next, here, slash, rest);
            }
            case END -> new PathNode(literals, wildcard, here, route, rest);
            case REST -> new PathNode(literals, wildcard, here, slash, route);
        };
    }
}
