package io.zokor.mux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.Method;
import io.zokor.http.PercentEncoding;

/**
 * A parsed pattern, {@code [METHOD ][HOST]/[PATH]}. Immutable.
 *
 * @param text the pattern as registered
 * @param method the method, empty for all of them
 * @param host the host, lower case, empty for all of them
 * @param segments what the path must consist of, at least one; {@code REST} and {@code END} are always the last
 */
record RoutePattern(String text, String method, String host, List<Segment> segments) {

    /** What a segment of a pattern matches. */
    enum Kind {
        /** The same text. */
        LITERAL,
        /** One segment that is not empty: <code>{name}</code>. */
        WILDCARD,
        /** All that is left, be it nothing: <code>{name...}</code> or a slash at the end. */
        REST,
        /** A slash at the end and nothing more: <code>{$}</code>. */
        END
    }

    /**
     * A segment of a pattern.
     *
     * @param kind what it matches
     * @param text the decoded text of a literal, the name of a wildcard, empty for one without a name
     */
    record Segment(Kind kind, String text) {
    }

    RoutePattern {
        segments = List.copyOf(segments);
    }

    /**
     * Parses a pattern.
     *
     * @param text the pattern
     * @return what it says
     * @throws IllegalArgumentException if it is malformed or can never match; the message names the column, counted from 1
     */
    static RoutePattern parse(String text) {
        return new Parser(text).parse();
    }

    Segment last() {
        return segments.getLast();
    }

    @Override
    public String toString() {
        return text;
    }

    /** Walks over one pattern once; used by one thread and dropped. */
    private static final class Parser {

        private final String text;
        private final List<Segment> segments = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        Parser(String text) {
            this.text = text;
        }

        RoutePattern parse() {
            if (text.isEmpty()) {
                throw error(0, "empty: write [METHOD ][HOST]/[PATH]");
            }
            int rest = 0;
            String method = "";
            int blank = firstBlank();
            if (blank >= 0) {
                method = text.substring(0, blank);
                if (!HeaderSyntax.isToken(method)) {
                    throw error(0, "what stands before the blank is not a method");
                }
                rest = blank;
                while (rest < text.length() && isBlank(text.charAt(rest))) {
                    rest++;
                }
            }
            int slash = text.indexOf('/', rest);
            if (slash < 0) {
                throw error(rest, "the path is missing: host and path are separated by a slash");
            }
            String host = text.substring(rest, slash).toLowerCase(Locale.ROOT);
            checkHost(host, rest);
            parsePath(slash, method.equals(Method.CONNECT));
            return new RoutePattern(text, method, host, segments);
        }

        /** A blank behind the first slash is part of the path: it matches a {@code %20}. */
        private int firstBlank() {
            for (int i = 0; i < text.length() && text.charAt(i) != '/'; i++) {
                if (isBlank(text.charAt(i))) {
                    return i;
                }
            }
            return -1;
        }

        private void checkHost(String host, int column) {
            boolean literal = host.startsWith("[");
            for (int i = 0; i < host.length(); i++) {
                char c = host.charAt(i);
                if (c == '{' || c == '}') {
                    throw error(column + i, "a host has no wildcards (is the slash before the path missing?)");
                }
                if (c == ':' && !(literal && host.indexOf(']', i) > 0)) {
                    throw error(column + i, "a host is matched without its port");
                }
                if (c <= ' ' || c >= 0x7f || "\"<>\\^`|?#@".indexOf(c) >= 0) {
                    throw error(column + i, "no host has this character");
                }
            }
            if (literal && !host.endsWith("]")) {
                throw error(column, "an IPv6 address ends with a bracket");
            }
        }

        private void parsePath(int slash, boolean maybeUnclean) {
            int i = slash + 1;
            while (true) {
                int next = text.indexOf('/', i);
                int end = next < 0 ? text.length() : next;
                boolean last = next < 0;
                if (last && i == end) {
                    segments.add(new Segment(Kind.REST, ""));
                    return;
                }
                if (!maybeUnclean && (i == end || PathCleaner.dots(text, i, end) > 0)) {
                    throw error(i,
                            "a request never has an empty or dot segment when it is matched, so this never matches");
                }
                segments.add(segment(i, end, last));
                if (last) {
                    return;
                }
                if (segments.getLast().kind() == Kind.REST || segments.getLast().kind() == Kind.END) {
                    throw error(next, "nothing may follow " + text.substring(i, end));
                }
                i = next + 1;
            }
        }

        private Segment segment(int from, int to, boolean last) {
            int brace = indexOfBrace(from, to);
            if (brace < 0) {
                try {
                    return new Segment(Kind.LITERAL, PercentEncoding.decode(text, from, to, StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw error(text.indexOf('%', from), "a segment has " + e.getMessage());
                }
            }
            if (brace != from || text.charAt(from) != '{') {
                throw error(brace, "a wildcard is a whole segment; write a literal brace as %7B or %7D");
            }
            int close = text.indexOf('}', from);
            if (close < 0 || close >= to) {
                throw error(from, "the wildcard has no closing brace in its segment");
            }
            if (close != to - 1) {
                throw error(close + 1, "a wildcard is a whole segment: nothing may follow its brace");
            }
            String name = text.substring(from + 1, close);
            if (name.equals("$")) {
                return new Segment(Kind.END, "");
            }
            Kind kind = Kind.WILDCARD;
            if (name.endsWith("...")) {
                kind = Kind.REST;
                name = name.substring(0, name.length() - 3);
            }
            checkName(name, from + 1);
            if (kind == Kind.REST && !last) {
                throw error(to, "nothing may follow " + text.substring(from, to));
            }
            return new Segment(kind, name);
        }

        private int indexOfBrace(int from, int to) {
            for (int i = from; i < to; i++) {
                if (text.charAt(i) == '{' || text.charAt(i) == '}') {
                    return i;
                }
            }
            return -1;
        }

        private void checkName(String name, int column) {
            if (name.isEmpty()) {
                throw error(column, "the wildcard has no name");
            }
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (c != '_' && !Character.isLetter(c) && (i == 0 || !Character.isDigit(c))) {
                    throw error(column + i,
                            "a wildcard's name consists of letters, digits and _, and begins with no digit");
                }
            }
            if (!names.add(name)) {
                throw error(column, "the wildcard's name is there twice");
            }
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t';
        }

        private IllegalArgumentException error(int index, String what) {
            return new IllegalArgumentException("pattern \"" + text + "\", column " + (index + 1) + ": " + what);
        }
    }
}
