package io.zokor.internal.http2;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import io.zokor.http.Headers;
import io.zokor.internal.hpack.HpackEncoder;
import io.zokor.internal.message.TrailerRules;

import org.jspecify.annotations.Nullable;

/**
 * The fields of one block that is to be sent, as HTTP/2 wants them: names in lower case, values without outer blanks, nothing that
 * is for one connection (RFC 9113 section 8.2). It is made by the thread of its stream, and encoded later under the writer's
 * lock, since the order of blocks on the wire is the order of their encoding.
 */
final class FieldBlock {

    /** What a field takes in HTTP/1 beyond its name and value, so that both protocols have one limit. */
    private static final int FIELD_OVERHEAD = 4;

    private static final int INITIAL = 16;

    /** The usual names, so that no string is made for them. */
    private static final Map<String, String> LOWER = new HashMap<>();

    static {
        for (String name : new String[] { "Accept-Ranges", "Access-Control-Allow-Origin", "Allow", "Cache-Control",
            "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length", "Content-Security-Policy",
            "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Link", "Location", "Pragma", "Retry-After",
            "Server", "Set-Cookie", "Strict-Transport-Security", "Vary", "WWW-Authenticate", "X-Content-Type-Options",
            "X-Frame-Options", "X-XSS-Protection" }) {
            LOWER.put(name, name.toLowerCase(Locale.ROOT));
        }
    }

    /** 0 for trailers. */
    private final int status;

    /** Names at even places, values at odd ones. */
    private @Nullable String[] fields = new @Nullable String[INITIAL];

    private int end;

    private int textBytes;

    private boolean closing;

    private int room = HpackEncoder.MAX_BEGIN + HpackEncoder.MAX_STATUS;

    private FieldBlock(int status) {
        this.status = status;
    }

    /**
     * Makes the head of a response, final or not.
     *
     * @param status its status
     * @param headers its fields
     */
    static FieldBlock head(int status, Headers headers) {
        FieldBlock block = new FieldBlock(status);
        for (int i = 0; i < headers.size(); i++) {
            String name = lower(headers.name(i));
            if (!isConnectionSpecific(name)) {
                block.add(name, headers.value(i));
            } else if (name.equals("connection")) {
                block.closing = headers.containsToken(name, "close");
            }
        }
        return block;
    }

    /** Makes trailers of what may stand there; {@code null} where nothing may. */
    static @Nullable FieldBlock trailers(Headers trailers) {
        if (trailers.isEmpty()) {
            return null;
        }
        FieldBlock block = new FieldBlock(0);
        for (int i = 0; i < trailers.size(); i++) {
            String name = lower(trailers.name(i));
            if (TrailerRules.isAllowed(name)) {
                block.add(name, trailers.value(i));
            }
        }
        return block.end == 0 ? null : block;
    }

    /** Adds a field whose name is in lower case. */
    void add(String name, String value) {
        String trimmed = trim(value);
        if (end == fields.length) {
            fields = Arrays.copyOf(fields, end * 2);
        }
        fields[end++] = name;
        fields[end++] = trimmed;
        textBytes += name.length() + trimmed.length() + FIELD_OVERHEAD;
        room += HpackEncoder.maxBytes(name, trimmed);
    }

    boolean contains(String name) {
        for (int i = 0; i < end; i += 2) {
            if (name.equals(fields[i])) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether it was made of fields that end the connection, {@code Connection: close}; HTTP/2 says that by GOAWAY} */
    boolean isClosing() {
        return closing;
    }

    /** {@return the bytes of its fields, as the limit of responses counts them} */
    int textBytes() {
        return textBytes;
    }

    /** {@return how many bytes it takes encoded, at most} */
    int room() {
        return room;
    }

    /**
     * Encodes it.
     *
     * @param encoder the connection's
     * @param bytes where it goes, with {@link #room} behind the offset
     * @param from the offset
     * @return where it ends
     */
    int encode(HpackEncoder encoder, byte[] bytes, int from) {
        encoder.begin(bytes, from);
        if (status != 0) {
            encoder.encodeStatus(status);
        }
        for (int i = 0; i < end; i += 2) {
            encoder.encode(at(i), at(i + 1));
        }
        return encoder.end();
    }

    private String at(int place) {
        String text = fields[place];
        if (text == null) {
            throw new AssertionError("places below the end are filled");
        }
        return text;
    }

    private static String lower(String name) {
        String known = LOWER.get(name);
        return known != null ? known : name.toLowerCase(Locale.ROOT);
    }

    private static boolean isConnectionSpecific(String name) {
        return switch (name) {
            case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "te" -> true;
            default -> false;
        };
    }

    /** Section 8.2.1: a value neither begins nor ends with a blank. */
    private static String trim(String value) {
        int from = 0;
        int to = value.length();
        while (from < to && isBlank(value.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(value.charAt(to - 1))) {
            to--;
        }
        return value.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
