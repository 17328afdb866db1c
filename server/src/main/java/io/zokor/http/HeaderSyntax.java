package io.zokor.http;

/** Grammar of field names and values (RFC 9110 sections 5.1, 5.5 and 5.6.2). Stateless, pure. */
public final class HeaderSyntax {

    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '0'; c <= '9'; c++) {
            TOKEN[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 'a' + 'A'] = true;
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private HeaderSyntax() {
    }

    /**
     * Whether a character may stand in a token.
     *
     * @param c the character, or byte without sign
     * @return whether it is a {@code tchar}
     */
    public static boolean isTokenChar(int c) {
        return c >= 0 && c < 128 && TOKEN[c];
    }

    /**
     * Whether text is a token: a method or a field name.
     *
     * @param text the text
     * @return whether it has at least one character, all of them {@code tchar}
     */
    public static boolean isToken(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Whether text may be a field's value: anything but control characters other than the tab. CR, LF and NUL would let it end
     * the field (CVE-2025-67735 and its like).
     *
     * @param text the text
     * @return whether it may
     */
    public static boolean isFieldValue(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a comma-separated list of tokens, as in {@code Connection}, holds one (RFC 9110 section 5.6.1).
     *
     * @param list the list
     * @param token the token, compared without regard to case
     * @return whether it is a member
     */
    public static boolean listContains(String list, String token) {
        int length = list.length();
        int i = 0;
        while (i < length) {
            int comma = list.indexOf(',', i);
            int end = comma < 0 ? length : comma;
            int from = i;
            int to = end;
            while (from < to && isBlank(list.charAt(from))) {
                from++;
            }
            while (to > from && isBlank(list.charAt(to - 1))) {
                to--;
            }
            if (to - from == token.length() && list.regionMatches(true, from, token, 0, token.length())) {
                return true;
            }
            i = end + 1;
        }
        return false;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
