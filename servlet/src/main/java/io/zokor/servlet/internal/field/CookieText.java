package io.zokor.servlet.internal.field;

import java.nio.charset.StandardCharsets;

/**
 * The values of cookies as text. RFC 6265 allows ASCII alone, but browsers send and keep what scripts have set, in UTF-8, and so
 * do other containers. Fields are ISO-8859-1 elsewhere: here a character stands for a byte on the wire. Stateless.
 */
public final class CookieText {

    private CookieText() {
    }

    public static String toWire(String text) {
        return isAscii(text) ? text
                : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 128);
    }
}
