package io.zokor.servlet.internal.request;

import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/** The response of an include: the body can be written, what would change the head is ignored (Servlet 6.1 section 9.3). */
public final class IncludeResponse extends HttpServletResponseWrapper {

    public IncludeResponse(HttpServletResponse response) {
        super(response);
    }

    @Override
    public void setStatus(int status) {
        // ignored
    }

    @Override
    public void setHeader(String name, String value) {
        // ignored
    }

    @Override
    public void addHeader(String name, String value) {
        // ignored
    }

    @Override
    public void setIntHeader(String name, int value) {
        // ignored
    }

    @Override
    public void addIntHeader(String name, int value) {
        // ignored
    }

    @Override
    public void setDateHeader(String name, long date) {
        // ignored
    }

    @Override
    public void addDateHeader(String name, long date) {
        // ignored
    }

    @Override
    public void addCookie(Cookie cookie) {
        // ignored
    }

    @Override
    public void setContentType(@Nullable String type) {
        // ignored
    }

    @Override
    public void setContentLength(int length) {
        // ignored
    }

    @Override
    public void setContentLengthLong(long length) {
        // ignored
    }

    @Override
    public void setCharacterEncoding(@Nullable String encoding) {
        // ignored
    }

    @Override
    public void setCharacterEncoding(@Nullable Charset encoding) {
        // ignored
    }

    @Override
    public void setLocale(Locale locale) {
        // ignored
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> supplier) {
        // ignored
    }

    @Override
    public void sendError(int status) {
        // ignored
    }

    @Override
    public void sendError(int status, @Nullable String message) {
        // ignored
    }

    @Override
    public void sendRedirect(String location) {
        // ignored
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) {
        // ignored
    }

    @Override
    public void sendRedirect(String location, int status) {
        // ignored
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) {
        // ignored
    }

    /** What was written before the include belongs to the including servlet, and so do the fields. */
    @Override
    public void reset() {
        if (isCommitted()) {
            super.reset();
        }
    }
}
