package io.zokor.servlet.websocket;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.servlet.RequestUpgrade;
import io.zokor.websocket.WebSocketHandshake;
import io.zokor.websocket.WebSocketOptions;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.ServerEndpointConfig;
import org.jspecify.annotations.Nullable;

/** The opening handshake with what a configurator has to say in it. For one request, used by its thread. */
final class JakartaHandshake {

    static final String DEFLATE = "permessage-deflate";

    private final ZokorServerContainer container;

    private final HttpServletRequest request;

    private final HttpServletResponse response;

    private final Deployment deployment;

    private final ServerEndpointConfig.Configurator configurator;

    private final RequestUpgrade upgrade;

    private final WebSocketOptions options;

    JakartaHandshake(ZokorServerContainer container, HttpServletRequest request, HttpServletResponse response,
            Deployment deployment) {
        this.container = container;
        this.request = request;
        this.response = response;
        this.deployment = deployment;
        this.configurator = deployment.config().getConfigurator();
        this.upgrade = RequestUpgrade.of(request);
        this.options = container.options();
    }

    /**
     * Confirms the handshake; the 101 goes out when the filters have returned.
     *
     * @param sameOrigin whether the origin is judged by the container where the configurator does not
     * @throws RejectedRequestException if it must be refused, with the status; the fields that go with it are set
     * @throws DeploymentException if the endpoint cannot be made
     */
    void accept(Map<String, String> pathParameters, boolean sameOrigin)
            throws RejectedRequestException, DeploymentException {
        WebSocketHandshake handshake = WebSocketHandshake.of(upgrade.request(), options,
                sameOrigin && !judgesOrigins(configurator));
        if (handshake.refusal() != 0) {
            handshake.refusalFields().forEach(response::setHeader);
            throw refused(handshake.refusal());
        }
        if (!configurator.checkOrigin(request.getHeader("Origin"))) {
            options.listener().rejected(upgrade.request(), "origin", 403);
            throw refused(403);
        }
        SessionConfig config = new SessionConfig(deployment.config());
        String subprotocol = subprotocol(handshake);
        negotiateExtensions(handshake);
        Headers fields = modified(config, handshake.fields(subprotocol));
        EndpointRun run = new EndpointRun(container, deployment, calls(pathParameters), config,
                SessionFacts.of(request, pathParameters),
                request.getUserPrincipal() == null ? null : request.getSession(false));
        upgrade.upgrade(handshake.status(), fields, handshake.upgrade(subprotocol, run));
    }

    private static RejectedRequestException refused(int status) {
        return new RejectedRequestException(status, status == 503 ? RejectReason.OVERLOAD : RejectReason.FIELD,
                switch (status) {
                    case 403 -> "the Origin of the WebSocket is not allowed";
                    case 503 -> "there are too many WebSockets: zokor.websocket.max-sessions";
                    default -> "the request is no handshake of a WebSocket (RFC 6455 section 4.2.1)";
                });
    }

    /** Whether the application has an opinion of its own. The default may be another server's, whose jar is there as well. */
    private static boolean judgesOrigins(ServerEndpointConfig.Configurator configurator) {
        try {
            Class<?> owner = configurator.getClass().getMethod("checkOrigin", String.class).getDeclaringClass();
            return owner != ServerEndpointConfig.Configurator.class && owner != DefaultConfigurator.class
                    && owner != configurator.getContainerDefaultConfigurator().getClass();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every configurator has it", e);
        }
    }

    /** One that the client has not asked for would make the client fail (RFC 6455 section 4.1), so none is better. */
    private @Nullable String subprotocol(WebSocketHandshake handshake) {
        List<String> requested = handshake.subprotocols();
        // Spring's list may hold a null, and some lists throw where they are asked for one.
        List<String> supported = new ArrayList<>();
        for (String each : deployment.config().getSubprotocols()) {
            if (each != null) {
                supported.add(each);
            }
        }
        String chosen = configurator.getNegotiatedSubprotocol(Collections.unmodifiableList(supported),
                Collections.unmodifiableList(new ArrayList<>(requested)));
        return chosen != null && requested.contains(chosen) ? chosen : null;
    }

    private void negotiateExtensions(WebSocketHandshake handshake) {
        List<Extension> requested = new ArrayList<>();
        for (String text : handshake.extensions()) {
            requested.add(NegotiatedExtension.of(text));
        }
        List<Extension> installed = new ArrayList<>(container.getInstalledExtensions());
        List<Extension> negotiated = configurator.getNegotiatedExtensions(installed, requested);
        if (negotiated == null || negotiated.stream().noneMatch(each -> DEFLATE.equalsIgnoreCase(each.getName()))) {
            handshake.declineCompression();
        }
    }

    private Headers modified(SessionConfig config, Headers fields) {
        Map<String, List<String>> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        fields.names().forEach(name -> map.put(name, new ArrayList<>(fields.all(name))));
        HandshakeResponse proposed = () -> map;
        configurator.modifyHandshake(config, new UpgradeRequest(request), proposed);
        Headers confirmed = new Headers();
        map.forEach((name, values) -> {
            if (values == null) {
                return;
            }
            for (String value : values) {
                if (fields.contains(name)) {
                    confirmed.add(name, value);
                } else {
                    // Beside what filters have set, as a cookie.
                    response.addHeader(name, value);
                }
            }
        });
        return confirmed;
    }

    private EndpointCalls calls(Map<String, String> pathParameters) throws DeploymentException {
        Object endpoint;
        try {
            endpoint = configurator.getEndpointInstance(deployment.config().getEndpointClass());
        } catch (InstantiationException e) {
            throw new DeploymentException("the endpoint " + deployment + " could not be made", e);
        }
        if (endpoint == null) {
            throw new DeploymentException("the configurator of the endpoint " + deployment + " has given none");
        }
        AnnotatedEndpoint methods = deployment.methods();
        return methods == null
                ? new EndpointCalls.Programmatic((Endpoint) endpoint)
                : new EndpointCalls.Annotated(methods, endpoint, pathParameters);
    }
}
