package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.internal.exchange.Turn;
import io.zokor.net.Conn;
import io.zokor.net.Listener;

import org.jspecify.annotations.Nullable;

/**
 * A server from start to stop: its accept loops and connections. A server that is started again gets a new one. Safe for use by
 * any thread: the loops are in a concurrent list, the draining flag is volatile and never goes back.
 */
final class RunningServer {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** How long a connection that has not said anything yet is waited for when the server stops. */
    private static final long NEW_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int MAX_NAMED = 20;

    private final ServerContext context;

    private final Handler handler;

    private final AtomicLong numbers;

    private final ProtocolSelector protocols;

    private final int descriptorLimit = DescriptorLimit.connections();

    private final ConnectionRegistry registry = new ConnectionRegistry();

    private final List<AcceptLoop> loops = new CopyOnWriteArrayList<>();

    private final AtomicBoolean endTold = new AtomicBoolean();

    private volatile boolean draining;

    /** Whether connections were open when everything was cut. */
    private volatile boolean cut;

    RunningServer(ServerContext context, Handler handler, AtomicLong numbers, ProtocolSelector protocols) {
        this.context = context;
        this.handler = handler;
        this.numbers = numbers;
        this.protocols = protocols;
        context.reaper().watch(registry);
    }

    ConnectionRegistry registry() {
        return registry;
    }

    List<AcceptLoop> loops() {
        return loops;
    }

    boolean isDraining() {
        return draining;
    }

    AcceptLoop loop(Listener listener) {
        AcceptLoop.Gate gate = new AcceptLoop.Gate() {
            @Override
            public void awaitRoom(CountDownLatch stopped) {
                registry.awaitRoom(RunningServer.this::maxConnections, () -> stopped.getCount() == 0);
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
        ConnectionContext connection = new ConnectionContext(numbers.incrementAndGet(), conn, context);
        context.listener().connectionAccepted(connection);
        ConnectionRunner runner = new ConnectionRunner(connection, handler, registry, protocols);
        try {
            Thread thread = context.threads().newThread("zokor-" + name + "-" + connection.id(), runner);
            registry.add(connection, thread);
            if (draining) {
                connection.drain();
            }
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
            connection.relieve();
        }
    }

    // ---- the end

    /** From now on every response is its connection's last, idle connections end, and no listener may be added. */
    void beginDraining() {
        if (!draining) {
            draining = true;
            registry.connections().forEach(ConnectionContext::drain);
        }
    }

    /** {@return whether those who are to be told of the end have not been told before; they are now} */
    boolean tellEnd() {
        return endTold.compareAndSet(false, true);
    }

    /**
     * What waits in the backlog is accepted, as far as there is time.
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
    }

    /**
     * Waits for the connections to end. New ones that say nothing are closed after a moment. Once everything has been cut there is nothing to wait for: a handler that takes no notice may run for ever.
     *
     * @param deadline moment of {@link System#nanoTime()}
     */
    boolean awaitEnd(long deadline) throws InterruptedException {
        long silentUntil = System.nanoTime() + NEW_GRACE_NANOS;
        while (true) {
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
            if (!connection.closeFrom(ConnectionState.NEW)) {
                connection.closeFrom(ConnectionState.TLS);
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
        Named requests = new Named("request");
        Named upgrades = new Named("upgraded connection");
        for (Map.Entry<ConnectionContext, Thread> entry : registry.entries().entrySet()) {
            ConnectionContext connection = entry.getKey();
            Collection<? extends Turn> turns = connection.turns();
            Collection<? extends Upgrade> upgraded = connection.upgrades();
            ConnectionState before = connection.cut();
            if (before == ConnectionState.HIJACKED) {
                // Its handler's (Go's Shutdown and Close leave it alone as well): the shutdown hooks tell it to end.
                continue;
            }
            if (before == ConnectionState.ACTIVE) {
                turns.forEach(turn -> requests.add(describe(turn)));
            }
            if (before != ConnectionState.CLOSED) {
                upgraded.forEach(upgrade -> upgrades.add(upgrade.describe() + " " + age(connection.stateNanos())));
            }
            connection.conn().abort();
            turns.forEach(turn -> turn.thread().interrupt());
            if (!upgraded.isEmpty()) {
                entry.getValue().interrupt();
            }
        }
        requests.log();
        upgrades.log();
    }

    /** What is cut, for one line of the log. */
    private static final class Named {

        private final String what;

        private final List<String> names = new ArrayList<>();

        private int count;

        Named(String what) {
            this.what = what;
        }

        void add(String name) {
            count++;
            if (names.size() < MAX_NAMED) {
                names.add(name);
            }
        }

        void log() {
            if (count > 0) {
                String more = count > names.size() ? ", and " + (count - names.size()) + " more" : "";
                LOGGER.log(Level.WARNING, count + " " + what + (count == 1 ? "" : "s") + " cut: "
                        + String.join(", ", names) + more);
            }
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

    /** {@return the thread of a running request, or {@code null} where there is none with that number} */
    @Nullable
    Thread thread(long id, long number) {
        for (ConnectionContext connection : registry.connections()) {
            if (connection.id() == id) {
                for (Turn turn : connection.turns()) {
                    if (turn.number() == number) {
                        return turn.thread();
                    }
                }
            }
        }
        return null;
    }

    private String describe(Turn turn) {
        return turn.request().method() + " " + turn.request().path() + " " + age(turn.startedNanos());
    }

    private String age(long since) {
        long tenths = Math.max(0, context.ticker().nanos() - since) / 100_000_000;
        return tenths / 10 + "." + tenths % 10 + " s";
    }
}
