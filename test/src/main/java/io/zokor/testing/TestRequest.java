package io.zokor.testing;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.nio.charset.StandardCharsets;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.RequestTarget;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** A request that no connection brought, for tests of handlers by themselves. Immutable but for its body's position. */
public final class TestRequest implements Request {

    private final String method;
    private final RequestTarget target;
    private final String protocol;
    private final String host;
    private final Headers headers;
    private final byte[] content;
    private final InputStream body;

    private TestRequest(String method, RequestTarget target, String protocol, String host, Headers headers,
            byte[] content) {
        this.method = method;
        this.target = target;
        this.protocol = protocol;
        this.host = host;
        this.headers = headers;
        this.content = content;
        this.body = new ByteArrayInputStream(content);
    }

    /**
     * {@return a request for a path with or without query, {@code *}, or for CONNECT an authority, to host example.com}
     *
     * @param method the method
     * @param target the target
     */
    public static TestRequest of(String method, String target) {
        return new TestRequest(method, parse(method, target), "HTTP/1.1",
                method.equals("CONNECT") && !target.startsWith("/") ? target : "example.com",
                new Headers().set("Host", "example.com").seal(), new byte[0]);
    }

    /**
     * {@return a GET request}
     *
     * @param target the target
     */
    public static TestRequest get(String target) {
        return of("GET", target);
    }

    private static RequestTarget parse(String method, String target) {
        if (target.equals("*")) {
            return new RequestTarget.Asterisk();
        }
        if (method.equals("CONNECT") && !target.startsWith("/")) {
            return new RequestTarget.Authority(target);
        }
        int query = target.indexOf('?');
        return query < 0
                ? new RequestTarget.Origin(target, target, null)
                : new RequestTarget.Origin(target, target.substring(0, query), target.substring(query + 1));
    }

    /**
     * {@return the same request to another host}
     *
     * @param value the host, with a port or without
     */
    public TestRequest host(String value) {
        return new TestRequest(method, target, protocol, value, new Headers(headers).set("Host", value).seal(),
                content);
    }

    /**
     * {@return the same request with one more field}
     *
     * @param name name of the field
     * @param value value of the field
     */
    public TestRequest header(String name, String value) {
        return new TestRequest(method, target, protocol, host, new Headers(headers).add(name, value).seal(), content);
    }

    /**
     * {@return the same request with a body}
     *
     * @param text the body, sent as UTF-8
     */
    public TestRequest body(String text) {
        return new TestRequest(method, target, protocol, host, headers, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return the same request in another version of the protocol}
     *
     * @param value for example {@code HTTP/1.0}
     */
    public TestRequest protocol(String value) {
        return new TestRequest(method, target, value, host, headers, content);
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public RequestTarget target() {
        return target;
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public Headers headers() {
        return headers;
    }

    @Override
    public long contentLength() {
        return content.length;
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public @Nullable Headers trailers() {
        return null;
    }

    @Override
    public ConnectionInfo connection() {
        return Loopback.CONNECTION;
    }

    /** A connection between two ports of this machine that nobody has. */
    private enum Loopback implements ConnectionInfo {
        CONNECTION;

        @Override
        public long id() {
            return 1;
        }

        @Override
        public long requestCount() {
            return 1;
        }

        @Override
        public Duration age() {
            return Duration.ZERO;
        }

        @Override
        public SocketAddress remoteAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50000);
        }

        @Override
        public SocketAddress localAddress() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);
        }

        @Override
        public @Nullable TlsInfo tls() {
            return null;
        }
    }
}
