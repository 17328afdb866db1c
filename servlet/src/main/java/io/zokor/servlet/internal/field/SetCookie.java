package io.zokor.servlet.internal.field;

import java.time.Instant;
import java.util.Map;

import io.zokor.http.HttpDate;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.Cookie;

/** Writes {@code Set-Cookie} fields (RFC 6265 section 4.1). Stateless. */
public final class SetCookie {

    private SetCookie() {
    }

    /**
     * The value of the field.
     *
     * @param sameSite value of {@code SameSite} where the cookie has none of its own, or {@code null}
     * @throws IllegalArgumentException if the cookie holds a character that would end its value or an attribute
     */
    public static String format(Cookie cookie, @Nullable String sameSite) {
        StringBuilder text = new StringBuilder(64).append(cookie.getName()).append('=');
        String value = cookie.getValue();
        if (value != null) {
            checkValue(value, cookie.getName());
            text.append(CookieText.toWire(value));
        }
        int maxAge = cookie.getMaxAge();
        boolean sameSiteThere = false;
        boolean expiresThere = false;
        for (Map.Entry<String, String> attribute : cookie.getAttributes().entrySet()) {
            String name = attribute.getKey();
            String content = attribute.getValue();
            if (isFlag(name) && "false".equalsIgnoreCase(content) || isReplaced(name, maxAge)) {
                continue;
            }
            sameSiteThere |= name.equalsIgnoreCase("SameSite");
            expiresThere |= name.equalsIgnoreCase("Expires");
            text.append("; ").append(name);
            if (!isFlag(name) && !content.isEmpty()) {
                checkAttribute(content, cookie.getName());
                text.append('=').append(content);
            }
        }
        if (!expiresThere && maxAge >= 0) {
            text.append("; Expires=").append(expiry(maxAge));
        }
        if (!sameSiteThere && sameSite != null && !sameSite.isEmpty()) {
            checkAttribute(sameSite, cookie.getName());
            text.append("; SameSite=").append(sameSite);
        }
        return text.toString();
    }

    /** Of the two, Max-Age counts (RFC 6265 section 5.3), but some clients know only the date. */
    private static String expiry(int maxAge) {
        return HttpDate.format(maxAge == 0 ? Instant.EPOCH : Instant.now().plusSeconds(maxAge));
    }

    /**
     * A server sends no {@code Max-Age} but a positive one (RFC 6265 section 4.1.1): a cookie that is to go says so by a date that
     * has passed, whatever other date it has, and one that lasts as long as the browser says nothing.
     */
    private static boolean isReplaced(String name, int maxAge) {
        return name.equalsIgnoreCase("Max-Age") && maxAge <= 0 || name.equalsIgnoreCase("Expires") && maxAge == 0;
    }

    private static boolean isFlag(String name) {
        return name.equalsIgnoreCase("Secure") || name.equalsIgnoreCase("HttpOnly")
                || name.equalsIgnoreCase("Partitioned");
    }

    private static void checkValue(String value, String name) {
        int from = 0;
        int to = value.length();
        if (to >= 2 && value.charAt(0) == '"' && value.charAt(to - 1) == '"') {
            from++;
            to--;
        }
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '"' || c == ',' || c == ';' || c == '\\') {
                throw new IllegalArgumentException(
                        "the value of cookie " + name + " holds a character that RFC 6265 does not allow, at " + i);
            }
        }
    }

    private static void checkAttribute(String value, String name) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == 0x7f || c == ';') {
                throw new IllegalArgumentException(
                        "an attribute of cookie " + name + " holds a character that RFC 6265 does not allow, at " + i);
            }
        }
    }
}
