package io.zokor.servlet.internal.field;

import java.net.URI;
import java.net.URISyntaxException;

import jakarta.servlet.http.HttpServletRequest;

/** Resolves the locations of redirects (Servlet 6.1 section 5.5). Stateless. */
public final class Redirect {

    private Redirect() {
    }

    /**
     * Makes a location absolute.
     *
     * @throws IllegalArgumentException if it cannot be made absolute
     */
    public static String absolute(String location, HttpServletRequest request) {
        if (hasScheme(location)) {
            return location;
        }
        String scheme = request.getScheme();
        if (location.startsWith("//")) {
            return scheme + ":" + location;
        }
        String origin = origin(request);
        if (location.startsWith("/")) {
            return origin + normalize(location);
        }
        String uri = request.getRequestURI();
        if (location.isEmpty()) {
            return origin + uri;
        }
        if (location.startsWith("?") || location.startsWith("#")) {
            return origin + uri + location;
        }
        return origin + normalize(uri.substring(0, uri.lastIndexOf('/') + 1) + location);
    }

    /**
     * What a redirect says: the location made absolute, or where it may be relative and stays on this server, its path and what
     * follows it.
     *
     * @throws IllegalArgumentException if it cannot be made absolute
     */
    public static String location(String location, HttpServletRequest request, boolean relative) {
        String absolute = absolute(location, request);
        if (!relative || hasScheme(location) || location.startsWith("//")) {
            return absolute;
        }
        String path = absolute.substring(origin(request).length());
        // A browser takes these for the name of another host.
        boolean misread = path.startsWith("//") || path.startsWith("/\\");
        return path.startsWith("/") && !misread ? path : absolute;
    }

    public static String origin(HttpServletRequest request) {
        StringBuilder origin = new StringBuilder(64);
        String scheme = request.getScheme();
        origin.append(scheme).append("://").append(request.getServerName());
        int port = request.getServerPort();
        if (port > 0 && port != (scheme.equals("https") ? 443 : 80)) {
            origin.append(':').append(port);
        }
        return origin.toString();
    }

    /** Removes dot segments; above the root there is nothing to redirect to. */
    private static String normalize(String location) {
        int end = location.length();
        for (int i = 0; i < end; i++) {
            char c = location.charAt(i);
            if (c == '?' || c == '#') {
                end = i;
            }
        }
        String path = location.substring(0, end);
        if (!path.contains("/.")) {
            return location;
        }
        try {
            String normal = new URI(null, null, path, null).normalize().getRawPath();
            if (normal.startsWith("/..")) {
                throw new IllegalArgumentException("the location leads above the root");
            }
            return new URI(path).normalize().getRawPath() + location.substring(end);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("the location is no URI", e);
        }
    }

    private static boolean hasScheme(String location) {
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (c == ':') {
                return i > 0;
            }
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return false;
            }
        }
        return false;
    }

    /** The short hypertext note of a redirect (RFC 9110 section 15.4). */
    public static String note(int status, String location) {
        String reason = io.zokor.http.Status.reason(status);
        return "<a href=\"" + escape(location) + "\">" + (reason.isEmpty() ? "Redirect" : reason) + "</a>.\n";
    }

    /** {@return the text as text of HTML} */
    public static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&#34;").replace("'",
                "&#39;");
    }
}
