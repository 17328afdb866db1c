package io.zokor.http;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A cookie to be set in a response: the value of one {@code Set-Cookie} field (RFC 6265 section 4.1, and its revision
 * draft-ietf-httpbis-rfc6265bis for SameSite, Partitioned and the name prefixes). Immutable; made by
 * {@link #builder(String, String)}.
 *
 * <p>
 * What a browser would silently drop is refused: {@code SameSite=None} or {@code Partitioned} without {@code Secure}, and the
 * prefixes {@code __Secure-} and {@code __Host-} without what they promise.
 *
 * @param name a token
 * @param value visible ASCII without quote, comma, semicolon and backslash; may stand in a pair of quotes
 * @param domain host that the cookie is for, its subdomains included, or {@code null} for the answering host alone
 * @param path path that the cookie is for, beginning with a slash, or {@code null} for the client's default
 * @param maxAge how long it is kept, in whole seconds; zero deletes it; {@code null} for the client's session
 * @param expires until when it is kept, or {@code null}; {@code maxAge} wins over it
 * @param secure whether it is sent over encrypted connections only
 * @param httpOnly whether it is kept from scripts
 * @param sameSite when it is sent with requests that other sites cause, or {@code null} for the client's default
 * @param partitioned whether it is kept apart for each top-level site (CHIPS)
 */
public record Cookie(String name, String value, @Nullable String domain, @Nullable String path,
        @Nullable Duration maxAge, @Nullable Instant expires, boolean secure, boolean httpOnly,
        @Nullable SameSite sameSite, boolean partitioned) {

    /** When a cookie is sent with requests that other sites cause. */
    public enum SameSite {
        /** Never. */
        STRICT("Strict"),
        /** With top-level navigation by a safe method. */
        LAX("Lax"),
        /** Always; needs Secure. */
        NONE("None");

        private final String text;

        SameSite(String text) {
            this.text = text;
        }
    }

    /** The last moment of the year 9999; later ones have no HTTP date. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** The first year that a client must understand (RFC 6265 section 5.1.1). */
    private static final Instant FIRST = Instant.parse("1601-01-01T00:00:00Z");

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if a value breaks the grammar or contradicts another; the message never has the
     *         cookie's value
     */
    public Cookie {
        if (!HeaderSyntax.isToken(name)) {
            throw new IllegalArgumentException("the name of a cookie is a token (RFC 6265 section 4.1.1)");
        }
        checkValue(name, value);
        if (domain != null) {
            checkDomain(name, domain);
        }
        if (path != null && (!path.startsWith("/") || !isAttribute(path))) {
            throw new IllegalArgumentException("the path of cookie " + name
                    + " must begin with a slash and hold visible ASCII without semicolon");
        }
        if (maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException(
                    "the maximum age of cookie " + name + " is negative: zero deletes it, null leaves it out");
        }
        if (expires != null && (expires.isBefore(FIRST) || expires.isAfter(LAST))) {
            throw new IllegalArgumentException("cookie " + name + " expires outside the years 1601 to 9999");
        }
        if (!secure) {
            requireSecure(name, sameSite == SameSite.NONE, "SameSite=None");
            requireSecure(name, partitioned, "Partitioned");
            requireSecure(name, hasPrefix(name, "__Secure-"), "its prefix");
            requireSecure(name, hasPrefix(name, "__Host-"), "its prefix");
        }
        if (hasPrefix(name, "__Host-") && (domain != null || !"/".equals(path))) {
            throw new IllegalArgumentException("cookie " + name + " needs path / and no domain, because of its prefix");
        }
    }

    /**
     * Begins a cookie with nothing but name and value.
     *
     * @param name its name
     * @param value its value
     * @return a builder
     */
    public static Builder builder(String name, String value) {
        return new Builder(name, value);
    }

    /** {@return the value of the {@code Set-Cookie} field} */
    public String toHeaderValue() {
        StringBuilder text = new StringBuilder(64).append(name).append('=').append(value);
        if (path != null) {
            text.append("; Path=").append(path);
        }
        if (domain != null) {
            text.append("; Domain=").append(domain);
        }
        if (expires != null) {
            text.append("; Expires=").append(HttpDate.format(expires));
        }
        if (maxAge != null) {
            text.append("; Max-Age=").append(maxAge.toSeconds());
        }
        if (secure) {
            text.append("; Secure");
        }
        if (httpOnly) {
            text.append("; HttpOnly");
        }
        if (sameSite != null) {
            text.append("; SameSite=").append(sameSite.text);
        }
        if (partitioned) {
            text.append("; Partitioned");
        }
        return text.toString();
    }

    /**
     * Adds this cookie to a response's fields; cookies added before stay.
     *
     * @param headers fields of a response that is not committed
     */
    public void addTo(Headers headers) {
        headers.add("Set-Cookie", toHeaderValue());
    }

    /** {@return the name alone: values may be secrets} */
    @Override
    public String toString() {
        return "Cookie[" + name + "]";
    }

    private static void checkValue(String name, String value) {
        int from = 0;
        int to = value.length();
        if (to >= 2 && value.charAt(0) == '"' && value.charAt(to - 1) == '"') {
            from++;
            to--;
        }
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\') {
                throw new IllegalArgumentException("character " + (i + 1) + " of the value of cookie " + name
                        + " is not allowed (RFC 6265 section 4.1.1): encode the value, for example in Base64");
            }
        }
    }

    /** Letters, digits, hyphens and dots; the leading dot that RFC 2109 wanted is refused rather than ignored. */
    private static void checkDomain(String name, String domain) {
        boolean good = !domain.isEmpty() && !domain.startsWith(".") && !domain.startsWith("-");
        for (int i = 0; good && i < domain.length(); i++) {
            char c = domain.charAt(i);
            good = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.';
        }
        if (!good) {
            throw new IllegalArgumentException(
                    "the domain of cookie " + name
                            + " is not a host name without leading dot (RFC 6265 section 4.1.2.3)");
        }
    }

    private static boolean isAttribute(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == ';') {
                return false;
            }
        }
        return true;
    }

    /** Clients compare the prefixes without regard to case (rfc6265bis section 5.7). */
    private static boolean hasPrefix(String name, String prefix) {
        return name.toLowerCase(Locale.ROOT).startsWith(prefix.toLowerCase(Locale.ROOT));
    }

    private static void requireSecure(String name, boolean needed, String reason) {
        if (needed) {
            throw new IllegalArgumentException("cookie " + name + " needs Secure, because of " + reason);
        }
    }

    /** Collects the values of a {@link Cookie}. Not safe for use by several threads. */
    public static final class Builder {

        private final String name;
        private final String value;
        private @Nullable String domain;
        private @Nullable String path;
        private @Nullable Duration maxAge;
        private @Nullable Instant expires;
        private boolean secure;
        private boolean httpOnly;
        private @Nullable SameSite sameSite;
        private boolean partitioned;

        private Builder(String name, String value) {
            this.name = name;
            this.value = value;
        }

        /**
         * Sets the domain.
         *
         * @param host host name without leading dot, or {@code null} for the answering host alone
         * @return this
         */
        public Builder domain(@Nullable String host) {
            this.domain = host;
            return this;
        }

        /**
         * Sets the path.
         *
         * @param prefix begins with a slash, or {@code null} for the client's default
         * @return this
         */
        public Builder path(@Nullable String prefix) {
            this.path = prefix;
            return this;
        }

        /**
         * Sets how long the cookie is kept.
         *
         * @param age not negative, zero to delete it, or {@code null} for the client's session
         * @return this
         */
        public Builder maxAge(@Nullable Duration age) {
            this.maxAge = age;
            return this;
        }

        /**
         * Sets until when the cookie is kept.
         *
         * @param moment between the years 1601 and 9999, or {@code null}
         * @return this
         */
        public Builder expires(@Nullable Instant moment) {
            this.expires = moment;
            return this;
        }

        /**
         * Sets whether the cookie is sent over encrypted connections only.
         *
         * @param only whether it is
         * @return this
         */
        public Builder secure(boolean only) {
            this.secure = only;
            return this;
        }

        /**
         * Sets whether the cookie is kept from scripts.
         *
         * @param only whether it is
         * @return this
         */
        public Builder httpOnly(boolean only) {
            this.httpOnly = only;
            return this;
        }

        /**
         * Sets when the cookie is sent with requests that other sites cause.
         *
         * @param rule when, or {@code null} for the client's default
         * @return this
         */
        public Builder sameSite(@Nullable SameSite rule) {
            this.sameSite = rule;
            return this;
        }

        /**
         * Sets whether the cookie is kept apart for each top-level site.
         *
         * @param apart whether it is
         * @return this
         */
        public Builder partitioned(boolean apart) {
            this.partitioned = apart;
            return this;
        }

        /**
         * Builds the cookie.
         *
         * @return the cookie
         * @throws IllegalArgumentException if a value breaks the grammar or contradicts another
         */
        public Cookie build() {
            return new Cookie(name, value, domain, path, maxAge, expires, secure, httpOnly, sameSite, partitioned);
        }
    }
}
