package io.zokor.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.zokor.config.Limits;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.http.ConnectionInfo;
import io.zokor.server.Server;
import io.zokor.spring.boot.LimitBounds;
import io.zokor.spring.boot.ZokorWebServer;
import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketSessions;
import io.zokor.websocket.WebSocketSnapshot;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/zokor}: who is connected, what runs, for how long, and where it is stuck. Shows no header field, no cookie and
 * no query. Stateless.
 */
@Endpoint(id = "zokor")
public final class ZokorEndpoint {

    private static final int OLDEST = 20;

    private static final String MAIN = "main";

    private static final String MAX_CONCURRENT_REQUESTS = "max-concurrent-requests";

    private final ZokorServers servers;

    /**
     * Makes the endpoint.
     *
     * @param servers the servers it shows
     */
    public ZokorEndpoint(ZokorServers servers) {
        this.servers = servers;
    }

    /**
     * All servers.
     *
     * @param servers the servers by their names
     */
    public record Overview(Map<String, ServerView> servers) implements OperationResponseBody {
    }

    /**
     * One server.
     *
     * @param listeners addresses where it listens
     * @param draining whether it is shutting down
     * @param connections how many connections are in each state
     * @param limits the limits beside what they limit
     * @param automaticLimits the bounds of those limits that the server finds itself, as {@code max-concurrent-requests=auto}
     * @param oldestRequests the requests that have been running longest, at most 20
     * @param webSockets the WebSocket sessions whose writes have been blocked longest, and then those that have been open longest, at
     *        most 20
     */
    public record ServerView(List<String> listeners, boolean draining, Map<String, Long> connections,
            Map<String, Use> limits, Map<String, LimitBounds> automaticLimits, List<ConnectionView> oldestRequests,
            List<WebSocketView> webSockets) {
    }

    /**
     * A WebSocket session.
     *
     * @param connection what its connection is shown under
     * @param remoteAddress the client's address
     * @param path path of its request, without the query
     * @param subprotocol its subprotocol, or {@code null} for none
     * @param ageMillis how long ago it was opened
     * @param received messages that came
     * @param sent messages that were sent
     * @param queuedBytes bytes that wait to be sent
     * @param lastPongMillis how long ago the last pong to a ping of the server came, or {@code null} where none has
     * @param roundTripMillis how long that pong took, or {@code null}
     * @param blockedMillis for how long a write has been under way, or {@code null} where none is
     */
    public record WebSocketView(String connection, String remoteAddress, String path, @Nullable String subprotocol,
            long ageMillis, long received, long sent, long queuedBytes, @Nullable Long lastPongMillis,
            @Nullable Long roundTripMillis, @Nullable Long blockedMillis) {
    }

    /**
     * A limit and its use.
     *
     * @param used how much of it is used
     * @param limit the limit, or {@code null} for none
     */
    public record Use(long used, @Nullable Long limit) {
    }

    /**
     * One connection.
     *
     * @param id what it is shown under
     * @param state its state
     * @param remoteAddress the client's address
     * @param localAddress the server's address
     * @param tls version of its encryption, or {@code null} for none
     * @param ageMillis how long ago it was accepted
     * @param stateAgeMillis since when it has been in its state
     * @param requestCount how many requests it has begun
     * @param request the request that this is about, or the one that has been running longest, or {@code null}
     * @param requests all that run on it
     * @param upgrades what goes on where requests have switched their protocol, for example WebSocket sessions
     * @param thread name of its thread
     * @param stack where its thread is, innermost first, or {@code null} where that was not asked for
     */
    public record ConnectionView(String id, String state, String remoteAddress, String localAddress,
            @Nullable String tls, long ageMillis, long stateAgeMillis, long requestCount,
            @Nullable RequestView request, List<RequestView> requests, List<String> upgrades, String thread,
            @Nullable List<String> stack)
            implements
            OperationResponseBody {
    }

    /**
     * A running request.
     *
     * @param number its number on the connection, counted from 1
     * @param protocol its protocol: HTTP/1.0, HTTP/1.1 or HTTP/2.0
     * @param stream the stream that carries it in HTTP/2, empty in HTTP/1
     * @param method its method
     * @param path its path, without its query
     * @param ageMillis how long ago its first byte came
     * @param phase queued, reading, handler or writing
     * @param bytesRead bytes of its body that were read
     * @param bytesWritten bytes of its response's body that were written
     * @param thread name of the thread that runs its handler, which in HTTP/1 is the connection's
     * @param stack where that thread is, innermost first, or {@code null} where that was not asked for
     */
    public record RequestView(long number, String protocol, String stream, String method, String path, long ageMillis,
            String phase, long bytesRead, long bytesWritten, String thread, @Nullable List<String> stack) {
    }

    /**
     * Shows all servers.
     *
     * @return the servers
     */
    @ReadOperation
    public Overview overview() {
        Map<String, ServerView> views = new LinkedHashMap<>();
        servers.all().forEach(server -> views.put(server.name(), view(server)));
        return new Overview(views);
    }

    /**
     * Shows one connection.
     *
     * @param id its number; for a server other than the main one, its name, a hyphen and the number
     * @param stack whether to show where its thread is
     * @return the connection, or {@code null} where there is none
     */
    @ReadOperation
    public @Nullable ConnectionView connection(@Selector String id, @Nullable Boolean stack) {
        int hyphen = id.lastIndexOf('-');
        ZokorWebServer found = servers.named(hyphen < 0 ? MAIN : id.substring(0, hyphen));
        String number = id.substring(hyphen + 1);
        if (found == null || !number.matches("\\d{1,18}")) {
            return null;
        }
        Server server = found.server();
        long wanted = Long.parseLong(number);
        for (ConnectionSnapshot connection : server.connections()) {
            if (connection.id() == wanted) {
                return view(found, connection, connection.request(), Boolean.TRUE.equals(stack));
            }
        }
        return null;
    }

    private static ServerView view(ZokorWebServer webServer) {
        Server server = webServer.server();
        List<ConnectionSnapshot> connections = server.connections();
        Map<String, Long> states = new LinkedHashMap<>();
        for (ConnectionState state : ConnectionState.values()) {
            if (state != ConnectionState.CLOSED) {
                states.put(state.tag(), connections.stream().filter(c -> c.state() == state).count());
            }
        }
        return new ServerView(server.addresses().stream().map(Object::toString).toList(), webServer.isDraining(),
                states,
                limits(webServer), automaticLimits(webServer), oldest(webServer, connections), webSockets(webServer));
    }

    private static List<WebSocketView> webSockets(ZokorWebServer server) {
        record Open(WebSocket session, WebSocketSnapshot now) {
        }
        Comparator<Open> longest = Comparator
                .comparing((Open open) -> Objects.requireNonNullElse(open.now().blocked(), Duration.ZERO))
                .thenComparing(open -> open.now().age()).reversed();
        return server.webSockets().open().stream().map(session -> new Open(session, session.snapshot())).sorted(longest)
                .limit(OLDEST).map(open -> view(server, open.session(), open.now())).toList();
    }

    private static WebSocketView view(ZokorWebServer server, WebSocket session, WebSocketSnapshot now) {
        ConnectionInfo connection = session.request().connection();
        return new WebSocketView(id(server, connection.id()), connection.remoteAddress().toString(), now.path(),
                now.subprotocol(), now.age().toMillis(), now.received(), now.sent(), now.queued(),
                millis(now.lastPong()), millis(now.roundTrip()), millis(now.blocked()));
    }

    private static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : (Long) duration.toMillis();
    }

    private static String id(ZokorWebServer server, long number) {
        return server.name().equals(MAIN) ? "" + number : server.name() + "-" + number;
    }

    private static Map<String, Use> limits(ZokorWebServer webServer) {
        Server server = webServer.server();
        Limits limits = server.limits();
        Map<String, Use> uses = new LinkedHashMap<>();
        int connections = server.maxConnections();
        uses.put("max-connections",
                new Use(server.openConnections(), connections == Integer.MAX_VALUE ? null : (long) connections));
        int requests = limits.maxConcurrentRequests();
        uses.put(MAX_CONCURRENT_REQUESTS,
                new Use(server.activeRequests(), requests == Limits.OFF ? null : (long) requests));
        uses.put("queue-size", new Use(server.queuedRequests(), (long) limits.queueSize()));
        int client = limits.maxPerClient();
        uses.put("max-per-client", new Use(server.mostOfOneClient(), client == Limits.OFF ? null : (long) client));
        WebSocketSessions sessions = webServer.webSockets();
        uses.put("websocket.max-sessions",
                new Use(sessions.size(), sessions.max() == Integer.MAX_VALUE ? null : (long) sessions.max()));
        return uses;
    }

    private static Map<String, LimitBounds> automaticLimits(ZokorWebServer webServer) {
        LimitBounds bounds = webServer.concurrencyBounds();
        return bounds == null ? Map.of() : Map.of(MAX_CONCURRENT_REQUESTS, bounds);
    }

    private static List<ConnectionView> oldest(ZokorWebServer server, List<ConnectionSnapshot> connections) {
        record Running(ConnectionSnapshot connection, ConnectionSnapshot.RequestSnapshot request) {
        }
        List<Running> running = new ArrayList<>();
        for (ConnectionSnapshot connection : connections) {
            connection.requests().forEach(request -> running.add(new Running(connection, request)));
        }
        return running.stream().sorted(Comparator.comparing((Running r) -> r.request().age()).reversed()).limit(OLDEST)
                .map(r -> view(server, r.connection(), r.request(), false)).toList();
    }

    private static ConnectionView view(ZokorWebServer server, ConnectionSnapshot connection,
            ConnectionSnapshot.@Nullable RequestSnapshot request, boolean stacks) {
        Server core = server.server();
        long number = connection.id();
        String id = id(server, number);
        List<RequestView> requests = connection.requests().stream()
                .map(running -> view(running, stacks ? core.stack(number, running.number()) : null)).toList();
        return new ConnectionView(id, connection.state().tag(), connection.remoteAddress().toString(),
                connection.localAddress().toString(), connection.tls(), connection.age().toMillis(),
                connection.stateAge().toMillis(), connection.requestCount(),
                request == null ? null : view(request, null), requests, connection.upgrades(), connection.thread(),
                stacks ? lines(core.stack(number)) : null);
    }

    private static RequestView view(ConnectionSnapshot.RequestSnapshot request,
            @Nullable List<StackTraceElement> stack) {
        return new RequestView(request.number(), request.protocol(), request.protocolRequestId(), request.method(),
                request.path(),
                request.age().toMillis(), request.phase().tag(), request.bytesRead(), request.bytesWritten(),
                request.thread(), lines(stack));
    }

    private static @Nullable List<String> lines(@Nullable List<StackTraceElement> stack) {
        return stack == null ? null : stack.stream().map(StackTraceElement::toString).toList();
    }
}
