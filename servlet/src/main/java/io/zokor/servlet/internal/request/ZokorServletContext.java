package io.zokor.servlet.internal.request;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.zokor.http.RejectedRequestException;
import io.zokor.servlet.internal.registry.ApplicationPhase;
import io.zokor.servlet.internal.registry.EventListeners;
import io.zokor.servlet.internal.registry.EventListeners.AttributeChange;
import io.zokor.servlet.internal.registry.Registrations;
import io.zokor.servlet.internal.registry.Registry;
import io.zokor.servlet.internal.registry.ServletHolder;
import io.zokor.servlet.mapping.CanonicalPath;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextAttributeEvent;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.SessionCookieConfig;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.descriptor.JspConfigDescriptor;

/**
 * The application as its servlets see it (Servlet 6.1 chapter 4). Configured by the thread that starts it, then read by all;
 * attributes may change at any time. It shows what {@link Application} owns. Long, because the
 * interface is: a short method for each of its own.
 */
public final class ZokorServletContext implements ServletContext {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet.context");

    private final Map<String, Object> attributes = new ConcurrentHashMap<>();

    private final Map<String, String> initParameters;

    private final Application application;

    private final Registry registry;

    private final ApplicationPhase phase;

    public ZokorServletContext(Application application) {
        this.application = application;
        this.registry = application.registry();
        this.phase = application.phase();
        this.initParameters = new LinkedHashMap<>(application.settings().initParameters());
    }

    // ---- facts

    @Override
    public String getContextPath() {
        return application.settings().names().contextPath();
    }

    /** Other applications are not reachable: there is one alone. */
    @Override
    public @Nullable ServletContext getContext(@Nullable String uripath) {
        if (uripath == null || !uripath.startsWith("/")) {
            return null;
        }
        String own = getContextPath();
        boolean inside = uripath.startsWith(own) && (uripath.length() == own.length()
                || uripath.charAt(own.length()) == '/');
        return inside ? this : null;
    }

    @Override
    public int getMajorVersion() {
        return 6;
    }

    @Override
    public int getMinorVersion() {
        return 1;
    }

    @Override
    public int getEffectiveMajorVersion() {
        return application.settings().names().effectiveMajorVersion();
    }

    @Override
    public int getEffectiveMinorVersion() {
        return application.settings().names().effectiveMinorVersion();
    }

    @Override
    public @Nullable String getMimeType(@Nullable String file) {
        if (file == null) {
            return null;
        }
        int dot = file.lastIndexOf('.');
        return dot <= file.lastIndexOf('/')
                ? null
                : application.settings().resources().mimeTypes()
                        .apply(file.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    @Override
    public String getServerInfo() {
        return application.settings().names().server();
    }

    @Override
    public @Nullable String getServletContextName() {
        String name = application.settings().names().displayName();
        return name.isEmpty() ? null : name;
    }

    @Override
    public String getVirtualServerName() {
        return application.settings().names().virtualServer();
    }

    @Override
    public ClassLoader getClassLoader() {
        return application.settings().classLoader();
    }

    /** There are no JSP settings. */
    @Override
    public @Nullable JspConfigDescriptor getJspConfigDescriptor() {
        return null;
    }

    @Override
    public void log(String message) {
        LOGGER.log(Level.INFO, message);
    }

    @Override
    public void log(String message, Throwable throwable) {
        LOGGER.log(Level.ERROR, message, throwable);
    }

    // ---- init parameters and attributes

    @Override
    public @Nullable String getInitParameter(String name) {
        return initParameters.get(Objects.requireNonNull(name));
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
        return Collections.enumeration(List.copyOf(initParameters.keySet()));
    }

    @Override
    public boolean setInitParameter(String name, String value) {
        Objects.requireNonNull(name);
        phase.checkNotInitialized();
        return initParameters.putIfAbsent(name, value) == null;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return attributes.get(Objects.requireNonNull(name));
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(List.copyOf(attributes.keySet()));
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        if (value == null) {
            removeAttribute(name);
            return;
        }
        Object old = attributes.put(Objects.requireNonNull(name), value);
        registry.listeners().contextAttribute(new ServletContextAttributeEvent(this, name, old == null ? value : old),
                AttributeChange.ofSet(old));
    }

    @Override
    public void removeAttribute(String name) {
        Object old = attributes.remove(Objects.requireNonNull(name));
        if (old != null) {
            registry.listeners().contextAttribute(new ServletContextAttributeEvent(this, name, old),
                    AttributeChange.REMOVED);
        }
    }

    // ---- resources and dispatchers

    private @Nullable String canonical(@Nullable String path) {
        try {
            return path == null ? null : CanonicalPath.of(path, application.settings().uris().encodedSlash());
        } catch (RejectedRequestException e) {
            return null;
        }
    }

    @Override
    public @Nullable Set<String> getResourcePaths(@Nullable String path) {
        String canonical = canonical(path);
        return canonical == null ? null : application.resources().paths(canonical);
    }

    @Override
    public @Nullable URL getResource(@Nullable String path) throws MalformedURLException {
        if (path == null || !path.startsWith("/")) {
            throw new MalformedURLException("the path of a resource begins with a slash");
        }
        String canonical = canonical(path);
        return canonical == null ? null : application.resources().resource(canonical);
    }

    @Override
    public @Nullable InputStream getResourceAsStream(@Nullable String path) {
        try {
            URL url = path == null || !path.startsWith("/") ? null : getResource(path);
            if (url == null || url.getPath().endsWith("/")) {
                return null;
            }
            URLConnection connection = url.openConnection();
            // A cached jar would stay open, and stay as it was, for the life of the JVM.
            connection.setUseCaches(false);
            return connection.getInputStream();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "a resource cannot be read", e);
            return null;
        }
    }

    @Override
    public @Nullable String getRealPath(@Nullable String path) {
        if (path == null) {
            return null;
        }
        String canonical = canonical(path.startsWith("/") ? path : "/" + path);
        return canonical == null ? null : application.resources().realPath(canonical);
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(@Nullable String path) {
        return Dispatcher.of(application, path);
    }

    @Override
    public @Nullable RequestDispatcher getNamedDispatcher(@Nullable String name) {
        ServletHolder servlet = name == null ? null : registry.servlets().get(name);
        return servlet == null ? null : new Dispatcher(Dispatcher.Target.named(servlet));
    }

    // ---- servlets

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, String className) {
        phase.checkNotInitialized();
        return registry.servlets().add(servletName, application.loadClass(className, Servlet.class), null);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, Servlet servlet) {
        phase.checkNotInitialized();
        return registry.servlets().add(servletName, servlet.getClass(), servlet);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, Class<? extends Servlet> servletClass) {
        phase.checkNotInitialized();
        return registry.servlets().add(servletName, servletClass, null);
    }

    /** There is no JSP engine: the servlet hands requests on to whatever is mapped to the file's path. */
    @Override
    public ServletRegistration.@Nullable Dynamic addJspFile(String servletName, String jspFile) {
        return addServlet(servletName, new JspFileServlet(jspFile));
    }

    @Override
    public <T extends Servlet> T createServlet(Class<T> type) throws ServletException {
        phase.checkUnrestricted();
        return application.instantiate(type);
    }

    @Override
    public @Nullable ServletRegistration getServletRegistration(String servletName) {
        phase.checkUnrestricted();
        return registry.servlets().get(servletName);
    }

    @Override
    public Map<String, ? extends ServletRegistration> getServletRegistrations() {
        phase.checkUnrestricted();
        return registry.servlets().copy();
    }

    // ---- filters

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, String className) {
        phase.checkNotInitialized();
        return registry.filters().add(filterName, application.loadClass(className, Filter.class), null);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, Filter filter) {
        phase.checkNotInitialized();
        return registry.filters().add(filterName, filter.getClass(), filter);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, Class<? extends Filter> filterClass) {
        phase.checkNotInitialized();
        return registry.filters().add(filterName, filterClass, null);
    }

    @Override
    public <T extends Filter> T createFilter(Class<T> type) throws ServletException {
        phase.checkUnrestricted();
        return application.instantiate(type);
    }

    @Override
    public @Nullable FilterRegistration getFilterRegistration(String filterName) {
        phase.checkUnrestricted();
        return registry.filters().get(filterName);
    }

    @Override
    public Map<String, ? extends FilterRegistration> getFilterRegistrations() {
        phase.checkUnrestricted();
        return registry.filters().copy();
    }

    // ---- listeners

    @Override
    public void addListener(String className) {
        phase.checkNotInitialized();
        addListener(application.loadClass(className, EventListener.class));
    }

    @Override
    public <T extends EventListener> void addListener(T listener) {
        phase.checkNotInitialized();
        checkListener(listener.getClass(), phase.mayAddContextListeners());
        registry.listeners().add(listener, false);
    }

    @Override
    public void addListener(Class<? extends EventListener> listenerClass) {
        phase.checkNotInitialized();
        checkListener(listenerClass, phase.mayAddContextListeners());
        try {
            registry.listeners().add(application.instantiate(listenerClass), false);
        } catch (ServletException e) {
            throw new IllegalArgumentException("listener " + listenerClass.getName() + " cannot be made", e);
        }
    }

    @Override
    public <T extends EventListener> T createListener(Class<T> type) throws ServletException {
        phase.checkUnrestricted();
        checkListener(type, true);
        return application.instantiate(type);
    }

    private static void checkListener(Class<?> type, boolean contextListener) {
        boolean supported = contextListener
                ? EventListeners.isSupported(type)
                : EventListeners.isSupportedApartFromContext(type);
        if (!supported) {
            throw new IllegalArgumentException(type.getName() + " is no listener that can be added here");
        }
    }

    @Override
    public void declareRoles(String... roleNames) {
        for (String role : roleNames) {
            Registrations.checkName(role, "role");
        }
        phase.checkNotInitialized();
    }

    // ---- sessions and encodings

    @Override
    public SessionCookieConfig getSessionCookieConfig() {
        phase.checkUnrestricted();
        return application.sessionCookie();
    }

    @Override
    public void setSessionTrackingModes(Set<SessionTrackingMode> modes) {
        phase.checkNotInitialized();
        if (modes.contains(SessionTrackingMode.SSL) && modes.size() > 1) {
            throw new IllegalArgumentException("tracking by SSL cannot be combined with another mode");
        }
        application.trackingModes(modes);
    }

    @Override
    public Set<SessionTrackingMode> getDefaultSessionTrackingModes() {
        return Set.of(SessionTrackingMode.COOKIE, SessionTrackingMode.URL);
    }

    @Override
    public Set<SessionTrackingMode> getEffectiveSessionTrackingModes() {
        return application.trackingModes();
    }

    /** In whole minutes, as the interface has it; a shorter part counts as a minute. */
    @Override
    public int getSessionTimeout() {
        int seconds = application.sessions().timeoutSeconds();
        // Rounded up, as 0 would mean never; and never is -1, as others say it.
        return seconds <= 0 ? -1 : (seconds - 1) / 60 + 1;
    }

    @Override
    public void setSessionTimeout(int minutes) {
        phase.checkNotInitialized();
        application.sessions().timeout(minutes <= 0 ? null : java.time.Duration.ofMinutes(minutes));
    }

    @Override
    public @Nullable String getRequestCharacterEncoding() {
        return application.requestEncoding();
    }

    @Override
    public void setRequestCharacterEncoding(@Nullable String encoding) {
        phase.checkNotInitialized();
        application.requestEncoding(encoding);
    }

    @Override
    public @Nullable String getResponseCharacterEncoding() {
        return application.responseEncoding();
    }

    @Override
    public void setResponseCharacterEncoding(@Nullable String encoding) {
        phase.checkNotInitialized();
        application.responseEncoding(encoding);
    }
}
