package io.zokor.servlet.websocket;

import io.zokor.websocket.CloseStatus;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;

/**
 * Ends the sessions of users that were logged in when their HTTP session ends (the specification's section 7.2), and all when the
 * application does. Any thread.
 */
final class SessionEnd implements HttpSessionListener, ServletContextListener {

    private final OpenSessions<HttpSession> byHttpSession = new OpenSessions<>();

    private final OpenSessions<String> all;

    SessionEnd(OpenSessions<String> all) {
        this.all = all;
    }

    void opened(HttpSession http, EndpointSession session) {
        byHttpSession.add(http, session);
        try {
            http.getCreationTime();
        } catch (IllegalStateException e) {
            // It has ended between the handshake and now.
            end(session);
        }
    }

    void closed(HttpSession http, EndpointSession session) {
        byHttpSession.remove(http, session);
    }

    private static void end(EndpointSession session) {
        session.socket().close(CloseStatus.POLICY, "the HTTP session has ended");
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        byHttpSession.forEach(event.getSession(), SessionEnd::end);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        all.forEach(session -> session.socket().close(CloseStatus.GOING_AWAY));
    }
}
