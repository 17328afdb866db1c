package io.zokor.servlet.internal.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.zokor.servlet.mapping.FilterPattern;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletException;

/** A filter with its registration. Instance and mappings belong to the thread that starts the context, then are read-only. */
public final class FilterHolder extends Registered<Filter> implements FilterRegistration.Dynamic {

    /** The filter in service. */
    private @Nullable Filter filter;

    /** This filter's own mappings, for the questions of {@link FilterRegistration}. */
    private final List<Mapping> mappings = new ArrayList<>();

    private final FilterMappings all;

    public FilterHolder(RegistrationScope scope, FilterMappings all, String name) {
        super(scope, name);
        this.all = all;
    }

    @Override
    public void addMappingForServletNames(@Nullable EnumSet<DispatcherType> dispatcherTypes, boolean isMatchAfter,
            String... servletNames) {
        checkNames(servletNames, "servlet names");
        checkNotInitialized();
        add(new Mapping(this, types(dispatcherTypes), List.of(), List.of(servletNames)), isMatchAfter);
    }

    @Override
    public Collection<String> getServletNameMappings() {
        Set<String> names = new LinkedHashSet<>();
        mappings.forEach(mapping -> names.addAll(mapping.servletNames()));
        return names;
    }

    @Override
    public void addMappingForUrlPatterns(@Nullable EnumSet<DispatcherType> dispatcherTypes, boolean isMatchAfter,
            String... urlPatterns) {
        checkNames(urlPatterns, "URL patterns");
        checkNotInitialized();
        add(new Mapping(this, types(dispatcherTypes), List.of(urlPatterns), List.of()), isMatchAfter);
    }

    @Override
    public Collection<String> getUrlPatternMappings() {
        Set<String> patterns = new LinkedHashSet<>();
        mappings.forEach(mapping -> patterns.addAll(mapping.urlPatterns()));
        return patterns;
    }

    private void add(Mapping mapping, boolean after) {
        mappings.add(mapping);
        all.add(mapping, after);
    }

    private static EnumSet<DispatcherType> types(@Nullable EnumSet<DispatcherType> types) {
        return types == null || types.isEmpty() ? EnumSet.of(DispatcherType.REQUEST) : EnumSet.copyOf(types);
    }

    public void init() throws ServletException {
        Filter instance = instance();
        instance.init(config());
        filter = instance;
    }

    public void destroy() {
        Filter instance = filter;
        filter = null;
        if (instance != null) {
            instance.destroy();
        }
    }

    public Filter filter() {
        Filter instance = filter;
        if (instance == null) {
            throw new IllegalStateException("filter " + getName() + " is not initialised");
        }
        return instance;
    }

    /** One call of an {@code addMapping} method. */
    public record Mapping(FilterHolder holder, EnumSet<DispatcherType> types, List<String> urlPatterns,
            List<String> servletNames) {

        boolean matchesPath(DispatcherType type, String path) {
            if (types.contains(type)) {
                for (String pattern : urlPatterns) {
                    if (FilterPattern.matches(pattern, path)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** The name {@code *} stands for every servlet (Servlet 6.1 section 6.2.5). */
        boolean matchesServlet(DispatcherType type, String servletName) {
            return types.contains(type) && (servletNames.contains(servletName) || servletNames.contains("*"));
        }
    }
}
