package io.zokor.servlet.internal.request;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.net.TlsInfo;
import io.zokor.servlet.internal.registry.EventListeners;
import io.zokor.servlet.internal.registry.EventListeners.AttributeChange;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.PushBuilder;

/**
 * The request as servlets see it, at the first dispatch; later dispatches wrap it ({@link DispatchRequest}). Made for one
 * exchange and never used again. Used by one thread at a time; attributes by any.
 */
public final class ZokorServletRequest extends RequestFacts {

    private static final String TLS = "jakarta.servlet.request.";

    private final RequestContent content;

    private final Map<String, Object> attributes = new ConcurrentHashMap<>(8);

    public ZokorServletRequest(RequestCycle cycle, Request core, Dispatcher.Target target) {
        super(cycle, core, target);
        this.content = new RequestContent(cycle, core);
        TlsInfo tls = core.tls();
        if (tls != null) {
            attributes.put(TLS + "secure_protocol", tls.protocol());
            attributes.put(TLS + "cipher_suite", tls.cipherSuite());
            attributes.put(TLS + "key_size", tls.keySize());
            attributes.put(TLS + "ssl_session_id", tls.sessionId());
            if (!tls.peerCertificates().isEmpty()) {
                attributes.put(TLS + "X509Certificate", tls.peerCertificates().toArray(X509Certificate[]::new));
            }
        }
    }

    public RequestCycle cycle() {
        return cycle;
    }

    public RequestContent content() {
        return content;
    }

    // ---- attributes

    @Override
    public @Nullable Object getAttribute(String name) {
        cycle.checkOpen();
        return attributes.get(name);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        cycle.checkOpen();
        return Collections.enumeration(List.copyOf(attributes.keySet()));
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        cycle.checkOpen();
        if (value == null) {
            removeAttribute(name);
            return;
        }
        Object old = attributes.put(name, value);
        fire(name, old == null ? value : old, AttributeChange.ofSet(old));
    }

    @Override
    public void removeAttribute(String name) {
        cycle.checkOpen();
        Object old = attributes.remove(name);
        if (old != null) {
            fire(name, old, AttributeChange.REMOVED);
        }
    }

    private void fire(String name, Object value, AttributeChange change) {
        EventListeners listeners = cycle.application().registry().listeners();
        if (listeners.hasRequestAttributeListeners()) {
            listeners.requestAttribute(
                    new ServletRequestAttributeEvent(cycle.application().servletContext(), this, name, value), change);
        }
    }

    // ---- content

    @Override
    public @Nullable String getCharacterEncoding() {
        cycle.checkOpen();
        return content.encoding();
    }

    @Override
    public void setCharacterEncoding(String encoding) throws UnsupportedEncodingException {
        cycle.checkOpen();
        content.encoding(encoding);
    }

    @Override
    public ServletInputStream getInputStream() {
        cycle.checkOpen();
        return content.stream();
    }

    @Override
    public BufferedReader getReader() throws IOException {
        cycle.checkOpen();
        return content.reader();
    }

    @Override
    public @Nullable String getParameter(String name) {
        cycle.checkOpen();
        String[] values = content.parameters().get(name);
        return values == null ? null : values[0];
    }

    @Override
    public Enumeration<String> getParameterNames() {
        cycle.checkOpen();
        return Collections.enumeration(content.parameters().keySet());
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        cycle.checkOpen();
        String[] values = content.parameters().get(name);
        return values == null ? null : values.clone();
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        cycle.checkOpen();
        return Collections.unmodifiableMap(content.parameters());
    }

    @Override
    public Collection<Part> getParts() throws IOException, ServletException {
        cycle.checkOpen();
        return content.parts();
    }

    @Override
    public @Nullable Part getPart(String name) throws IOException, ServletException {
        cycle.checkOpen();
        return content.part(name);
    }

    @Override
    public Map<String, String> getTrailerFields() {
        if (!isTrailerFieldsReady()) {
            throw new IllegalStateException("trailers come after the body: read it to its end first");
        }
        Headers trailers = core().trailers();
        if (trailers == null) {
            return Map.of();
        }
        Map<String, String> fields = new HashMap<>();
        trailers.forEach((name, value) -> fields.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b));
        return fields;
    }

    @Override
    public boolean isTrailerFieldsReady() {
        return needsChunksForTrailers() && core().contentLength() >= 0 || core().trailers() != null;
    }

    // ---- session

    @Override
    public @Nullable HttpSession getSession(boolean create) {
        cycle.checkOpen();
        return cycle.session().get(create);
    }

    @Override
    public HttpSession getSession() {
        HttpSession session = getSession(true);
        assert session != null : "one is made where there is none";
        return session;
    }

    @Override
    public String changeSessionId() {
        cycle.checkOpen();
        return cycle.session().changeId();
    }

    @Override
    public @Nullable String getRequestedSessionId() {
        cycle.checkOpen();
        return cycle.session().requestedId();
    }

    @Override
    public boolean isRequestedSessionIdValid() {
        cycle.checkOpen();
        return cycle.session().isRequestedIdValid();
    }

    @Override
    public boolean isRequestedSessionIdFromCookie() {
        cycle.checkOpen();
        return cycle.session().isRequestedBy(SessionTrackingMode.COOKIE);
    }

    @Override
    public boolean isRequestedSessionIdFromURL() {
        cycle.checkOpen();
        return cycle.session().isRequestedBy(SessionTrackingMode.URL);
    }

    // ---- security: the container knows no users, Spring Security's wrappers do

    @Override
    public @Nullable String getAuthType() {
        cycle.checkOpen();
        return null;
    }

    @Override
    public @Nullable String getRemoteUser() {
        cycle.checkOpen();
        return null;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        cycle.checkOpen();
        return null;
    }

    @Override
    public boolean isUserInRole(String role) {
        cycle.checkOpen();
        return false;
    }

    @Override
    public boolean authenticate(HttpServletResponse response) throws ServletException {
        cycle.checkOpen();
        throw new ServletException("the container has no login mechanism: use Spring Security");
    }

    @Override
    public void login(String username, String password) throws ServletException {
        cycle.checkOpen();
        throw new ServletException("the container has no login mechanism: use Spring Security");
    }

    @Override
    public void logout() {
        // Nobody is logged in as far as the container knows.
        cycle.checkOpen();
    }

    // ---- dispatch

    @Override
    public ServletContext getServletContext() {
        return cycle.application().servletContext();
    }

    @Override
    public DispatcherType getDispatcherType() {
        cycle.checkOpen();
        return DispatcherType.REQUEST;
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        cycle.checkOpen();
        return Dispatcher.relative(cycle.application(), path, this);
    }

    @Override
    public AsyncContext startAsync() {
        cycle.checkOpen();
        return cycle.startAsync(null, null);
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        cycle.checkOpen();
        return cycle.startAsync(request, response);
    }

    @Override
    public boolean isAsyncStarted() {
        cycle.checkOpen();
        return cycle.isAsyncStarted();
    }

    @Override
    public boolean isAsyncSupported() {
        cycle.checkOpen();
        return cycle.isAsyncSupported();
    }

    @Override
    public AsyncContext getAsyncContext() {
        cycle.checkOpen();
        return cycle.asyncContext();
    }

    @Override
    public <T extends HttpUpgradeHandler> T upgrade(Class<T> handlerClass) throws IOException, ServletException {
        cycle.checkOpen();
        return cycle.upgrade(handlerClass);
    }

    /** Server push is left out: browsers have given it up. */
    @Override
    @Deprecated
    public @Nullable PushBuilder newPushBuilder() {
        cycle.checkOpen();
        return null;
    }
}
