package io.zokor.servlet.internal.registry;

import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.MappingMatch;

import org.jspecify.annotations.Nullable;

/** How a request came to its servlet (Servlet 6.1 section 12.3). Immutable. */
public record ServletMapping(String matchValue, String pattern, String servletName, @Nullable MappingMatch match)
        implements
        HttpServletMapping {

    @Override
    public String getMatchValue() {
        return matchValue;
    }

    @Override
    public String getPattern() {
        return pattern;
    }

    @Override
    public String getServletName() {
        return servletName;
    }

    @Override
    public @Nullable MappingMatch getMappingMatch() {
        return match;
    }
}
