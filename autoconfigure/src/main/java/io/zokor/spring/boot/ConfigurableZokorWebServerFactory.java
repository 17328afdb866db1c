package io.zokor.spring.boot;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.ServerListener;
import io.zokor.http.ServerErrorHandler;
import io.zokor.net.AddressRange;
import io.zokor.spring.accesslog.AccessLogFormat;
import io.zokor.spring.accesslog.TraceIds;
import io.zokor.websocket.WebSocketOptions;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;

/** A factory of Zokor servers, servlet or reactive, that can be configured. Used by one thread at a time. */
public interface ConfigurableZokorWebServerFactory extends ConfigurableWebServerFactory {

    /** Private, link-local, shared (RFC 6598) and loopback networks in CIDR notation: the default of {@code zokor.trusted-proxies}. */
    String PRIVATE_NETWORKS = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, 100.64.0.0/10, "
            + "127.0.0.0/8, ::1/128, fc00::/7, fe80::/10";

    /**
     * Sets what the server is called in thread names, logs and metrics.
     *
     * @param name {@code main}, the default, or {@code management}
     */
    void setName(String name);

    /**
     * Sets whether connections are served on platform threads instead of virtual ones, so that a few of them are answered even
     * while handlers of another server keep all of the virtual threads' carriers busy.
     *
     * @param use whether they are
     */
    void setPlatformThreads(boolean use);

    /**
     * Sets the time limits.
     *
     * @param timeouts the limits
     */
    void setTimeouts(Timeouts timeouts);

    /**
     * Sets the other limits.
     *
     * @param limits the limits
     */
    void setLimits(Limits limits);

    /**
     * Sets how HTTP/2 is spoken. Whether it is at all is up to {@link #setHttp2}.
     *
     * @param settings what holds for it; whether it is enabled does not count here
     */
    void setHttp2Settings(Http2 settings);

    /**
     * Sets what holds for WebSocket sessions. Their registry is the server's.
     *
     * @param options the settings
     */
    void setWebSocketOptions(WebSocketOptions options);

    /**
     * Sets whether the server finds itself how many requests may run at once, from how long they take: never fewer than 10, never more
     * than 2,000, 50 to begin with. Replaces {@link Limits#maxConcurrentRequests()}, at any moment while the server runs.
     *
     * @param adaptive whether it does; by default the limit is what it is set to
     */
    void setAdaptiveConcurrency(boolean adaptive);

    /**
     * Sets how many connections the kernel holds before they are accepted.
     *
     * @param backlog 1 to 1,000,000
     */
    void setBacklog(int backlog);

    /**
     * Sets how long a graceful shutdown goes on serving before it stops listening.
     *
     * @param delay zero for not at all
     */
    void setDrainDelay(Duration delay);

    /**
     * Sets whether an encoded slash in a path is kept as it is.
     *
     * @param preserve whether it is; otherwise such a request is refused
     */
    void setPreserveEncodedSlash(boolean preserve);

    /**
     * Sets which proxies are believed, in PROXY protocol headers and in forwarded header fields.
     *
     * @param ranges their addresses; by default {@link #PRIVATE_NETWORKS}
     */
    void setTrustedProxies(List<AddressRange> ranges);

    /**
     * Sets whether client, scheme and host are taken from header fields of trusted proxies.
     *
     * @param use whether they are
     */
    void setUseForwardHeaders(boolean use);

    /**
     * Sets from which fields they are taken then.
     *
     * @param fields the fields, by default {@code X-Forwarded-*}
     */
    void setForwardedFields(ForwardedFields fields);

    /**
     * Sets whether each connection to the main port begins with a PROXY protocol header from a trusted proxy.
     *
     * @param required whether it does
     */
    void setProxyProtocol(boolean required);

    /**
     * Sets how the access log's lines look.
     *
     * @param format the format, or {@code null}, the default, for no access log
     */
    void setAccessLogFormat(@Nullable AccessLogFormat format);

    /**
     * Sets where the access log finds the traces of running requests.
     *
     * @param traces the traces, or {@code null}, the default, where only what clients say is known
     */
    void setTraceIds(@Nullable TraceIds traces);

    /**
     * Sets what renders the answers that the server makes by itself.
     *
     * @param handler the renderer; {@link ServerErrorHandler#standard()} by default
     */
    void setErrorHandler(ServerErrorHandler handler);

    /**
     * Adds places where the server listens besides its main port.
     *
     * @param listeners the places
     */
    void addListeners(ListenerSettings... listeners);

    /**
     * Replaces the customizers.
     *
     * @param customizers the customizers
     */
    void setServerCustomizers(Collection<? extends ZokorServerCustomizer> customizers);

    /** {@return the customizers in their order; a view} */
    Collection<ZokorServerCustomizer> getServerCustomizers();

    /**
     * Adds customizers that are not there yet; they run in their order, after all other settings.
     *
     * @param customizers the customizers
     */
    void addServerCustomizers(ZokorServerCustomizer... customizers);

    /**
     * Adds listeners of what happens in the server.
     *
     * @param listeners the listeners
     */
    void addServerListeners(ServerListener... listeners);
}
