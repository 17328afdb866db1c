package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.Request;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.internal.exchange.ServerPhase;
import io.zokor.net.Conn;
import io.zokor.net.Listener;

import org.jspecify.annotations.Nullable;

/**
 * A server from start to stop: its accept loops and connections. A server that is started again gets a new one. Safe for use by
 * any thread: the loops are in a concurrent list, the draining flag is volatile and never goes back.
 */
final class Run implements ServerPhase {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** How long a connection that has not said anything yet is waited for when the server stops. */
    private static final long NEW_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int MAX_NAMED = 20;

    private final ServerContext context;

    private final Handler handler;

    private final ConnectionThreads threads;

    private final AtomicLong numbers;

    private final BooleanSupplier keepAlives;

    private final int descriptorLimit = DescriptorLimit.connections();

    private final ConnectionRegistry registry = new ConnectionRegistry();

    private final List<AcceptLoop> loops = new CopyOnWriteArrayList<>();

    private final AtomicBoolean endTold = new AtomicBoolean();

    private volatile boolean draining;

    /** Whether connections were open when everything was cut. */
    private volatile boolean cut;

    Run(ServerContext context, Handler handler, ConnectionThreads threads, AtomicLong numbers,
            BooleanSupplier keepAlives) {
        this.context = context;
        this.handler = handler;
        this.threads = threads;
        this.numbers = numbers;
        this.keepAlives = keepAlives;
        context.reaper().watch(registry);
    }

    ConnectionRegistry registry() {
        return registry;
    }

    List<AcceptLoop> loops() {
        return loops;
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public boolean keepsAlive() {
        return !draining && keepAlives.getAsBoolean();
    }

    AcceptLoop loop(Listener listener) {
        AcceptLoop.Gate gate = new AcceptLoop.Gate() {
            @Override
            public void awaitRoom(CountDownLatch stopped) {
                registry.awaitRoom(Run.this::maxConnections, () -> stopped.getCount() == 0);
            }

            @Override
            public void relieve() {
                closeOldestIdle();
            }
        };
        String name = context.config().name() + "-" + Addresses.port(listener.address());
        AcceptLoop loop = new AcceptLoop(listener, gate, context.listener(), conn -> serve(conn, name));
        loops.add(loop);
        return loop;
    }

    int maxConnections() {
        int max = context.limits().get().maxConnections();
        return max == Limits.OFF ? descriptorLimit : max;
    }

    private void serve(Conn conn, String name) {
        ConnectionContext connection = new ConnectionContext(numbers.incrementAndGet(), conn, context, this);
        context.listener().connectionAccepted(connection);
        ConnectionRunner runner = new ConnectionRunner(connection, handler, registry);
        try {
            Thread thread = threads.newThread("zokor-" + name + "-" + connection.id(), runner);
            registry.add(connection, thread);
            thread.start();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "no thread for " + connection, e);
            conn.abort();
            connection.closed();
            context.listener().connectionClosed(connection, CloseReason.SERVER);
            registry.remove(connection);
        }
    }

    /** Descriptors may have run out: the connections that have been idle longest are the ones to miss least. */
    private void closeOldestIdle() {
        List<ConnectionContext> idle = registry.idle();
        int count = Math.min(idle.size(), Math.max(1, idle.size() / 10));
        for (ConnectionContext connection : idle.subList(0, count)) {
            if (connection.transition(ConnectionState.IDLE, ConnectionState.CLOSED)) {
                close(connection);
            }
        }
    }

    // ---- the end

    /** From now on every response is its connection's last, and no listener may be added. */
    void beginDraining() {
        draining = true;
    }

    /** {@return whether those who are to be told of the end have not been told before; they are now} */
    boolean tellEnd() {
        return endTold.compareAndSet(false, true);
    }

    /**
     * What waits in the backlog is accepted, as far as there is time, and idle connections end.
     *
     * @param deadline moment of {@link System#nanoTime()}
     */
    void drain(long deadline) throws InterruptedException {
        for (AcceptLoop loop : loops) {
            loop.stop();
            try {
                loop.listener().shutdown();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "shutting down the listener on " + loop.listener().address(), e);
            }
        }
        registry.signal();
        for (AcceptLoop loop : loops) {
            // Clients that come faster than they are accepted keep a backlog from ever being empty.
            if (!loop.awaitEnd(deadline - System.nanoTime())) {
                break;
            }
        }
        closeIdle();
    }

    private void closeIdle() {
        for (ConnectionContext connection : registry.connections()) {
            if (connection.transition(ConnectionState.IDLE, ConnectionState.CLOSED)) {
                close(connection);
            }
        }
    }

    /**
     * Waits for the connections to end. New ones that say nothing are closed after a moment; those that turn idle meanwhile at
     * once. Once everything has been cut there is nothing to wait for: a handler that takes no notice may run for ever.
     *
     * @param deadline moment of {@link System#nanoTime()}
     */
    boolean awaitEnd(long deadline) throws InterruptedException {
        long silentUntil = System.nanoTime() + NEW_GRACE_NANOS;
        while (true) {
            closeIdle();
            long now = System.nanoTime();
            if (now - silentUntil >= 0) {
                closeNew();
            }
            long left = Math.min(deadline - now, TimeUnit.MILLISECONDS.toNanos(20));
            if (registry.awaitServed(Math.max(left, 0))) {
                return !cut;
            }
            if (cut || System.nanoTime() - deadline >= 0) {
                return false;
            }
        }
    }

    private void closeNew() {
        for (ConnectionContext connection : registry.connections()) {
            if (connection.transition(ConnectionState.NEW, ConnectionState.CLOSED)
                    || connection.transition(ConnectionState.TLS, ConnectionState.CLOSED)) {
                close(connection);
            }
        }
    }

    /** Ends everything that is left, at once, and says what was running. */
    void cut() {
        for (AcceptLoop loop : loops) {
            loop.stop();
            try {
                loop.listener().close();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "closing the listener on " + loop.listener().address(), e);
            }
        }
        registry.signal();
        loops.forEach(AcceptLoop::awaitEnd);
        if (!registry.isServed()) {
            cut = true;
        }
        List<String> named = new ArrayList<>();
        int requests = 0;
        for (Map.Entry<ConnectionContext, Thread> entry : registry.entries().entrySet()) {
            ConnectionContext connection = entry.getKey();
            Request request = connection.current();
            ConnectionState before = connection.cut();
            if (before == ConnectionState.HIJACKED) {
                // Its handler's (Go's Shutdown and Close leave it alone as well): the shutdown hooks tell it to end.
                continue;
            }
            if (request != null && before == ConnectionState.ACTIVE) {
                requests++;
                if (named.size() < MAX_NAMED) {
                    named.add(describe(connection, request));
                }
            }
            connection.conn().abort();
            if (request != null) {
                entry.getValue().interrupt();
            }
        }
        if (requests > 0) {
            String more = requests > named.size() ? ", and " + (requests - named.size()) + " more" : "";
            LOGGER.log(Level.WARNING, requests + (requests == 1 ? " request" : " requests") + " cut: "
                    + String.join(", ", named) + more);
        }
    }

    /** {@return what can be seen of the open connections} */
    List<ConnectionSnapshot> snapshots() {
        List<ConnectionSnapshot> snapshots = new ArrayList<>();
        registry.entries().forEach((connection, thread) -> snapshots.add(connection.snapshot(thread.getName())));
        return snapshots;
    }

    /** {@return the thread of a connection, or {@code null} where there is none with that number} */
    @Nullable
    Thread thread(long id) {
        for (Map.Entry<ConnectionContext, Thread> entry : registry.entries().entrySet()) {
            if (entry.getKey().id() == id) {
                return entry.getValue();
            }
        }
        return null;
    }

    private String describe(ConnectionContext connection, Request request) {
        long tenths = (context.ticker().nanos() - connection.stateNanos()) / 100_000_000;
        return request.method() + " " + request.path() + " " + tenths / 10 + "." + tenths % 10 + " s";
    }

    private static void close(ConnectionContext connection) {
        try {
            connection.conn().close();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "closing " + connection, e);
        }
    }
}
