package io.zokor.spring.boot;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionSnapshot.RequestSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.net.Listener;
import io.zokor.server.Server;
import io.zokor.spring.accesslog.AccessLog;
import io.zokor.websocket.WebSocketSessions;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.GracefulShutdownCallback;
import org.springframework.boot.web.server.GracefulShutdownResult;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerException;

/**
 * A Zokor server as Spring Boot starts and stops it. The application is built when this is made and ended by {@link #destroy()};
 * in between the server may start and stop any number of times. The lock guards the life cycle, not the requests.
 */
public final class ZokorWebServer implements WebServer {

    private static final Log logger = LogFactory.getLog(ZokorWebServer.class);

    /** How many requests or connections one line names. */
    private static final int MAX_NAMED = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Server server;
    private final @Nullable Server redirecting;
    private final Deployment deployment;
    private final ServerCounters counters;
    private final WebSocketSessions webSockets;
    private final @Nullable AccessLog accessLog;
    private final WebServerSettings settings;
    private final TemporaryDirectories temporary;
    private @Nullable KeepAliveThread keepAlive;
    /** Written under the lock, read by the thread that shuts down as well. */
    private volatile @Nullable GracefulShutdown gracefulShutdown;
    private volatile @Nullable String startedLogMessage;
    private boolean started;
    private boolean destroyed;

    ZokorWebServer(Server server, @Nullable Server redirecting, Deployment deployment, ServerCounters counters,
            WebSocketSessions webSockets, @Nullable AccessLog accessLog, WebServerSettings settings,
            TemporaryDirectories temporary) {
        this.server = server;
        this.redirecting = redirecting;
        this.deployment = deployment;
        this.counters = counters;
        this.webSockets = webSockets;
        this.accessLog = accessLog;
        this.settings = settings;
        this.temporary = temporary;
        server.onShutdown(this::refusing);
    }

    private void refusing() {
        GracefulShutdown pending = gracefulShutdown;
        if (pending != null) {
            pending.refusing();
        }
    }

    /** Builds the application; nothing listens and nothing of it stays where this fails. */
    void initialize() {
        logger.info("Zokor initialized with " + ports(settings.bindings().stream()
                .map(binding -> binding.describe(binding.address())).toList()));
        lock.lock();
        try {
            deployment.initialize();
            if (accessLog != null) {
                accessLog.start();
            }
            keepAlive = KeepAliveThread.begin(server.config().name());
        } catch (Exception e) {
            destroyLocked();
            throw new WebServerException("Unable to start embedded Zokor", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start() throws WebServerException {
        lock.lock();
        try {
            if (started) {
                return;
            }
            if (destroyed) {
                throw new IllegalStateException("Zokor was destroyed and cannot start again");
            }
            started = true;
            if (settings.bindings().isEmpty()) {
                return;
            }
            if (keepAlive == null) {
                keepAlive = KeepAliveThread.begin(server.config().name());
            }
            server.keepAlives(true);
            String ports = ports(listenLocked());
            String path = deployment.contextPath();
            // Worded as every server of Spring Boot's: people and their scripts look for it.
            String message = "Zokor started on " + ports
                    + (path == null ? "" : " with context path '" + (path.isEmpty() ? "/" : path) + "'");
            startedLogMessage = message;
            logger.info(message);
            logger.info("Zokor serves " + ports + settingsWorthKnowing());
        } finally {
            lock.unlock();
        }
    }

    private String settingsWorthKnowing() {
        int connections = server.maxConnections();
        List<String> changed = ChangedLimits.of(server.config().timeouts(), server.limits(), server.http2());
        return (server.http2().enabled() ? ", HTTP/2 and HTTP/1.1" : "") + ", Java " + Runtime.version()
                + (connections == Integer.MAX_VALUE
                        ? ""
                        : ", at most " + connections + " connections")
                + (changed.isEmpty() ? "" : ", " + String.join(", ", changed));
    }

    /** Binds everything before any servlet is initialised: a port in use is found early and costs nothing. */
    private List<String> listenLocked() {
        List<Listener> listeners = new ArrayList<>();
        try {
            List<String> descriptions = new ArrayList<>();
            for (Binding binding : settings.bindings()) {
                Listener listener = open(binding);
                listeners.add(listener);
                descriptions.add(binding.describe(listener.address()));
            }
            deployment.start();
            for (int i = 0; i < listeners.size(); i++) {
                serverOf(settings.bindings().get(i)).start(listeners.get(i));
            }
            return descriptions;
        } catch (WebServerException e) {
            failedLocked(listeners, e);
            throw e;
        } catch (Exception e) {
            failedLocked(listeners, e);
            throw new WebServerException("Unable to start embedded Zokor", e);
        }
    }

    private Server serverOf(Binding binding) {
        Server other = redirecting;
        return binding.redirect() && other != null ? other : server;
    }

    private Listener open(Binding binding) {
        try {
            return binding.open(server.config().backlog(), server.http2().applicationProtocols());
        } catch (IOException e) {
            if (binding.port() >= 0) {
                PortInUseException.throwIfPortBindingException(e, binding::port);
            }
            throw new ListenFailedException(binding.where(), e);
        }
    }

    private void failedLocked(List<Listener> listeners, Exception failure) {
        started = false;
        closeServers();
        for (Listener listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        endKeepAliveLocked();
    }

    @Override
    public void stop() throws WebServerException {
        lock.lock();
        try {
            stopLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for nothing: whatever still runs has had its grace period. The application stays. */
    private void stopLocked() {
        started = false;
        GracefulShutdown pending = gracefulShutdown;
        gracefulShutdown = null;
        if (pending != null) {
            pending.abort();
        }
        closeServers();
    }

    private void closeServers() {
        if (jvmIsEnding()) {
            tellWhatIsCut();
        }
        server.close();
        if (redirecting != null) {
            redirecting.close();
        }
        if (accessLog != null) {
            accessLog.flush();
        }
    }

    /**
     * The server names what it cuts through the logging of the JDK, which takes its handlers away as soon as the JVM begins to end,
     * and with them the bridge to the application's own logging.
     */
    private void tellWhatIsCut() {
        List<String> requests = new ArrayList<>();
        List<String> sessions = new ArrayList<>();
        for (ConnectionSnapshot connection : server.connections()) {
            RequestSnapshot request = connection.request();
            if (request != null && connection.state() == ConnectionState.ACTIVE) {
                requests.add(request.method() + " " + request.path() + " " + request.age().toSeconds() + " s");
            }
            connection.upgrades()
                    .forEach(upgrade -> sessions.add(upgrade + " " + connection.stateAge().toSeconds() + " s"));
        }
        tellOfCut(requests, "request");
        tellOfCut(sessions, "upgraded connection");
    }

    private static void tellOfCut(List<String> cut, String what) {
        if (!cut.isEmpty()) {
            logger.warn(cut.size() + " " + what + (cut.size() == 1 ? "" : "s") + " cut: "
                    + String.join(", ", cut.subList(0, Math.min(MAX_NAMED, cut.size())))
                    + (cut.size() > MAX_NAMED ? ", and more" : ""));
        }
    }

    private static boolean jvmIsEnding() {
        Thread hook = new Thread();
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    @Override
    public void shutDownGracefully(GracefulShutdownCallback callback) {
        GracefulShutdown begun;
        lock.lock();
        try {
            if (settings.shutdown() == Shutdown.IMMEDIATE) {
                begun = null;
            } else {
                // Here and not by the thread that shuts down: an answer that comes in between is told to be the last as well.
                server.keepAlives(false);
                if (redirecting != null) {
                    // Nothing there takes long enough to wait for.
                    redirecting.close();
                }
                begun = new GracefulShutdown(server, settings.drainDelay());
                gracefulShutdown = begun;
            }
        } finally {
            lock.unlock();
        }
        if (begun == null) {
            callback.shutdownComplete(GracefulShutdownResult.IMMEDIATE);
        } else {
            begun.begin(callback);
        }
    }

    @Override
    public void destroy() throws WebServerException {
        lock.lock();
        try {
            destroyLocked();
        } finally {
            lock.unlock();
        }
    }

    private void destroyLocked() {
        if (destroyed) {
            return;
        }
        destroyed = true;
        try {
            stopLocked();
            deployment.destroy();
        } finally {
            if (accessLog != null) {
                accessLog.close();
            }
            endKeepAliveLocked();
            temporary.delete();
        }
    }

    private void endKeepAliveLocked() {
        KeepAliveThread running = keepAlive;
        keepAlive = null;
        if (running != null) {
            running.end();
        }
    }

    @Override
    public int getPort() {
        return server.port();
    }

    /** {@return the server, for its limits and figures; Spring Boot starts and stops it} */
    public Server server() {
        return server;
    }

    /** {@return whether it is shutting down: in its drain delay or after} */
    public boolean isDraining() {
        return !server.keepAlives() || server.isDraining();
    }

    /** {@return when the first certificate of the main port expires, or {@code null} where there is none} */
    public @Nullable Instant certificateExpiry() {
        TlsSettings tls = settings.tls();
        return tls == null ? null : tls.certificateExpiry();
    }

    /**
     * {@return between which values the server itself finds {@code zokor.limits.max-concurrent-requests}, or {@code null} where that is
     * not {@code auto}}
     */
    public @Nullable LimitBounds concurrencyBounds() {
        return settings.adaptiveConcurrency() ? new LimitBounds(GradientLimit.LEAST, GradientLimit.MOST) : null;
    }

    /** {@return what is served} */
    public Deployment deployment() {
        return deployment;
    }

    /** {@return the name of the server: {@code main} or {@code management}} */
    public String name() {
        return server.config().name();
    }

    /** {@return what the last start has logged, or {@code null} where nothing has listened yet} */
    public @Nullable String startedLogMessage() {
        return startedLogMessage;
    }

    /** {@return what has happened in the server since it was made} */
    public ServerCounters counters() {
        return counters;
    }

    /** {@return its open WebSocket sessions} */
    public WebSocketSessions webSockets() {
        return webSockets;
    }

    private static String ports(List<String> descriptions) {
        if (descriptions.isEmpty()) {
            return "no port";
        }
        return descriptions.stream()
                .collect(Collectors.joining(", ", descriptions.size() == 1 ? "port " : "ports ", ""));
    }
}
