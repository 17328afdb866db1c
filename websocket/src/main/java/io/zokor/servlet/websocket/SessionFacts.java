package io.zokor.servlet.websocket;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.Principal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * What of the request that opens a session is known as long as the session is; as the request's wrappers say it. Immutable.
 *
 * @param uri the whole URI, with the scheme ws or wss
 * @param query its query, encoded, or null
 * @param parameters the values of the query
 * @param pathParameters the values of the path's variables
 * @param principal who is logged in, or null
 * @param secure whether the request came by TLS
 */
record SessionFacts(URI uri, @Nullable String query, Map<String, List<String>> parameters,
        Map<String, String> pathParameters, @Nullable Principal principal, boolean secure) {

    static SessionFacts of(HttpServletRequest request, Map<String, String> pathParameters) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
        String query = request.getQueryString();
        return new SessionFacts(uri(request.getRequestURL().toString(), query), query,
                Collections.unmodifiableMap(parameters),
                Collections.unmodifiableMap(new LinkedHashMap<>(pathParameters)),
                request.getUserPrincipal(), request.isSecure());
    }

    /** http becomes ws, and https wss. What a client may send and a URI may not hold is encoded. */
    static URI uri(String url, @Nullable String query) {
        String whole = (url.startsWith("http") ? "ws" + url.substring(4) : url) + (query == null ? "" : "?" + query);
        try {
            return new URI(whole);
        } catch (URISyntaxException e) {
            return URI.create(encoded(whole));
        }
    }

    private static String encoded(String text) {
        StringBuilder safe = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean percent = c == '%' && i + 2 < text.length() && isHex(text.charAt(i + 1))
                    && isHex(text.charAt(i + 2));
            if (percent || c > ' ' && c < 0x7f && "\"<>\\^`{|}%#".indexOf(c) < 0) {
                safe.append(c);
            } else {
                for (byte octet : String.valueOf(c).getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                    safe.append(String.format(java.util.Locale.ROOT, "%%%02X", octet & 0xff));
                }
            }
        }
        return safe.toString();
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 0x80;
    }
}
