package io.zokor.servlet.resource;

import io.zokor.http.PercentEncoding;

/** Rules about paths of resources. Pure. */
final class ResourcePaths {

    private static final String UNRESERVED = "-._~!$&'()*+,=@/";

    private static final String HIDDEN = "/org/springframework/boot";

    private ResourcePaths() {
    }

    /**
     * Whether a path can be looked up: begins with a slash, without empty segments, dot segments, backslashes and control
     * characters. Others are refused rather than mended.
     */
    static boolean isPlain(String path) {
        if (!path.startsWith("/")) {
            return false;
        }
        int start = 1;
        for (int i = 1; i <= path.length(); i++) {
            char c = i == path.length() ? '/' : path.charAt(i);
            if (c == '\\' || Character.isISOControl(c)) {
                return false;
            }
            if (c == '/') {
                String segment = path.substring(start, i);
                if (segment.isEmpty() && i < path.length() || segment.equals(".") || segment.equals("..")) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** Whether a path lies in WEB-INF or META-INF, in any spelling: those are never served (Servlet 6.1 section 10.5). */
    static boolean isClosed(String path) {
        return isIn(path, "/WEB-INF") || isIn(path, "/META-INF");
    }

    /** Whether a path lies among the classes of Spring Boot's loader, which stand in the root of an executable archive. */
    static boolean isHidden(String path) {
        return isIn(path, HIDDEN);
    }

    /** Encodes a path so that it can stand in a URI. */
    static String encode(String path) {
        return PercentEncoding.encode(path, UNRESERVED);
    }

    private static boolean isIn(String path, String directory) {
        int length = directory.length();
        return path.regionMatches(true, 0, directory, 0, length)
                && (path.length() == length || path.charAt(length) == '/');
    }
}
