package io.zokor.http;

import java.io.InputStream;

import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/** A request that answers every call from another one; the base of handlers that change what those behind them see. */
public class RequestWrapper implements Request {

    private final Request request;

    /**
     * Wraps a request.
     *
     * @param request where the answers come from
     */
    public RequestWrapper(Request request) {
        this.request = request;
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public RequestTarget target() {
        return request.target();
    }

    @Override
    public String path() {
        return request.path();
    }

    @Override
    public @Nullable String query() {
        return request.query();
    }

    @Override
    public String protocol() {
        return request.protocol();
    }

    @Override
    public String scheme() {
        return request.scheme();
    }

    @Override
    public String host() {
        return request.host();
    }

    @Override
    public long number() {
        return request.number();
    }

    @Override
    public String protocolRequestId() {
        return request.protocolRequestId();
    }

    @Override
    public @Nullable String connectProtocol() {
        return request.connectProtocol();
    }

    @Override
    public Headers headers() {
        return request.headers();
    }

    @Override
    public long contentLength() {
        return request.contentLength();
    }

    @Override
    public InputStream body() {
        return request.body();
    }

    @Override
    public @Nullable Headers trailers() {
        return request.trailers();
    }

    @Override
    public ConnectionInfo connection() {
        return request.connection();
    }

    @Override
    public @Nullable TlsInfo tls() {
        return request.tls();
    }

    @Override
    public String pathValue(String name) {
        return request.pathValue(name);
    }

    @Override
    public String pattern() {
        return request.pattern();
    }
}
