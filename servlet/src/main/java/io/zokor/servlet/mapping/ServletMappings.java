package io.zokor.servlet.mapping;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.MappingMatch;

/**
 * URL patterns and what they lead to (Servlet 6.1 chapter 12). Any thread may use it: each change replaces the tables, a match
 * reads one version of them without a lock.
 *
 * @param <T> what a pattern leads to
 */
public final class ServletMappings<T> {

    private volatile Tables<T> tables = new Tables<>(Map.of());

    /** Makes an empty set of mappings. */
    public ServletMappings() {
    }

    /**
     * What a path leads to.
     *
     * @param <T> what a pattern leads to
     * @param target the target of the pattern
     * @param kind the rule that decided
     * @param pattern the pattern as added
     * @param matchValue what stands for the pattern's asterisk, or for an exact match the path, without leading slash
     * @param servletPath the part of the path that the pattern matched
     * @param pathInfo the part behind it, {@code null} for none
     */
    public record Match<T>(T target, MappingMatch kind, String pattern, String matchValue, String servletPath,
            @Nullable String pathInfo) {
    }

    /**
     * Adds a pattern, unless it leads somewhere else already.
     *
     * @param urlPattern the pattern
     * @param target what it leads to
     * @return the other target that the pattern leads to, in which case nothing is changed, or {@code null} where it leads to
     *         {@code target} now
     * @throws IllegalArgumentException if the pattern is neither empty nor begins with a slash or {@code *.}
     */
    public synchronized @Nullable T add(String urlPattern, T target) {
        FilterPattern.check(urlPattern);
        T earlier = tables.all.get(urlPattern);
        if (earlier != null) {
            return earlier.equals(target) ? null : earlier;
        }
        Map<String, T> all = new LinkedHashMap<>(tables.all);
        all.put(urlPattern, target);
        tables = new Tables<>(all);
        return null;
    }

    /**
     * Takes a pattern out, for example that of a container's default servlet when the application maps one of its own.
     *
     * @param urlPattern the pattern
     * @return what it led to, or {@code null} where it was not there
     */
    public synchronized @Nullable T remove(String urlPattern) {
        Map<String, T> all = new LinkedHashMap<>(tables.all);
        T earlier = all.remove(urlPattern);
        tables = new Tables<>(all);
        return earlier;
    }

    /**
     * What a pattern leads to.
     *
     * @param urlPattern the pattern, compared as text
     * @return its target, or {@code null} where it is not there
     */
    public @Nullable T target(String urlPattern) {
        return tables.all.get(urlPattern);
    }

    /** {@return all patterns with their targets in the order they were added; read-only} */
    public Map<String, T> patterns() {
        return tables.all;
    }

    /**
     * Finds what a path leads to: the exact pattern, else the longest path prefix, else the extension, else the default.
     *
     * @param path canonical path within the context; empty or {@code /} for its root
     * @return the match, or {@code null} where no pattern covers the path
     */
    public @Nullable Match<T> match(String path) {
        Tables<T> current = tables;
        Match<T> match = current.exactMatch(path);
        if (match == null) {
            match = current.prefixMatch(path);
        }
        if (match == null) {
            match = current.extensionMatch(path);
        }
        return match == null ? current.defaultMatch(path) : match;
    }

    /** One version of the tables; never changed after construction. */
    private static final class Tables<T> {

        private final Map<String, T> all;

        /** Keyed by path. */
        private final Map<String, Entry<T>> exact = new LinkedHashMap<>();

        /** Keyed by the path before {@code /*}; {@code /*} itself stands in {@link #everything}. */
        private final Map<String, Entry<T>> prefixes = new LinkedHashMap<>();

        /** Keyed by the extension without its dot. */
        private final Map<String, Entry<T>> extensions = new LinkedHashMap<>();

        private final @Nullable T root;

        private final @Nullable T everything;

        private final @Nullable T fallback;

        private Tables(Map<String, T> all) {
            this.all = Collections.unmodifiableMap(all);
            this.root = all.get("");
            this.everything = all.get("/*");
            this.fallback = all.get("/");
            all.forEach((pattern, target) -> {
                Entry<T> entry = new Entry<>(pattern, target);
                if (pattern.startsWith("*.")) {
                    extensions.put(pattern.substring(2), entry);
                } else if (pattern.length() > 2 && pattern.endsWith("/*")) {
                    prefixes.put(pattern.substring(0, pattern.length() - 2), entry);
                } else if (pattern.length() > 1 && !pattern.equals("/*")) {
                    exact.put(pattern, entry);
                }
            });
        }

        private @Nullable Match<T> exactMatch(String path) {
            if (root != null && (path.isEmpty() || path.equals("/"))) {
                return new Match<>(root, MappingMatch.CONTEXT_ROOT, "", "", "", "/");
            }
            Entry<T> entry = exact.get(path);
            return entry == null
                    ? null
                    : new Match<>(entry.target, MappingMatch.EXACT, entry.pattern, path.substring(1), path, null);
        }

        private @Nullable Match<T> prefixMatch(String path) {
            if (!prefixes.isEmpty()) {
                for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
                    String prefix = path.substring(0, end);
                    Entry<T> entry = prefixes.get(prefix);
                    if (entry != null) {
                        return prefixMatch(entry.target, entry.pattern, prefix, path.substring(end));
                    }
                }
            }
            return everything == null ? null : prefixMatch(everything, "/*", "", path);
        }

        private static <T> Match<T> prefixMatch(T target, String pattern, String prefix, String rest) {
            return rest.isEmpty()
                    ? new Match<>(target, MappingMatch.PATH, pattern, "", prefix, null)
                    : new Match<>(target, MappingMatch.PATH, pattern, rest.substring(1), prefix, rest);
        }

        private @Nullable Match<T> extensionMatch(String path) {
            int dot = extensions.isEmpty() ? -1 : path.lastIndexOf('.');
            if (dot < 0 || dot < path.lastIndexOf('/')) {
                return null;
            }
            Entry<T> entry = extensions.get(path.substring(dot + 1));
            return entry == null
                    ? null
                    : new Match<>(entry.target, MappingMatch.EXTENSION, entry.pattern, path.substring(1, dot), path,
                            null);
        }

        private @Nullable Match<T> defaultMatch(String path) {
            return fallback == null ? null : new Match<>(fallback, MappingMatch.DEFAULT, "/", "", path, null);
        }
    }

    private record Entry<T>(String pattern, T target) {
    }
}
