package io.zokor.spring.accesslog;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * Notes the trace that the logging context names, for the access log: {@code traceId} as Micrometer Tracing calls it, or
 * {@code trace_id} as OpenTelemetry's agent does. Must come behind the filter that begins the trace. Stateless.
 */
public final class TraceIdFilter implements Filter {

    private final TraceIds traces;

    /**
     * Makes the filter.
     *
     * @param traces where traces are noted
     */
    public TraceIdFilter(TraceIds traces) {
        this.traces = traces;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (traces.isWanted()) {
            String trace = current();
            if (trace != null) {
                traces.note(request.getRequestId(), trace);
            }
        }
        chain.doFilter(request, response);
    }

    private static @Nullable String current() {
        String trace = MDC.get("traceId");
        return trace != null ? trace : MDC.get("trace_id");
    }
}
