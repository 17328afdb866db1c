package io.zokor.servlet.internal.field;

import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.util.Locale;

import io.zokor.http.HeaderSyntax;

import org.jspecify.annotations.Nullable;

/**
 * Content type, character encoding and locale of one response and how they depend on each other (Servlet 6.1 section 5.6).
 * Guarded by the response's lock.
 */
public final class ContentType {

    private static final String DEFAULT_CHARSET = "ISO-8859-1";

    private final LocaleCharsets charsets;

    /** Encoding of the application's responses that set none, or {@code null}. */
    private final @Nullable String contextCharset;

    private @Nullable String type;

    private @Nullable String charset;

    /** {@link #charset} comes from the locale alone, so that anything said of it takes precedence. */
    private boolean charsetFromLocale;

    private @Nullable Locale locale;

    /** A writer exists, so the encoding is fixed. */
    private boolean fixed;

    public ContentType(LocaleCharsets charsets, @Nullable String contextCharset) {
        this.charsets = charsets;
        this.contextCharset = contextCharset;
    }

    public void reset() {
        type = null;
        charset = null;
        charsetFromLocale = false;
        locale = null;
        fixed = false;
    }

    public void type(@Nullable String text) {
        if (text == null) {
            type = null;
            if (!fixed) {
                charset = null;
            }
            return;
        }
        MediaType parsed = MediaType.parse(text);
        type = parsed.withoutCharset();
        if (parsed.charset() != null) {
            charset(parsed.charset());
        }
    }

    public void charset(@Nullable String name) {
        if (!fixed) {
            charset = name;
            charsetFromLocale = false;
        }
    }

    public void locale(@Nullable Locale value) {
        locale = value;
        if (fixed || charset != null && !charsetFromLocale) {
            return;
        }
        charset = value == null ? null : charsets.charsetOf(value);
        charsetFromLocale = charset != null;
    }

    public Locale locale() {
        return locale == null ? Locale.getDefault() : locale;
    }

    @Nullable
    public String language() {
        return locale == null ? null : locale.toLanguageTag();
    }

    /** {@return the encoding that a writer uses} */
    public String effectiveCharset() {
        if (charset != null) {
            return charset;
        }
        return contextCharset != null ? contextCharset : DEFAULT_CHARSET;
    }

    /** Fixes the encoding for a writer. */
    public Charset fix() throws UnsupportedEncodingException {
        String name = effectiveCharset();
        Charset found = MediaType.charsetNamed(name);
        if (found == null || !found.canEncode()) {
            throw new UnsupportedEncodingException(name);
        }
        charset = name;
        charsetFromLocale = false;
        fixed = true;
        return found;
    }

    /** {@return the value of the Content-Type field, or {@code null} for none} */
    @Nullable
    public String value() {
        if (type == null) {
            return null;
        }
        String name = charset != null ? charset : contextCharset;
        // What is no token cannot be sent, as it could begin another field; a writer refuses it (Javadoc of setCharacterEncoding).
        return name == null || !HeaderSyntax.isToken(name) ? type : type + ";charset=" + name;
    }
}
