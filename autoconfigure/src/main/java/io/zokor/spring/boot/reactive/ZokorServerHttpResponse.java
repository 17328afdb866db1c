package io.zokor.spring.boot.reactive;

import java.nio.file.Path;

import io.zokor.http.Headers;
import io.zokor.http.ResponseWriter;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import reactor.core.publisher.Mono;

/**
 * A response as WebFlux wants it. Whatever thread commits it only makes a copy of its head; the exchange's thread hands that on
 * with the first bytes, or when the exchange ends.
 */
final class ZokorServerHttpResponse extends AbstractServerHttpResponse implements ZeroCopyHttpOutputMessage {

    private final ReactiveExchange exchange;
    private final ResponseWriter response;

    /** Written by the thread that commits, before it gives the exchange's thread something to do. */
    private @Nullable Headers head;

    /** Said before the head is committed. */
    private boolean switching;

    private boolean handedOn;

    ZokorServerHttpResponse(ReactiveExchange exchange, ResponseWriter response) {
        super(DefaultDataBufferFactory.sharedInstance);
        this.exchange = exchange;
        this.response = response;
    }

    ReactiveExchange exchange() {
        return exchange;
    }

    /** The answer will be 101: nothing else may have such a status. */
    void switching() {
        switching = true;
    }

    /** Called by the exchange's thread alone. */
    void handOnHead() {
        if (handedOn) {
            return;
        }
        handedOn = true;
        HttpStatusCode status = getStatusCode();
        if (status != null) {
            response.status(status.value());
        }
        Headers fields = head;
        if (fields != null) {
            fields.forEach(response.headers()::add);
        }
    }

    @Override
    protected void applyStatusCode() {
        HttpStatusCode status = getStatusCode();
        if (status != null && status.is1xxInformational() && !switching) {
            throw new IllegalArgumentException("not a final status: " + status.value());
        }
    }

    /** A field that cannot be sent is found here, where the application still learns of it. */
    @Override
    protected void applyHeaders() {
        Headers fields = new Headers();
        getHeaders().forEach((name, values) -> values.forEach(value -> fields.add(name, value)));
        head = fields;
    }

    @Override
    protected void applyCookies() {
        Headers fields = head;
        if (fields != null) {
            getCookies().values()
                    .forEach(cookies -> cookies.forEach(cookie -> fields.add("Set-Cookie", cookie.toString())));
        }
    }

    @Override
    protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
        return BodyWriter.write(exchange, body);
    }

    @Override
    protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return BodyWriter.writeAndFlush(exchange, body);
    }

    @Override
    public Mono<Void> writeWith(Path file, long position, long count) {
        return doCommit(() -> FileWriter.write(exchange, file, position, count));
    }

    @Override
    @SuppressWarnings("unchecked") // the caller says what it expects, as the interface wants it
    public <T> T getNativeResponse() {
        return (T) response;
    }
}
