package io.zokor.http;

import org.jspecify.annotations.Nullable;

/**
 * The target of a request line in one of its four forms (RFC 9112 section 3.2). Immutable. A target has passed the server's
 * checks: no control character, no space, no fragment, only ASCII, percent signs followed by two hexadecimal digits.
 */
public sealed interface RequestTarget {

    /** {@return the target as received} */
    String raw();

    /** {@return the path, still encoded; {@code *} for the asterisk form, empty for the authority form} */
    String path();

    /** {@return the query, still encoded, without its question mark, or {@code null} for none} */
    @Nullable
    String query();

    /**
     * Path and query: the form of nearly all requests.
     *
     * @param raw the target as received
     * @param path its path, begins with a slash
     * @param query its query, or {@code null}
     */
    record Origin(String raw, String path, @Nullable String query) implements RequestTarget {
    }

    /**
     * A whole URI, as proxies are sent; its authority overrides Host.
     *
     * @param raw the target as received
     * @param scheme {@code http} or {@code https}, lower case
     * @param authority host and port
     * @param path its path, {@code /} where the URI has none
     * @param query its query, or {@code null}
     */
    record Absolute(String raw, String scheme, String authority, String path, @Nullable String query)
            implements
            RequestTarget {
    }

    /**
     * Host and port, for CONNECT alone.
     *
     * @param raw the target as received
     */
    record Authority(String raw) implements RequestTarget {

        @Override
        public String path() {
            return "";
        }

        @Override
        public @Nullable String query() {
            return null;
        }
    }

    /** The {@code *} of {@code OPTIONS *}. */
    record Asterisk() implements RequestTarget {

        @Override
        public String raw() {
            return "*";
        }

        @Override
        public String path() {
            return "*";
        }

        @Override
        public @Nullable String query() {
            return null;
        }
    }
}
