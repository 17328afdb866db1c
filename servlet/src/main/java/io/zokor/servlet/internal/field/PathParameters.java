package io.zokor.servlet.internal.field;

import org.jspecify.annotations.Nullable;

/** Parameters of path segments, {@code ;name=value}. Stateless. */
public final class PathParameters {

    private PathParameters() {
    }

    /** {@return the value of the last parameter of that name in an encoded path, or {@code null}} */
    public static @Nullable String value(String rawPath, String name) {
        if (rawPath.indexOf(';') < 0) {
            return null;
        }
        String mark = ";" + name + "=";
        int start = rawPath.lastIndexOf(mark);
        if (start < 0) {
            return null;
        }
        int from = start + mark.length();
        int to = from;
        while (to < rawPath.length() && rawPath.charAt(to) != ';' && rawPath.charAt(to) != '/') {
            to++;
        }
        return to == from ? null : rawPath.substring(from, to);
    }
}
