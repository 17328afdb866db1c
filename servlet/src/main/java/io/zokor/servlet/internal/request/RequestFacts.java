package io.zokor.servlet.internal.request;

import java.time.Instant;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

import io.zokor.http.Authority;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.Headers;
import io.zokor.http.HttpDate;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.RequestCookie;
import io.zokor.servlet.internal.field.AcceptedLocales;
import io.zokor.servlet.internal.field.Addresses;
import io.zokor.servlet.internal.field.ParameterException;
import io.zokor.servlet.internal.field.Redirect;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletConnection;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;

/**
 * What a request's head, its connection and its mapping say (Servlet 6.1 sections 3.4 to 3.7, 3.11 and 3.13): the part of
 * {@link ZokorServletRequest} that never changes. Cookies and locales are read when first asked for, by one thread at a time.
 */
public abstract class RequestFacts implements HttpServletRequest {

    public final RequestCycle cycle;

    private final Request core;

    private final Dispatcher.Target target;

    private @Nullable List<Cookie> cookies;

    private @Nullable List<Locale> locales;

    public RequestFacts(RequestCycle cycle, Request core, Dispatcher.Target target) {
        this.cycle = cycle;
        this.core = core;
        this.target = target;
    }

    /** {@return the core's request, while the exchange lasts} */
    public final Request core() {
        cycle.checkOpen();
        return core;
    }

    public final boolean isHead() {
        return core.method().equals("HEAD");
    }

    public final boolean mayHaveTrailers() {
        return !getProtocol().equals("HTTP/1.0");
    }

    /** In HTTP/2 and later trailers stand behind a body of any kind (RFC 9113 section 8.1), in HTTP/1.1 behind a chunked one. */
    final boolean needsChunksForTrailers() {
        return getProtocol().startsWith("HTTP/1.");
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
        return info == null ? null : cycle.application().servletContext().getRealPath(info);
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
        try {
            return value == null ? -1 : Integer.parseInt(value);
        } catch (NumberFormatException e) {
            e.initCause(malformed(name, "an integer"));
            throw e;
        }
    }

    @Override
    public long getDateHeader(String name) {
        String value = getHeader(name);
        if (value == null) {
            return -1;
        }
        Instant date = HttpDate.parse(value);
        if (date == null) {
            throw new IllegalArgumentException("field " + name + " holds no date", malformed(name, "a date"));
        }
        return date.toEpochMilli();
    }

    /** Where the application leaves it alone, it is the client's mistake. */
    private static RejectedRequestException malformed(String name, String kind) {
        return new RejectedRequestException(400, RejectReason.CONTENT, "field " + name + " is not " + kind);
    }

    public List<Cookie> cookies() {
        List<Cookie> found = cookies;
        if (found == null) {
            found = readCookies();
            cookies = found;
        }
        return found;
    }

    private List<Cookie> readCookies() {
        try {
            return RequestCookie.read(core().headers(), cycle.application().limits().maxCookies()).stream()
                    .map(cookie -> new Cookie(cookie.name(), cookie.value())).toList();
        } catch (RejectedRequestException e) {
            throw new ParameterException(e);
        }
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
        String host = Authority.of(core().host()).host();
        return host.isEmpty() ? Addresses.ip(core.connection().localAddress()) : host;
    }

    @Override
    public int getServerPort() {
        String host = core().host();
        if (host.isEmpty()) {
            return Addresses.port(core.connection().localAddress());
        }
        return Authority.of(host).portOr(core.scheme().equals("https") ? 443 : 80);
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

    /** The number of the stream in HTTP/2; HTTP/1 has none. */
    @Override
    public String getProtocolRequestId() {
        return core().protocolRequestId();
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
        return new ConnectionFacts(cycle.application().connectionId(connection), protocol, connection.tls() != null);
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

    // ---- what the head says of the body

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
}
