package io.zokor.servlet.mapping;

/** URL patterns of filters (Servlet 6.1 sections 6.2.4 and 12.2). Pure. */
public final class FilterPattern {

    private FilterPattern() {
    }

    /**
     * Whether a filter's pattern covers a path. Unlike a servlet's, every pattern stands for itself: there is no longest match
     * and no default, {@code /} is the context root alone.
     *
     * @param pattern the URL pattern
     * @param path canonical path within the context: servlet path and path info together
     * @return whether it does
     */
    public static boolean matches(String pattern, String path) {
        if (pattern.equals(path) || pattern.equals("/*")) {
            return true;
        }
        if (pattern.isEmpty() || pattern.equals("/")) {
            return path.isEmpty() || path.equals("/");
        }
        if (pattern.startsWith("/") && pattern.endsWith("/*")) {
            int length = pattern.length() - 2;
            return path.startsWith(pattern.substring(0, length))
                    && (path.length() == length || path.charAt(length) == '/');
        }
        if (pattern.startsWith("*.")) {
            int dot = path.lastIndexOf('.');
            return dot > path.lastIndexOf('/') && path.length() - dot == pattern.length() - 1
                    && path.startsWith(pattern.substring(1), dot);
        }
        return false;
    }

    /**
     * Checks a pattern.
     *
     * @param pattern the URL pattern of a filter or a servlet
     * @throws IllegalArgumentException if it is neither empty nor begins with a slash or {@code *.}, or has a control character;
     *         the message says what to write instead
     */
    public static void check(String pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if (Character.isISOControl(pattern.charAt(i))) {
                throw new IllegalArgumentException("URL pattern has a control character at " + i);
            }
        }
        if (pattern.isEmpty() || pattern.startsWith("/")) {
            return;
        }
        if (!pattern.startsWith("*.")) {
            throw new IllegalArgumentException("URL pattern '" + pattern
                    + "' must be empty or begin with '/' or '*.' (Servlet 6.1 section 12.2), for example '/" + pattern
                    + "'");
        }
        if (pattern.length() == 2 || pattern.indexOf('/') >= 0) {
            throw new IllegalArgumentException("URL pattern '" + pattern
                    + "' must be '*.' and an extension without a slash (Servlet 6.1 section 12.2)");
        }
    }
}
