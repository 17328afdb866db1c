package io.zokor.servlet.internal.field;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A content type, taken apart into its charset and the rest (RFC 9110 section 8.3.1). Immutable.
 *
 * @param withoutCharset type and parameters other than charset, as given
 * @param charset value of the charset parameter without quotes, or {@code null}
 */
public record MediaType(String withoutCharset, @Nullable String charset) {

    public static MediaType parse(String text) {
        int semicolon = text.indexOf(';');
        if (semicolon < 0) {
            return new MediaType(text.strip(), null);
        }
        StringBuilder rest = new StringBuilder(text.substring(0, semicolon).strip());
        String charset = null;
        int i = semicolon;
        while (i < text.length()) {
            int end = endOfParameter(text, i + 1);
            String parameter = text.substring(i + 1, end);
            String trimmed = parameter.strip();
            if (charset == null && trimmed.regionMatches(true, 0, "charset=", 0, 8)) {
                charset = unquote(trimmed.substring(8).strip());
            } else if (!trimmed.isEmpty()) {
                rest.append(';').append(parameter);
            }
            i = end;
        }
        return new MediaType(rest.toString(), charset == null || charset.isEmpty() ? null : charset);
    }

    /** {@return type and subtype in lower case, without parameters} */
    public String essence() {
        int semicolon = withoutCharset.indexOf(';');
        return (semicolon < 0 ? withoutCharset : withoutCharset.substring(0, semicolon)).strip()
                .toLowerCase(Locale.ROOT);
    }

    /** {@return the charset of that name, or {@code null} where this JVM has none} */
    public static @Nullable Charset charsetNamed(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            return null;
        }
    }

    private static int endOfParameter(String text, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return text.length();
    }

    private static String unquote(String value) {
        if (value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")) {
            return value.substring(1, value.length() - 1);
        }
        return value;
    }
}
