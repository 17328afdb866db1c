package io.zokor.servlet.websocket;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.zokor.config.ServerConfig;
import io.zokor.servlet.ServletContainer;
import io.zokor.servlet.ServletContainerBuilder;
import io.zokor.testing.FrameClient;
import io.zokor.testing.RawClient;
import io.zokor.testing.TestServer;
import io.zokor.websocket.WebSocketOptions;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** A web application with a WebSocket container behind a real server on the loopback address. */
final class SocketApp implements AutoCloseable {

    /** What is made before a server is started. */
    static final class Builder {

        final ServletContainerBuilder servlets = ServletContainer.builder();
        WebSocketOptions options = WebSocketOptions.defaults();
        private UnaryOperator<TestServer.Builder> server = UnaryOperator.identity();

        Builder options(UnaryOperator<WebSocketOptions> change) {
            options = change.apply(options);
            return this;
        }

        Builder context(Consumer<ServletContext> setup) {
            servlets.initializer(setup::accept);
            return this;
        }

        /** A servlet that upgrades by the container's API, as Spring does. */
        Builder upgrading(String pattern, ServerEndpointConfig config) {
            return context(context -> context.addServlet(pattern, new Upgrading(config)).addMapping(pattern));
        }

        Builder upgrading(String pattern, Endpoint endpoint) {
            return upgrading(pattern, config(endpoint, "/"));
        }

        Builder server(UnaryOperator<TestServer.Builder> change) {
            server = change;
            return this;
        }

        SocketApp start() throws Exception {
            return new SocketApp(this);
        }
    }

    /** Upgrades every request. */
    static final class Upgrading extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private final transient ServerEndpointConfig config;

        Upgrading(ServerEndpointConfig config) {
            this.config = config;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            ZokorServerContainer container = (ZokorServerContainer) getServletContext()
                    .getAttribute(ZokorServerContainer.ATTRIBUTE);
            try {
                container.upgradeHttpToWebSocket(request, response, config, Map.of());
            } catch (DeploymentException e) {
                throw new ServletException(e);
            }
        }
    }

    final ServletContainer servlets;
    final ZokorServerContainer sockets;
    final TestServer server;

    private SocketApp(Builder builder) throws Exception {
        sockets = ZokorServerContainer.addTo(builder.servlets, builder.options);
        servlets = builder.servlets.build();
        servlets.initialize();
        servlets.start();
        server = builder.server.apply(TestServer.builder(servlets)
                .config((ServerConfig.Builder config) -> config)).start();
    }

    static Builder builder() {
        return new Builder();
    }

    /** An application with these annotated endpoints. */
    static SocketApp of(Class<?>... endpoints) throws Exception {
        SocketApp app = builder().start();
        for (Class<?> endpoint : endpoints) {
            app.sockets.addEndpoint(endpoint);
        }
        return app;
    }

    /** An application with one endpoint at {@code /ws}. */
    static SocketApp of(Endpoint endpoint) throws Exception {
        SocketApp app = builder().start();
        app.sockets.addEndpoint(config(endpoint, "/ws"));
        return app;
    }

    /** A configuration that always gives this endpoint. */
    static ServerEndpointConfig config(Endpoint endpoint, String path, Class<?>... coders) {
        return ServerEndpointConfig.Builder.create(endpoint.getClass(), path)
                .encoders(coders(Encoder.class, coders)).decoders(coders(Decoder.class, coders))
                .configurator(new Giving(endpoint)).build();
    }

    private static <C> List<Class<? extends C>> coders(Class<C> kind, Class<?>... coders) {
        return List.of(coders).stream().filter(kind::isAssignableFrom)
                .<Class<? extends C>>map(coder -> coder.asSubclass(kind)).toList();
    }

    /** Gives one endpoint. */
    static class Giving extends ServerEndpointConfig.Configurator {

        private final Object endpoint;

        Giving(Object endpoint) {
            this.endpoint = endpoint;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(endpoint);
        }
    }

    RawClient client() {
        return server.client();
    }

    FrameClient open(String path, String... fields) {
        return FrameClient.openAt(client(), path, fields);
    }

    FrameClient open() {
        return open("/ws");
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            servlets.destroy();
        }
    }
}
