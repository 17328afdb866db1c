package io.zokor.servlet;

import java.util.ArrayList;
import java.util.List;

import io.zokor.http.HeaderSyntax;
import io.zokor.http.Headers;

import jakarta.servlet.http.Cookie;

/**
 * Reads {@code Cookie} fields (RFC 6265 section 4.2.1). A pair that breaks the grammar is left out and the others stay: a
 * browser sends what any page of the domain has set. Quotes are part of a value. Stateless.
 */
final class CookieParser {

    private CookieParser() {
    }

    /**
     * Reads all cookies.
     *
     * @throws ParameterException if there are more than {@code max}
     */
    static List<Cookie> parse(Headers headers, int max) {
        List<Cookie> cookies = new ArrayList<>(4);
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

    private static void addPair(String pair, List<Cookie> cookies, int max) {
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
            throw ParameterException.badRequest("more than " + max + " cookies (zokor.limits.max-cookies)");
        }
        cookies.add(new Cookie(name, CookieText.fromWire(value)));
    }

    /** Wider than {@code cookie-octet}, as browsers send: anything but controls. */
    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }
}
