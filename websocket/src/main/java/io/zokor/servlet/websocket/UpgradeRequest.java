package io.zokor.servlet.websocket;

import java.net.URI;
import java.security.Principal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.server.HandshakeRequest;
import org.jspecify.annotations.Nullable;

/** The request of a handshake as a configurator sees it. Used by its thread. */
final class UpgradeRequest implements HandshakeRequest {

    private final HttpServletRequest request;

    private final Map<String, List<String>> headers;

    UpgradeRequest(HttpServletRequest request) {
        this.request = request;
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : Collections.list(request.getHeaderNames())) {
            fields.put(name, List.copyOf(Collections.list(request.getHeaders(name))));
        }
        this.headers = Collections.unmodifiableMap(fields);
    }

    @Override
    public Map<String, List<String>> getHeaders() {
        return headers;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return request.getUserPrincipal();
    }

    @Override
    public URI getRequestURI() {
        return SessionFacts.uri(request.getRequestURL().toString(), request.getQueryString());
    }

    @Override
    public boolean isUserInRole(String role) {
        return request.isUserInRole(role);
    }

    @Override
    public @Nullable Object getHttpSession() {
        return request.getSession(false);
    }

    @Override
    public Map<String, List<String>> getParameterMap() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
        return Collections.unmodifiableMap(parameters);
    }

    @Override
    public @Nullable String getQueryString() {
        return request.getQueryString();
    }
}
