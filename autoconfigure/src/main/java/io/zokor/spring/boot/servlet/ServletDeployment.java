package io.zokor.spring.boot.servlet;

import java.time.Duration;

import io.zokor.http.Handler;
import io.zokor.servlet.ServletContainer;
import io.zokor.spring.boot.Deployment;
import io.zokor.spring.boot.SessionCounts;

import jakarta.servlet.ServletException;

/** A servlet container as what a server serves; has no state of its own. */
final class ServletDeployment implements Deployment {

    private final String contextPath;
    private final ServletContainer container;

    ServletDeployment(String contextPath, ServletContainer container) {
        this.contextPath = contextPath;
        this.container = container;
    }

    @Override
    public Handler handler() {
        return container;
    }

    @Override
    public String contextPath() {
        return contextPath;
    }

    @Override
    public SessionCounts sessions() {
        return new SessionCounts(container.activeSessions(), container.createdSessions(), container.expiredSessions(),
                container.rejectedSessions());
    }

    @Override
    public void initialize() throws ServletException {
        container.initialize();
    }

    @Override
    public void start() throws ServletException {
        container.start();
    }

    @Override
    public void destroy() {
        // The grace period is Boot's and over: what still runs has been cut and is named in the log.
        container.destroy(Duration.ZERO);
    }
}
