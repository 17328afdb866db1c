package io.zokor.spring.accesslog;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import io.zokor.http.Request;

import org.jspecify.annotations.Nullable;

/**
 * How a line of the access log looks. Immutable. A pattern is Apache's: {@code %h} is replaced by the client's address, and so
 * on; docs/operations.md has the table.
 */
public final class AccessLogFormat {

    private static final String COMMON = "%h %l %u %t \"%r\" %s %b";

    private static final String COMBINED = COMMON + " \"%{Referer}i\" \"%{User-Agent}i\"";

    private static final DateTimeFormatter APACHE = DateTimeFormatter.ofPattern("'['dd/MMM/yyyy:HH:mm:ss Z']'",
            Locale.ROOT);

    /** {@code null} for JSON. */
    private final @Nullable List<Element> elements;

    private final String prefix;

    /** A piece of a line. */
    @FunctionalInterface
    private interface Element {
        void add(StringBuilder line, AccessLogEntry entry);
    }

    /** A piece that has a value, or none. */
    @FunctionalInterface
    private interface Value {
        @Nullable
        Object of(AccessLogEntry entry);
    }

    private AccessLogFormat(@Nullable List<Element> elements, String prefix) {
        this.elements = elements;
        this.prefix = prefix;
    }

    /**
     * Parses a format.
     *
     * @param format {@code common}, {@code combined}, {@code json} or a pattern; {@code off} or {@code false} for none
     * @return the format, or {@code null} for none
     * @throws IllegalArgumentException if it is neither one of those words nor a valid pattern
     */
    public static @Nullable AccessLogFormat parse(String format) {
        return switch (format.trim().toLowerCase(Locale.ROOT)) {
            case "off", "false" -> null;
            case "common" -> new AccessLogFormat(elements(COMMON), "");
            case "combined" -> new AccessLogFormat(elements(COMBINED), "");
            case "json" -> new AccessLogFormat(null, "");
            default -> {
                if (format.indexOf('%') < 0) {
                    throw new IllegalArgumentException("an access log's format is off, common, combined, json or a "
                            + "pattern such as \"%h %t %r %s\", but is '" + format + "'");
                }
                yield new AccessLogFormat(elements(format), "");
            }
        };
    }

    /**
     * This format with something before each line. JSON gets none: a line of it says by itself which server it is of.
     *
     * @param text the prefix
     * @return the format
     */
    public AccessLogFormat withPrefix(String text) {
        return new AccessLogFormat(elements, text);
    }

    String line(AccessLogEntry entry) {
        StringBuilder line = new StringBuilder(160);
        if (elements == null) {
            AccessLogFields.addJson(line, entry);
        } else {
            line.append(prefix);
            elements.forEach(element -> element.add(line, entry));
        }
        return line.toString();
    }

    // ---- patterns

    private static List<Element> elements(String pattern) {
        List<Element> elements = new ArrayList<>();
        int at = 0;
        while (at < pattern.length()) {
            int percent = pattern.indexOf('%', at);
            int end = percent < 0 ? pattern.length() : percent;
            if (end > at) {
                String text = pattern.substring(at, end);
                elements.add((line, entry) -> line.append(text));
            }
            if (percent < 0) {
                break;
            }
            at = addCode(elements, pattern, percent + 1);
        }
        return List.copyOf(elements);
    }

    /** Adds what a code stands for; returns where the pattern goes on. */
    private static int addCode(List<Element> elements, String pattern, int start) {
        int at = start;
        String argument = null;
        if (at < pattern.length() && pattern.charAt(at) == '{') {
            int close = pattern.indexOf('}', at);
            if (close < 0) {
                throw new IllegalArgumentException("%{ without } in the access log's pattern: " + pattern);
            }
            argument = pattern.substring(at + 1, close);
            at = close + 1;
        } else if (at < pattern.length() && pattern.charAt(at) == '>') {
            // Apache's %>s: the last status. There is only one here.
            at++;
        }
        if (at >= pattern.length()) {
            throw new IllegalArgumentException("the access log's pattern ends within a code: " + pattern);
        }
        char code = pattern.charAt(at);
        Value value = argument == null ? plain(code, pattern) : withArgument(code, argument, pattern);
        elements.add((line, entry) -> add(line, value.of(entry)));
        return at + 1;
    }

    private static void add(StringBuilder line, @Nullable Object value) {
        if (value instanceof Long number) {
            line.append(number.longValue());
            return;
        }
        if (value == null) {
            line.append('-');
        } else {
            // An empty text stays empty: that of %q stands right behind a path.
            Escaped.addText(line, value.toString());
        }
    }

    private static Value plain(char code, String pattern) {
        return switch (code) {
            case '%' -> entry -> "%";
            case 'h' -> entry -> AccessLogEntry.text(entry.client());
            case 'a' -> entry -> AccessLogEntry.text(entry.summary().connection().remoteAddress());
            case 'l', 'u' -> entry -> null;
            case 't' -> entry -> APACHE.format(entry.began().atZone(ZoneId.systemDefault()));
            case 'r' -> AccessLogEntry::requestLine;
            case 'm' -> entry -> ofRequest(entry, Request::method);
            case 'U' -> entry -> ofRequest(entry, Request::path);
            case 'q' -> entry -> ofRequest(entry, request -> request.query() == null ? "" : "?" + request.query());
            case 'H' -> entry -> ofRequest(entry, Request::protocol);
            case 'v' -> entry -> ofRequest(entry, Request::host);
            case 's' -> entry -> entry.summary().status() == 0 ? null : (long) entry.summary().status();
            case 'b' -> entry -> entry.summary().bytesWritten() == 0 ? null : entry.summary().bytesWritten();
            case 'B', 'O' -> entry -> entry.summary().bytesWritten();
            case 'I' -> entry -> entry.summary().bytesRead();
            case 'D' -> entry -> AccessLogFields.in("us", entry.durationNanos());
            case 'T' -> entry -> AccessLogFields.in("s", entry.durationNanos());
            case 'F' -> firstByte("ms");
            default -> throw new IllegalArgumentException(
                    "%" + code + " is no code of the access log's patterns: " + pattern);
        };
    }

    private static Value withArgument(char code, String argument, String pattern) {
        switch (code) {
            case 'i' -> {
                return entry -> entry.header(argument);
            }
            case 'z' -> {
                return known(argument, pattern);
            }
            case 'T', 'F' -> {
                if (!List.of("s", "ms", "us").contains(argument)) {
                    throw new IllegalArgumentException(
                            "%{" + argument + "}" + code + ": the unit must be s, ms or us in the access log's pattern "
                                    + pattern);
                }
                return code == 'F'
                        ? firstByte(argument)
                        : entry -> AccessLogFields.in(argument, entry.durationNanos());
            }
            case 't' -> {
                if (!argument.equals("iso")) {
                    throw new IllegalArgumentException("%{" + argument + "}t: the access log knows %t and %{iso}t");
                }
                return entry -> entry.began().toString();
            }
            default -> throw new IllegalArgumentException(
                    "%{}" + code + " is no code of the access log's patterns: " + pattern);
        }
    }

    private static Value firstByte(String unit) {
        return entry -> entry.firstByteNanos() < 0 ? null : AccessLogFields.in(unit, entry.firstByteNanos());
    }

    private static Value known(String name, String pattern) {
        return switch (name) {
            case "server" -> AccessLogEntry::server;
            case "connection" -> entry -> entry.summary().connection().id();
            case "request" -> entry -> entry.summary().number();
            case "outcome" -> entry -> entry.summary().outcome().tag();
            case "rejected" -> AccessLogEntry::rejected;
            case "close" -> AccessLogEntry::closing;
            case "tls" -> entry -> entry.tls() == null ? null : entry.tls().protocol();
            case "cipher" -> entry -> entry.tls() == null ? null : entry.tls().cipherSuite();
            case "trace" -> AccessLogEntry::traceId;
            default ->
                throw new IllegalArgumentException("%{" + name + "}z is no field of the access log; it knows server, "
                        + "connection, request, outcome, rejected, close, tls, cipher and trace: " + pattern);
        };
    }

    private static @Nullable Object ofRequest(AccessLogEntry entry, Function<Request, @Nullable String> value) {
        Request request = entry.request();
        return request == null ? null : value.apply(request);
    }
}
