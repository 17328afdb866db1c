package io.zokor.spring.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

import io.zokor.config.Compression;
import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.ServerConfig;
import io.zokor.config.Timeouts;
import io.zokor.event.ServerListener;
import io.zokor.http.ClientAddresses;
import io.zokor.http.Handler;
import io.zokor.http.ServerErrorHandler;
import io.zokor.net.AddressRange;
import io.zokor.server.ConnectionThreads;
import io.zokor.server.Server;
import io.zokor.server.ServerBuilder;
import io.zokor.spring.accesslog.AccessLog;
import io.zokor.spring.accesslog.AccessLogFormat;
import io.zokor.spring.accesslog.TraceIds;
import io.zokor.websocket.WebSocketOptions;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.web.server.AbstractConfigurableWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerException;
import org.springframework.util.Assert;

/** What the factories of Zokor servers have in common: everything but what is served. Used by one thread at a time. */
public abstract class ZokorWebServerFactory extends AbstractConfigurableWebServerFactory
        implements ConfigurableZokorWebServerFactory {

    /** A set: what is a bean and added to the factory as well is still called once. */
    private final Set<ZokorServerCustomizer> customizers = new LinkedHashSet<>();
    private final List<ServerListener> listeners = new ArrayList<>();
    private String name = "main";
    private Timeouts timeouts = Timeouts.defaults();
    private Limits limits = Limits.defaults();
    private boolean adaptiveConcurrency;
    private Http2 http2 = Http2.defaults();
    private WebSocketOptions webSocketOptions = WebSocketOptions.defaults();
    private int backlog = ServerConfig.defaults().backlog();
    private Duration drainDelay = Duration.ZERO;
    private boolean preserveEncodedSlash;
    private boolean platformThreads;
    private List<AddressRange> trustedProxies = Stream.of(PRIVATE_NETWORKS.split(", ")).map(AddressRange::parse)
            .toList();
    private boolean useForwardHeaders;
    private ForwardedFields forwardedFields = ForwardedFields.X_FORWARDED;
    private boolean proxyProtocol;
    private @Nullable AccessLogFormat accessLogFormat;
    private @Nullable TraceIds traceIds;
    private ServerErrorHandler errorHandler = ServerErrorHandler.standard();
    private final List<ListenerSettings> additional = new ArrayList<>();

    /** Makes a factory of servers on port 8080. */
    protected ZokorWebServerFactory() {
    }

    /**
     * Makes a factory.
     *
     * @param port port of the server, 0 for any free one, -1 for none
     */
    protected ZokorWebServerFactory(int port) {
        super(port);
    }

    @Override
    public final void setName(String name) {
        this.name = name;
    }

    @Override
    public final void setPlatformThreads(boolean use) {
        this.platformThreads = use;
    }

    @Override
    public final void setTimeouts(Timeouts timeouts) {
        this.timeouts = timeouts;
    }

    @Override
    public final void setLimits(Limits limits) {
        this.limits = limits;
    }

    @Override
    public final void setAdaptiveConcurrency(boolean adaptive) {
        this.adaptiveConcurrency = adaptive;
    }

    @Override
    public final void setHttp2Settings(Http2 settings) {
        this.http2 = settings;
    }

    @Override
    public final void setWebSocketOptions(WebSocketOptions options) {
        this.webSocketOptions = options;
    }

    @Override
    public final void setBacklog(int backlog) {
        this.backlog = backlog;
    }

    @Override
    public final void setDrainDelay(Duration delay) {
        this.drainDelay = delay;
    }

    @Override
    public final void setPreserveEncodedSlash(boolean preserve) {
        this.preserveEncodedSlash = preserve;
    }

    /** {@return whether an encoded slash in a path is kept as it is} */
    protected final boolean isPreserveEncodedSlash() {
        return preserveEncodedSlash;
    }

    @Override
    public final void setTrustedProxies(List<AddressRange> ranges) {
        this.trustedProxies = List.copyOf(ranges);
    }

    @Override
    public final void setUseForwardHeaders(boolean use) {
        this.useForwardHeaders = use;
    }

    @Override
    public final void setForwardedFields(ForwardedFields fields) {
        this.forwardedFields = fields;
    }

    @Override
    public final void setProxyProtocol(boolean required) {
        this.proxyProtocol = required;
    }

    @Override
    public final void setAccessLogFormat(@Nullable AccessLogFormat format) {
        this.accessLogFormat = format;
    }

    @Override
    public final void setTraceIds(@Nullable TraceIds traces) {
        this.traceIds = traces;
    }

    @Override
    public final void setErrorHandler(ServerErrorHandler handler) {
        this.errorHandler = handler;
    }

    @Override
    public final void addListeners(ListenerSettings... listeners) {
        Assert.notNull(listeners, "'listeners' must not be null");
        this.additional.addAll(List.of(listeners));
    }

    @Override
    public final void setServerCustomizers(Collection<? extends ZokorServerCustomizer> customizers) {
        Assert.notNull(customizers, "'customizers' must not be null");
        this.customizers.clear();
        this.customizers.addAll(customizers);
    }

    @Override
    public final Collection<ZokorServerCustomizer> getServerCustomizers() {
        return Collections.unmodifiableSet(customizers);
    }

    @Override
    public final void addServerCustomizers(ZokorServerCustomizer... customizers) {
        Assert.notNull(customizers, "'customizers' must not be null");
        this.customizers.addAll(List.of(customizers));
    }

    @Override
    public final void addServerListeners(ServerListener... listeners) {
        Assert.notNull(listeners, "'listeners' must not be null");
        this.listeners.addAll(List.of(listeners));
    }

    /**
     * Makes a server and builds what it serves. Nothing listens yet.
     *
     * @param deployment makes what is served; gets a source of the limits as they are at any moment, and what holds for WebSocket
     *        sessions
     * @param temporary directories that go when the server is destroyed
     * @param classLoader context class loader of all of the server's threads
     * @return the server
     * @throws WebServerException if what is served cannot be built
     * @throws RuntimeException as it is, if TLS is misconfigured
     */
    protected final ZokorWebServer createWebServer(
            BiFunction<Supplier<Limits>, WebSocketOptions, Deployment> deployment, TemporaryDirectories temporary,
            ClassLoader classLoader) {
        TlsSettings tls = tls();
        WebServerSettings settings = new WebServerSettings(bindings(tls), getShutdown(), drainDelay, tls,
                adaptiveConcurrency);
        ServerConfig config = config();
        CurrentLimits currentLimits = new CurrentLimits(config.limits());
        ServerCounters counters = new ServerCounters();
        WebSocketOptions webSockets = webSocketOptions.withListener(counters.webSockets());
        Deployment deployed = deployment.apply(currentLimits, webSockets);
        TrustedProxies proxies = useForwardHeaders ? new TrustedProxies(trustedProxies, forwardedFields) : null;
        // Without forwarded fields nobody says whose the requests of a proxy are: it is a client like any other.
        ClientAddresses clients = proxies == null ? ClientAddresses.ofPeers() : proxies;
        AdaptiveConcurrency adaptive = adaptive(deployed.handler(), currentLimits);
        Handler handler = layers(adaptive == null ? deployed.handler() : adaptive, proxies, tls);
        ServerBuilder builder = Server.builder().handler(handler).config(config).http2(http2())
                .clientAddresses(clients).contextClassLoader(classLoader)
                .errorHandler(errorHandler).listener(counters);
        if (platformThreads) {
            builder.threads(ConnectionThreads.platform());
        }
        if (adaptive != null) {
            builder.listener(adaptive);
        }
        AccessLog accessLog = accessLog(clients, counters);
        if (accessLog != null) {
            builder.listener(accessLog);
        }
        listeners.forEach(builder::listener);
        customizers.forEach(customizer -> customizer.customize(builder));
        Server server = builder.build();
        currentLimits.server = server;
        ZokorWebServer webServer = new ZokorWebServer(server, redirecting(server, counters, accessLog, clients),
                deployed, counters, webSockets.sessions(), accessLog, settings, temporary);
        webServer.initialize();
        return webServer;
    }

    private Limits initialLimits() {
        return adaptiveConcurrency ? limits.with(v -> v.maxConcurrentRequests(GradientLimit.INITIAL)) : limits;
    }

    private @Nullable AdaptiveConcurrency adaptive(Handler handler, CurrentLimits currentLimits) {
        return adaptiveConcurrency
                ? new AdaptiveConcurrency(handler, System::nanoTime, currentLimits::allowAtOnce)
                : null;
    }

    /** Which host a handshake was for is checked against the Host that came with it, before a proxy's word changes that. */
    private static Handler layers(Handler handler, @Nullable TrustedProxies proxies, @Nullable TlsSettings tls) {
        Handler forwarding = proxies == null ? handler : new ForwardedHeadersHandler(handler, proxies);
        return tls != null && tls.hasNames() ? new MisdirectedRequests(forwarding, tls) : forwarding;
    }

    private @Nullable AccessLog accessLog(ClientAddresses clients, ServerCounters counters) {
        AccessLogFormat format = accessLogFormat;
        if (format == null) {
            return null;
        }
        return new AccessLog(name, format, clients::clientOf, traceIds, counters::accessLogDropped);
    }

    /** Redirects come from a server of their own: they need nothing of the application, and its limits do not apply. */
    private @Nullable Server redirecting(Server main, ServerCounters counters, @Nullable AccessLog accessLog,
            ClientAddresses clients) {
        if (additional.stream().noneMatch(ListenerSettings::redirectToHttps)) {
            return null;
        }
        ServerBuilder builder = Server.builder().handler(new HttpsRedirect(main::port)).errorHandler(errorHandler)
                .listener(counters).http2(main.http2()).clientAddresses(clients)
                .config(main.config().toBuilder().name(name + "-redirect").build());
        if (accessLog != null) {
            builder.listener(accessLog.of(name + "-redirect"));
        }
        return builder.build();
    }

    private Http2 http2() {
        org.springframework.boot.web.server.Http2 boots = getHttp2();
        return http2.withEnabled(boots != null && boots.isEnabled());
    }

    private List<Binding> bindings(@Nullable TlsSettings tls) {
        Bindings bindings = new Bindings(trustedProxies, getSslBundles());
        if (getPort() >= 0) {
            bindings.add(getAddress(), getPort(), tls, proxyProtocol);
            additional.forEach(listener -> bindings.add(listener, tls != null));
        }
        return bindings.toList();
    }

    /** Comes first of all, and lets Boot's exceptions through as they are. */
    private @Nullable TlsSettings tls() {
        Ssl ssl = getSsl();
        if (!Ssl.isEnabled(ssl)) {
            return null;
        }
        return TlsSettings.from(ssl, sslBundle(), getServerNameSslBundles(), getSslBundles());
    }

    private SslBundle sslBundle() {
        try {
            return getSslBundle();
        } catch (IllegalStateException e) {
            // Without a cause it says by itself what is missing; with one, some store could not be read.
            throw e.getCause() == null ? e : new TlsSetupException("server.ssl", e);
        }
    }

    private ServerConfig config() {
        return ServerConfig.builder().name(name).timeouts(timeouts).limits(initialLimits()).backlog(backlog)
                .serverHeader(getServerHeader()).compression(compression()).build();
    }

    private Compression compression() {
        org.springframework.boot.web.server.Compression from = getCompression();
        if (from == null || !from.getEnabled()) {
            return Compression.none();
        }
        return new Compression(true, List.of(mimeTypes(from)), from.getMinResponseSize().toBytes(),
                excludedUserAgents(from.getExcludedUserAgents()));
    }

    /** Boot 4.0 does not know {@code server.compression.additional-mime-types}. */
    private static String[] mimeTypes(org.springframework.boot.web.server.Compression from) {
        try {
            return from.getAllMimeTypes();
        } catch (NoSuchMethodError e) {
            return from.getMimeTypes();
        }
    }

    private static List<Pattern> excludedUserAgents(String @Nullable [] expressions) {
        List<Pattern> patterns = new ArrayList<>();
        for (String expression : expressions == null ? new String[0] : expressions) {
            try {
                patterns.add(Pattern.compile(expression));
            } catch (PatternSyntaxException e) {
                throw new IllegalArgumentException("server.compression.excluded-user-agents holds '" + expression
                        + "', which is no regular expression: " + e.getDescription(), e);
            }
        }
        return patterns;
    }

    /** The limits of a server that is made after what it serves; written once, by the thread that makes both. */
    private static final class CurrentLimits implements Supplier<Limits> {

        private final Limits initial;
        private volatile @Nullable Server server;

        CurrentLimits(Limits initial) {
            this.initial = initial;
        }

        @Override
        public Limits get() {
            Server current = server;
            return current == null ? initial : current.limits();
        }

        void allowAtOnce(int requests) {
            Server current = server;
            if (current != null) {
                current.limits(current.limits().with(v -> v.maxConcurrentRequests(requests)));
            }
        }
    }
}
