package io.zokor.servlet.multipart;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.PercentEncoding;
import io.zokor.http.RejectedRequestException;

/**
 * A field value with parameters, as in {@code form-data; name="a"; filename*=UTF-8''b} (RFC 9110 section 5.6.6, RFC 8187).
 * Immutable.
 *
 * <p>
 * Nobody's upload fails by an extended parameter, which a form must not send at all (RFC 7578 section 4.2): one that is malformed
 * or repeated counts as if it were not there where its plain one is, else as that with the text as it came.
 *
 * @param value what stands before the parameters, in lower case
 * @param parameters the parameters by name in lower case, as they came; quoting undone, extended values ({@code name*}) still
 *        encoded
 * @param overlooked whether something about an extended parameter was malformed, and overlooked
 */
record HeaderParameters(String value, Map<String, String> parameters, boolean overlooked) {

    /** Characters of an extended value beside letters, digits and percent signs (RFC 8187 section 3.2.1). */
    private static final String ATTRIBUTE_CHARS = "!#$&+-.^_`|~";

    /**
     * Reads a field value. A plain parameter that is there twice is refused: two readers could choose differently.
     *
     * <p>
     * Within quotes a backslash escapes a quote or a backslash; before any other character it stands for itself, as some
     * clients send {@code filename="C:\dir\file"}.
     */
    static HeaderParameters parse(String text) throws RejectedRequestException {
        int semicolon = text.indexOf(';');
        String value = (semicolon < 0 ? text : text.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        boolean overlooked = false;
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
            boolean extended = name.length() > 1 && name.endsWith("*");
            try {
                i = readParameter(text, i, name, parameters);
            } catch (RejectedRequestException e) {
                if (!extended) {
                    throw e;
                }
                overlooked = true;
                i = endOfParameter(text, i);
            }
        }
        return new HeaderParameters(value, parameters, overlooked);
    }

    /** Reads what follows a parameter's name, and puts it into the map; answers where it ends. */
    private static int readParameter(String text, int from, String name, Map<String, String> parameters)
            throws RejectedRequestException {
        int i = skipBlanks(text, from);
        if (name.isEmpty() || i == text.length() || text.charAt(i) != '=') {
            throw BoundaryReader.malformed("a parameter of a header field has no name or no value");
        }
        i = skipBlanks(text, i + 1);
        StringBuilder content = new StringBuilder();
        i = skipBlanks(text, readValue(text, i, content));
        if (i < text.length() && text.charAt(i) != ';') {
            throw BoundaryReader.malformed("a parameter of a header field is followed by something else than ';'");
        }
        if (parameters.putIfAbsent(name, content.toString()) != null) {
            throw BoundaryReader.malformed("a parameter of a header field is repeated");
        }
        return i;
    }

    /** Where the next parameter's semicolon is, outside of quotes; a quote that does not end is none. */
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
        int semicolon = quoted ? text.indexOf(';', from) : -1;
        return semicolon < 0 ? text.length() : semicolon;
    }

    @Nullable
    String get(String name) {
        return parameters.get(name);
    }

    /** A parameter that may come in its extended form, which wins if it is well-formed (RFC 6266 section 4.3). */
    @Nullable
    String extended(String name) {
        String encoded = parameters.get(name + "*");
        String decoded = encoded == null ? null : decodeExtended(encoded);
        if (decoded != null) {
            return decoded;
        }
        String plain = parameters.get(name);
        return plain == null ? encoded : plain;
    }

    /**
     * The field with plain parameters in place of malformed extended ones, for those who read it for themselves, as Spring does,
     * and would fail.
     *
     * @return the field's value, or {@code null} if it can stay as it came
     */
    @Nullable
    String mended() {
        boolean strict = parameters.entrySet().stream()
                .allMatch(parameter -> !parameter.getKey().endsWith("*") || isStrict(parameter.getValue()));
        if (strict && !overlooked) {
            return null;
        }
        Map<String, String> plain = new LinkedHashMap<>();
        for (String key : parameters.keySet()) {
            String name = key.endsWith("*") ? key.substring(0, key.length() - 1) : key;
            String resolved = extended(name);
            plain.put(name, resolved == null ? "" : resolved);
        }
        StringBuilder text = new StringBuilder(value);
        plain.forEach((name, content) -> text.append("; ").append(name).append("=\"")
                .append(content.replace("\\", "\\\\").replace("\"", "\\\"")).append('"'));
        return text.toString();
    }

    private static boolean isStrict(String encoded) {
        if (decodeExtended(encoded) == null) {
            return false;
        }
        return encoded.substring(encoded.indexOf('\'', encoded.indexOf('\'') + 1) + 1).chars()
                .allMatch(c -> c == '%' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
                        || ATTRIBUTE_CHARS.indexOf(c) >= 0);
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

    /**
     * {@code charset'language'%xx…} (RFC 8187 section 3.2.1); UTF-8 and ISO-8859-1 as it names them; {@code null} if that is
     * malformed, or a text with control characters.
     */
    private static @Nullable String decodeExtended(String encoded) {
        int first = encoded.indexOf('\'');
        int second = first < 0 ? -1 : encoded.indexOf('\'', first + 1);
        if (second < 0) {
            return null;
        }
        Charset charset = switch (encoded.substring(0, first).toUpperCase(Locale.ROOT)) {
            case "UTF-8" -> StandardCharsets.UTF_8;
            case "ISO-8859-1" -> StandardCharsets.ISO_8859_1;
            default -> null;
        };
        if (charset == null) {
            return null;
        }
        String value = encoded.substring(second + 1);
        if (!value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return null;
        }
        try {
            String decoded = PercentEncoding.decode(value, 0, value.length(), charset);
            return HeaderSyntax.isFieldValue(decoded) ? decoded : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
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
}
