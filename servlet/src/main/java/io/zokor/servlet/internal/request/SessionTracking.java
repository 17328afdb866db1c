package io.zokor.servlet.internal.request;

import java.util.Set;

import io.zokor.net.TlsInfo;
import io.zokor.servlet.internal.field.PathParameters;
import io.zokor.servlet.internal.field.Redirect;
import io.zokor.servlet.internal.field.SetCookie;
import io.zokor.servlet.session.ZokorSession;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.SessionTrackingMode;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpSession;

/**
 * The session of one request: which id the client sent and how, the session in use, and its way back to the client (Servlet
 * 6.1 chapter 7). Guarded by its own monitor's equivalent: asynchronous requests may ask from another thread, one at a time,
 * with a happens-before of the application's making, as for the whole request.
 */
public final class SessionTracking {

    private final RequestCycle cycle;

    private final Application application;

    private @Nullable String requestedId;

    private @Nullable SessionTrackingMode requestedBy;

    /** The session in use; its access has begun. */
    private @Nullable ZokorSession session;

    public SessionTracking(RequestCycle cycle) {
        this.cycle = cycle;
        this.application = cycle.application();
    }

    /** Finds the session that the client asks for: every request with a valid id is an access to its session. */
    public void begin() {
        Set<SessionTrackingMode> modes = application.trackingModes();
        TlsInfo tls = cycle.core().tls();
        if (modes.contains(SessionTrackingMode.SSL)) {
            String id = tls == null ? null : application.sessionOfTls(tls.sessionId());
            if (id != null) {
                requestedId = id;
                requestedBy = SessionTrackingMode.SSL;
                session = access(id);
            }
            return;
        }
        if (modes.contains(SessionTrackingMode.COOKIE)) {
            beginByCookie();
        }
        if (requestedId == null && modes.contains(SessionTrackingMode.URL)) {
            String id = PathParameters.value(cycle.core().path(), application.sessionCookie().parameterName());
            if (id != null) {
                requestedId = id;
                requestedBy = SessionTrackingMode.URL;
                session = access(id);
            }
        }
    }

    /** A client may send several cookies of that name, of different paths: the first that names a session counts. */
    private void beginByCookie() {
        if (!cycle.core().headers().contains("Cookie")) {
            return;
        }
        String name = application.sessionCookie().effectiveName();
        for (Cookie cookie : cycle.request().cookies()) {
            if (cookie.getName().equals(name) && !cookie.getValue().isEmpty()) {
                ZokorSession found = access(cookie.getValue());
                if (requestedId == null || found != null) {
                    requestedId = cookie.getValue();
                    requestedBy = SessionTrackingMode.COOKIE;
                    session = found;
                }
                if (found != null) {
                    return;
                }
            }
        }
    }

    private @Nullable ZokorSession access(String id) {
        ZokorSession found = application.sessions().find(id);
        return found != null && found.beginAccess() ? found : null;
    }

    @Nullable
    public HttpSession get(boolean create) {
        ZokorSession current = session;
        if (current != null) {
            if (current.isValid()) {
                return current;
            }
            end();
        }
        if (!create) {
            return null;
        }
        // Also where the id travels in URLs: whoever is without a cookie yet gets one first.
        if (application.trackingModes().contains(SessionTrackingMode.COOKIE)
                && cycle.response().isSent()) {
            throw new IllegalStateException("a session cannot be created once the response is committed");
        }
        ZokorSession made = application.sessions().create();
        if (!made.beginAccess()) {
            throw new IllegalStateException("the session was invalidated by a listener");
        }
        session = made;
        announce(made);
        return made;
    }

    public String changeId() {
        HttpSession current = get(false);
        ZokorSession own = session;
        if (current == null || own == null) {
            throw new IllegalStateException("the request has no session");
        }
        String id = application.sessions().changeId(own);
        announce(own);
        return id;
    }

    /** Tells the client the id. */
    private void announce(ZokorSession current) {
        Set<SessionTrackingMode> modes = application.trackingModes();
        TlsInfo tls = cycle.core().tls();
        if (modes.contains(SessionTrackingMode.SSL)) {
            if (tls != null && !tls.sessionId().isEmpty()) {
                application.bindTls(tls.sessionId(), current.getId());
            }
        } else if (modes.contains(SessionTrackingMode.COOKIE)) {
            Cookie cookie = application.sessionCookie().cookie(current.getId(),
                    application.settings().names().contextPath(),
                    cycle.request().isSecure());
            cycle.response().sessionCookie(cookie.getName(),
                    SetCookie.format(cookie, application.sessionSameSite(cookie)));
        }
    }

    public void end() {
        ZokorSession current = session;
        session = null;
        if (current != null) {
            current.endAccess();
        }
    }

    @Nullable
    public String requestedId() {
        return requestedId;
    }

    public boolean isRequestedIdValid() {
        String id = requestedId;
        ZokorSession current = session;
        if (id == null) {
            return false;
        }
        if (current != null && current.getId().equals(id)) {
            return current.isValid();
        }
        return application.sessions().find(id) != null;
    }

    public boolean isRequestedBy(SessionTrackingMode mode) {
        return requestedBy == mode;
    }

    /** Adds the id to a URL of this application, where the client is not known to send cookies (section 7.1.3). */
    public String encode(@Nullable String url) {
        if (url == null) {
            throw new IllegalArgumentException("no URL given");
        }
        ZokorSession current = session;
        if (current == null || !current.isValid()
                || !application.trackingModes().contains(SessionTrackingMode.URL)
                || requestedBy == SessionTrackingMode.COOKIE || url.startsWith("#") || !isOwn(url)) {
            return url;
        }
        int end = url.length();
        for (int i = 0; i < end; i++) {
            char c = url.charAt(i);
            if (c == '?' || c == '#') {
                end = i;
            }
        }
        String parameter = ";" + application.sessionCookie().parameterName() + "=";
        if (url.substring(0, end).contains(parameter)) {
            return url;
        }
        String path = url.isEmpty() ? cycle.request().getRequestURI() : url.substring(0, end);
        return path + parameter + current.getId() + url.substring(end);
    }

    /** An id must not travel to other servers or applications. */
    private boolean isOwn(String url) {
        String absolute = Redirect.absolute(url, cycle.request());
        String origin = Redirect.origin(cycle.request());
        if (!absolute.startsWith(origin)) {
            return false;
        }
        String path = absolute.substring(origin.length());
        String contextPath = application.settings().names().contextPath();
        if (!path.isEmpty() && "/?#;".indexOf(path.charAt(0)) < 0 || !path.startsWith(contextPath)) {
            return false;
        }
        return path.length() == contextPath.length() || "/?#;".indexOf(path.charAt(contextPath.length())) >= 0;
    }
}
