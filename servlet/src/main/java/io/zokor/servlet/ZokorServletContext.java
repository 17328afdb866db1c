package io.zokor.servlet;

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
import io.zokor.servlet.EventListeners.AttributeChange;
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
 * attributes may change at any time. What the container alone needs is in {@link ContextParts}.
 */
final class ZokorServletContext extends ContextParts implements ServletContext {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet.context");

    private final Map<String, Object> attributes = new ConcurrentHashMap<>();

    private final Map<String, String> initParameters;

    ZokorServletContext(ContainerSettings settings) {
        super(settings);
        this.initParameters = new LinkedHashMap<>(settings.initParameters());
    }

    @Override
    ZokorServletContext self() {
        return this;
    }

    // ---- facts

    @Override
    public String getContextPath() {
        return settings().contextPath();
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
        return settings().effectiveMajorVersion();
    }

    @Override
    public int getEffectiveMinorVersion() {
        return settings().effectiveMinorVersion();
    }

    @Override
    public @Nullable String getMimeType(@Nullable String file) {
        if (file == null) {
            return null;
        }
        int dot = file.lastIndexOf('.');
        return dot <= file.lastIndexOf('/')
                ? null
                : settings().mimeTypes().apply(file.substring(dot + 1).toLowerCase(Locale.ROOT));
    }

    @Override
    public String getServerInfo() {
        return settings().serverInfo();
    }

    @Override
    public @Nullable String getServletContextName() {
        String name = settings().displayName();
        return name.isEmpty() ? null : name;
    }

    @Override
    public String getVirtualServerName() {
        return settings().virtualServerName();
    }

    @Override
    public ClassLoader getClassLoader() {
        return settings().classLoader();
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
        checkNotInitialized();
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
        listeners().contextAttribute(new ServletContextAttributeEvent(this, name, old == null ? value : old),
                AttributeChange.ofSet(old));
    }

    @Override
    public void removeAttribute(String name) {
        Object old = attributes.remove(Objects.requireNonNull(name));
        if (old != null) {
            listeners().contextAttribute(new ServletContextAttributeEvent(this, name, old), AttributeChange.REMOVED);
        }
    }

    // ---- resources and dispatchers

    private @Nullable String canonical(@Nullable String path) {
        try {
            return path == null ? null : CanonicalPath.of(path, encodedSlash());
        } catch (RejectedRequestException e) {
            return null;
        }
    }

    @Override
    public @Nullable Set<String> getResourcePaths(@Nullable String path) {
        String canonical = canonical(path);
        return canonical == null ? null : resources().paths(canonical);
    }

    @Override
    public @Nullable URL getResource(@Nullable String path) throws MalformedURLException {
        if (path == null || !path.startsWith("/")) {
            throw new MalformedURLException("the path of a resource begins with a slash");
        }
        String canonical = canonical(path);
        return canonical == null ? null : resources().resource(canonical);
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
        return canonical == null ? null : resources().realPath(canonical);
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(@Nullable String path) {
        return Dispatcher.of(this, path);
    }

    @Override
    public @Nullable RequestDispatcher getNamedDispatcher(@Nullable String name) {
        ServletHolder servlet = name == null ? null : servlets().get(name);
        return servlet == null ? null : new Dispatcher(Dispatcher.Target.named(servlet));
    }

    // ---- servlets

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, String className) {
        checkNotInitialized();
        return servlets().add(servletName, loadClass(className, Servlet.class), null);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, Servlet servlet) {
        checkNotInitialized();
        return servlets().add(servletName, servlet.getClass(), servlet);
    }

    @Override
    public ServletRegistration.@Nullable Dynamic addServlet(String servletName, Class<? extends Servlet> servletClass) {
        checkNotInitialized();
        return servlets().add(servletName, servletClass, null);
    }

    /** There is no JSP engine: the servlet hands requests on to whatever is mapped to the file's path. */
    @Override
    public ServletRegistration.@Nullable Dynamic addJspFile(String servletName, String jspFile) {
        return addServlet(servletName, new JspFileServlet(jspFile));
    }

    @Override
    public <T extends Servlet> T createServlet(Class<T> type) throws ServletException {
        checkUnrestricted();
        return instantiate(type);
    }

    @Override
    public @Nullable ServletRegistration getServletRegistration(String servletName) {
        checkUnrestricted();
        return servlets().get(servletName);
    }

    @Override
    public Map<String, ? extends ServletRegistration> getServletRegistrations() {
        checkUnrestricted();
        return servlets().copy();
    }

    // ---- filters

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, String className) {
        checkNotInitialized();
        return filterHolders().add(filterName, loadClass(className, Filter.class), null);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, Filter filter) {
        checkNotInitialized();
        return filterHolders().add(filterName, filter.getClass(), filter);
    }

    @Override
    public FilterRegistration.@Nullable Dynamic addFilter(String filterName, Class<? extends Filter> filterClass) {
        checkNotInitialized();
        return filterHolders().add(filterName, filterClass, null);
    }

    @Override
    public <T extends Filter> T createFilter(Class<T> type) throws ServletException {
        checkUnrestricted();
        return instantiate(type);
    }

    @Override
    public @Nullable FilterRegistration getFilterRegistration(String filterName) {
        checkUnrestricted();
        return filterHolders().get(filterName);
    }

    @Override
    public Map<String, ? extends FilterRegistration> getFilterRegistrations() {
        checkUnrestricted();
        return filterHolders().copy();
    }

    // ---- listeners

    @Override
    public void addListener(String className) {
        checkNotInitialized();
        addListener(loadClass(className, EventListener.class));
    }

    @Override
    public <T extends EventListener> void addListener(T listener) {
        checkNotInitialized();
        checkListener(listener.getClass(), mayAddContextListeners());
        listeners().add(listener, false);
    }

    @Override
    public void addListener(Class<? extends EventListener> listenerClass) {
        checkNotInitialized();
        checkListener(listenerClass, mayAddContextListeners());
        try {
            listeners().add(instantiate(listenerClass), false);
        } catch (ServletException e) {
            throw new IllegalArgumentException("listener " + listenerClass.getName() + " cannot be made", e);
        }
    }

    @Override
    public <T extends EventListener> T createListener(Class<T> type) throws ServletException {
        checkUnrestricted();
        checkListener(type, true);
        return instantiate(type);
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
            checkName(role, "role");
        }
        checkNotInitialized();
    }

    // ---- sessions and encodings

    @Override
    public SessionCookieConfig getSessionCookieConfig() {
        checkUnrestricted();
        return sessionCookie();
    }

    @Override
    public void setSessionTrackingModes(Set<SessionTrackingMode> modes) {
        checkNotInitialized();
        if (modes.contains(SessionTrackingMode.SSL) && modes.size() > 1) {
            throw new IllegalArgumentException("tracking by SSL cannot be combined with another mode");
        }
        trackingModes(modes);
    }

    @Override
    public Set<SessionTrackingMode> getDefaultSessionTrackingModes() {
        return Set.of(SessionTrackingMode.COOKIE, SessionTrackingMode.URL);
    }

    @Override
    public Set<SessionTrackingMode> getEffectiveSessionTrackingModes() {
        return trackingModes();
    }

    /** In whole minutes, as the interface has it; a shorter part counts as a minute. */
    @Override
    public int getSessionTimeout() {
        int seconds = sessions().timeoutSeconds();
        // Rounded up, as 0 would mean never; and never is -1, as others say it.
        return seconds <= 0 ? -1 : (seconds - 1) / 60 + 1;
    }

    @Override
    public void setSessionTimeout(int minutes) {
        checkNotInitialized();
        sessions().timeout(minutes <= 0 ? null : java.time.Duration.ofMinutes(minutes));
    }

    @Override
    public @Nullable String getRequestCharacterEncoding() {
        return requestEncoding();
    }

    @Override
    public void setRequestCharacterEncoding(@Nullable String encoding) {
        checkNotInitialized();
        requestEncoding(encoding);
    }

    @Override
    public @Nullable String getResponseCharacterEncoding() {
        return responseEncoding();
    }

    @Override
    public void setResponseCharacterEncoding(@Nullable String encoding) {
        checkNotInitialized();
        responseEncoding(encoding);
    }
}
