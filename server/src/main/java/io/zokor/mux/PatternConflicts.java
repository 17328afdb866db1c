package io.zokor.mux;

import java.util.List;

import io.zokor.http.Method;

import io.zokor.mux.RoutePattern.Kind;
import io.zokor.mux.RoutePattern.Segment;

import org.jspecify.annotations.Nullable;

/**
 * How the sets of requests that two patterns match lie to each other. Stateless, pure.
 *
 * <p>
 * Of two patterns that match the same request the more specific one must win, or one of them is refused. Hosts are left out:
 * a pattern with a host wins over one without, and two hosts have no request in common.
 */
final class PatternConflicts {

    /** How the requests of a first pattern lie to those of a second one. */
    enum Relationship {
        /** Both match the same requests. */
        EQUIVALENT,
        /** The first matches all that the second matches, and more. */
        MORE_GENERAL,
        /** The second matches all that the first matches, and more. */
        MORE_SPECIFIC,
        /** Some requests are matched by both, some by the first alone, some by the second alone. */
        OVERLAPS,
        /** No request is matched by both. */
        DISJOINT;

        private static Relationship of(boolean firstHasMore, boolean secondHasMore) {
            if (firstHasMore) {
                return secondHasMore ? OVERLAPS : MORE_GENERAL;
            }
            return secondHasMore ? MORE_SPECIFIC : EQUIVALENT;
        }

        /** What is true of two independent parts: a request is matched if both of its parts are. */
        private Relationship and(Relationship other) {
            if (this == DISJOINT || other == DISJOINT) {
                return DISJOINT;
            }
            return of(firstHasMore() || other.firstHasMore(), secondHasMore() || other.secondHasMore());
        }

        private boolean firstHasMore() {
            return this == MORE_GENERAL || this == OVERLAPS;
        }

        private boolean secondHasMore() {
            return this == MORE_SPECIFIC || this == OVERLAPS;
        }
    }

    private PatternConflicts() {
    }

    /**
     * Compares methods and paths of two patterns.
     *
     * @param first a pattern
     * @param second another pattern
     * @return how the first lies to the second
     */
    static Relationship relationship(RoutePattern first, RoutePattern second) {
        return methods(first.method(), second.method()).and(paths(first.segments(), second.segments()));
    }

    /**
     * Whether two patterns cannot stand side by side.
     *
     * @param first a pattern
     * @param second another pattern
     * @return why not, for a message, or {@code null} where they can
     */
    static @Nullable String conflict(RoutePattern first, RoutePattern second) {
        if (!first.host().equals(second.host())) {
            return null;
        }
        return switch (relationship(first, second)) {
            case EQUIVALENT -> "both match the same requests";
            case OVERLAPS -> "both match " + example(first, second)
                    + " and neither is more specific: each matches requests that the other does not";
            case MORE_GENERAL, MORE_SPECIFIC, DISJOINT -> null;
        };
    }

    static Relationship methods(String first, String second) {
        if (first.equals(second)) {
            return Relationship.EQUIVALENT;
        }
        if (covers(first, second)) {
            return Relationship.MORE_GENERAL;
        }
        return covers(second, first) ? Relationship.MORE_SPECIFIC : Relationship.DISJOINT;
    }

    /** No method stands for all of them; GET stands for HEAD too. */
    private static boolean covers(String general, String specific) {
        return general.isEmpty() || general.equals(Method.GET) && specific.equals(Method.HEAD);
    }

    static Relationship paths(List<Segment> first, List<Segment> second) {
        Relationship all = Relationship.EQUIVALENT;
        int common = Math.min(first.size(), second.size());
        for (int i = 0; i < common; i++) {
            all = all.and(segments(first.get(i), second.get(i)));
        }
        if (first.size() == second.size()) {
            return all;
        }
        // the longer one asks for more segments, which only a REST at the end of the shorter one lets through
        boolean firstIsShorter = first.size() == common;
        if ((firstIsShorter ? first : second).getLast().kind() != Kind.REST) {
            return Relationship.DISJOINT;
        }
        return all.and(firstIsShorter ? Relationship.MORE_GENERAL : Relationship.MORE_SPECIFIC);
    }

    private static Relationship segments(Segment first, Segment second) {
        return switch (first.kind()) {
            case REST -> second.kind() == Kind.REST ? Relationship.EQUIVALENT : Relationship.MORE_GENERAL;
            case END -> switch (second.kind()) {
                case REST -> Relationship.MORE_SPECIFIC;
                case END -> Relationship.EQUIVALENT;
                case WILDCARD, LITERAL -> Relationship.DISJOINT;
            };
            case WILDCARD -> switch (second.kind()) {
                case REST -> Relationship.MORE_SPECIFIC;
                case END -> Relationship.DISJOINT;
                case WILDCARD -> Relationship.EQUIVALENT;
                case LITERAL -> Relationship.MORE_GENERAL;
            };
            case LITERAL -> switch (second.kind()) {
                case REST, WILDCARD -> Relationship.MORE_SPECIFIC;
                case END -> Relationship.DISJOINT;
                case LITERAL ->
                    first.text().equals(second.text()) ? Relationship.EQUIVALENT : Relationship.DISJOINT;
            };
        };
    }

    /** A request that both match: from each pair of segments the one that is closer to a text. */
    private static String example(RoutePattern first, RoutePattern second) {
        StringBuilder text = new StringBuilder();
        String method = covers(first.method(), second.method()) ? second.method() : first.method();
        if (!method.isEmpty()) {
            text.append(method).append(' ');
        }
        text.append(first.host());
        int size = Math.max(first.segments().size(), second.segments().size());
        for (int i = 0; i < size; i++) {
            text.append('/').append(closer(at(first, i), at(second, i)));
        }
        return text.toString();
    }

    private static Segment at(RoutePattern pattern, int index) {
        List<Segment> segments = pattern.segments();
        return index < segments.size() ? segments.get(index) : segments.getLast();
    }

    private static String closer(Segment first, Segment second) {
        Segment chosen = first.kind().compareTo(second.kind()) <= 0 ? first : second;
        return switch (chosen.kind()) {
            case LITERAL -> chosen.text().replace("%", "%25").replace("/", "%2F");
            case WILDCARD -> chosen.text();
            case REST, END -> "";
        };
    }
}
