package io.zokor.servlet;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.zokor.config.Limits;
import io.zokor.http.ConnectionInfo;
import io.zokor.net.Ticker;
import io.zokor.servlet.internal.field.LocaleCharsets;
import io.zokor.servlet.mapping.EncodedSlash;
import io.zokor.servlet.mapping.ServletMappings;
import io.zokor.servlet.resource.ResourceResolver;
import io.zokor.servlet.session.SessionManager;
import io.zokor.servlet.session.SessionSettings;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.Cookie;

/**
 * What the container keeps for an application behind its {@link ZokorServletContext}: registries, sessions, settings, and the
 * state that decides who may still configure it. Configured by the thread that starts the application, then read by all.
 */
abstract class ContextParts {

    /** Steps of an application's life, in order. */
    enum Phase {
        /** Made: everything may be configured. */
        NEW,
        /** Initializers run. */
        INITIALIZERS,
        /** Context listeners run: declared ones may configure, but add no context listeners. */
        LISTENERS,
        /** Configured for good. */
        READY,
        /** Requests that run may end, others are refused. */
        ENDING,
        /** Over. */
        ENDED
    }

    private final ContainerSettings settings;

    private final EventListeners listeners = new EventListeners();

    private final FilterMappings filters = new FilterMappings();

    private final Registrations<Servlet, ServletHolder> servlets = new Registrations<>("servlet",
            name -> new ServletHolder(self(), name));

    private final Registrations<Filter, FilterHolder> filterHolders = new Registrations<>("filter",
            name -> new FilterHolder(self(), name));

    private final ServletMappings<ServletHolder> mappings = new ServletMappings<>();

    private final ErrorPages errorPages;

    private final LocaleCharsets localeCharsets;

    private final SessionManager sessions;

    private final ResourceResolver resources;

    /** Session ids by the TLS sessions that carry them. */
    private final Map<String, String> tlsSessions = new ConcurrentHashMap<>();

    private final Set<AsyncCycle> asyncCycles = ConcurrentHashMap.newKeySet();

    private final Set<UpgradedConnection> upgrades = ConcurrentHashMap.newKeySet();

    /** Tells connections of this context from those of others in the JVM. */
    private final String connectionPrefix = UUID.randomUUID().toString().substring(0, 8) + "-";

    private volatile Phase phase = Phase.NEW;

    /** The thread that runs a listener which may not configure the context, or {@code null}. */
    private volatile @Nullable Thread restricted;

    private Set<SessionTrackingMode> trackingModes = Set.of(SessionTrackingMode.COOKIE, SessionTrackingMode.URL);

    private @Nullable SessionCookie sessionCookie;

    private @Nullable ServletHolder notFound;

    private @Nullable String requestEncoding;

    private @Nullable String responseEncoding;

    private volatile @Nullable Path temporaryDirectory;

    ContextParts(ContainerSettings settings) {
        this.settings = settings;
        this.errorPages = new ErrorPages(settings.errorPages());
        this.localeCharsets = new LocaleCharsets(settings.localeEncodings(),
                settings.usualLocaleEncodings());
        this.resources = new ResourceResolver(settings.documentRoot(), settings.resourceUrls(),
                settings.resourceCacheBytes());
        this.sessions = new SessionManager(new SessionSettings(this::self, settings.sessionTimeout(),
                new SessionListeners(listeners, this::sessionEnded), Ticker.system(), settings.sessionStore(),
                settings::classLoader, SessionSettings.OFF));
    }

    abstract ZokorServletContext self();

    // ---- who may configure

    Phase phase() {
        return phase;
    }

    void phase(Phase next) {
        phase = next;
    }

    /** Runs a listener that was not declared: it may not configure the context (Servlet 6.1 section 4.4). */
    void restrict(Runnable listener) {
        restricted = Thread.currentThread();
        try {
            listener.run();
        } finally {
            restricted = null;
        }
    }

    void checkUnrestricted() {
        if (restricted == Thread.currentThread()) {
            throw new UnsupportedOperationException(
                    "a context listener that was not declared may not configure the context (Servlet 6.1 section 4.4)");
        }
    }

    void checkNotInitialized() {
        checkUnrestricted();
        if (phase.compareTo(Phase.LISTENERS) > 0) {
            throw new IllegalStateException("the context is initialised already");
        }
    }

    boolean mayAddContextListeners() {
        return phase.compareTo(Phase.INITIALIZERS) <= 0;
    }

    static String checkName(@Nullable String name, String what) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a " + what + " needs a name");
        }
        return name;
    }

    // ---- registries

    ContainerSettings settings() {
        return settings;
    }

    EventListeners listeners() {
        return listeners;
    }

    FilterMappings filters() {
        return filters;
    }

    Registrations<Servlet, ServletHolder> servlets() {
        return servlets;
    }

    Registrations<Filter, FilterHolder> filterHolders() {
        return filterHolders;
    }

    /** Maps patterns to a servlet unless one of them belongs to another; answers those that do. */
    Set<String> addServletMappings(ServletHolder servlet, Set<String> patterns) {
        Set<String> taken = new LinkedHashSet<>();
        for (String pattern : patterns) {
            ServletHolder owner = mappings.target(pattern);
            if (owner != null && owner != servlet && !isReplaceable(owner)) {
                taken.add(pattern);
            }
        }
        if (taken.isEmpty()) {
            for (String pattern : patterns) {
                ServletHolder owner = mappings.target(pattern);
                if (owner != null && owner != servlet) {
                    mappings.remove(pattern);
                }
                mappings.add(pattern, servlet);
            }
        }
        return taken;
    }

    /** The container's default servlet gives way to the application's. */
    private static boolean isReplaceable(ServletHolder owner) {
        return owner.getName().equals(ServletContainer.DEFAULT_SERVLET);
    }

    Collection<String> servletMappingsOf(ServletHolder servlet) {
        List<String> patterns = new ArrayList<>();
        mappings.patterns().forEach((pattern, target) -> {
            if (target == servlet) {
                patterns.add(pattern);
            }
        });
        return patterns;
    }

    ServletMappings.@Nullable Match<ServletHolder> match(String path) {
        return mappings.match(path);
    }

    /** {@return the servlet behind paths that none is mapped to} */
    ServletHolder notFound() {
        ServletHolder holder = notFound;
        if (holder == null) {
            holder = new ServletHolder(self(), "zokor-not-found");
            holder.complete(NotFoundServlet.class, new NotFoundServlet());
            notFound = holder;
        }
        return holder;
    }

    ErrorPages errorPages() {
        return errorPages;
    }

    LocaleCharsets localeCharsets() {
        return localeCharsets;
    }

    ResourceResolver resources() {
        return resources;
    }

    Set<AsyncCycle> asyncCycles() {
        return asyncCycles;
    }

    Set<UpgradedConnection> upgrades() {
        return upgrades;
    }

    // ---- sessions

    SessionManager sessions() {
        return sessions;
    }

    SessionCookie sessionCookie() {
        SessionCookie cookie = sessionCookie;
        if (cookie == null) {
            cookie = new SessionCookie(self());
            sessionCookie = cookie;
        }
        return cookie;
    }

    Set<SessionTrackingMode> trackingModes() {
        return trackingModes;
    }

    void trackingModes(Set<SessionTrackingMode> modes) {
        trackingModes = modes.isEmpty() ? Set.of() : Set.copyOf(EnumSet.copyOf(modes));
    }

    @Nullable
    String sessionOfTls(String tlsSession) {
        return tlsSessions.get(tlsSession);
    }

    void bindTls(String tlsSession, String session) {
        tlsSessions.put(tlsSession, session);
    }

    private void sessionEnded(String session) {
        if (!tlsSessions.isEmpty()) {
            tlsSessions.values().removeIf(session::equals);
        }
    }

    /** {@return SameSite for a cookie of the application, or {@code null}} */
    @Nullable
    String sameSite(Cookie cookie) {
        return settings.cookieSameSite() == null ? null : settings.cookieSameSite().apply(cookie);
    }

    /** The session cookie's own setting goes before the one for all cookies. */
    @Nullable
    String sessionSameSite(Cookie cookie) {
        return settings.sessionCookieSameSite() != null ? settings.sessionCookieSameSite() : sameSite(cookie);
    }

    // ---- settings

    EncodedSlash encodedSlash() {
        return settings.preserveEncodedSlash() ? EncodedSlash.PRESERVE : EncodedSlash.REJECT;
    }

    boolean relativeRedirects() {
        return settings.relativeRedirects();
    }

    Limits limits() {
        return settings.limits().get();
    }

    long asyncTimeoutMillis() {
        return settings.defaultAsyncTimeout().toMillis();
    }

    @Nullable
    String requestEncoding() {
        return requestEncoding;
    }

    void requestEncoding(@Nullable String encoding) {
        requestEncoding = encoding;
    }

    @Nullable
    String responseEncoding() {
        return responseEncoding;
    }

    void responseEncoding(@Nullable String encoding) {
        responseEncoding = encoding;
    }

    Path temporaryDirectory() {
        Path directory = temporaryDirectory;
        if (directory == null) {
            throw new IllegalStateException("the application is not initialised");
        }
        return directory;
    }

    void temporaryDirectory(Path directory) {
        temporaryDirectory = directory;
    }

    String connectionId(ConnectionInfo connection) {
        return connectionPrefix + connection.id();
    }

    // ---- classes and threads

    <T> Class<? extends T> loadClass(@Nullable String name, Class<T> type) {
        try {
            return Class.forName(checkName(name, "class"), true, settings.classLoader()).asSubclass(type);
        } catch (ClassNotFoundException | LinkageError | ClassCastException e) {
            throw new IllegalArgumentException("class " + name + " cannot be used as " + type.getSimpleName(), e);
        }
    }

    <T> T instantiate(Class<T> type) throws ServletException {
        try {
            Constructor<T> constructor = type.getDeclaredConstructor();
            if (!constructor.canAccess(null)) {
                constructor.setAccessible(true);
            }
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw new ServletException("the constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new ServletException(type.getName() + " cannot be made: it needs a constructor without parameters",
                    e);
        }
    }

    /** {@return a virtual thread with the application's class loader, not started} */
    Thread newThread(String name, Runnable task) {
        Thread thread = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(task);
        thread.setContextClassLoader(settings.classLoader());
        return thread;
    }
}
