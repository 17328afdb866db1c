package io.zokor.spring.boot;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads the field {@code Forwarded} (RFC 7239 section 4). Used once, by one thread.
 *
 * <p>
 * It is strict: with a quotation mark that never ends, a client could make what its proxy adds a part of its own value.
 */
final class ForwardedField {

    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    private final String text;
    private int position;

    private ForwardedField(String text) {
        this.text = text;
    }

    /**
     * What one proxy says.
     *
     * @param client who sent it the request: an address with or without a port, {@code unknown} or a name of its own making;
     *        {@code null} where it does not say
     * @param proto the scheme, or {@code null}
     * @param host the value of the field {@code Host}, or {@code null}
     */
    record Element(@Nullable String client, @Nullable String proto, @Nullable String host) {
    }

    /** {@return what the proxies say, the outermost first, or {@code null} where the text is not well-formed} */
    static @Nullable List<Element> parse(String text) {
        ForwardedField field = new ForwardedField(text);
        List<Element> elements = new ArrayList<>();
        do {
            field.skipSpace();
            // RFC 9110 section 5.6.1.2: elements of a list may be empty.
            if (field.atEnd() || field.at(',')) {
                continue;
            }
            if (!field.element(elements)) {
                return null;
            }
        } while (field.skip(','));
        return field.atEnd() ? elements : null;
    }

    /** {@return whether it is well-formed} */
    private boolean element(List<Element> elements) {
        String client = null;
        String proto = null;
        String host = null;
        Set<String> names = new HashSet<>();
        do {
            skipSpace();
            // The grammar lets pairs be empty.
            if (atEnd() || at(',') || at(';')) {
                continue;
            }
            String name = token().toLowerCase(Locale.ROOT);
            String value = name.isEmpty() || !skip('=') ? null : value();
            // Each parameter at most once (section 4).
            if (value == null || !names.add(name)) {
                return false;
            }
            switch (name) {
                case "for" -> client = value;
                case "proto" -> proto = value;
                case "host" -> host = value;
                default -> {
                    // "by" and extensions say nothing of the client.
                }
            }
            skipSpace();
        } while (skip(';'));
        // One of nothing but semicolons is as empty as one of nothing: it is no proxy's word, and ends no chain.
        if (!names.isEmpty()) {
            elements.add(new Element(client, proto, host));
        }
        return true;
    }

    private @Nullable String value() {
        if (!skip('"')) {
            String token = token();
            return token.isEmpty() ? null : token;
        }
        StringBuilder value = new StringBuilder();
        while (!atEnd()) {
            char c = text.charAt(position++);
            if (c == '"') {
                return value.toString();
            }
            if (c == '\\') {
                if (atEnd()) {
                    return null;
                }
                c = text.charAt(position++);
            }
            value.append(c);
        }
        return null;
    }

    private String token() {
        int start = position;
        while (!atEnd() && isTokenCharacter(text.charAt(position))) {
            position++;
        }
        return text.substring(start, position);
    }

    private static boolean isTokenCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || TOKEN.indexOf(c) >= 0;
    }

    private boolean at(char c) {
        return !atEnd() && text.charAt(position) == c;
    }

    private boolean atEnd() {
        return position == text.length();
    }

    private boolean skip(char c) {
        boolean found = at(c);
        if (found) {
            position++;
        }
        return found;
    }

    private void skipSpace() {
        while (at(' ') || at('\t')) {
            position++;
        }
    }
}
