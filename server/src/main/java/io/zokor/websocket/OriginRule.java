package io.zokor.websocket;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;

import io.zokor.http.Request;

/**
 * Who may open a session from a page (RFC 6455 section 10.2): pages of the same host and port. The scheme is not compared, since a
 * proxy may have ended TLS. Pure functions.
 */
final class OriginRule {

    private OriginRule() {
    }

    static boolean allows(Request request, Set<String> allowed) {
        List<String> origins = request.headers().all("Origin");
        if (origins.isEmpty() || allowed.contains("*")) {
            return true;
        }
        if (origins.size() > 1) {
            return false;
        }
        String origin = origins.getFirst().strip();
        // Clients that are no browsers send the host alone at times.
        return allowed.stream().anyMatch(origin::equalsIgnoreCase) || origin.equalsIgnoreCase(request.host())
                || isSame(origin, request.host());
    }

    static boolean isSame(String origin, String host) {
        try {
            URI page = new URI(origin);
            URI server = new URI("any://" + host);
            String scheme = page.getScheme();
            if (page.getHost() == null || server.getHost() == null || scheme == null
                    || !page.getHost().equalsIgnoreCase(server.getHost())) {
                return false;
            }
            int usual = scheme.equalsIgnoreCase("https") ? 443 : 80;
            return port(page, usual) == port(server, usual);
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static int port(URI uri, int usual) {
        return uri.getPort() < 0 ? usual : uri.getPort();
    }
}
