package io.zokor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.http.Handler;
import io.zokor.net.Listener;
import io.zokor.net.TcpListener;
import io.zokor.net.TlsContext;
import io.zokor.net.TlsContexts;
import io.zokor.net.TlsListener;
import io.zokor.server.Server;
import io.zokor.server.ServerBuilder;

import org.jspecify.annotations.Nullable;

/**
 * A running server on a port of the loopback address that the system chose, and the clients made for it. Closing it closes the
 * clients, fails if a connection is still open {@link Await#BOUND} later, and stops the server. Safe for use by many threads.
 *
 * <p>
 * What {@code httptest.Server} is to Go: {@link #client()} sends wire text, {@link #httpClient()} is the JDK's client, which
 * trusts the certificate of a server made with {@link Builder#tls()}.
 */
public final class TestServer implements AutoCloseable {

    private final Server server;
    private final ServerEvents events;
    private final int port;
    private final boolean checksConnections;
    private final TestCertificates.@Nullable Identity identity;
    private final List<RawClient> clients = new CopyOnWriteArrayList<>();
    private final List<HttpClient> httpClients = new CopyOnWriteArrayList<>();

    private TestServer(Builder builder) {
        this.events = new ServerEvents();
        this.checksConnections = builder.checksConnections;
        ServerBuilder made = Server.builder().address("127.0.0.1:0").handler(builder.handler).config(builder.config)
                .listener(events);
        builder.listeners.forEach(made::listener);
        if (builder.customizer != null) {
            builder.customizer.accept(made);
        }
        this.server = made.build();
        this.identity = builder.identity;
        try {
            if (builder.source != null) {
                server.start(builder.source);
            } else if (identity != null) {
                server.start(new TlsListener(
                        TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                builder.config.backlog()),
                        TlsContexts.of(TlsContext.of(identity.context())),
                        server.http2().applicationProtocols()));
            } else {
                server.start();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.port = server.port();
    }

    /**
     * Starts a server with default settings.
     *
     * @param handler what is served
     * @return the server, started
     * @throws UncheckedIOException if it cannot listen
     */
    public static TestServer serving(Handler handler) {
        return builder(handler).start();
    }

    /**
     * {@return a builder, for a server with other settings}
     *
     * @param handler what is served
     */
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
        RawClient client = identity == null
                ? RawClient.connect(port)
                : RawClient.connectTls(port, sslContext(), "localhost");
        clients.add(client);
        return client;
    }

    /**
     * A new connection to the server from an address of this machine, closed with it. Without TLS.
     *
     * @param address the client's address, as {@link RawClient#connectFrom} takes it
     * @return the client
     */
    public RawClient clientFrom(String address) {
        RawClient client = RawClient.connectFrom(address, port);
        clients.add(client);
        return client;
    }

    /**
     * A new client of the JDK, closed with the server. It follows no redirects, and speaks HTTP/1.1.
     *
     * @return the client; it trusts the certificate of a server with TLS
     */
    public HttpClient httpClient() {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (identity != null) {
            builder.sslContext(sslContext());
        }
        HttpClient client = builder.build();
        httpClients.add(client);
        return client;
    }

    /**
     * The context of a client that trusts this server.
     *
     * @return the context, of a client without a certificate of its own
     * @throws IllegalStateException if the server was not made with {@link Builder#tls()}
     */
    public SSLContext sslContext() {
        if (identity == null) {
            throw new IllegalStateException("the server has no TLS: make it with builder(handler).tls()");
        }
        return TestCertificates.trusting(identity);
    }

    /**
     * The address of something on this server.
     *
     * @param target its path, with a query or without, beginning with a slash
     * @return the address, {@code https} with TLS, by the name {@code localhost}
     * @throws IllegalArgumentException if the target does not begin with a slash or is no part of an address
     */
    public URI uri(String target) {
        if (!target.startsWith("/")) {
            throw new IllegalArgumentException("a target begins with a slash: " + target);
        }
        return URI.create((identity == null ? "http" : "https") + "://localhost:" + port + target);
    }

    /**
     * Waits until the server has so many open connections.
     *
     * @param count how many
     * @throws AssertionError if it does not come to that in {@link Await#BOUND}
     */
    public void awaitOpenConnections(int count) {
        Await.until(Await.BOUND, () -> count + " open connections; there are " + server.openConnections(),
                () -> server.openConnections() == count);
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
        httpClients.forEach(HttpClient::shutdownNow);
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
        private final List<ServerListener> listeners = new ArrayList<>();
        private ServerConfig config = ServerConfig.builder().name("test").build();
        private @Nullable Consumer<ServerBuilder> customizer;
        private @Nullable Listener source;
        private TestCertificates.@Nullable Identity identity;
        private boolean checksConnections = true;

        private Builder(Handler handler) {
            this.handler = handler;
        }

        /**
         * Changes the configuration, whose name is {@code test} and whose rest are the defaults.
         *
         * @param change is given a builder with the present settings, and returns it
         * @return this builder
         */
        public Builder config(UnaryOperator<ServerConfig.Builder> change) {
            config = change.apply(config.toBuilder()).build();
            return this;
        }

        /**
         * Adds another listener beside {@link TestServer#events()}.
         *
         * @param listener told of the same as {@link TestServer#events()}
         * @return this builder
         */
        public Builder listener(ServerListener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Changes what else the server is made of, such as its clock.
         *
         * @param change is given the builder before the server is made
         * @return this builder
         */
        public Builder server(Consumer<ServerBuilder> change) {
            customizer = change;
            return this;
        }

        /**
         * Accepts from this listener instead of a port of its own.
         *
         * @param listener accepts the connections; closed with the server
         * @return this builder
         */
        public Builder source(Listener listener) {
            source = listener;
            return this;
        }

        /**
         * Serves by TLS, with a certificate for {@code localhost} that is generated now.
         *
         * @return this builder
         */
        public Builder tls() {
            identity = TestCertificates.selfSigned("localhost");
            return this;
        }

        /**
         * Lets connections be open when the server is closed.
         *
         * @return this builder
         */
        public Builder leavesConnectionsOpen() {
            checksConnections = false;
            return this;
        }

        /**
         * {@return the server, started}
         *
         * @throws UncheckedIOException if it cannot listen
         * @throws IllegalStateException if both {@link #tls()} and {@link #source(Listener)} were called
         */
        public TestServer start() {
            if (source != null && identity != null) {
                throw new IllegalStateException(
                        "tls() and source(...) exclude each other: wrap the source in a TlsListener");
            }
            return new TestServer(this);
        }
    }
}
