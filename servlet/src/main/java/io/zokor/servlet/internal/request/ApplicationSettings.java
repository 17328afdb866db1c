package io.zokor.servlet.internal.request;

import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.servlet.mapping.EncodedSlash;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.Cookie;

/**
 * What an application is made of, as its builder has collected it; the builder's setters say what each means. Immutable.
 *
 * @param names what it is called
 * @param classLoader its class loader
 * @param initParameters its init parameters
 * @param resources its static resources
 * @param sessions its sessions
 * @param cookieSameSite SameSite by cookie, or {@code null} for none
 * @param uris how URIs are read and written
 * @param encodings encodings by locale
 * @param asyncTimeout time limit of asynchronous requests that set none
 * @param limits the limits in force
 */
public record ApplicationSettings(Names names, ClassLoader classLoader, Map<String, String> initParameters,
        Resources resources, Sessions sessions, @Nullable Function<Cookie, @Nullable String> cookieSameSite, Uris uris,
        Encodings encodings, Duration asyncTimeout, Supplier<Limits> limits) {

    /** What an application is called, and the versions it is written for. */
    public record Names(String contextPath, String displayName, String virtualServer, String server,
            int effectiveMajorVersion, int effectiveMinorVersion) {
    }

    /** Where static resources are, and what they are. */
    public record Resources(@Nullable Path documentRoot, List<URL> urls, long cacheBytes,
            Function<String, @Nullable String> mimeTypes, List<String> welcomeFiles) {
    }

    /** How long sessions last, where they are kept, and their cookie's SameSite. */
    public record Sessions(@Nullable Duration timeout, @Nullable Path store, @Nullable String cookieSameSite) {
    }

    /** How URIs are read and written. */
    public record Uris(EncodedSlash encodedSlash, boolean relativeRedirects) {
    }

    /** Encodings by locale; {@code usual} ones fill in what is not mapped. */
    public record Encodings(Map<Locale, Charset> byLocale, boolean usual) {
    }
}
