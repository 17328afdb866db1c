package io.zokor.servlet;

import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

import io.zokor.config.Limits;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.RequestTarget;
import io.zokor.http.ResponseWriter;
import io.zokor.servlet.mapping.CanonicalPath;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;

/**
 * One web application of Jakarta Servlet 6.1 as a {@link Handler}. Its life: {@link #builder()}, {@link #initialize()},
 * {@link #start()}, requests, {@link #destroy()}. The steps of its life are called by one thread after the other; requests come
 * on any number of threads between start and destroy.
 */
public final class ServletContainer implements Handler {

    /** Name of the container's servlet for static files. */
    static final String DEFAULT_SERVLET = "default";

    private final ZokorServletContext context;

    private final Lifecycle lifecycle;

    private final AtomicInteger active = new AtomicInteger();

    private final AtomicLong requests = new AtomicLong();

    private ServletContainer(ContainerSettings settings) {
        this.context = new ZokorServletContext(settings);
        this.lifecycle = new Lifecycle(context);
    }

    /** {@return a builder with the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return the application's context, the same for its whole life} */
    public ServletContext context() {
        return context;
    }

    /**
     * Builds the application: declared listeners, initializers, {@code contextInitialized}, filters. No servlet is initialised
     * yet. What had been started is ended again where this fails.
     *
     * @throws ServletException if the application cannot start
     * @throws IllegalStateException if it was initialised before
     */
    public void initialize() throws ServletException {
        lifecycle.initialize();
    }

    /**
     * Initialises the servlets that load on startup, in their order. May be called again: what is initialised stays as it is.
     *
     * @throws ServletException if a servlet fails
     * @throws IllegalStateException if the application is not initialised
     */
    public void start() throws ServletException {
        lifecycle.start();
    }

    /** Ends the application: servlets, filters, {@code contextDestroyed}; sessions are stored. A second call does nothing. */
    public void destroy() {
        lifecycle.destroy();
    }

    /** {@return requests that are being served now, the started asynchronous ones included} */
    public int activeRequests() {
        return active.get();
    }

    /** {@return how many sessions there are now} */
    public int activeSessions() {
        return context.sessions().active();
    }

    /** {@return how many sessions were created; restored ones do not count} */
    public long createdSessions() {
        return context.sessions().created();
    }

    /** {@return how many sessions have expired} */
    public long expiredSessions() {
        return context.sessions().expired();
    }

    /** {@return how many sessions were not created because there were too many} */
    public long rejectedSessions() {
        return context.sessions().rejected();
    }

    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        if (context.phase() != ContextParts.Phase.READY) {
            throw new RejectedRequestException(503, RejectReason.OVERLOAD, "the application is not running");
        }
        active.incrementAndGet();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(context.getClassLoader());
        try {
            serve(request, response);
        } finally {
            thread.setContextClassLoader(before);
            active.decrementAndGet();
        }
    }

    /** The path is made canonical here, once, before anything decides by it (Servlet 6.1 section 3.5). */
    private void serve(Request request, ResponseWriter response) throws Exception {
        if (request.method().equals("CONNECT")) {
            // For proxies; filters and servlets never see it (section 2.1.3).
            throw new RejectedRequestException(501, RejectReason.TARGET, "CONNECT is not implemented");
        }
        if (request.target() instanceof RequestTarget.Asterisk) {
            // A question to the server and no resource of it (RFC 9110 section 9.3.7): an empty 200 says "I am here".
            return;
        }
        String raw = request.path();
        String path = raw.startsWith("/") ? CanonicalPath.of(raw, context.encodedSlash()) : "/" + raw;
        String contextPath = context.getContextPath();
        if (!contextPath.isEmpty()) {
            if (path.equals(contextPath)) {
                String query = request.query();
                response.status(302);
                // Not the raw path: "//host/../app" would lead to another host (CVE-2018-11784).
                response.headers().set("Location", PathText.encode(contextPath) + (query == null ? "/" : "/?" + query));
                return;
            }
            if (!path.startsWith(contextPath) || path.charAt(contextPath.length()) != '/') {
                throw new RejectedRequestException(404, RejectReason.TARGET, "the path is outside of the application");
            }
            path = path.substring(contextPath.length());
        }
        Dispatcher.Target target = Dispatcher.Target.of(context, path, PathText.encode(path), null);
        String id = request.connection().id() + "-" + requests.incrementAndGet();
        new RequestCycle(context, request, response, rawContextPath(raw), target, id).run();
    }

    /** {@return as much of the path as names the application, as the client wrote it} */
    private String rawContextPath(String raw) throws RejectedRequestException {
        String contextPath = context.getContextPath();
        if (contextPath.isEmpty() || raw.startsWith(contextPath + "/")) {
            return contextPath;
        }
        int segments = (int) contextPath.chars().filter(c -> c == '/').count();
        int end = 0;
        for (int i = 0; i < segments && end >= 0; i++) {
            end = raw.indexOf('/', end + 1);
        }
        // Applications redirect to it and something: what begins another host's URL must not come out (CVE-2018-11784).
        String asWritten = end < 0 ? contextPath : raw.substring(0, end);
        return CanonicalPath.of(asWritten, context.encodedSlash()).equals(contextPath) ? asWritten : contextPath;
    }

    /** Settings of a container. Used by one thread. */
    public static final class Builder {

        private String contextPath = "";
        private String displayName = "";
        private @Nullable Path documentRoot;
        private List<URL> resourceUrls = List.of();
        private @Nullable ClassLoader classLoader;
        private final Map<String, String> initParameters = new LinkedHashMap<>();
        private Function<String, @Nullable String> mimeTypes = MimeTypes::of;
        private final List<ErrorPage> errorPages = new ArrayList<>();
        private final List<Initializer> initializers = new ArrayList<>();
        private final List<Object> listeners = new ArrayList<>();
        private @Nullable Duration sessionTimeout = Duration.ofMinutes(30);
        private @Nullable String sessionCookieSameSite;
        private @Nullable Function<Cookie, @Nullable String> cookieSameSite;
        private @Nullable Path sessionStore;
        private Duration defaultAsyncTimeout = Duration.ofSeconds(30);
        private List<String> welcomeFiles = List.of("index.html", "index.htm");
        private Map<Locale, Charset> localeEncodings = Map.of();
        private boolean usualLocaleEncodings = true;
        private boolean defaultServlet;
        private boolean preserveEncodedSlash;
        private @Nullable Path temporaryDirectory;
        private Supplier<Limits> limits = Limits::defaults;
        private String serverInfo = defaultServerInfo();

        private Builder() {
        }

        /**
         * Sets the path under which the application lives.
         *
         * @param path empty for the root, otherwise begins with a slash and does not end with one
         * @return this
         * @throws IllegalArgumentException for any other path
         */
        public Builder contextPath(String path) {
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
        public Builder displayName(String name) {
            displayName = Objects.requireNonNull(name);
            return this;
        }

        /**
         * Sets the directory of the application's own resources.
         *
         * @param root the directory, or {@code null} for none
         * @return this
         */
        public Builder documentRoot(@Nullable Path root) {
            documentRoot = root;
            return this;
        }

        /**
         * Sets where {@code META-INF/resources} is looked for after the document root.
         *
         * @param urls jars, nested jars and directories that hold {@code META-INF/resources}
         * @return this
         */
        public Builder resourceUrls(List<URL> urls) {
            resourceUrls = List.copyOf(urls);
            return this;
        }

        /**
         * Sets the application's class loader: the context class loader of all its threads.
         *
         * @param loader the loader; by default that of the thread that calls {@link #build()}
         * @return this
         */
        public Builder classLoader(@Nullable ClassLoader loader) {
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
        public Builder initParameter(String name, String value) {
            initParameters.put(Objects.requireNonNull(name), Objects.requireNonNull(value));
            return this;
        }

        /**
         * Sets the content types by file extension.
         *
         * @param types gives the type of an extension, without its dot and in lower case, or {@code null}
         * @return this
         */
        public Builder mimeTypes(Function<String, @Nullable String> types) {
            mimeTypes = Objects.requireNonNull(types);
            return this;
        }

        /**
         * Sets the page for a status.
         *
         * @param status the status
         * @param path the page within the application, begins with a slash
         * @return this
         */
        public Builder errorPage(int status, String path) {
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
        public Builder errorPage(Class<? extends Throwable> type, String path) {
            errorPages.add(new ErrorPage(0, type, path));
            return this;
        }

        /**
         * Sets the page for all errors that have none of their own.
         *
         * @param path the page within the application, begins with a slash
         * @return this
         */
        public Builder errorPage(String path) {
            errorPages.add(new ErrorPage(0, null, path));
            return this;
        }

        /**
         * Adds an initializer; they run in the order they are added.
         *
         * @param initializer what to run
         * @return this
         */
        public Builder initializer(Initializer initializer) {
            initializers.add(Objects.requireNonNull(initializer));
            return this;
        }

        /**
         * Adds a declared listener, which may configure the context like one of a deployment descriptor.
         *
         * @param listener an instance
         * @return this
         */
        public Builder listener(java.util.EventListener listener) {
            listeners.add(Objects.requireNonNull(listener));
            return this;
        }

        /**
         * Adds a declared listener, which may configure the context like one of a deployment descriptor.
         *
         * @param type its class, with a constructor without parameters
         * @return this
         */
        public Builder listener(Class<? extends java.util.EventListener> type) {
            listeners.add(Objects.requireNonNull(type));
            return this;
        }

        /**
         * Adds a declared listener, which may configure the context like one of a deployment descriptor.
         *
         * @param className name of its class, loaded by the application's class loader
         * @return this
         */
        public Builder listenerClassName(String className) {
            listeners.add(Objects.requireNonNull(className));
            return this;
        }

        /**
         * Sets when a session that is not used expires.
         *
         * @param timeout the duration, counted in whole seconds; {@code null}, zero or negative for never
         * @return this
         */
        public Builder sessionTimeout(@Nullable Duration timeout) {
            sessionTimeout = timeout;
            return this;
        }

        /**
         * Sets the {@code SameSite} attribute of the session cookie.
         *
         * @param sameSite its value; empty for none, whatever {@link #cookieSameSite} says; {@code null} to leave it to that
         * @return this
         */
        public Builder sessionCookieSameSite(@Nullable String sameSite) {
            sessionCookieSameSite = sameSite;
            return this;
        }

        /**
         * Sets the {@code SameSite} attribute of the cookies that the application adds without one.
         *
         * @param sameSite gives the value for a cookie, or {@code null} for none
         * @return this
         */
        public Builder cookieSameSite(Function<Cookie, @Nullable String> sameSite) {
            cookieSameSite = Objects.requireNonNull(sameSite);
            return this;
        }

        /**
         * Sets where sessions are kept while the application is down.
         *
         * @param directory the directory, or {@code null} for nowhere
         * @return this
         */
        public Builder sessionStore(@Nullable Path directory) {
            sessionStore = directory;
            return this;
        }

        /**
         * Sets the timeout of asynchronous requests that set none.
         *
         * @param timeout the duration; zero or negative for none
         * @return this
         */
        public Builder defaultAsyncTimeout(Duration timeout) {
            defaultAsyncTimeout = Objects.requireNonNull(timeout);
            return this;
        }

        /**
         * Sets the names that are tried where a directory is asked for.
         *
         * @param names the names, without a slash at either end
         * @return this
         */
        public Builder welcomeFiles(List<String> names) {
            welcomeFiles = List.copyOf(names);
            return this;
        }

        /**
         * Sets the character encodings that {@code setLocale} chooses.
         *
         * @param encodings encodings by locale; a locale with a language alone counts for its countries, too
         * @return this
         */
        public Builder localeEncodings(Map<Locale, Charset> encodings) {
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
        public Builder usualLocaleEncodings(boolean usual) {
            usualLocaleEncodings = usual;
            return this;
        }

        /**
         * Sets whether static files are served at {@code /}; an application's servlet may take that mapping over.
         *
         * @param register whether to
         * @return this
         */
        public Builder registerDefaultServlet(boolean register) {
            defaultServlet = register;
            return this;
        }

        /**
         * Sets what becomes of {@code %2F} in a path ({@code zokor.uri.encoded-slash}).
         *
         * @param preserve whether it stays as it is; otherwise the request is refused with 400
         * @return this
         */
        public Builder preserveEncodedSlash(boolean preserve) {
            preserveEncodedSlash = preserve;
            return this;
        }

        /**
         * Sets the directory of {@code jakarta.servlet.context.tempdir}; uploads go there.
         *
         * @param directory the directory; by default one is made at the start and deleted at the end
         * @return this
         */
        public Builder temporaryDirectory(@Nullable Path directory) {
            temporaryDirectory = directory;
            return this;
        }

        /**
         * Sets where the limits are asked for, with each request.
         *
         * @param source gives the limits
         * @return this
         */
        public Builder limits(Supplier<Limits> source) {
            limits = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Sets what {@code getServerInfo} answers.
         *
         * @param info name, or name and version with a slash between
         * @return this
         */
        public Builder serverInfo(String info) {
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
            return new ServletContainer(new ContainerSettings(contextPath, displayName, documentRoot, resourceUrls,
                    loader,
                    new LinkedHashMap<>(initParameters), mimeTypes, List.copyOf(errorPages), List.copyOf(initializers),
                    List.copyOf(listeners), sessionTimeout, sessionCookieSameSite, cookieSameSite, sessionStore,
                    defaultAsyncTimeout, welcomeFiles, localeEncodings, usualLocaleEncodings,
                    defaultServlet, preserveEncodedSlash,
                    temporaryDirectory, limits, serverInfo));
        }
    }
}
