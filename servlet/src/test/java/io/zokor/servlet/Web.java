package io.zokor.servlet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.http.ConnectionInfo;
import io.zokor.net.TcpListener;
import io.zokor.server.Server;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** A container behind a real server on a free port of the loopback address, with what it reported. */
final class Web implements AutoCloseable {

    /** What a servlet does. */
    @FunctionalInterface
    interface Action {
        void run(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    /** Builds an application. */
    @FunctionalInterface
    interface Setup {
        void configure(App app) throws Exception;
    }

    /** Short forms for registrations. */
    record App(ServletContext context) {

        ServletRegistration.Dynamic servlet(String pattern, Action action) {
            return servlet(pattern, pattern, action);
        }

        ServletRegistration.Dynamic servlet(String name, String pattern, Action action) {
            ServletRegistration.Dynamic registration = context.addServlet(name, new Scripted(action));
            registration.setAsyncSupported(true);
            if (!pattern.isEmpty() || name.isEmpty()) {
                registration.addMapping(pattern);
            }
            return registration;
        }

        void filter(String name, String pattern, Filter filter, DispatcherType first, DispatcherType... more) {
            var registration = context.addFilter(name, filter);
            registration.setAsyncSupported(true);
            registration.addMappingForUrlPatterns(java.util.EnumSet.of(first, more), true, pattern);
        }
    }

    /** A servlet of one action. */
    static final class Scripted extends HttpServlet {

        private static final long serialVersionUID = 1L;

        private final transient Action action;

        Scripted(Action action) {
            this.action = action;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            try {
                action.run(request, response);
            } catch (ServletException | IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ServletException(e);
            }
        }
    }

    final ServletContainer container;

    final Server server;

    final List<Throwable> panics = new CopyOnWriteArrayList<>();

    private Web(ServletContainer container, ServerConfig config) throws IOException {
        this.container = container;
        this.server = Server.builder().handler(container).config(config).listener(new ServerListener() {
            @Override
            public void panic(ConnectionInfo connection, Throwable cause) {
                panics.add(cause);
            }
        }).build();
        server.start(TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128));
    }

    static Web start(Setup setup) throws Exception {
        return start(UnaryOperator.identity(), setup);
    }

    static Web start(UnaryOperator<ServletContainerBuilder> settings, Setup setup) throws Exception {
        return start(ServerConfig.defaults(), settings, setup);
    }

    static Web start(ServerConfig config, UnaryOperator<ServletContainerBuilder> settings, Setup setup)
            throws Exception {
        ServletContainerBuilder builder = ServletContainer.builder().initializer(context -> {
            try {
                setup.configure(new App(context));
            } catch (ServletException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new ServletException(e);
            }
        });
        ServletContainer container = settings.apply(builder).build();
        container.initialize();
        container.start();
        return new Web(container, config);
    }

    /** A container with one servlet for all paths. */
    static Web serving(Action action) throws Exception {
        return start(app -> app.servlet("/*", action));
    }

    RawClient client() {
        return RawClient.connect(server.port());
    }

    RawResponse get(String target, String... fields) {
        return send("GET", target, fields);
    }

    /** Sends a request without a body on a connection of its own. */
    RawResponse send(String method, String target, String... fields) {
        try (RawClient client = client()) {
            StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
            for (String field : fields) {
                head.append(field).append("\r\n");
            }
            client.send(head + "\r\n");
            return method.equals("HEAD") ? client.readHeadResponse() : client.readResponse();
        }
    }

    RawResponse post(String target, String contentType, String body) {
        try (RawClient client = client()) {
            return client.post(target, contentType, body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    void with(Consumer<RawClient> use) {
        try (RawClient client = client()) {
            use.accept(client);
        }
    }

    @Override
    public void close() {
        server.close();
        container.destroy();
    }
}
