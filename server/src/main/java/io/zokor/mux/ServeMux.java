package io.zokor.mux;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.zokor.http.Authority;
import io.zokor.http.Handler;
import io.zokor.http.Handlers;
import io.zokor.http.Method;
import io.zokor.http.PercentEncoding;
import io.zokor.http.Request;
import io.zokor.http.RequestTarget;
import io.zokor.http.RequestWrapper;
import io.zokor.http.ResponseWriter;

/**
 * Chooses a handler by method, host and path, with the patterns of Go 1.22's ServeMux: {@code [METHOD ][HOST]/[PATH]}.
 *
 * <table>
 * <caption>Patterns</caption>
 * <tr>
 * <th>pattern</th>
 * <th>matches</th>
 * </tr>
 * <tr>
 * <td>{@code /items}</td>
 * <td>this path alone, any method and host</td>
 * </tr>
 * <tr>
 * <td>{@code GET /items/}</td>
 * <td>GET and HEAD of all paths that begin so</td>
 * </tr>
 * <tr>
 * <td><code>/items/{$}</code></td>
 * <td>{@code /items/} alone</td>
 * </tr>
 * <tr>
 * <td><code>/items/{id}</code></td>
 * <td>any one segment, which {@link Request#pathValue} gives by its name</td>
 * </tr>
 * <tr>
 * <td><code>/files/{path...}</code></td>
 * <td>all paths that begin with {@code /files/}; the value is what follows</td>
 * </tr>
 * <tr>
 * <td>{@code example.com/}</td>
 * <td>all paths of this host, whatever its case and port</td>
 * </tr>
 * </table>
 *
 * <p>
 * The most specific pattern wins, in whatever order they are registered; one with a host wins over one without. Where two
 * patterns match the same request and neither is more specific, registering the second one fails.
 *
 * <p>
 * A path with empty or dot segments is redirected to its clean form, and {@code /dir} to {@code /dir/} where only the latter
 * is registered. GET and HEAD are redirected by 301, which clients keep; other methods by 307, because after a 301 clients may
 * turn POST into GET (RFC 9110 section 15.4.2). A path that only other methods have is 405 with {@code Allow}, any other one is
 * 404. CONNECT, whose target has no path, matches as {@code /} and is never redirected. {@code OPTIONS *} asks about the server
 * as a whole and is answered 200 here.
 *
 * <p>
 * Segments are matched and handed out decoded, one by one: an escaped slash separates nothing, but stands in the value, so a
 * value is not safe as a file name. A value that is not UTF-8 is 400.
 *
 * <p>
 * Safe for use by many threads: patterns may be registered while requests are served. Lookups read an immutable tree and take
 * no lock; registering takes the monitor of this object.
 */
public final class ServeMux implements Handler {

    /** The one static of this library with state, the original's; used by a server that is given no handler. */
    private static final ServeMux DEFAULT = new ServeMux();

    private static final Handler NOT_FOUND = Handlers.notFound();
    private static final Handler BAD_REQUEST = Handlers.error(400);
    private static final Handler METHOD_NOT_ALLOWED = Handlers.error(405);
    private static final Handler SERVER_OPTIONS = (request, response) -> response.status(200);

    /**
     * What stays as it came in a redirect's target, percent signs included. All else is encoded: above all the backslash, which
     * browsers read as a slash, so that {@code /\host} would lead to another host.
     */
    private static final String IN_LOCATION = "-._~!$&'()*+,;=:@/?%[]";

    private volatile RoutingTree tree = RoutingTree.EMPTY;

    /** Makes one without patterns. */
    public ServeMux() {
    }

    /** {@return the instance that a server uses that is given no handler, as Go's DefaultServeMux} */
    public static ServeMux defaultMux() {
        return DEFAULT;
    }

    /**
     * What answers a request.
     *
     * @param handler the handler
     * @param pattern the pattern that chose it, or whose path is redirected to; empty where no pattern matches
     * @param values the decoded values of the pattern's wildcards by name, in order
     */
    public record Match(Handler handler, String pattern, Map<String, String> values) {

        /** Makes the map read-only. */
        public Match {
            values = Collections.unmodifiableMap(values);
        }
    }

    /**
     * Registers a handler.
     *
     * @param pattern which requests it answers; see the class comment
     * @param handler what answers
     * @return this
     * @throws IllegalArgumentException if the pattern is malformed, where the message names the column, or if it conflicts
     *         with a registered one, where the message names both patterns and where both were registered
     */
    public ServeMux handle(String pattern, Handler handler) {
        Route route = new Route(RoutePattern.parse(pattern), handler, callSite());
        synchronized (this) {
            tree = tree.with(route);
        }
        return this;
    }

    /**
     * Looks up what answers a request, without calling it.
     *
     * @param request the request
     * @return the handler of a pattern, or one that redirects or answers with an error
     */
    public Match handler(Request request) {
        if (request.target() instanceof RequestTarget.Asterisk) {
            return answer(SERVER_OPTIONS);
        }
        RoutingTree routes = tree;
        String method = request.method();
        String host = Authority.of(request.host()).host().toLowerCase(Locale.ROOT);
        String sent = request.path();
        boolean connect = method.equals(Method.CONNECT);
        String path = connect && !sent.isEmpty() ? sent : PathCleaner.clean(sent);
        RoutingTree.Found found = routes.find(host, method, path, false);
        if (!connect) {
            RoutingTree.Found target = found;
            boolean slash = false;
            if ((found == null || !found.exact()) && !path.endsWith("/")) {
                RoutingTree.Found subtree = routes.find(host, method, path, true);
                if (subtree != null && subtree.exact()) {
                    slash = true;
                    target = subtree;
                }
            }
            if (slash || !path.equals(sent)) {
                String pattern = target == null ? "" : target.route().pattern().text();
                return new Match(redirect(request, slash ? path + "/" : path), pattern, Map.of());
            }
        }
        if (found != null) {
            return match(found, path);
        }
        Set<String> allowed = new TreeSet<>();
        routes.methods(host, path, false, allowed);
        if (!path.endsWith("/") && !connect) {
            routes.methods(host, path, true, allowed);
        }
        return answer(allowed.isEmpty() ? NOT_FOUND : methodNotAllowed(String.join(", ", allowed)));
    }

    /** Calls the handler that {@link #handler(Request)} finds; it sees the pattern and the values of its wildcards. */
    @Override
    public void handle(Request request, ResponseWriter response) throws Exception {
        Match match = handler(request);
        Request seen = match.pattern.isEmpty() ? request : new MatchedRequest(request, match);
        match.handler.handle(seen, response);
    }

    private static Match match(RoutingTree.Found found, String path) {
        RoutePattern pattern = found.route().pattern();
        Map<String, String> values = Map.of();
        List<RoutePattern.Segment> segments = pattern.segments();
        int wildcard = 0;
        for (int i = 0; i < segments.size(); i++) {
            RoutePattern.Segment segment = segments.get(i);
            switch (segment.kind()) {
                case LITERAL, END -> {
                    // matches without a value
                }
                case WILDCARD, REST -> {
                    if (!segment.text().isEmpty()) {
                        int[] bounds = found.bounds();
                        String value;
                        try {
                            value = PercentEncoding.decode(path, bounds[2 * wildcard], bounds[2 * wildcard + 1],
                                    StandardCharsets.UTF_8);
                        } catch (IllegalArgumentException e) {
                            return answer(BAD_REQUEST);
                        }
                        if (values.isEmpty()) {
                            values = new LinkedHashMap<>(4);
                        }
                        values.put(segment.text(), value);
                    }
                    wildcard++;
                }
            }
        }
        return new Match(found.route().handler(), pattern.text(), values);
    }

    private static Match answer(Handler handler) {
        return new Match(handler, "", Map.of());
    }

    private static Handler methodNotAllowed(String allowed) {
        return (request, response) -> {
            response.headers().set("Allow", allowed);
            METHOD_NOT_ALLOWED.handle(request, response);
        };
    }

    private static Handler redirect(Request request, String path) {
        String query = request.query();
        boolean fetches = request.method().equals(Method.GET) || request.method().equals(Method.HEAD);
        return Handlers.redirect(PercentEncoding.encode(query == null ? path : path + "?" + query, IN_LOCATION),
                fetches ? 301 : 307);
    }

    /** Where the caller of this class stands, for messages. */
    private static String callSite() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).walk(frames -> frames
                .filter(frame -> frame.getDeclaringClass() != ServeMux.class).findFirst()
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName() + ":"
                        + frame.getLineNumber() + ")")
                .orElse("an unknown place"));
    }

    /** A request that knows its pattern; as immutable as the request behind it. */
    private static final class MatchedRequest extends RequestWrapper {

        private final Match match;

        MatchedRequest(Request request, Match match) {
            super(request);
            this.match = match;
        }

        /** A mux within a mux adds its values to those of the outer one. */
        @Override
        public String pathValue(String name) {
            String value = match.values.get(name);
            return value == null ? super.pathValue(name) : value;
        }

        @Override
        public String pattern() {
            return match.pattern;
        }
    }
}
