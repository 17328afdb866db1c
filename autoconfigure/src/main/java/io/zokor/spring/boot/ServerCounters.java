package io.zokor.spring.boot;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.event.Side;
import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.ServletException;

/**
 * Counts what happens in a server from its first connection on, whether metrics are bound or not. All state is in adders and
 * concurrent maps; the lock guards only the list of observers against series that appear meanwhile.
 */
public final class ServerCounters implements ServerListener {

    private static final String ACCEPTED = "zokor.connections.accepted";
    private static final String CLOSED = "zokor.connections.closed";
    private static final String RETRIES = "zokor.accept.retries";
    private static final String PANICS = "zokor.panics";
    private static final String REQUESTS = "zokor.requests";
    private static final String REJECTED = "zokor.requests.rejected";
    private static final String TIMEOUTS = "zokor.timeouts";
    private static final String HANDSHAKES = "zokor.tls.handshakes";
    private static final String BYTES_READ = "zokor.bytes.read";
    private static final String BYTES_WRITTEN = "zokor.bytes.written";
    private static final String RESETS = "zokor.http2.resets";
    private static final String GOAWAYS = "zokor.http2.goaways";
    private static final String REFUSED = "zokor.http2.refused";
    private static final String LOG_DROPPED = "zokor.access-log.dropped";

    static final String WS_OPENED = "zokor.websocket.opened";
    static final String WS_CLOSED = "zokor.websocket.closed";
    static final String WS_MESSAGES = "zokor.websocket.messages";
    static final String WS_BYTES = "zokor.websocket.bytes";
    static final String WS_REJECTED = "zokor.websocket.rejected";

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Consumer<Series>> observers = new ArrayList<>();
    private final ConcurrentHashMap<Key, Series> series = new ConcurrentHashMap<>();
    private final LongAdder[] connections = new LongAdder[ConnectionState.values().length];
    private final LongAdder streams = new LongAdder();
    private final Series accepted;
    private final Series bytesRead;
    private final Series bytesWritten;
    private final Times connectionTimes = new Times(new LongAdder(), new LongAdder());
    private final Times handshakeTimes = new Times(new LongAdder(), new LongAdder());
    private final WebSocketCounters webSockets;

    /**
     * One counter that only rises.
     *
     * @param name name of the metric
     * @param tags names and values of its tags in turn; the name of the server is not among them
     * @param count the counter
     */
    public record Series(String name, List<String> tags, LongAdder count) {

        /** {@return what it counts} */
        public String description() {
            return switch (name) {
                case ACCEPTED -> "Connections accepted";
                case CLOSED -> "Connections ended, by reason";
                case RETRIES -> "Failed attempts to accept a connection, each followed by another";
                case PANICS -> "Exceptions that left the application";
                case REQUESTS -> "Requests that ended, by outcome";
                case REJECTED -> "Requests that the server refused by itself";
                case TIMEOUTS -> "Time limits that passed";
                case HANDSHAKES -> "TLS handshakes, by result";
                case BYTES_READ -> "Bytes of request bodies that the application read";
                case BYTES_WRITTEN -> "Bytes of response bodies that the application wrote";
                case RESETS -> "Streams of HTTP/2 that were reset, by whom";
                case GOAWAYS -> "GOAWAYs of HTTP/2, by whom and why";
                case REFUSED -> "Streams of HTTP/2 that were refused because the connection had too many";
                case LOG_DROPPED -> "Lines of the access log that were dropped";
                case WS_OPENED -> "WebSocket sessions opened";
                case WS_CLOSED -> "WebSocket sessions ended, by close status and by who began it";
                case WS_MESSAGES -> "WebSocket messages";
                case WS_BYTES -> "Bytes of WebSocket messages, before compression";
                case WS_REJECTED -> "WebSocket handshakes refused";
                default -> name;
            };
        }
    }

    /**
     * How often something happened and how long that took in all.
     *
     * @param count how often
     * @param nanos how long in all, in nanoseconds
     */
    public record Times(LongAdder count, LongAdder nanos) {

        void add(Duration duration) {
            count.increment();
            nanos.add(duration.toNanos());
        }
    }

    private record Key(String name, @Nullable Object first, @Nullable Object second) {
    }

    /** Makes counters that stand at zero. */
    public ServerCounters() {
        for (int i = 0; i < connections.length; i++) {
            connections[i] = new LongAdder();
        }
        // Present from the start, so that rates and alerts see the first event.
        accepted = series(ACCEPTED, null, null);
        bytesRead = series(BYTES_READ, null, null);
        bytesWritten = series(BYTES_WRITTEN, null, null);
        series(RETRIES, null, null);
        series(PANICS, "none", null);
        series(LOG_DROPPED, null, null);
        series(REFUSED, null, null);
        for (Side side : Side.values()) {
            series(RESETS, side, null);
            series(GOAWAYS, side, "no-error");
        }
        for (CloseReason reason : CloseReason.values()) {
            series(CLOSED, reason, null);
        }
        for (TimeoutKind kind : TimeoutKind.values()) {
            series(TIMEOUTS, kind, null);
        }
        for (RejectReason reason : RejectReason.values()) {
            series(REJECTED, reason, reason.status());
        }
        webSockets = new WebSocketCounters(this);
    }

    /** {@return what has happened to WebSocket sessions} */
    public WebSocketCounters webSockets() {
        return webSockets;
    }

    /**
     * Tells of all counters: of those that there are at once, of others when they appear.
     *
     * @param observer is told, by the thread that counts for the first time; must be quick
     */
    public void observe(Consumer<Series> observer) {
        lock.lock();
        try {
            observers.add(observer);
            series.values().forEach(observer);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells an observer no more.
     *
     * @param observer the observer
     */
    public void forget(Consumer<Series> observer) {
        lock.lock();
        try {
            observers.remove(observer);
        } finally {
            lock.unlock();
        }
    }

    /**
     * How many connections are in a state.
     *
     * @param state the state
     * @return how many; always 0 for {@link ConnectionState#CLOSED}
     */
    public long connections(ConnectionState state) {
        return state == ConnectionState.CLOSED ? 0 : connections[state.ordinal()].sum();
    }

    /** {@return how many streams of HTTP/2 are open} */
    public long streams() {
        return streams.sum();
    }

    /** {@return how long the connections that have ended were open} */
    public Times connectionTimes() {
        return connectionTimes;
    }

    /** {@return how long TLS handshakes took} */
    public Times handshakeTimes() {
        return handshakeTimes;
    }

    @Override
    public void connectionAccepted(ConnectionInfo connection) {
        connections[ConnectionState.NEW.ordinal()].increment();
        accepted.count().increment();
    }

    @Override
    public void connectionState(ConnectionInfo connection, ConnectionState from, ConnectionState to) {
        connections[from.ordinal()].decrement();
        connections[to.ordinal()].increment();
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        count(CLOSED, reason, null);
        connectionTimes.add(connection.age());
    }

    @Override
    public void acceptRetry(SocketAddress listener, IOException cause, Duration pause) {
        count(RETRIES, null, null);
    }

    @Override
    public void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
        handshakeTimes.add(duration);
        count(HANDSHAKES, tls == null ? "failure" : "success", tls == null ? "none" : tls.protocol());
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        count(REJECTED, reason, status);
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        count(PANICS, exceptionTag(failure), null);
    }

    @Override
    public void timeout(ConnectionInfo connection, TimeoutKind kind) {
        count(TIMEOUTS, kind, null);
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        bytesRead.count().add(summary.bytesRead());
        bytesWritten.count().add(summary.bytesWritten());
        count(REQUESTS, summary.protocol(), summary.outcome().tag());
    }

    @Override
    public void streamOpened(ConnectionInfo connection) {
        streams.increment();
    }

    @Override
    public void streamClosed(ConnectionInfo connection) {
        streams.decrement();
    }

    @Override
    public void streamReset(ConnectionInfo connection, Side by, String code) {
        count(RESETS, by, null);
    }

    @Override
    public void streamRefused(ConnectionInfo connection) {
        count(REFUSED, null, null);
    }

    @Override
    public void goAway(ConnectionInfo connection, Side by, String code) {
        count(GOAWAYS, by, code);
    }

    /** Counts a line that the access log dropped. */
    public void accessLogDropped() {
        count(LOG_DROPPED, null, null);
    }

    /** Spring MVC and the container wrap what an application throws; the wrapper would say nothing. */
    private static String exceptionTag(Throwable failure) {
        Throwable named = failure;
        while (named instanceof ServletException && named.getCause() != null) {
            named = named.getCause();
        }
        String simple = named.getClass().getSimpleName();
        return simple.isEmpty() ? named.getClass().getName() : simple;
    }

    void count(String name, @Nullable Object first, @Nullable Object second) {
        series(name, first, second).count().increment();
    }

    Series series(String name, @Nullable Object first, @Nullable Object second) {
        Key key = new Key(name, first, second);
        Series known = series.get(key);
        return known != null ? known : addSeries(key);
    }

    private Series addSeries(Key key) {
        lock.lock();
        try {
            Series known = series.get(key);
            if (known != null) {
                return known;
            }
            Series added = new Series(key.name(), tags(key), new LongAdder());
            series.put(key, added);
            observers.forEach(observer -> observer.accept(added));
            return added;
        } finally {
            lock.unlock();
        }
    }

    private static List<String> tags(Key key) {
        String first = String.valueOf(key.first());
        String second = String.valueOf(key.second());
        return switch (key.name()) {
            case CLOSED -> List.of("reason", tag(key.first()));
            case TIMEOUTS -> List.of("kind", tag(key.first()));
            case REJECTED -> List.of("reason", tag(key.first()), "status", second);
            case PANICS -> List.of("exception", first);
            case REQUESTS -> List.of("protocol", first, "outcome", second);
            case WS_CLOSED -> List.of("code", first, "by", second);
            case WS_MESSAGES, WS_BYTES -> List.of("direction", first);
            case WS_REJECTED -> List.of("reason", first);
            case HANDSHAKES -> List.of("result", first, "protocol", second);
            case RESETS -> List.of("by", tag(key.first()));
            case GOAWAYS -> List.of("by", tag(key.first()), "code", second);
            default -> List.of();
        };
    }

    private static String tag(@Nullable Object value) {
        return switch (value) {
            case CloseReason reason -> reason.tag();
            case TimeoutKind kind -> kind.tag();
            case RejectReason reason -> reason.tag();
            case Side side -> side.tag();
            case null, default -> String.valueOf(value);
        };
    }
}
