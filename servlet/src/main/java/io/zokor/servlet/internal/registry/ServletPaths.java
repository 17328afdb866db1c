package io.zokor.servlet.internal.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.zokor.servlet.mapping.ServletMappings;

import org.jspecify.annotations.Nullable;

/**
 * Which servlet serves which path (Servlet 6.1 chapter 12). Filled by the thread that starts the application, then read by all.
 */
public final class ServletPaths {

    /** Name of the container's servlet for static files, which gives way to the application's. */
    public static final String DEFAULT_SERVLET = "default";

    private final ServletMappings<ServletHolder> mappings = new ServletMappings<>();

    /** Maps patterns to a servlet unless one of them belongs to another; answers those that do. */
    Set<String> add(ServletHolder servlet, Set<String> patterns) {
        Set<String> taken = new LinkedHashSet<>();
        for (String pattern : patterns) {
            ServletHolder owner = mappings.target(pattern);
            if (owner != null && owner != servlet && !owner.getName().equals(DEFAULT_SERVLET)) {
                taken.add(pattern);
            }
        }
        if (taken.isEmpty()) {
            for (String pattern : patterns) {
                ServletHolder owner = mappings.target(pattern);
                if (owner != null && owner != servlet) {
                    mappings.remove(pattern);
                }
                mappings.add(pattern, servlet);
            }
        }
        return taken;
    }

    Collection<String> of(ServletHolder servlet) {
        List<String> patterns = new ArrayList<>();
        mappings.patterns().forEach((pattern, target) -> {
            if (target == servlet) {
                patterns.add(pattern);
            }
        });
        return patterns;
    }

    /** {@return what serves a canonical path, or {@code null} where nothing does} */
    public ServletMappings.@Nullable Match<ServletHolder> match(String path) {
        return mappings.match(path);
    }
}
