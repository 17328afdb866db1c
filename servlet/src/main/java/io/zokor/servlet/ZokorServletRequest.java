package io.zokor.servlet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Headers;
import io.zokor.http.HttpDate;
import io.zokor.http.Request;
import io.zokor.net.TlsInfo;
import io.zokor.servlet.EventListeners.AttributeChange;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConnection;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestAttributeEvent;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.PushBuilder;

/**
 * The request as servlets see it, at the first dispatch; later dispatches wrap it ({@link DispatchRequest}). Made for one
 * exchange and never used again. Used by one thread at a time; attributes by any.
 */
final class ZokorServletRequest implements HttpServletRequest {

    private static final String TLS = "jakarta.servlet.request.";

    private final RequestCycle cycle;

    private final Request core;

    private final Dispatcher.Target target;

    private final RequestContent content;

    private final Map<String, Object> attributes = new ConcurrentHashMap<>(8);

    private @Nullable List<Cookie> cookies;

    private @Nullable List<Locale> locales;

    ZokorServletRequest(RequestCycle cycle, Request core, Dispatcher.Target target) {
        this.cycle = cycle;
        this.core = core;
        this.target = target;
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

    RequestCycle cycle() {
        return cycle;
    }

    RequestContent content() {
        return content;
    }

    /** {@return the core's request, while the exchange lasts} */
    private Request core() {
        cycle.checkOpen();
        return core;
    }

    boolean isHead() {
        return core.method().equals("HEAD");
    }

    boolean mayHaveTrailers() {
        return !getProtocol().equals("HTTP/1.0");
    }

    // ---- line and fields

    @Override
    public String getMethod() {
        return core().method();
    }

    @Override
    public String getProtocol() {
        return core().protocol();
    }

    @Override
    public String getScheme() {
        return core().scheme();
    }

    @Override
    public boolean isSecure() {
        return core().scheme().equals("https");
    }

    @Override
    public String getRequestURI() {
        return core().path();
    }

    @Override
    public StringBuffer getRequestURL() {
        return new StringBuffer(Redirect.origin(this)).append(getRequestURI());
    }

    @Override
    public @Nullable String getQueryString() {
        return core().query();
    }

    @Override
    public String getContextPath() {
        cycle.checkOpen();
        return cycle.rawContextPath();
    }

    @Override
    public String getServletPath() {
        cycle.checkOpen();
        return target.servletPath();
    }

    @Override
    public @Nullable String getPathInfo() {
        cycle.checkOpen();
        return target.pathInfo();
    }

    @Override
    public @Nullable String getPathTranslated() {
        String info = getPathInfo();
        return info == null ? null : cycle.context().getRealPath(info);
    }

    @Override
    public HttpServletMapping getHttpServletMapping() {
        cycle.checkOpen();
        return target.mapping();
    }

    @Override
    public @Nullable String getHeader(String name) {
        return core().headers().get(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(core().headers().all(name));
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        return Collections.enumeration(core().headers().names());
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        String value = getHeader(name);
        if (value == null) {
            return -1;
        }
        Instant date = HttpDate.parse(value);
        if (date == null) {
            throw new IllegalArgumentException("field " + name + " holds no date");
        }
        return date.toEpochMilli();
    }

    List<Cookie> cookies() {
        List<Cookie> found = cookies;
        if (found == null) {
            found = CookieParser.parse(core().headers(), cycle.context().limits().maxCookies());
            cookies = found;
        }
        return found;
    }

    @Override
    public Cookie @Nullable [] getCookies() {
        List<Cookie> found = cookies();
        return found.isEmpty() ? null : found.stream().map(c -> (Cookie) c.clone()).toArray(Cookie[]::new);
    }

    private List<Locale> locales() {
        List<Locale> found = locales;
        if (found == null) {
            found = AcceptedLocales.of(core().headers().all("Accept-Language"));
            locales = found;
        }
        return found;
    }

    @Override
    public Locale getLocale() {
        return locales().getFirst();
    }

    @Override
    public Enumeration<Locale> getLocales() {
        return Collections.enumeration(locales());
    }

    // ---- addresses and identity

    @Override
    public String getServerName() {
        String host = Addresses.hostOf(core().host());
        return host.isEmpty() ? Addresses.ip(core.connection().localAddress()) : host;
    }

    @Override
    public int getServerPort() {
        String host = core().host();
        if (host.isEmpty()) {
            return Addresses.port(core.connection().localAddress());
        }
        int port = Addresses.portOf(host);
        return port >= 0 ? port : core.scheme().equals("https") ? 443 : 80;
    }

    @Override
    public String getRemoteAddr() {
        return Addresses.ip(core().connection().remoteAddress());
    }

    @Override
    public String getRemoteHost() {
        return getRemoteAddr();
    }

    @Override
    public int getRemotePort() {
        return Addresses.port(core().connection().remoteAddress());
    }

    @Override
    public String getLocalAddr() {
        return Addresses.ip(core().connection().localAddress());
    }

    @Override
    public String getLocalName() {
        return getLocalAddr();
    }

    @Override
    public int getLocalPort() {
        return Addresses.port(core().connection().localAddress());
    }

    @Override
    public String getRequestId() {
        cycle.checkOpen();
        return cycle.id();
    }

    /** HTTP/1 has none. */
    @Override
    public String getProtocolRequestId() {
        cycle.checkOpen();
        return "";
    }

    @Override
    public ServletConnection getServletConnection() {
        ConnectionInfo connection = core().connection();
        String protocol = switch (getProtocol()) {
            case "HTTP/1.0" -> "http/1.0";
            case "HTTP/1.1" -> "http/1.1";
            case "HTTP/2", "HTTP/2.0" -> connection.tls() == null ? "h2c" : "h2";
            default -> "unknown";
        };
        return new ConnectionFacts(cycle.context().connectionId(connection), protocol, connection.tls() != null);
    }

    /** What a request says of its connection. */
    private record ConnectionFacts(String getConnectionId, String getProtocol, boolean isSecure)
            implements
            ServletConnection {

        @Override
        public String getProtocolConnectionId() {
            return "";
        }
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
        EventListeners listeners = cycle.context().listeners();
        if (listeners.hasRequestAttributeListeners()) {
            listeners.requestAttribute(new ServletRequestAttributeEvent(cycle.context(), this, name, value), change);
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
    public int getContentLength() {
        long length = getContentLengthLong();
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    /** Without a Content-Length field the length is unknown, although the core knows that there is no body. */
    @Override
    public long getContentLengthLong() {
        Headers headers = core().headers();
        return headers.contains("Content-Length") ? core.contentLength() : -1;
    }

    @Override
    public @Nullable String getContentType() {
        return core().headers().get("Content-Type");
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
        Headers trailers = core.trailers();
        if (trailers == null) {
            return Map.of();
        }
        Map<String, String> fields = new HashMap<>();
        trailers.forEach((name, value) -> fields.merge(name.toLowerCase(Locale.ROOT), value, (a, b) -> a + ", " + b));
        return fields;
    }

    @Override
    public boolean isTrailerFieldsReady() {
        return core().contentLength() >= 0 || core.trailers() != null;
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
        return cycle.context();
    }

    @Override
    public DispatcherType getDispatcherType() {
        cycle.checkOpen();
        return DispatcherType.REQUEST;
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        cycle.checkOpen();
        return Dispatcher.relative(cycle.context(), path, this);
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
