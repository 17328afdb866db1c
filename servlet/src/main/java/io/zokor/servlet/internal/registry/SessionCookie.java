package io.zokor.servlet.internal.registry;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.zokor.http.HeaderSyntax;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.SessionCookieConfig;
import jakarta.servlet.http.Cookie;

/** Configuration of the session cookie. Changed by the thread that starts the context alone; read-only from then on. */
public final class SessionCookie implements SessionCookieConfig {

    private static final String DEFAULT_NAME = "JSESSIONID";

    private final ApplicationPhase phase;

    private @Nullable String name;

    private final Map<String, String> attributes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Whether the application decided on HttpOnly; a session id is nothing for scripts, so otherwise it is set. */
    private boolean httpOnlyDecided;

    public SessionCookie(ApplicationPhase phase) {
        this.phase = phase;
    }

    /** {@return the name in use} */
    public String effectiveName() {
        return name == null ? DEFAULT_NAME : name;
    }

    /** {@return the name of the path parameter that carries the id} */
    public String parameterName() {
        return name == null ? DEFAULT_NAME.toLowerCase(Locale.ROOT) : name;
    }

    /** Makes the cookie. */
    public Cookie cookie(String id, String contextPath, boolean secure) {
        Cookie cookie = new Cookie(effectiveName(), id);
        attributes.forEach(cookie::setAttribute);
        if (cookie.getPath() == null) {
            cookie.setPath(contextPath.isEmpty() ? "/" : contextPath);
        }
        if (secure) {
            cookie.setSecure(true);
        }
        if (!httpOnlyDecided) {
            cookie.setHttpOnly(true);
        }
        return cookie;
    }

    @Override
    public void setName(@Nullable String name) {
        phase.checkNotInitialized();
        if (name != null && !HeaderSyntax.isToken(name)) {
            throw new IllegalArgumentException("the name of the session cookie is no token: " + name);
        }
        this.name = name;
    }

    @Override
    public @Nullable String getName() {
        return name;
    }

    @Override
    public void setDomain(@Nullable String domain) {
        setAttribute("Domain", domain);
    }

    @Override
    public @Nullable String getDomain() {
        return getAttribute("Domain");
    }

    @Override
    public void setPath(@Nullable String path) {
        setAttribute("Path", path);
    }

    @Override
    public @Nullable String getPath() {
        return getAttribute("Path");
    }

    /** Comments are no more (RFC 6265). */
    @Override
    @Deprecated
    @SuppressWarnings("removal")
    public void setComment(@Nullable String comment) {
        phase.checkNotInitialized();
    }

    @Override
    @Deprecated
    @SuppressWarnings("removal")
    public @Nullable String getComment() {
        return null;
    }

    @Override
    public void setHttpOnly(boolean httpOnly) {
        setAttribute("HttpOnly", httpOnly ? "" : null);
        httpOnlyDecided = true;
    }

    @Override
    public boolean isHttpOnly() {
        return attributes.containsKey("HttpOnly");
    }

    @Override
    public void setSecure(boolean secure) {
        setAttribute("Secure", secure ? "" : null);
    }

    @Override
    public boolean isSecure() {
        return attributes.containsKey("Secure");
    }

    @Override
    public void setMaxAge(int maxAge) {
        setAttribute("Max-Age", maxAge < 0 ? null : Integer.toString(maxAge));
    }

    @Override
    public int getMaxAge() {
        String value = getAttribute("Max-Age");
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public void setAttribute(String name, @Nullable String value) {
        if (name == null || !HeaderSyntax.isToken(name)) {
            throw new IllegalArgumentException("the name of a cookie's attribute is a token");
        }
        phase.checkNotInitialized();
        if (value == null) {
            attributes.remove(name);
        } else {
            if (name.equalsIgnoreCase("Max-Age")) {
                Integer.parseInt(value);
            }
            attributes.put(name, value);
        }
    }

    @Override
    public @Nullable String getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public Map<String, String> getAttributes() {
        return Collections.unmodifiableMap(attributes);
    }
}
