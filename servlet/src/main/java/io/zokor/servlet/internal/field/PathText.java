package io.zokor.servlet.internal.field;

import io.zokor.http.PercentEncoding;

/** Writes decoded paths as the path of a URI (RFC 3986 section 3.3). Stateless. */
public final class PathText {

    private static final String PLAIN = "-._~!$&'()*+,=:@/";

    private PathText() {
    }

    /** {@return the path with what may not stand in a segment as percent sequences; {@code ;} too, as it is data here} */
    public static String encode(String path) {
        return PercentEncoding.encode(path, PLAIN);
    }
}
