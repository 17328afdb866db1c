package io.zokor.servlet.websocket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import io.zokor.http.RejectedRequestException;
import io.zokor.net.LogLimit;
import io.zokor.servlet.ServletContainerBuilder;
import io.zokor.websocket.WebSocketOptions;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * The Jakarta WebSocket 2.2 container of one web application. Endpoints may be added at any time. Any thread.
 */
public final class ZokorServerContainer implements ServerContainer {

    /** Name of the attribute of the servlet context that holds it. */
    public static final String ATTRIBUTE = ServerContainer.class.getName();

    private final EndpointPaths<Deployment> paths = new EndpointPaths<>();

    private final OpenSessions<String> sessions = new OpenSessions<>();

    private final SessionEnd sessionEnd = new SessionEnd(sessions);

    private final AtomicLong ids = new AtomicLong();

    private final LogLimit failures = new LogLimit(System.getLogger("io.zokor.servlet.websocket"), Level.WARNING);

    /** Replaced as a whole, under the monitor, where one of its values is set. */
    private volatile WebSocketOptions options;

    private ZokorServerContainer(WebSocketOptions options) {
        this.options = options;
    }

    /**
     * Gives a web application a WebSocket container: an attribute of its context, there before any initializer added later runs, and a
     * filter behind all others.
     *
     * @param builder the web application
     * @param options settings of the sessions, whose subprotocols do not count, each endpoint having its own
     * @return the container
     * @throws IllegalStateException if the application has a last filter
     */
    public static ZokorServerContainer addTo(ServletContainerBuilder builder, WebSocketOptions options) {
        ZokorServerContainer container = new ZokorServerContainer(options);
        builder.initializer(context -> context.setAttribute(ATTRIBUTE, container)).listener(container.sessionEnd)
                .lastFilter(new EndpointFilter(container));
        return container;
    }

    // ---- endpoints

    /**
     * {@inheritDoc}
     *
     * @throws DeploymentException if the class has no {@link ServerEndpoint}, something in it has no meaning, or its path is taken; the
     *         message says what
     */
    @Override
    public void addEndpoint(Class<?> endpointClass) throws DeploymentException {
        ServerEndpoint annotation = endpointClass == null ? null : endpointClass.getAnnotation(ServerEndpoint.class);
        if (endpointClass == null || annotation == null) {
            throw new DeploymentException("Not a WebSocket endpoint: " + endpointClass + " has no @ServerEndpoint");
        }
        EndpointPath.of(annotation.value());
        addEndpoint(ServerEndpointConfig.Builder.create(endpointClass, annotation.value())
                .subprotocols(List.of(annotation.subprotocols())).encoders(List.of(annotation.encoders()))
                .decoders(List.of(annotation.decoders())).configurator(configurator(annotation.configurator()))
                .build());
    }

    private static ServerEndpointConfig.@Nullable Configurator configurator(
            Class<? extends ServerEndpointConfig.Configurator> type) throws DeploymentException {
        if (type == ServerEndpointConfig.Configurator.class) {
            return null;
        }
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw new DeploymentException("The constructor of the configurator " + type.getName() + " failed",
                    e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new DeploymentException("The configurator " + type.getName()
                    + " must be public and have a public constructor without parameters", e);
        }
    }

    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        if (config == null) {
            throw new DeploymentException("No configuration of a WebSocket endpoint was given");
        }
        paths.add(EndpointPath.of(config.getPath()), Deployment.of(config));
    }

    EndpointPaths<Deployment> paths() {
        return paths;
    }

    /**
     * {@inheritDoc}
     *
     * <p>
     * The 101 goes out when the filters around have returned, with what they have set. The origin is the caller's to judge, and the
     * configurator's.
     *
     * @throws IllegalStateException if the request is no handshake that can be accepted; left alone, it is answered with the status
     *         that says why
     * @throws IllegalArgumentException if the request is none of this container's
     */
    @Override
    public void upgradeHttpToWebSocket(Object httpServletRequest, Object httpServletResponse,
            ServerEndpointConfig config, Map<String, String> pathParameters) throws IOException, DeploymentException {
        if (!(httpServletRequest instanceof HttpServletRequest request)
                || !(httpServletResponse instanceof HttpServletResponse response)) {
            throw new IllegalArgumentException("an HttpServletRequest and an HttpServletResponse are needed");
        }
        if (config == null || pathParameters == null) {
            throw new IllegalArgumentException("a configuration and a map of path parameters are needed");
        }
        try {
            new JakartaHandshake(this, request, response, Deployment.of(config)).accept(pathParameters, false);
        } catch (RejectedRequestException refusal) {
            throw new IllegalStateException("the WebSocket handshake is refused: " + refusal.getMessage(), refusal);
        }
    }

    /** What endpoints do wrong and nobody else hears of. */
    LogLimit failures() {
        return failures;
    }

    // ---- sessions

    String nextId() {
        return Long.toHexString(ids.incrementAndGet());
    }

    OpenSessions<String> sessions() {
        return sessions;
    }

    void opened(EndpointSession session, @Nullable HttpSession http) {
        sessions.add(session.endpointKey(), session);
        if (http != null) {
            sessionEnd.opened(http, session);
        }
    }

    void closed(EndpointSession session, @Nullable HttpSession http) {
        sessions.remove(session.endpointKey(), session);
        if (http != null) {
            sessionEnd.closed(http, session);
        }
    }

    // ---- defaults of new sessions

    WebSocketOptions options() {
        return options;
    }

    private synchronized void change(UnaryOperator<WebSocketOptions> change) {
        options = change.apply(options);
    }

    private static long millis(@Nullable Duration duration) {
        return duration == null ? 0 : Math.max(1, duration.toMillis());
    }

    private static @Nullable Duration duration(long millis) {
        return millis <= 0 ? null : Duration.ofMillis(millis);
    }

    @Override
    public long getDefaultAsyncSendTimeout() {
        return millis(options.sendTimeout());
    }

    @Override
    public void setAsyncSendTimeout(long timeout) {
        change(now -> now.withSendTimeout(duration(timeout)));
    }

    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        return millis(options.idleTimeout());
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long timeout) {
        change(now -> now.withIdleTimeout(duration(timeout)));
    }

    @Override
    public int getDefaultMaxBinaryMessageBufferSize() {
        return options.maxBinarySize();
    }

    @Override
    public void setDefaultMaxBinaryMessageBufferSize(int max) {
        change(now -> now.withMaxBinarySize(max));
    }

    @Override
    public int getDefaultMaxTextMessageBufferSize() {
        return options.maxTextSize();
    }

    @Override
    public void setDefaultMaxTextMessageBufferSize(int max) {
        change(now -> now.withMaxTextSize(max));
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return options.compression() ? Set.of(NegotiatedExtension.of(JakartaHandshake.DEFLATE)) : Set.of();
    }

    // ---- clients

    @Override
    public Session connectToServer(Object annotatedEndpointInstance, URI path) throws DeploymentException {
        throw noClient();
    }

    @Override
    public Session connectToServer(Class<?> annotatedEndpointClass, URI path) throws DeploymentException {
        throw noClient();
    }

    @Override
    public Session connectToServer(Endpoint endpointInstance, ClientEndpointConfig config, URI path)
            throws DeploymentException {
        throw noClient();
    }

    @Override
    public Session connectToServer(Class<? extends Endpoint> endpointClass, ClientEndpointConfig config, URI path)
            throws DeploymentException {
        throw noClient();
    }

    private static DeploymentException noClient() {
        return new DeploymentException("Zokor serves WebSockets and has no client of the Jakarta API: add one, such as "
                + "org.glassfish.tyrus.bundles:tyrus-standalone-client, and connect by "
                + "ContainerProvider.getWebSocketContainer().connectToServer");
    }
}
