package io.zokor.servlet;

import org.jspecify.annotations.Nullable;

/**
 * A page for errors (Servlet 6.1 section 10.9.2).
 *
 * @param status the status it is for, 0 for any
 * @param exception the exception it is for, or {@code null} for any
 * @param path the page within the application
 */
record ErrorPage(int status, @Nullable Class<? extends Throwable> exception, String path) {

    ErrorPage {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("the path of an error page begins with a slash: " + path);
        }
    }
}
