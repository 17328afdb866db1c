package io.zokor.servlet.websocket;

import java.io.IOException;

import io.zokor.http.RejectedRequestException;
import io.zokor.servlet.RequestUpgrade;
import io.zokor.websocket.WebSocketHandshake;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;

/** Leads handshakes to the endpoints that are deployed under a path. Comes behind all filters of the application. Any thread. */
final class EndpointFilter implements Filter {

    private final ZokorServerContainer container;

    EndpointFilter(ZokorServerContainer container) {
        this.container = container;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (container.paths().isEmpty() || !(request instanceof HttpServletRequest asked)
                || !(response instanceof HttpServletResponse answer)
                || !WebSocketHandshake.isAskedFor(RequestUpgrade.of(request).request())) {
            chain.doFilter(request, response);
            return;
        }
        String info = asked.getPathInfo();
        EndpointPaths.Match<Deployment> match = container.paths()
                .find(info == null ? asked.getServletPath() : asked.getServletPath() + info);
        if (match == null) {
            chain.doFilter(request, response);
            return;
        }
        try {
            new JakartaHandshake(container, asked, answer, match.endpoint()).accept(match.parameters(), true);
        } catch (RejectedRequestException refusal) {
            answer.sendError(refusal.status());
        } catch (DeploymentException e) {
            throw new ServletException(e);
        }
    }
}
