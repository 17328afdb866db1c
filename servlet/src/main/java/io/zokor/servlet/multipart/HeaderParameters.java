package io.zokor.servlet.multipart;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.RejectedRequestException;

/**
 * A field value with parameters, as in {@code form-data; name="a"; filename*=UTF-8''b} (RFC 9110 section 5.6.6, RFC 8187).
 * Immutable.
 *
 * @param value what stands before the parameters, in lower case
 * @param parameters the parameters by name in lower case; quoting undone, extended values ({@code name*}) still encoded
 */
record HeaderParameters(String value, Map<String, String> parameters) {

    /**
     * Reads a field value. A parameter that is there twice is refused: two readers could choose differently.
     *
     * <p>
     * Within quotes a backslash escapes a quote or a backslash; before any other character it stands for itself, as some
     * clients send {@code filename="C:\dir\file"}.
     */
    static HeaderParameters parse(String text) throws RejectedRequestException {
        int semicolon = text.indexOf(';');
        String value = (semicolon < 0 ? text : text.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new HashMap<>();
        int i = semicolon < 0 ? text.length() : semicolon;
        while (i < text.length()) {
            i = skipBlanks(text, i + 1);
            if (i == text.length() || text.charAt(i) == ';') {
                continue;
            }
            int start = i;
            while (i < text.length() && HeaderSyntax.isTokenChar(text.charAt(i))) {
                i++;
            }
            String name = text.substring(start, i).toLowerCase(Locale.ROOT);
            i = skipBlanks(text, i);
            if (name.isEmpty() || i == text.length() || text.charAt(i) != '=') {
                throw BoundaryReader.malformed("a parameter of a header field has no name or no value");
            }
            i = skipBlanks(text, i + 1);
            StringBuilder content = new StringBuilder();
            i = readValue(text, i, content);
            if (parameters.put(name, content.toString()) != null) {
                throw BoundaryReader.malformed("a parameter of a header field is repeated");
            }
            i = skipBlanks(text, i);
            if (i < text.length() && text.charAt(i) != ';') {
                throw BoundaryReader.malformed("a parameter of a header field is followed by something else than ';'");
            }
        }
        return new HeaderParameters(value, parameters);
    }

    @Nullable
    String get(String name) {
        return parameters.get(name);
    }

    /** A parameter that may come in its extended form, which wins (RFC 6266 section 4.3). */
    @Nullable
    String extended(String name) throws RejectedRequestException {
        String encoded = parameters.get(name + "*");
        return encoded == null ? parameters.get(name) : decodeExtended(encoded);
    }

    private static int readValue(String text, int from, StringBuilder content) throws RejectedRequestException {
        int i = from;
        if (i == text.length() || text.charAt(i) != '"') {
            while (i < text.length() && text.charAt(i) != ';') {
                content.append(text.charAt(i++));
            }
            content.setLength(content.toString().stripTrailing().length());
            return i;
        }
        i++;
        while (i < text.length() && text.charAt(i) != '"') {
            char c = text.charAt(i++);
            if (c == '\\' && i < text.length() && (text.charAt(i) == '"' || text.charAt(i) == '\\')) {
                c = text.charAt(i++);
            }
            content.append(c);
        }
        if (i == text.length()) {
            throw BoundaryReader.malformed("a quoted string of a header field does not end");
        }
        return i + 1;
    }

    private static int skipBlanks(String text, int from) {
        int i = from;
        while (i < text.length() && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    /** {@code charset'language'%xx…} (RFC 8187 section 3.2.1); UTF-8 and ISO-8859-1 as it names them. */
    private static String decodeExtended(String encoded) throws RejectedRequestException {
        int first = encoded.indexOf('\'');
        int second = first < 0 ? -1 : encoded.indexOf('\'', first + 1);
        if (second < 0) {
            throw BoundaryReader.malformed("an extended parameter lacks its character encoding (RFC 8187)");
        }
        Charset charset = switch (encoded.substring(0, first).toUpperCase(Locale.ROOT)) {
            case "UTF-8" -> StandardCharsets.UTF_8;
            case "ISO-8859-1" -> StandardCharsets.ISO_8859_1;
            default ->
                throw BoundaryReader.malformed("an extended parameter has a character encoding that is not UTF-8");
        };
        ByteBuffer bytes = ByteBuffer.allocate(encoded.length());
        for (int i = second + 1; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                int octet = i + 2 < encoded.length() ? octet(encoded.charAt(i + 1), encoded.charAt(i + 2)) : -1;
                if (octet < 0) {
                    throw BoundaryReader.malformed("an extended parameter has a percent sign without two digits");
                }
                bytes.put((byte) octet);
                i += 2;
            } else if (c > ' ' && c < 0x7f) {
                bytes.put((byte) c);
            } else {
                throw BoundaryReader.malformed("an extended parameter has a character that must be encoded");
            }
        }
        return decode(bytes.flip(), charset, "an extended parameter");
    }

    /** Decodes strictly: a replacement character in a name would be silence about bad input. */
    static String decode(ByteBuffer bytes, Charset charset, String what) throws RejectedRequestException {
        try {
            return charset.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            RejectedRequestException rejected = BoundaryReader.malformed(what + " is not valid " + charset.name());
            rejected.initCause(e);
            throw rejected;
        }
    }

    private static int octet(char high, char low) {
        return high < 128 && low < 128 ? (Character.digit(high, 16) < 0 || Character.digit(low, 16) < 0
                ? -1
                : Character.digit(high, 16) << 4 | Character.digit(low, 16)) : -1;
    }
}
