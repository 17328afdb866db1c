package io.zokor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.http.Handler;
import io.zokor.net.Listener;
import io.zokor.server.Server;

import org.jspecify.annotations.Nullable;

/**
 * A running server on a port of the loopback address that the system chose, and the clients made for it. Closing it closes the
 * clients, fails if a connection is still open {@link Await#BOUND} later, and stops the server. Safe for use by many threads.
 */
public final class TestServer implements AutoCloseable {

    private final Server server;
    private final ServerEvents events;
    private final int port;
    private final boolean checksConnections;
    private final List<RawClient> clients = new CopyOnWriteArrayList<>();

    private TestServer(Builder builder) {
        this.events = builder.events;
        this.checksConnections = builder.checksConnections;
        Server.Builder made = Server.builder().address("127.0.0.1:0").handler(builder.handler).config(builder.config)
                .listener(events);
        builder.listeners.forEach(made::listener);
        if (builder.customizer != null) {
            builder.customizer.accept(made);
        }
        this.server = made.build();
        try {
            if (builder.source == null) {
                server.start();
            } else {
                server.start(builder.source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = server.port();
    }

    /** Starts a server with default settings. */
    public static TestServer serving(Handler handler) {
        return builder(handler).start();
    }

    /** {@return a builder, for a server with other settings} */
    public static Builder builder(Handler handler) {
        return new Builder(handler);
    }

    /** {@return the server} */
    public Server server() {
        return server;
    }

    /** {@return what the server has told so far} */
    public ServerEvents events() {
        return events;
    }

    /** {@return the port, -1 for a listener without one} */
    public int port() {
        return port;
    }

    /** {@return a new connection to the server, closed with it} */
    public RawClient client() {
        RawClient client = RawClient.connect(port);
        clients.add(client);
        return client;
    }

    /** Waits until the server has so many open connections. */
    public void awaitOpenConnections(int count) {
        Await.until(Await.BOUND, () -> count + " open connections; there are " + server.openConnections(),
                () -> server.openConnections() == count);
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
        try {
            if (checksConnections) {
                awaitOpenConnections(0);
            }
        } finally {
            server.close();
        }
    }

    /** Collects what a {@link TestServer} is made of. Not safe for use by several threads. */
    public static final class Builder {

        private final Handler handler;
        private final ServerEvents events = new ServerEvents();
        private final List<ServerListener> listeners = new ArrayList<>();
        private ServerConfig config = ServerConfig.builder().name("test").build();
        private @Nullable Consumer<Server.Builder> customizer;
        private @Nullable Listener source;
        private boolean checksConnections = true;

        private Builder(Handler handler) {
            this.handler = handler;
        }

        /** Changes the configuration, whose name is {@code test} and whose rest are the defaults. */
        public Builder config(UnaryOperator<ServerConfig.Builder> change) {
            config = change.apply(config.toBuilder()).build();
            return this;
        }

        /** Adds another listener beside {@link TestServer#events()}. */
        public Builder listener(ServerListener listener) {
            listeners.add(listener);
            return this;
        }

        /** Changes what else the server is made of, such as its clock. */
        public Builder server(Consumer<Server.Builder> change) {
            customizer = change;
            return this;
        }

        /** Accepts from this listener instead of a port of its own. */
        public Builder source(Listener listener) {
            source = listener;
            return this;
        }

        /** Lets connections be open when the server is closed. */
        public Builder leavesConnectionsOpen() {
            checksConnections = false;
            return this;
        }

        /** {@return the server, started} */
        public TestServer start() {
            return new TestServer(this);
        }
    }
}
