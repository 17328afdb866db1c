package io.zokor.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A cookie as a client has sent it (RFC 6265 section 4.2.1): nothing but a name and a value. All stacks on this server read
 * cookies by {@link #read}, so that they read the same.
 *
 * @param name a token
 * @param value the value; quotes around it are part of it, as they are in RFC 6265 and in Tomcat
 */
public record RequestCookie(String name, String value) {

    /**
     * Reads the cookies of a request. A pair that breaks the grammar is left out and the others stay: a browser sends what any
     * page of the domain has set. Names are tokens; a value may hold more than the grammar's {@code cookie-octet}, as browsers
     * send it: anything but controls. Bytes beyond ASCII are UTF-8, as browsers and other containers have it, and where they are
     * not, ISO-8859-1.
     *
     * @param headers the fields of the request; {@code Cookie} may be there more than once (RFC 9113 section 8.2.3)
     * @param max how many cookies there may be, {@code zokor.limits.max-cookies}
     * @return the cookies in the order of the fields; two may have the same name
     * @throws RejectedRequestException with status 400, if there are more than {@code max}
     */
    public static List<RequestCookie> read(Headers headers, int max) throws RejectedRequestException {
        List<RequestCookie> cookies = new ArrayList<>(4);
        for (String line : headers.all("Cookie")) {
            int i = 0;
            while (i < line.length()) {
                int end = line.indexOf(';', i);
                if (end < 0) {
                    end = line.length();
                }
                addPair(line.substring(i, end).strip(), cookies, max);
                i = end + 1;
            }
        }
        return cookies;
    }

    private static void addPair(String pair, List<RequestCookie> cookies, int max) throws RejectedRequestException {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
            return;
        }
        String name = pair.substring(0, equals).stripTrailing();
        String value = pair.substring(equals + 1).stripLeading();
        if (!HeaderSyntax.isToken(name) || !isValue(value)) {
            return;
        }
        if (cookies.size() == max) {
            throw new RejectedRequestException(400, RejectReason.CONTENT,
                    "more than " + max + " cookies (zokor.limits.max-cookies)");
        }
        cookies.add(new RequestCookie(name, text(value)));
    }

    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** Fields are ISO-8859-1 elsewhere: here a character stands for a byte on the wire. */
    private static String text(String bytes) {
        if (bytes.chars().allMatch(c -> c < 128)) {
            return bytes;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1))).toString();
        } catch (CharacterCodingException e) {
            return bytes;
        }
    }

    /** {@return the name alone: values may be secrets} */
    @Override
    public String toString() {
        return "RequestCookie[" + name + "]";
    }
}
