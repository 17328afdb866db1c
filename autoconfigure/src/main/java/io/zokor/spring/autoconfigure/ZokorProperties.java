package io.zokor.spring.autoconfigure;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.zokor.net.AddressRange;
import io.zokor.spring.accesslog.AccessLogFormat;
import io.zokor.spring.boot.ConfigurableZokorWebServerFactory;
import io.zokor.spring.boot.ForwardedFields;
import io.zokor.spring.boot.ListenerSettings;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code zokor.*}. Immutable; values are checked when they are bound.
 *
 * @param enabled Whether Zokor serves the application. If not, another server on the class path does.
 * @param backlog Connections that the kernel holds for each listener before they are accepted.
 * @param trustedProxies Address ranges (CIDR) of the proxies that are believed in PROXY protocol headers and, with
 *        server.forward-headers-strategy=native, in forwarded header fields.
 * @param forwardedHeaders Header fields that count with server.forward-headers-strategy=native.
 * @param proxyProtocol Whether each connection to the main port must begin with a PROXY protocol header.
 * @param listeners Places where the server listens besides its main port.
 * @param timeouts Time limits.
 * @param limits Other limits.
 * @param http2 How HTTP/2 is spoken, with server.http2.enabled=true.
 * @param shutdown How the server stops.
 * @param uri How request targets are read.
 * @param servlet What concerns servlet applications alone.
 * @param websocket WebSocket sessions.
 * @param accessLog The access log, written to the logger "zokor.access".
 * @param management What is different for a management server on a port of its own.
 */
@ConfigurationProperties("zokor")
public record ZokorProperties(@DefaultValue("true") boolean enabled, @DefaultValue("1024") int backlog,
        @DefaultValue(ConfigurableZokorWebServerFactory.PRIVATE_NETWORKS) List<String> trustedProxies,
        @DefaultValue("x-forwarded") ForwardedFields forwardedHeaders,
        @DefaultValue("off") ProxyProtocol proxyProtocol, @DefaultValue List<Listener> listeners,
        @DefaultValue Timeouts timeouts, @DefaultValue Limits limits, @DefaultValue Http2 http2,
        @DefaultValue Shutdown shutdown, @DefaultValue Uri uri, @DefaultValue Servlet servlet,
        @DefaultValue @NestedConfigurationProperty WebSocketProperties websocket, @DefaultValue AccessLog accessLog,
        @DefaultValue Management management) {

    /**
     * Checks what no part checks alone.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names its property
     */
    public ZokorProperties {
        if (backlog < 1 || backlog > 1_000_000) {
            throw new IllegalArgumentException("zokor.backlog must be between 1 and 1000000, but is " + backlog);
        }
        limits.toLimits(io.zokor.config.Limits.defaults().maxHeaderBytes());
        http2.toHttp2();
        // The default is one text: a constant of many cannot stand in an annotation.
        trustedProxies = trustedProxies.stream().flatMap(ranges -> Stream.of(ranges.split(","))).map(String::trim)
                .toList();
        listeners = List.copyOf(listeners);
        parse(trustedProxies);
    }

    /** {@return the address ranges of the proxies that are believed} */
    public List<AddressRange> trustedRanges() {
        return parse(trustedProxies);
    }

    private static List<AddressRange> parse(List<String> ranges) {
        try {
            return ranges.stream().map(AddressRange::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("zokor.trusted-proxies: " + e.getMessage(), e);
        }
    }

    /**
     * One more place where the server listens.
     *
     * @param port Port, or 0 for any free one.
     * @param address Address, or all if not set.
     * @param unixSocket Path of a Unix domain socket, instead of a port.
     * @param sslBundle Name of the SSL bundle for TLS, or plain HTTP if not set.
     * @param redirectToHttps Whether every request is redirected to the main port, which must have TLS.
     * @param proxyProtocol Whether each connection must begin with a PROXY protocol header.
     */
    public record Listener(@Nullable Integer port, @Nullable InetAddress address, @Nullable Path unixSocket,
            @Nullable String sslBundle, @DefaultValue("false") boolean redirectToHttps,
            @DefaultValue("off") ProxyProtocol proxyProtocol) {

        /**
         * Checks that the values go together.
         *
         * @throws IllegalArgumentException if they do not; the message says which
         */
        public Listener {
            new ListenerSettings(port, address, unixSocket, sslBundle, redirectToHttps, false);
        }

        /** {@return the listener as a factory takes it} */
        public ListenerSettings toSettings() {
            return new ListenerSettings(port, address, unixSocket, sslBundle, redirectToHttps,
                    proxyProtocol == ProxyProtocol.REQUIRED);
        }
    }

    /**
     * Time limits: each a positive duration or {@code off}.
     *
     * @param tlsHandshake Time from accepting a connection to the end of its TLS handshake, or off. Milliseconds where no unit is
     *        given.
     * @param readHeader Time from the first byte of a request to the end of its headers, counted from accepting the connection
     *        for its first request, or off. Milliseconds where no unit is given.
     * @param read Time from the first byte of a request to the end of its body, or off. Milliseconds where no unit is given.
     * @param write Time from the end of a request's headers to the end of its response, or off. Milliseconds where no unit is
     *        given.
     * @param stall Time that reading a body or writing a response may be blocked in all before its rate is judged by
     *        zokor.limits.min-rate, or off. Milliseconds where no unit is given.
     * @param idle Time that a kept connection waits for its next request, or off. Milliseconds where no unit is given.
     * @param request Time that a handler may run before its request is ended with 503, or off. Milliseconds where no unit is
     *        given.
     */
    public record Timeouts(@DefaultValue("10s") TimeLimit tlsHandshake, @DefaultValue("10s") TimeLimit readHeader,
            @DefaultValue("off") TimeLimit read, @DefaultValue("off") TimeLimit write,
            @DefaultValue("30s") TimeLimit stall, @DefaultValue("75s") TimeLimit idle,
            @DefaultValue("off") TimeLimit request) {

        /** {@return the limits as a server takes them} */
        public io.zokor.config.Timeouts toTimeouts() {
            return new io.zokor.config.Timeouts(tlsHandshake.duration(), readHeader.duration(), read.duration(),
                    write.duration(), stall.duration(), idle.duration(), request.duration());
        }
    }

    /**
     * Other limits.
     *
     * @param maxHeaderBytes Bytes of a request's line and header fields together. If not set,
     *        server.max-http-request-header-size counts.
     * @param maxHeaderCount Header fields of a request.
     * @param maxCookies Cookies of a request.
     * @param maxResponseHeaderBytes Bytes of a response's status line and header fields together.
     * @param maxRequestBody Bytes of a request's body, whatever its content type, or off.
     * @param maxFormSize Bytes of a URL-encoded form, or off.
     * @param maxParameters Parameters of a request from its query, form and parts together.
     * @param maxParts Parts of a multipart request.
     * @param maxPartHeaderSize Bytes of the header fields of one part of a multipart request.
     * @param maxConnections Open connections; beyond it none is accepted until one ends. If off, it follows from the number of
     *        file descriptors that the process may open.
     * @param maxConcurrentRequests Requests that run at the same time, off, or auto for a limit that follows from how long they take.
     * @param queueSize Requests that wait for one of the concurrent requests to end.
     * @param queueTimeout Time that a request waits in the queue before it is refused with 503. Milliseconds where no unit is
     *        given.
     * @param maxPerClient Open connections of one client's address, and again its requests that run or wait, or off.
     * @param drain Bytes of a request's body that are read and dropped when the application has not read them.
     * @param drainTimeout Time that reading and dropping them may take. Milliseconds where no unit is given.
     * @param minRate Bytes a second that a body or response must move while it is blocked, see zokor.timeouts.stall.
     */
    public record Limits(@Nullable DataSize maxHeaderBytes, @DefaultValue("100") int maxHeaderCount,
            @DefaultValue("200") int maxCookies, @DefaultValue("16KB") DataSize maxResponseHeaderBytes,
            @DefaultValue("off") SizeLimit maxRequestBody, @DefaultValue("2MB") SizeLimit maxFormSize,
            @DefaultValue("1000") int maxParameters, @DefaultValue("50") int maxParts,
            @DefaultValue("2KB") DataSize maxPartHeaderSize, @DefaultValue("off") CountLimit maxConnections,
            @DefaultValue("off") ConcurrencyLimit maxConcurrentRequests, @DefaultValue("0") int queueSize,
            @DefaultValue("1s") Duration queueTimeout, @DefaultValue("off") CountLimit maxPerClient,
            @DefaultValue("2MB") DataSize drain, @DefaultValue("2s") Duration drainTimeout,
            @DefaultValue("240B") DataSize minRate) {

        /**
         * The limits as a server takes them.
         *
         * @param headerBytes bytes of request line and header fields where zokor.limits.max-header-bytes is not set
         * @return the limits
         */
        public io.zokor.config.Limits toLimits(long headerBytes) {
            return new io.zokor.config.Limits(maxHeaderBytes == null ? headerBytes : maxHeaderBytes.toBytes(),
                    maxHeaderCount, maxCookies, maxResponseHeaderBytes.toBytes(), maxRequestBody.bytes(),
                    maxFormSize.bytes(), maxParameters, maxParts, maxPartHeaderSize.toBytes(), maxConnections.count(),
                    maxConcurrentRequests.count(), queueSize, queueTimeout, maxPerClient.count(), drain.toBytes(),
                    drainTimeout,
                    Math.clamp(minRate.toBytes(), Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
    }

    /**
     * How HTTP/2 is spoken, with server.http2.enabled=true.
     *
     * @param maxStreams Requests of a connection that run at the same time, those that the client has reset included.
     * @param maxStreamWindow Bytes to which the receive window of a stream grows while the application reads on.
     * @param pingInterval Time without a sign of life after which a client is asked for one, or off. Milliseconds where no unit is
     *        given.
     * @param anyScheme Whether a request may name another scheme than that of its connection, as behind a proxy that ends TLS.
     */
    public record Http2(@DefaultValue("128") int maxStreams, @DefaultValue("1MB") DataSize maxStreamWindow,
            @DefaultValue("off") TimeLimit pingInterval, @DefaultValue("false") boolean anyScheme) {

        /** {@return the settings as a server takes them, not enabled} */
        public io.zokor.config.Http2 toHttp2() {
            return new io.zokor.config.Http2(false, maxStreams,
                    Math.clamp(maxStreamWindow.toBytes(), Integer.MIN_VALUE, Integer.MAX_VALUE),
                    pingInterval.duration(),
                    anyScheme);
        }
    }

    /**
     * How the server stops.
     *
     * @param drainDelay Time that a graceful shutdown goes on serving, asking clients to leave, before it stops listening.
     *        Milliseconds where no unit is given.
     */
    public record Shutdown(@DefaultValue("0s") Duration drainDelay) {

        /**
         * Checks the value.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Shutdown {
            if (drainDelay.isNegative()) {
                throw new IllegalArgumentException(
                        "zokor.shutdown.drain-delay must not be negative, but is " + drainDelay);
            }
        }
    }

    /**
     * How request targets are read.
     *
     * @param encodedSlash What becomes of a path with an encoded slash (%2F).
     */
    public record Uri(@DefaultValue("reject") EncodedSlash encodedSlash) {
    }

    /**
     * What concerns servlet applications alone.
     *
     * @param relativeRedirects Whether a redirect leaves scheme and host out where the application did.
     * @param resourceCache Bytes of static files in archives that are kept in memory, or off.
     */
    public record Servlet(@DefaultValue("false") boolean relativeRedirects,
            @DefaultValue("10MB") SizeLimit resourceCache) {
    }

    /**
     * The access log, written to the logger "zokor.access".
     *
     * @param format Format of its lines: off, common, combined, json, or a pattern with Apache's codes.
     */
    public record AccessLog(@DefaultValue("off") String format) {

        /**
         * Checks the value.
         *
         * @throws IllegalArgumentException if it is no format; the message names its property
         */
        public AccessLog {
            parse(format);
        }

        /** {@return the format, or {@code null} for no access log} */
        public @Nullable AccessLogFormat toFormat() {
            return parse(format);
        }

        private static @Nullable AccessLogFormat parse(String format) {
            try {
                return AccessLogFormat.parse(format);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("zokor.access-log.format: " + e.getMessage(), e);
            }
        }
    }

    /**
     * What is different for a management server on a port of its own.
     *
     * @param accessLog Its access log.
     */
    public record Management(@DefaultValue ManagementAccessLog accessLog) {
    }

    /**
     * The access log of a management server on a port of its own.
     *
     * @param prefix What its lines begin with; in JSON the field zokor.server tells instead.
     */
    public record ManagementAccessLog(@DefaultValue("management_") String prefix) {
    }

    /** Whether connections begin with a PROXY protocol header. */
    public enum ProxyProtocol {
        /** They do not. */
        OFF,
        /** They must. */
        REQUIRED
    }

    /** What becomes of a path with an encoded slash. */
    public enum EncodedSlash {
        /** Answer with 400. */
        REJECT,
        /** Keep it encoded. */
        PRESERVE
    }
}
