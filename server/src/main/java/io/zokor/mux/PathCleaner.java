package io.zokor.mux;

import java.util.ArrayList;
import java.util.List;

/**
 * The canonical form of a path: no empty and no dot segments. Works on the encoded path, so that an escaped slash never
 * becomes a separator. Stateless, pure.
 *
 * <p>
 * {@code %2e} is a dot here as well: the two are the same by RFC 3986 section 6.2.2.2, and treating them differently let
 * clients past path checks (CVE-2021-28164).
 */
final class PathCleaner {

    private PathCleaner() {
    }

    /**
     * Cleans a path as Go's ServeMux does: {@code //} becomes {@code /}, dot segments are resolved, a slash at the end stays.
     *
     * @param path the encoded path
     * @return the same instance where it is clean; always begins with one slash
     */
    static String clean(String path) {
        if (isClean(path)) {
            return path;
        }
        List<String> kept = new ArrayList<>();
        int length = path.length();
        int i = 0;
        while (i <= length) {
            int slash = path.indexOf('/', i);
            int end = slash < 0 ? length : slash;
            switch (dots(path, i, end)) {
                case 1 -> {
                    // stays where it is
                }
                case 2 -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                }
                default -> {
                    if (end > i) {
                        kept.add(path.substring(i, end));
                    }
                }
            }
            i = end + 1;
        }
        StringBuilder clean = new StringBuilder(length + 1);
        for (String segment : kept) {
            clean.append('/').append(segment);
        }
        if (clean.isEmpty() || path.endsWith("/")) {
            clean.append('/');
        }
        return clean.toString();
    }

    /**
     * How many dots a segment consists of, if it consists of dots.
     *
     * @param path the path
     * @param from the segment's first character
     * @param to the character after its last
     * @return 1 for {@code .}, 2 for {@code ..}, encoded or not; 0 for anything else
     */
    static int dots(String path, int from, int to) {
        int count = 0;
        int i = from;
        while (i < to) {
            if (path.charAt(i) == '.') {
                i++;
            } else if (i + 3 <= to && path.regionMatches(true, i, "%2e", 0, 3)) {
                i += 3;
            } else {
                return 0;
            }
            count++;
        }
        return count > 2 ? 0 : count;
    }

    private static boolean isClean(String path) {
        int length = path.length();
        if (length == 0 || path.charAt(0) != '/') {
            return false;
        }
        int i = 1;
        while (i < length) {
            int slash = path.indexOf('/', i);
            int end = slash < 0 ? length : slash;
            if (end == i || dots(path, i, end) > 0) {
                return false;
            }
            i = end + 1;
        }
        return true;
    }
}
