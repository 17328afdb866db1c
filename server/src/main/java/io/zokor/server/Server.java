package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.ServerConfig;
import io.zokor.event.CompositeListener;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.JfrListener;
import io.zokor.event.ServerListener;
import io.zokor.http.Handler;
import io.zokor.internal.exchange.Clients;
import io.zokor.internal.exchange.DateField;
import io.zokor.internal.exchange.ErrorAnswer;
import io.zokor.internal.exchange.RequestGate;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.mux.ServeMux;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineReaper;
import io.zokor.net.Listener;
import io.zokor.net.LogLimit;
import io.zokor.net.StarvationGuard;
import io.zokor.net.TcpListener;
import io.zokor.net.Ticker;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP server: accepts connections and serves each on a virtual thread of its own. It can be started again after it was shut
 * down or closed. Safe for use by any thread; the lock guards starting and stopping. Longer than others, because it is what an embedder
 * sees: what runs is {@link RunningServer}'s, and most methods here only ask it.
 *
 * <pre>{@code
 * Server server = Server.builder().address("localhost:8080")
 *         .handler((request, response) -> response.write("hello\n")).build();
 * server.listenAndServe();
 * }</pre>
 */
public final class Server implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final String address;

    private final Handler handler;

    private final ServerConfig config;

    private final Http2 http2;

    private final ServerListener listener;

    private final ConnectionThreads threads;

    private final Ticker ticker;

    private final @Nullable ClassLoader classLoader;

    private final ProtocolSelector protocols;

    private final Clients clients;

    private final RequestGate gate;

    private final DateField date = new DateField();

    private final ErrorAnswer errors;

    private final LogLimit cuts = new LogLimit(LOGGER, Level.WARNING);

    private final AtomicLong numbers = new AtomicLong();

    private final List<Runnable> shutdownHooks = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();

    private volatile Limits limits;

    private volatile boolean keepAlives = true;

    private volatile @Nullable RunningServer run;

    private @Nullable DeadlineReaper reaper;

    Server(ServerBuilder builder) {
        this.address = builder.address;
        this.handler = builder.handler == null ? ServeMux.defaultMux() : builder.handler;
        this.config = builder.config;
        this.http2 = builder.http2;
        this.listener = new CompositeListener(listeners(builder));
        this.threads = builder.threads;
        this.ticker = builder.ticker;
        this.classLoader = builder.classLoader;
        this.protocols = builder.protocols != null ? builder.protocols : ProtocolSelector.standard(builder.http2);
        this.errors = new ErrorAnswer(builder.errorHandler);
        this.limits = config.limits();
        this.clients = new Clients(builder.clientAddresses);
        this.gate = new RequestGate(() -> limits, clients.requests());
    }

    private static List<ServerListener> listeners(ServerBuilder builder) {
        List<ServerListener> listeners = new ArrayList<>(builder.listeners);
        if (JfrListener.isAvailable()) {
            listeners.add(new JfrListener());
        }
        return listeners;
    }

    /** {@return a builder} */
    public static ServerBuilder builder() {
        return new ServerBuilder();
    }

    // ---- start

    /**
     * Listens on the server's address and serves until it is shut down or closed.
     *
     * @throws java.net.BindException if the address is in use, not of this machine or not permitted
     * @throws IOException if listening fails otherwise
     */
    public void listenAndServe() throws IOException {
        serve(TcpListener.bind(Addresses.parse(address), config.backlog()));
    }

    /**
     * Serves the connections of a listener until it is closed, on the calling thread.
     *
     * @param source where connections come from; closed at the end
     * @throws IOException never at present: a failing accept is tried again
     */
    public void serve(Listener source) throws IOException {
        begin(source).run();
    }

    /**
     * Listens on the server's address and returns; connections are accepted on a thread of the server's.
     *
     * @return this
     * @throws java.net.BindException if the address is in use, not of this machine or not permitted
     * @throws IOException if listening fails otherwise
     */
    public Server start() throws IOException {
        return start(TcpListener.bind(Addresses.parse(address), config.backlog()));
    }

    /**
     * Accepts the connections of a listener on a thread of the server's. A server may have several listeners.
     *
     * @param source where connections come from; closed when the server stops
     * @return this
     */
    public Server start(Listener source) {
        AcceptLoop loop = begin(source);
        try {
            Thread.ofPlatform().daemon()
                    .name("zokor-" + config.name() + "-accept-" + Addresses.port(source.address())).start(loop);
        } catch (RuntimeException | Error e) {
            // No thread to be had: a stop must not wait for a loop that never ran.
            loop.abandon();
            throw e;
        }
        return this;
    }

    private AcceptLoop begin(Listener source) {
        lock.lock();
        try {
            RunningServer current = run;
            if (current != null && current.isDraining()) {
                close(source);
                throw new IllegalStateException("the server is shutting down; it can be started again after that");
            }
            if (current == null) {
                DeadlineReaper made = new DeadlineReaper(ticker, "zokor-" + config.name() + "-reaper");
                reaper = made;
                StarvationGuard.acquire();
                current = new RunningServer(
                        new ServerContext(config, () -> limits, listener, ticker, made, gate, clients, date,
                                errors, cuts, classLoader, () -> keepAlives, threads::newThread),
                        handler, numbers, protocols);
                run = current;
            }
            return current.loop(source);
        } finally {
            lock.unlock();
        }
    }

    private static void close(Listener source) {
        try {
            source.close();
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "closing the listener on " + source.address(), e);
        }
    }

    // ---- stop

    /**
     * Has an action run whenever the server stops, for long streams and hijacked connections to end by themselves: once
     * nothing is accepted any more, and before a shutdown waits. {@link #close()} runs it as well, after it has cut what it cuts.
     *
     * @param hook what to do; called by the thread that stops the server, must return soon
     */
    public void onShutdown(Runnable hook) {
        shutdownHooks.add(hook);
    }

    /**
     * Stops gracefully: connections that wait to be accepted are still served, idle ones close at once, every response is its
     * connection's last, running requests may finish. What is left when the time is over is cut and named in the log. Returns
     * at once if the server does not run. Connections that handlers have taken over are neither waited for nor closed: they
     * are their handlers', which {@linkplain #onShutdown hooks} can tell.
     *
     * @param grace how long running requests may take; zero to cut at once
     * @return whether everything ended by itself
     * @throws InterruptedException if the calling thread is interrupted while it waits; the server is closed then
     */
    public boolean shutdown(Duration grace) throws InterruptedException {
        RunningServer current = run;
        if (current == null) {
            return true;
        }
        long deadline = System.nanoTime() + Math.min(Deadline.toNanos(grace), Long.MAX_VALUE / 2);
        try {
            beginDraining(current);
            current.drain(deadline);
            // Not before: a client that comes back at once would begin another stream, which nobody tells to end.
            runHooks(current);
            return current.awaitEnd(deadline);
        } finally {
            stop(current);
        }
    }

    private void runHooks(RunningServer current) {
        if (!current.tellEnd()) {
            return;
        }
        for (Runnable hook : shutdownHooks) {
            try {
                hook.run();
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.WARNING, "a shutdown hook failed", e);
            }
        }
    }

    /**
     * Stops at once: cuts what runs and names it in the log, but for connections that handlers have taken over. Does nothing if
     * the server does not run.
     */
    @Override
    public void close() {
        RunningServer current = run;
        if (current != null) {
            stop(current);
        }
    }

    /** Under the lock, so that a listener that is just being added is either seen by the stop or refused. */
    private void beginDraining(RunningServer current) {
        lock.lock();
        try {
            current.beginDraining();
        } finally {
            lock.unlock();
        }
    }

    private void stop(RunningServer current) {
        beginDraining(current);
        current.cut();
        runHooks(current);
        lock.lock();
        try {
            if (run == current) {
                run = null;
                DeadlineReaper old = reaper;
                reaper = null;
                if (old != null) {
                    StarvationGuard.release();
                    old.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- what can be known

    /** {@return the configuration} */
    public ServerConfig config() {
        return config;
    }

    /** {@return what holds for HTTP/2} */
    public Http2 http2() {
        return http2;
    }

    /** {@return the limits in force} */
    public Limits limits() {
        return limits;
    }

    /**
     * Replaces the limits, from the next connection, request or body on.
     *
     * @param next the new limits
     */
    public void limits(Limits next) {
        limits = next;
        gate.admit();
        RunningServer current = run;
        if (current != null) {
            current.registry().signal();
        }
    }

    /**
     * Says whether connections are kept after a response, which they are by default. While they are not, every response has
     * {@code Connection: close} and is its connection's last, whatever a handler makes of its fields; idle connections stay
     * open. For a server that still serves but is about to stop, so that its clients go elsewhere (Go's SetKeepAlivesEnabled).
     *
     * @param enabled whether they are kept
     */
    public void keepAlives(boolean enabled) {
        keepAlives = enabled;
    }

    /** {@return whether connections are kept after a response} */
    public boolean keepAlives() {
        return keepAlives;
    }

    /** {@return the address of the first listener, or {@code null} while there is none} */
    public @Nullable SocketAddress address() {
        RunningServer current = run;
        if (current == null || current.loops().isEmpty()) {
            return null;
        }
        return current.loops().getFirst().listener().address();
    }

    /** {@return the port of the first listener, or -1 while there is none or it has no port} */
    public int port() {
        return address() instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    /** {@return the addresses of all listeners, none while the server does not run} */
    public List<SocketAddress> addresses() {
        RunningServer current = run;
        return current == null
                ? List.of()
                : current.loops().stream().map(loop -> loop.listener().address()).toList();
    }

    /** {@return whether the server is shutting down} */
    public boolean isDraining() {
        RunningServer current = run;
        return current != null && current.isDraining();
    }

    /** {@return how long accepting connections has failed again and again, on the worst of the listeners; zero if it works} */
    public Duration acceptFailing() {
        RunningServer current = run;
        return current == null
                ? Duration.ZERO
                : current.loops().stream().map(AcceptLoop::failing).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /**
     * How many connections may be open: {@code zokor.limits.max-connections}, or what follows from the number of file
     * descriptors.
     *
     * @return the limit in force
     */
    public int maxConnections() {
        int max = limits.maxConnections();
        RunningServer current = run;
        if (max != Limits.OFF) {
            return max;
        }
        return current == null ? DescriptorLimit.connections() : current.maxConnections();
    }

    /**
     * How many open connections or requests that run or wait, whichever are more, the client has that has most; to be held
     * against {@code zokor.limits.max-per-client}, and 0 while that is off. Costs as much as there are clients.
     *
     * @return how many
     */
    public int mostOfOneClient() {
        return Math.max(clients.connections().most(), clients.requests().most());
    }

    /**
     * What can be seen of each open connection. Costs the connections nothing, the caller as much as there are connections.
     *
     * @return snapshots, in no order
     */
    public List<ConnectionSnapshot> connections() {
        RunningServer current = run;
        return current == null ? List.of() : current.snapshots();
    }

    /**
     * Where the thread of a connection is. The thread is not stopped for it.
     *
     * @param id number of the connection
     * @return its stack, innermost first, empty for a thread that does not run, or {@code null} where there is no such
     *         connection
     */
    public @Nullable List<StackTraceElement> stack(long id) {
        RunningServer current = run;
        return stack(current == null ? null : current.thread(id));
    }

    /**
     * Where the thread of a running request is. The thread is not stopped for it.
     *
     * @param id number of the connection
     * @param number number of the request on it
     * @return its stack, innermost first, empty for a thread that does not run, or {@code null} where there is no such request
     */
    public @Nullable List<StackTraceElement> stack(long id, long number) {
        RunningServer current = run;
        return stack(current == null ? null : current.thread(id, number));
    }

    private static @Nullable List<StackTraceElement> stack(@Nullable Thread thread) {
        return thread == null ? null : List.of(thread.getStackTrace());
    }

    /** {@return how many connections are open; a hijacked one no longer counts once its handler has returned} */
    public int openConnections() {
        RunningServer current = run;
        return current == null ? 0 : current.registry().size();
    }

    /** {@return how many requests are being handled} */
    public int activeRequests() {
        return gate.running();
    }

    /** {@return how many requests wait because of {@code zokor.limits.max-concurrent-requests}} */
    public int queuedRequests() {
        return gate.queued();
    }
}
