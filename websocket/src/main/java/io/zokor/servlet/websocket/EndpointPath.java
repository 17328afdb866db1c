package io.zokor.servlet.websocket;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import jakarta.websocket.DeploymentException;
import org.jspecify.annotations.Nullable;

/**
 * The path of an endpoint below the context: literal segments, and whole segments that are variables, such as
 * {@code /chat/{room}} (a level 1 template of RFC 6570, as the specification restricts it). Immutable.
 */
final class EndpointPath {

    private final String text;
    private final List<Segment> segments;
    private final boolean endsWithSlash;

    private EndpointPath(String text, List<Segment> segments, boolean endsWithSlash) {
        this.text = text;
        this.segments = segments;
        this.endsWithSlash = endsWithSlash;
    }

    /** @param variable true if {@code text} is the name of a variable */
    private record Segment(String text, boolean variable) {
    }

    /**
     * Parses a path.
     *
     * @throws DeploymentException if it does not begin with a slash, has an empty or dot segment, an incomplete variable, or a
     *     variable twice
     */
    static EndpointPath of(@Nullable String text) throws DeploymentException {
        if (text == null || !text.startsWith("/")) {
            throw refused(text, "it must begin with /");
        }
        List<Segment> segments = new ArrayList<>();
        Set<String> names = new HashSet<>();
        String[] parts = text.substring(1).split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            Segment segment = segment(text, parts[i], i == parts.length - 1);
            if (segment.variable && !names.add(segment.text)) {
                throw refused(text, "the variable " + segment.text + " is there twice");
            }
            segments.add(segment);
        }
        boolean endsWithSlash = segments.size() > 1 && segments.getLast().text.isEmpty();
        if (endsWithSlash) {
            segments.removeLast();
        }
        return new EndpointPath(text, List.copyOf(segments), endsWithSlash);
    }

    private static Segment segment(String path, String part, boolean last) throws DeploymentException {
        if (part.isEmpty() && !last || part.equals(".") || part.equals("..")) {
            throw refused(path, "it has an empty segment or one of dots");
        }
        boolean opens = part.startsWith("{");
        String inner = opens && part.endsWith("}") ? part.substring(1, part.length() - 1) : part;
        if (inner.indexOf('{') >= 0 || inner.indexOf('}') >= 0 || opens && inner.isEmpty()) {
            throw refused(path, "a variable must be a whole segment with a name, as in /chat/{room}");
        }
        return new Segment(inner, opens);
    }

    private static DeploymentException refused(@Nullable String path, String reason) {
        return new DeploymentException("The path " + path + " of a WebSocket endpoint is not valid: " + reason);
    }

    /**
     * Returns the variables' values, or null if the path is another one. A variable takes one segment that is not empty. A slash at the
     * end of the endpoint's path is ignored, as its Javadoc wants it: the request may have one then. Otherwise it may not, since
     * security knows the path as it was written.
     *
     * @param path decoded, without the context's path and the query
     */
    @Nullable
    Map<String, String> match(String path) {
        if (!path.startsWith("/")) {
            return null;
        }
        int end = endsWithSlash && path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
        String[] parts = path.substring(1, end).split("/", -1);
        if (parts.length != segments.size()) {
            return null;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < parts.length; i++) {
            Segment segment = segments.get(i);
            if (segment.variable && !parts[i].isEmpty()) {
                values.put(segment.text, parts[i]);
            } else if (segment.variable || !segment.text.equals(parts[i])) {
                return null;
            }
        }
        return values;
    }

    /** Returns a negative number if this path is to be tried first: from left to right, a literal segment wins. */
    int compareForMatch(EndpointPath other) {
        int common = Math.min(segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            int order = Boolean.compare(segments.get(i).variable, other.segments.get(i).variable);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** Returns the path with its variables' names left out: paths with the same one match the same requests. */
    String shape() {
        StringBuilder shape = new StringBuilder();
        for (Segment segment : segments) {
            shape.append('/').append(segment.variable ? "{}" : segment.text);
        }
        return shape.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
