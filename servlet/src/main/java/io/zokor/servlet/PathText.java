package io.zokor.servlet;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes decoded paths as the path of a URI (RFC 3986 section 3.3). Stateless. */
final class PathText {

    private static final String PLAIN = "-._~!$&'()*+,=:@/";

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PathText() {
    }

    /** {@return the path with what may not stand in a segment as percent sequences; {@code ;} too, as it is data here} */
    static String encode(String path) {
        int i = 0;
        while (i < path.length() && isPlain(path.charAt(i))) {
            i++;
        }
        if (i == path.length()) {
            return path;
        }
        StringBuilder text = new StringBuilder(path.length() + 16);
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && isPlain((char) b)) {
                text.append((char) b);
            } else {
                text.append('%');
                HEX.toHexDigits(text, b);
            }
        }
        return text.toString();
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || PLAIN.indexOf(c) >= 0;
    }
}
