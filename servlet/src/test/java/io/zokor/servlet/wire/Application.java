package io.zokor.servlet.wire;

import java.io.IOException;
import java.util.function.Consumer;

import io.zokor.server.Server;
import io.zokor.servlet.Initializer;
import io.zokor.servlet.ServletContainer;
import io.zokor.servlet.ServletContainerBuilder;
import io.zokor.testing.RawClient;
import io.zokor.testing.RawResponse;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** An application on a real server at a free port of the loopback interface. */
final class Application implements AutoCloseable {

    private final ServletContainer container;

    private final Server server;

    private Application(ServletContainer container, Server server) {
        this.container = container;
        this.server = server;
    }

    static Application start(Consumer<ServletContainerBuilder> settings) throws IOException, ServletException {
        ServletContainerBuilder builder = ServletContainer.builder();
        settings.accept(builder);
        ServletContainer container = builder.build();
        container.initialize();
        container.start();
        return new Application(container, Server.builder().address("127.0.0.1:0").handler(container).build().start());
    }

    RawClient connect() {
        return RawClient.connect(server.port());
    }

    /** Sends the lines of a head to a new connection and reads the answer. */
    RawResponse send(String... lines) {
        try (RawClient client = connect()) {
            client.sendHead(lines);
            return lines[0].startsWith("HEAD") ? client.readHeadResponse() : client.readResponse();
        }
    }

    RawResponse get(String target) {
        return send("GET " + target + " HTTP/1.1", "Host: localhost");
    }

    @Override
    public void close() {
        server.close();
        container.destroy();
    }

    /** What a servlet of a test does. */
    @FunctionalInterface
    interface Action {

        void run(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException;
    }

    static Initializer servlet(String pattern, Action action) {
        return context -> context.addServlet(pattern, new ActionServlet(action)).addMapping(pattern);
    }

    /** Answers every method by its action. */
    static final class ActionServlet extends HttpServlet {

        private final transient Action action;

        ActionServlet(Action action) {
            this.action = action;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException, ServletException {
            action.run(request, response);
        }
    }
}
