package io.zokor.internal.exchange;

import java.io.InputStream;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Headers;
import io.zokor.http.Request;
import io.zokor.http.RequestTarget;

import org.jspecify.annotations.Nullable;

/** The request that a handler sees: a head, a body and a connection. Immutable but for what the codec learns of trailers. */
final class ExchangeRequest implements Request {

    private final RequestHead head;

    private final ExchangeCodec codec;

    private final RequestBody body;

    private final ConnectionInfo connection;

    private final long number;

    ExchangeRequest(ExchangeCodec codec, RequestBody body, ConnectionInfo connection, long number) {
        this.head = codec.head();
        this.codec = codec;
        this.body = body;
        this.connection = connection;
        this.number = number;
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public RequestTarget target() {
        return head.target();
    }

    @Override
    public String protocol() {
        return head.protocol();
    }

    @Override
    public String host() {
        return head.host();
    }

    @Override
    public Headers headers() {
        return head.headers();
    }

    @Override
    public long contentLength() {
        return head.contentLength();
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public @Nullable Headers trailers() {
        return codec.body().trailers();
    }

    @Override
    public ConnectionInfo connection() {
        return connection;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String protocolRequestId() {
        return head.protocolRequestId();
    }

    @Override
    public @Nullable String connectProtocol() {
        return head.connectProtocol();
    }

    @Override
    public String toString() {
        return head.method() + " " + head.target().path();
    }
}
