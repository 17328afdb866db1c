package io.zokor.servlet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.zokor.servlet.internal.request.ErrorPages;

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

    /** {@return what answers errors by these pages; where two are for the same, the later one counts} */
    static ErrorPages all(List<ErrorPage> pages) {
        Map<Integer, String> byStatus = new HashMap<>();
        Map<Class<?>, String> byException = new HashMap<>();
        String global = null;
        for (ErrorPage page : pages) {
            if (page.exception != null) {
                byException.put(page.exception, page.path);
            } else if (page.status != 0) {
                byStatus.put(page.status, page.path);
            } else {
                global = page.path;
            }
        }
        return new ErrorPages(byStatus, byException, global);
    }
}
