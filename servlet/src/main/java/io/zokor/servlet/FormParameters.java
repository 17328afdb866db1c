package io.zokor.servlet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.zokor.config.Limits;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/**
 * Parameters of one request, collected from query, form and parts in the order they are added. Used by one thread.
 *
 * <p>
 * Strict: a malformed percent sequence or character is refused with 400, because a parameter that is dropped in silence is
 * seen differently by the proxy in front and by the application behind.
 */
final class FormParameters {

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private final int max;

    private int count;

    FormParameters(int max) {
        this.max = max;
    }

    /** Adds the pairs of a query or form ({@code application/x-www-form-urlencoded}). */
    void addEncoded(byte[] text, Charset charset) throws RejectedRequestException {
        int i = 0;
        while (i < text.length) {
            int end = i;
            int equals = -1;
            while (end < text.length && text[end] != '&') {
                if (text[end] == '=' && equals < 0) {
                    equals = end;
                }
                end++;
            }
            if (end > i) {
                String name = decode(text, i, equals < 0 ? end : equals, charset);
                String value = equals < 0 ? "" : decode(text, equals + 1, end, charset);
                add(name, value);
            }
            i = end + 1;
        }
    }

    void addQuery(String query) throws RejectedRequestException {
        addEncoded(query.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    void add(String name, String value) throws RejectedRequestException {
        if (++count > max) {
            throw new RejectedRequestException(400, RejectReason.CONTENT,
                    "more than " + max + " parameters (zokor.limits.max-parameters)");
        }
        values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
    }

    /** {@return the values by name, each array fresh} */
    Map<String, String[]> toMap() {
        Map<String, String[]> map = LinkedHashMap.newLinkedHashMap(values.size());
        values.forEach((name, list) -> map.put(name, list.toArray(String[]::new)));
        return map;
    }

    /** Reads a form's body, at most {@code zokor.limits.max-form-size} bytes of it. */
    static byte[] readForm(InputStream body, long declared, Limits limits) throws IOException {
        long max = limits.maxFormSize();
        if (max != Limits.OFF && declared > max) {
            throw tooLarge(max);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.clamp(declared, 64, 8192));
        byte[] piece = new byte[4096];
        long total = 0;
        for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
            total += n;
            if (max != Limits.OFF && total > max) {
                throw tooLarge(max);
            }
            bytes.write(piece, 0, n);
        }
        return bytes.toByteArray();
    }

    private static RejectedRequestException tooLarge(long max) {
        return new RejectedRequestException(413, RejectReason.BODY_TOO_LARGE,
                "the form is larger than " + max + " bytes (zokor.limits.max-form-size)");
    }

    private static String decode(byte[] text, int from, int to, Charset charset) throws RejectedRequestException {
        byte[] bytes = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            byte b = text[i];
            if (b == '+') {
                bytes[length++] = ' ';
            } else if (b == '%') {
                int high = i + 2 < to ? Character.digit(text[i + 1], 16) : -1;
                int low = i + 2 < to ? Character.digit(text[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new RejectedRequestException(400, RejectReason.CONTENT,
                            "a parameter has a percent sign without two hexadecimal digits");
                }
                bytes[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                bytes[length++] = b;
            }
        }
        try {
            return charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RejectedRequestException(400, RejectReason.CONTENT, "a parameter is not valid " + charset.name());
        }
    }
}
