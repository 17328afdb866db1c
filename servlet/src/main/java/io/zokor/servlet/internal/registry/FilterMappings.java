package io.zokor.servlet.internal.registry;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.DispatcherType;

/**
 * Chooses the filters of a dispatch (Servlet 6.1 sections 6.2.4 and 6.2.5). Filled by the thread that starts the context, then
 * read-only. There are no declared mappings, so "before" and "after" order the programmatic ones among themselves.
 */
public final class FilterMappings {

    private final List<FilterHolder.Mapping> before = new ArrayList<>();

    private final List<FilterHolder.Mapping> after = new ArrayList<>();

    private @Nullable FilterHolder last;

    public void add(FilterHolder.Mapping mapping, boolean isMatchAfter) {
        (isMatchAfter ? after : before).add(mapping);
    }

    /** Sets the container's own filter, which comes behind all others whatever their mappings. */
    public void last(FilterHolder holder) {
        last = holder;
    }

    @Nullable
    public FilterHolder last() {
        return last;
    }

    /**
     * The filters, those found by path before those found by servlet name, each once.
     *
     * @param path path within the context, or {@code null} where the dispatch goes to a servlet by name
     */
    public List<FilterHolder> select(DispatcherType type, @Nullable String path, String servletName) {
        List<FilterHolder> chosen = new ArrayList<>(before.size() + after.size());
        if (path != null) {
            selectByPath(before, type, path, chosen);
            selectByPath(after, type, path, chosen);
        }
        selectByName(before, type, servletName, chosen);
        selectByName(after, type, servletName, chosen);
        FilterHolder own = last;
        if (own != null && (type == DispatcherType.REQUEST || type == DispatcherType.FORWARD)) {
            chosen.add(own);
        }
        return chosen;
    }

    private static void selectByPath(List<FilterHolder.Mapping> mappings, DispatcherType type, String path,
            List<FilterHolder> chosen) {
        for (FilterHolder.Mapping mapping : mappings) {
            if (mapping.matchesPath(type, path) && !chosen.contains(mapping.holder())) {
                chosen.add(mapping.holder());
            }
        }
    }

    private static void selectByName(List<FilterHolder.Mapping> mappings, DispatcherType type, String servletName,
            List<FilterHolder> chosen) {
        for (FilterHolder.Mapping mapping : mappings) {
            if (mapping.matchesServlet(type, servletName) && !chosen.contains(mapping.holder())) {
                chosen.add(mapping.holder());
            }
        }
    }
}
