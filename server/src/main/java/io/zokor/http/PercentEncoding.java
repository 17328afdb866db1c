package io.zokor.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Percent-encoding (RFC 3986 section 2.1), strict both ways: what is malformed is never guessed at, because a proxy in front may
 * guess otherwise. Stateless, pure.
 */
public final class PercentEncoding {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PercentEncoding() {
    }

    /**
     * Whether a percent sign has its two hexadecimal digits.
     *
     * @param text the text
     * @param at where the percent sign is
     * @param end where the text ends that it must not reach beyond
     * @return whether both digits, of ASCII, are there
     */
    public static boolean isTriplet(CharSequence text, int at, int end) {
        return at + 2 < end && digit(text.charAt(at + 1)) >= 0 && digit(text.charAt(at + 2)) >= 0;
    }

    /**
     * Decodes text as UTF-8.
     *
     * @param text the text
     * @return it with every {@code %nn} decoded; the same object where there is none
     * @throws IllegalArgumentException as {@link #decode(String, int, int, Charset)}
     */
    public static String decode(String text) {
        return decode(text, 0, text.length(), StandardCharsets.UTF_8);
    }

    /**
     * Decodes a part of a text, once. The octets of a character must all be encoded, one behind the other; characters that are not
     * encoded stay as they are.
     *
     * @param text where it is
     * @param from its first character
     * @param to the character after its last
     * @param charset what the encoded octets are
     * @return its decoded text
     * @throws IllegalArgumentException if a percent sign has no two hexadecimal digits, or octets are none of the charset; the
     *         message says which, to follow upon "has", and holds nothing of the text
     */
    public static String decode(String text, int from, int to, Charset charset) {
        int percent = text.indexOf('%', from);
        if (percent < 0 || percent >= to) {
            return text.substring(from, to);
        }
        StringBuilder decoded = new StringBuilder(to - from).append(text, from, percent);
        int i = percent;
        while (i < to) {
            char c = text.charAt(i);
            if (c != '%') {
                decoded.append(c);
                i++;
                continue;
            }
            int end = i;
            while (end < to && text.charAt(end) == '%') {
                end += 3;
            }
            decoded.append(run(text, i, end, to, charset));
            i = end;
        }
        return decoded.toString();
    }

    /**
     * Decodes a part of a form or query, where a plus sign is a blank (WHATWG URL, section 5.1).
     *
     * @param text where it is
     * @param from its first byte
     * @param to the byte after its last
     * @param charset what all octets are, encoded or not
     * @return its decoded text
     * @throws IllegalArgumentException as {@link #decode(String, int, int, Charset)}
     */
    public static String decodeForm(byte[] text, int from, int to, Charset charset) {
        ByteBuffer octets = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            byte b = text[i];
            if (b == '%') {
                if (i + 2 >= to) {
                    throw noDigits();
                }
                octets.put(octet((char) (text[i + 1] & 0xff), (char) (text[i + 2] & 0xff)));
                i += 2;
            } else {
                octets.put(b == '+' ? (byte) ' ' : b);
            }
        }
        return decode(octets.flip(), charset);
    }

    /**
     * Encodes text as UTF-8.
     *
     * @param text the text
     * @param plain the ASCII characters beside letters and digits that stay as they are
     * @return it with everything else as {@code %NN}, with upper-case digits (RFC 3986 section 2.1); the same object where all
     *         may stay
     */
    public static String encode(String text, String plain) {
        int i = 0;
        while (i < text.length() && isPlain(text.charAt(i), plain)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && isPlain((char) b, plain)) {
                encoded.append((char) b);
            } else {
                encoded.append('%');
                HEX.toHexDigits(encoded, b);
            }
        }
        return encoded.toString();
    }

    private static String run(String text, int from, int end, int to, Charset charset) {
        if (end > to) {
            throw noDigits();
        }
        ByteBuffer octets = ByteBuffer.allocate((end - from) / 3);
        for (int i = from; i < end; i += 3) {
            octets.put(octet(text.charAt(i + 1), text.charAt(i + 2)));
        }
        return decode(octets.flip(), charset);
    }

    private static String decode(ByteBuffer octets, Charset charset) {
        try {
            return charset.newDecoder().decode(octets).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("octets that are not " + charset.name(), e);
        }
    }

    private static byte octet(char high, char low) {
        int octet = digit(high) << 4 | digit(low);
        if (octet < 0) {
            throw noDigits();
        }
        return (byte) octet;
    }

    private static IllegalArgumentException noDigits() {
        return new IllegalArgumentException("a percent sign without two hexadecimal digits");
    }

    /** ASCII only: {@link Character#digit} takes full-width digits too. */
    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static boolean isPlain(char c, String plain) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || plain.indexOf(c) >= 0;
    }
}
