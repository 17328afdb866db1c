package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

import io.zokor.servlet.internal.registry.FilterHolder;
import io.zokor.servlet.internal.registry.Registered;
import io.zokor.servlet.internal.registry.ServletHolder;

/** The filters of one dispatch from a place on, and its servlet. Immutable: a filter may go on several times. */
public final class FilterPipeline implements FilterChain {

    private final RequestCycle cycle;

    private final List<FilterHolder> filters;

    private final int place;

    private final ServletHolder servlet;

    public FilterPipeline(RequestCycle cycle, List<FilterHolder> filters, int place, ServletHolder servlet) {
        this.cycle = cycle;
        this.filters = filters;
        this.place = place;
        this.servlet = servlet;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response) throws IOException, ServletException {
        Registered<?> next = place < filters.size() ? filters.get(place) : servlet;
        boolean before = cycle.narrowAsync(next.asyncSupported());
        try {
            if (next instanceof FilterHolder holder) {
                holder.filter().doFilter(request, response, new FilterPipeline(cycle, filters, place + 1, servlet));
            } else {
                servlet.service(request, response);
            }
        } finally {
            cycle.restoreAsync(before);
        }
    }
}
