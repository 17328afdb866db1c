package io.zokor.servlet;

import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.servlet.internal.field.MimeTypes;
import io.zokor.servlet.internal.request.ApplicationSettings;
import io.zokor.servlet.mapping.EncodedSlash;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;
import jakarta.servlet.http.Cookie;

/**
 * Settings of a {@link ServletContainer}, which {@link #build()} makes; made by {@link ServletContainer#builder()}. Used by one
 * thread. Long, because each setting has its method and its contract.
 */
public final class ServletContainerBuilder {

    private String contextPath = "";
    private String displayName = "";
    private String virtualServerName = "localhost";
    private int effectiveMajorVersion = 6;
    private int effectiveMinorVersion = 1;
    private @Nullable Path documentRoot;
    private List<URL> resourceUrls = List.of();
    private @Nullable ClassLoader classLoader;
    private final Map<String, String> initParameters = new LinkedHashMap<>();
    private Function<String, @Nullable String> mimeTypes = MimeTypes::of;
    private final Map<String, String> mimeMappings = new LinkedHashMap<>();
    private final List<ErrorPage> errorPages = new ArrayList<>();
    private final List<Initializer> initializers = new ArrayList<>();
    private final List<Object> listeners = new ArrayList<>();
    private @Nullable Filter lastFilter;
    private @Nullable Duration sessionTimeout = Duration.ofMinutes(30);
    private @Nullable String sessionCookieSameSite;
    private @Nullable Function<Cookie, @Nullable String> cookieSameSite;
    private @Nullable Path sessionStore;
    private Duration defaultAsyncTimeout = Duration.ofSeconds(30);
    private List<String> welcomeFiles = List.of("index.html", "index.htm");
    private Map<Locale, Charset> localeEncodings = Map.of();
    private boolean usualLocaleEncodings = true;
    private @Nullable Boolean defaultServlet;
    private boolean preserveEncodedSlash;
    private boolean relativeRedirects;
    private long resourceCacheBytes = 10L * 1024 * 1024;
    private @Nullable Path temporaryDirectory;
    private Supplier<Limits> limits = Limits::defaults;
    private String serverInfo = defaultServerInfo();

    ServletContainerBuilder() {
    }

    /**
     * Sets the path under which the application lives.
     *
     * @param path empty for the root, otherwise begins with a slash and does not end with one
     * @return this
     * @throws IllegalArgumentException for any other path
     */
    public ServletContainerBuilder contextPath(String path) {
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "a context path is empty or begins with a slash and does not end with one: " + path);
        }
        contextPath = path;
        return this;
    }

    /**
     * Sets what {@code getServletContextName} answers.
     *
     * @param name the name
     * @return this
     */
    public ServletContainerBuilder displayName(String name) {
        displayName = Objects.requireNonNull(name);
        return this;
    }

    /**
     * Sets what {@code getVirtualServerName} answers: the name of the configuration of the host that the application runs on.
     *
     * @param name the name; {@code localhost} by default
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public ServletContainerBuilder virtualServerName(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a virtual server has a name");
        }
        virtualServerName = name;
        return this;
    }

    /**
     * Sets which version of the servlet specification the application is written for: what {@code getEffectiveMajorVersion} and
     * {@code getEffectiveMinorVersion} answer, and nothing else.
     *
     * @param major major version, from 1 to 6; 6 by default
     * @param minor minor version, from 0; 1 by default
     * @return this
     * @throws IllegalArgumentException for a version that no application of this container can be written for
     */
    public ServletContainerBuilder effectiveVersion(int major, int minor) {
        if (major < 1 || major > 6 || minor < 0 || major == 6 && minor > 1) {
            throw new IllegalArgumentException("no version of the specification up to 6.1: " + major + "." + minor);
        }
        effectiveMajorVersion = major;
        effectiveMinorVersion = minor;
        return this;
    }

    /**
     * Sets the directory of the application's own resources.
     *
     * @param root the directory, or {@code null} for none
     * @return this
     */
    public ServletContainerBuilder documentRoot(@Nullable Path root) {
        documentRoot = root;
        return this;
    }

    /**
     * Sets where {@code META-INF/resources} is looked for after the document root.
     *
     * @param urls jars, nested jars and directories that hold {@code META-INF/resources}
     * @return this
     */
    public ServletContainerBuilder resourceUrls(List<URL> urls) {
        resourceUrls = List.copyOf(urls);
        return this;
    }

    /**
     * Sets the application's class loader: the context class loader of all its threads.
     *
     * @param loader the loader; by default that of the thread that calls {@link #build()}
     * @return this
     */
    public ServletContainerBuilder classLoader(@Nullable ClassLoader loader) {
        classLoader = loader;
        return this;
    }

    /**
     * Adds an initialisation parameter of the context.
     *
     * @param name its name
     * @param value its value
     * @return this
     */
    public ServletContainerBuilder initParameter(String name, String value) {
        initParameters.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
        return this;
    }

    /**
     * Sets the content types by file extension.
     *
     * @param types gives the type of an extension, without its dot and in lower case, or {@code null}
     * @return this
     */
    public ServletContainerBuilder mimeTypes(Function<String, @Nullable String> types) {
        mimeTypes = Objects.requireNonNull(types);
        return this;
    }

    /**
     * Adds the content type of a file extension; it goes before what {@link #mimeTypes} says.
     *
     * @param extension the extension, without its dot; case does not matter
     * @param type the content type
     * @return this
     */
    public ServletContainerBuilder mimeMapping(String extension, String type) {
        mimeMappings.put(extension.toLowerCase(Locale.ROOT), Objects.requireNonNull(type));
        return this;
    }

    private Function<String, @Nullable String> allMimeTypes() {
        Map<String, String> declared = Map.copyOf(mimeMappings);
        Function<String, @Nullable String> others = mimeTypes;
        return declared.isEmpty() ? others : extension -> {
            String type = declared.get(extension);
            return type != null ? type : others.apply(extension);
        };
    }

    /**
     * Sets the page for a status.
     *
     * @param status the status
     * @param path the page within the application, begins with a slash
     * @return this
     */
    public ServletContainerBuilder errorPage(int status, String path) {
        errorPages.add(new ErrorPage(status, null, path));
        return this;
    }

    /**
     * Sets the page for an exception and its subclasses.
     *
     * @param type the exception
     * @param path the page within the application, begins with a slash
     * @return this
     */
    public ServletContainerBuilder errorPage(Class<? extends Throwable> type, String path) {
        errorPages.add(new ErrorPage(0, type, path));
        return this;
    }

    /**
     * Sets the page for all errors that have none of their own.
     *
     * @param path the page within the application, begins with a slash
     * @return this
     */
    public ServletContainerBuilder errorPage(String path) {
        errorPages.add(new ErrorPage(0, null, path));
        return this;
    }

    /**
     * Adds an initializer; they run in the order they are added.
     *
     * @param initializer what to run
     * @return this
     */
    public ServletContainerBuilder initializer(Initializer initializer) {
        initializers.add(Objects.requireNonNull(initializer));
        return this;
    }

    /**
     * Adds a declared listener, which may configure the context like one of a deployment descriptor.
     *
     * @param listener an instance
     * @return this
     */
    public ServletContainerBuilder listener(EventListener listener) {
        listeners.add(Objects.requireNonNull(listener));
        return this;
    }

    /**
     * Adds a declared listener, which may configure the context like one of a deployment descriptor.
     *
     * @param type its class, with a constructor without parameters
     * @return this
     */
    public ServletContainerBuilder listener(Class<? extends EventListener> type) {
        listeners.add(Objects.requireNonNull(type));
        return this;
    }

    /**
     * Adds a declared listener, which may configure the context like one of a deployment descriptor.
     *
     * @param className name of its class, loaded by the application's class loader
     * @return this
     */
    public ServletContainerBuilder listenerClassName(String className) {
        listeners.add(Objects.requireNonNull(className));
        return this;
    }

    /**
     * Sets a filter that sees each request, and each forward, behind the application's filters and before its servlet: what refuses a
     * request, as security does, comes first.
     *
     * @param filter the filter; one at most
     * @return this
     * @throws IllegalStateException if there is one
     */
    public ServletContainerBuilder lastFilter(Filter filter) {
        if (lastFilter != null) {
            throw new IllegalStateException("there is a last filter: " + lastFilter.getClass().getName());
        }
        lastFilter = Objects.requireNonNull(filter);
        return this;
    }

    /**
     * Sets when a session that is not used expires.
     *
     * @param timeout the duration, counted in whole seconds; {@code null}, zero or negative for never
     * @return this
     */
    public ServletContainerBuilder sessionTimeout(@Nullable Duration timeout) {
        sessionTimeout = timeout;
        return this;
    }

    /**
     * Sets the {@code SameSite} attribute of the session cookie.
     *
     * @param sameSite its value; empty for none, whatever {@link #cookieSameSite} says; {@code null} to leave it to that
     * @return this
     */
    public ServletContainerBuilder sessionCookieSameSite(@Nullable String sameSite) {
        sessionCookieSameSite = sameSite;
        return this;
    }

    /**
     * Sets the {@code SameSite} attribute of the cookies that the application adds without one.
     *
     * @param sameSite gives the value for a cookie, or {@code null} for none
     * @return this
     */
    public ServletContainerBuilder cookieSameSite(Function<Cookie, @Nullable String> sameSite) {
        cookieSameSite = Objects.requireNonNull(sameSite);
        return this;
    }

    /**
     * Sets where sessions are kept while the application is down.
     *
     * @param directory the directory, or {@code null} for nowhere
     * @return this
     */
    public ServletContainerBuilder sessionStore(@Nullable Path directory) {
        sessionStore = directory;
        return this;
    }

    /**
     * Sets the timeout of asynchronous requests that set none.
     *
     * @param timeout the duration; zero or negative for none
     * @return this
     */
    public ServletContainerBuilder defaultAsyncTimeout(Duration timeout) {
        defaultAsyncTimeout = Objects.requireNonNull(timeout);
        return this;
    }

    /**
     * Sets the names that are tried where a directory is asked for.
     *
     * @param names the names, without a slash at either end
     * @return this
     */
    public ServletContainerBuilder welcomeFiles(List<String> names) {
        welcomeFiles = List.copyOf(names);
        return this;
    }

    /**
     * Sets the character encodings that {@code setLocale} chooses.
     *
     * @param encodings encodings by locale; a locale with a language alone counts for its countries, too
     * @return this
     */
    public ServletContainerBuilder localeEncodings(Map<Locale, Charset> encodings) {
        localeEncodings = Map.copyOf(encodings);
        return this;
    }

    /**
     * Sets whether {@code setLocale} chooses, for a locale without an encoding of its own, the one that was usual for its
     * language before UTF-8, as the specification suggests; on by default. Off, it chooses none, and what a page or a
     * writer says of itself holds.
     *
     * @param usual whether it does
     * @return this
     */
    public ServletContainerBuilder usualLocaleEncodings(boolean usual) {
        usualLocaleEncodings = usual;
        return this;
    }

    /**
     * Sets whether static files and welcome files are served at {@code /}; an application's servlet may take that mapping over.
     *
     * @param register whether to; by default they are where there is a document root
     * @return this
     */
    public ServletContainerBuilder registerDefaultServlet(boolean register) {
        defaultServlet = register;
        return this;
    }

    /**
     * Sets what becomes of {@code %2F} in a path ({@code zokor.uri.encoded-slash}).
     *
     * @param preserve whether it stays as it is; otherwise the request is refused with 400
     * @return this
     */
    public ServletContainerBuilder preserveEncodedSlash(boolean preserve) {
        preserveEncodedSlash = preserve;
        return this;
    }

    /**
     * Sets whether {@code sendRedirect} leaves scheme and host out where the application did
     * ({@code zokor.servlet.relative-redirects}). RFC 9110 section 10.2.2 allows it; Servlet 6.1 leaves it to the container.
     *
     * @param relative whether it does; by default it does not
     * @return this
     */
    public ServletContainerBuilder relativeRedirects(boolean relative) {
        relativeRedirects = relative;
        return this;
    }

    /**
     * Sets how many bytes of static resources are kept in memory ({@code zokor.servlet.resource-cache}). Only those in archives
     * are: they never change while the archive is open.
     *
     * @param bytes 0 for none; by default 10 MB
     * @return this
     * @throws IllegalArgumentException if the number is negative
     */
    public ServletContainerBuilder resourceCacheBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the size of the resource cache must not be negative, but is " + bytes);
        }
        resourceCacheBytes = bytes;
        return this;
    }

    /**
     * Sets the directory of {@code jakarta.servlet.context.tempdir}; uploads go there.
     *
     * @param directory the directory; by default one is made at the start and deleted at the end
     * @return this
     */
    public ServletContainerBuilder temporaryDirectory(@Nullable Path directory) {
        temporaryDirectory = directory;
        return this;
    }

    /**
     * Sets where the limits are asked for, with each request.
     *
     * @param source gives the limits
     * @return this
     */
    public ServletContainerBuilder limits(Supplier<Limits> source) {
        limits = Objects.requireNonNull(source);
        return this;
    }

    /**
     * Sets what {@code getServerInfo} answers.
     *
     * @param info name, or name and version with a slash between
     * @return this
     */
    public ServletContainerBuilder serverInfo(String info) {
        serverInfo = Objects.requireNonNull(info);
        return this;
    }

    /** Name and version, as the interface wants them; classes outside of a jar have no version. */
    private static String defaultServerInfo() {
        String version = ServletContainer.class.getPackage().getImplementationVersion();
        return "Zokor/" + (version == null ? "unpackaged" : version);
    }

    /** {@return the container; nothing of the application has run yet} */
    public ServletContainer build() {
        ClassLoader loader = classLoader;
        if (loader == null) {
            loader = Thread.currentThread().getContextClassLoader();
        }
        if (loader == null) {
            loader = ServletContainer.class.getClassLoader();
        }
        ApplicationSettings application = new ApplicationSettings(
                new ApplicationSettings.Names(contextPath, displayName, virtualServerName, serverInfo,
                        effectiveMajorVersion, effectiveMinorVersion),
                loader, new LinkedHashMap<>(initParameters),
                new ApplicationSettings.Resources(documentRoot, resourceUrls, resourceCacheBytes, allMimeTypes(),
                        welcomeFiles),
                new ApplicationSettings.Sessions(sessionTimeout, sessionStore, sessionCookieSameSite), cookieSameSite,
                new ApplicationSettings.Uris(preserveEncodedSlash ? EncodedSlash.PRESERVE : EncodedSlash.REJECT,
                        relativeRedirects),
                new ApplicationSettings.Encodings(localeEncodings, usualLocaleEncodings), defaultAsyncTimeout, limits);
        ContainerSettings.Start start = new ContainerSettings.Start(List.copyOf(initializers), List.copyOf(listeners),
                lastFilter, defaultServlet == null ? documentRoot != null : defaultServlet, temporaryDirectory);
        return new ServletContainer(new ContainerSettings(application, List.copyOf(errorPages), start));
    }
}
