package io.zokor.servlet.internal.request;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.zokor.config.Limits;
import io.zokor.http.ConnectionInfo;
import io.zokor.net.Ticker;
import io.zokor.servlet.internal.field.LocaleCharsets;
import io.zokor.servlet.internal.registry.ApplicationPhase;
import io.zokor.servlet.internal.registry.RegistrationScope;
import io.zokor.servlet.internal.registry.Registrations;
import io.zokor.servlet.internal.registry.Registry;
import io.zokor.servlet.internal.registry.SessionCookie;
import io.zokor.servlet.internal.registry.SessionListeners;
import io.zokor.servlet.resource.ResourceResolver;
import io.zokor.servlet.session.SessionManager;
import io.zokor.servlet.session.SessionSettings;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.Cookie;

/**
 * One application: it owns the registry, sessions, resources and settings that its {@link ServletContext} shows, and what is still
 * running when it ends. Configured by the thread that starts it, then read by all.
 */
public final class Application implements RegistrationScope {

    /** What goes on beyond its first request, and ends with the application at the latest. */
    interface OpenWork {

        /** Ends it, without waiting; called by the thread that ends the application. */
        void applicationEnds();
    }

    private final ApplicationSettings settings;

    private final ApplicationPhase phase = new ApplicationPhase();

    private final ServletContext servletContext;

    private final Registry registry;

    private final LocaleCharsets localeCharsets;

    private final SessionManager sessions;

    private final SessionCookie sessionCookie = new SessionCookie(phase);

    private final ResourceResolver resources;

    /** Session ids by the TLS sessions that carry them. */
    private final Map<String, String> tlsSessions = new ConcurrentHashMap<>();

    private final Set<OpenWork> openWork = ConcurrentHashMap.newKeySet();

    /** Tells connections of this context from those of others in the JVM. */
    private final String connectionPrefix = UUID.randomUUID().toString().substring(0, 8) + "-";

    private Set<SessionTrackingMode> trackingModes = Set.of(SessionTrackingMode.COOKIE, SessionTrackingMode.URL);

    private @Nullable String requestEncoding;

    private @Nullable String responseEncoding;

    private volatile @Nullable Path temporaryDirectory;

    /**
     * @param settings what it is made of
     * @param facade makes what its servlets see of it
     */
    public Application(ApplicationSettings settings, Function<Application, ServletContext> facade) {
        this.settings = settings;
        this.registry = new Registry(this);
        this.localeCharsets = new LocaleCharsets(settings.encodings().byLocale(), settings.encodings().usual());
        ApplicationSettings.Resources files = settings.resources();
        this.resources = new ResourceResolver(files.documentRoot(), files.urls(), files.cacheBytes());
        this.sessions = new SessionManager(new SessionSettings(this::servletContext, settings.sessions().timeout(),
                new SessionListeners(registry.listeners(), this::sessionEnded), Ticker.system(),
                settings.sessions().store(), settings::classLoader, SessionSettings.OFF));
        this.servletContext = facade.apply(this);
    }

    @Override
    public ServletContext servletContext() {
        return servletContext;
    }

    @Override
    public ApplicationPhase phase() {
        return phase;
    }

    public ApplicationSettings settings() {
        return settings;
    }

    public Registry registry() {
        return registry;
    }

    LocaleCharsets localeCharsets() {
        return localeCharsets;
    }

    public ResourceResolver resources() {
        return resources;
    }

    // ---- what runs

    void began(OpenWork work) {
        openWork.add(work);
    }

    void ended(OpenWork work) {
        openWork.remove(work);
    }

    /** Ends whatever is still open: asynchronous requests, upgraded connections. */
    public void endOpenWork() {
        openWork.forEach(OpenWork::applicationEnds);
    }

    // ---- sessions

    public SessionManager sessions() {
        return sessions;
    }

    SessionCookie sessionCookie() {
        return sessionCookie;
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
        String own = settings.sessions().cookieSameSite();
        return own != null ? own : sameSite(cookie);
    }

    // ---- settings

    Limits limits() {
        return settings.limits().get();
    }

    long asyncTimeoutMillis() {
        return settings.asyncTimeout().toMillis();
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

    public void temporaryDirectory(Path directory) {
        temporaryDirectory = directory;
    }

    String connectionId(ConnectionInfo connection) {
        return connectionPrefix + connection.id();
    }

    // ---- classes and threads

    /** @throws IllegalArgumentException if there is no such class, or it is of another type */
    public <T> Class<? extends T> loadClass(@Nullable String name, Class<T> type) {
        try {
            return Class.forName(Registrations.checkName(name, "class"), true, settings.classLoader())
                    .asSubclass(type);
        } catch (ClassNotFoundException | LinkageError | ClassCastException e) {
            throw new IllegalArgumentException("class " + name + " cannot be used as " + type.getSimpleName(), e);
        }
    }

    @Override
    public <T> T instantiate(Class<T> type) throws ServletException {
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
