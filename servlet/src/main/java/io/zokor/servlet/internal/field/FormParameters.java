package io.zokor.servlet.internal.field;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.zokor.config.Limits;
import io.zokor.http.PercentEncoding;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;

/**
 * Parameters of one request, collected from query, form and parts in the order they are added. Used by one thread.
 *
 * <p>
 * Strict: a malformed percent sequence or character is refused with 400, because a parameter that is dropped in silence is
 * seen differently by the proxy in front and by the application behind.
 */
public final class FormParameters {

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    private final int max;

    private int count;

    public FormParameters(int max) {
        this.max = max;
    }

    /** Adds the pairs of a query or form ({@code application/x-www-form-urlencoded}). */
    public void addEncoded(byte[] text, Charset charset) throws RejectedRequestException {
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

    public void addQuery(String query) throws RejectedRequestException {
        addEncoded(query.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    public void add(String name, String value) throws RejectedRequestException {
        if (++count > max) {
            throw new RejectedRequestException(400, RejectReason.CONTENT,
                    "more than " + max + " parameters (zokor.limits.max-parameters)");
        }
        values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
    }

    /** {@return the values by name, each array fresh} */
    public Map<String, String[]> toMap() {
        Map<String, String[]> map = LinkedHashMap.newLinkedHashMap(values.size());
        values.forEach((name, list) -> map.put(name, list.toArray(String[]::new)));
        return map;
    }

    /** Reads a form's body, at most {@code zokor.limits.max-form-size} bytes of it. */
    public static byte[] readForm(InputStream body, long declared, Limits limits) throws IOException {
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
        try {
            return PercentEncoding.decodeForm(text, from, to, charset);
        } catch (IllegalArgumentException e) {
            RejectedRequestException rejected = new RejectedRequestException(400, RejectReason.CONTENT,
                    "a parameter has " + e.getMessage());
            rejected.initCause(e);
            throw rejected;
        }
    }
}
