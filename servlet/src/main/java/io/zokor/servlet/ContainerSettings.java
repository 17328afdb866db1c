package io.zokor.servlet;

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

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;
import jakarta.servlet.http.Cookie;

/** What {@link ServletContainerBuilder} collects; its setters say what each means. */
record ContainerSettings(String contextPath, String displayName, String virtualServerName,
        int effectiveMajorVersion, int effectiveMinorVersion, @Nullable Path documentRoot, List<URL> resourceUrls,
        ClassLoader classLoader, Map<String, String> initParameters, Function<String, @Nullable String> mimeTypes,
        List<ErrorPage> errorPages, List<Initializer> initializers, List<Object> listeners,
        @Nullable Filter lastFilter,
        @Nullable Duration sessionTimeout, @Nullable String sessionCookieSameSite,
        @Nullable Function<Cookie, @Nullable String> cookieSameSite, @Nullable Path sessionStore,
        Duration defaultAsyncTimeout, List<String> welcomeFiles, Map<Locale, Charset> localeEncodings,
        boolean usualLocaleEncodings, boolean registerDefaultServlet, boolean preserveEncodedSlash,
        boolean relativeRedirects, long resourceCacheBytes,
        @Nullable Path temporaryDirectory,
        Supplier<Limits> limits, String serverInfo) {
}
