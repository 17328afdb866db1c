package io.zokor.mux;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/** Percent-decoding of path segments as UTF-8 (RFC 3986 section 2.1). Stateless, pure. */
final class PathDecoder {

    private PathDecoder() {
    }

    /**
     * Decodes a part of a path.
     *
     * @param path where it is
     * @param from its first character
     * @param to the character after its last
     * @return its decoded text, or {@code null} where a percent sign is not followed by two hexadecimal digits or the bytes
     *         are not UTF-8
     */
    static @Nullable String decode(String path, int from, int to) {
        int percent = path.indexOf('%', from);
        if (percent < 0 || percent >= to) {
            return path.substring(from, to);
        }
        StringBuilder text = new StringBuilder(to - from);
        int i = from;
        while (i < to) {
            char c = path.charAt(i);
            if (c != '%') {
                text.append(c);
                i++;
                continue;
            }
            int end = endOfRun(path, i, to);
            String run = end < 0 ? null : decodeRun(path, i, end);
            if (run == null) {
                return null;
            }
            text.append(run);
            i = end;
        }
        return text.toString();
    }

    /** Where a run of encoded bytes ends, or -1 where it is malformed. */
    private static int endOfRun(String path, int from, int to) {
        int i = from;
        while (i < to && path.charAt(i) == '%') {
            if (i + 2 >= to || Character.digit(path.charAt(i + 1), 16) < 0
                    || Character.digit(path.charAt(i + 2), 16) < 0) {
                return -1;
            }
            i += 3;
        }
        return i;
    }

    private static @Nullable String decodeRun(String path, int from, int to) {
        byte[] bytes = new byte[(to - from) / 3];
        for (int i = 0; i < bytes.length; i++) {
            int at = from + 3 * i;
            bytes[i] = (byte) (Character.digit(path.charAt(at + 1), 16) << 4
                    | Character.digit(path.charAt(at + 2), 16));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
