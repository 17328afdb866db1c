package io.zokor.server;

import java.util.ArrayList;
import java.util.List;

import io.zokor.config.Http2;
import io.zokor.config.ServerConfig;
import io.zokor.event.ServerListener;
import io.zokor.http.ClientAddresses;
import io.zokor.http.Handler;
import io.zokor.http.ServerErrorHandler;
import io.zokor.mux.ServeMux;
import io.zokor.net.Ticker;

import org.jspecify.annotations.Nullable;

/** Collects what a {@link Server} is made of. Not safe for use by several threads. */
public final class ServerBuilder {

    String address = "";

    @Nullable
    Handler handler;

    ServerConfig config = ServerConfig.defaults();

    Http2 http2 = Http2.defaults();

    final List<ServerListener> listeners = new ArrayList<>();

    ConnectionThreads threads = ConnectionThreads.virtual();

    Ticker ticker = Ticker.system();

    ServerErrorHandler errorHandler = ServerErrorHandler.standard();

    ClientAddresses clientAddresses = ClientAddresses.ofPeers();

    @Nullable
    ClassLoader classLoader;

    @Nullable
    ProtocolSelector protocols;

    /** By {@link Server#builder()}. */
    ServerBuilder() {
    }

    /** Sets what connections may speak, for tests of what all protocols share. */
    ServerBuilder protocols(ProtocolSelector value) {
        this.protocols = value;
        return this;
    }

    /**
     * Sets what {@link Server#listenAndServe()} and {@link Server#start()} listen on.
     *
     * @param value {@code host:port}, {@code :port} for every interface; empty, the default, for port 80
     * @return this
     */
    public ServerBuilder address(String value) {
        this.address = value;
        return this;
    }

    /**
     * Sets what answers requests.
     *
     * @param value the handler; without one {@link ServeMux#defaultMux()} answers
     * @return this
     */
    public ServerBuilder handler(Handler value) {
        this.handler = value;
        return this;
    }

    /**
     * Sets the configuration.
     *
     * @param value the configuration
     * @return this
     */
    public ServerBuilder config(ServerConfig value) {
        this.config = value;
        return this;
    }

    /**
     * Sets whether and how HTTP/2 is spoken, beside HTTP/1.1. Listeners with TLS must offer
     * {@linkplain Http2#applicationProtocols() its protocols}.
     *
     * @param value what holds for it; by default it is not spoken
     * @return this
     */
    public ServerBuilder http2(Http2 value) {
        this.http2 = value;
        return this;
    }

    /**
     * Adds somebody to be told what happens.
     *
     * @param value the listener
     * @return this
     */
    public ServerBuilder listener(ServerListener value) {
        this.listeners.add(value);
        return this;
    }

    /**
     * Sets what connections are served on.
     *
     * @param value the maker of threads; {@link ConnectionThreads#virtual()} by default
     * @return this
     */
    public ServerBuilder threads(ConnectionThreads value) {
        this.threads = value;
        return this;
    }

    /**
     * Sets the clock of deadlines.
     *
     * @param value the clock; the system's by default
     * @return this
     */
    public ServerBuilder ticker(Ticker value) {
        this.ticker = value;
        return this;
    }

    /**
     * Sets what renders the answers that the server makes by itself.
     *
     * @param value the renderer; {@link ServerErrorHandler#standard()} by default
     * @return this
     */
    public ServerBuilder errorHandler(ServerErrorHandler value) {
        this.errorHandler = value;
        return this;
    }

    /**
     * Sets how clients are found behind proxies, for {@code zokor.limits.max-per-client}.
     *
     * @param value knows them; {@link ClientAddresses#ofPeers()} by default
     * @return this
     */
    public ServerBuilder clientAddresses(ClientAddresses value) {
        this.clientAddresses = value;
        return this;
    }

    /**
     * Sets the context class loader that handlers see, anew for each request.
     *
     * @param value the loader, or {@code null} to leave the threads' own
     * @return this
     */
    public ServerBuilder contextClassLoader(@Nullable ClassLoader value) {
        this.classLoader = value;
        return this;
    }

    /**
     * Makes the server; nothing is bound yet.
     *
     * @return the server
     */
    public Server build() {
        return new Server(this);
    }
}
