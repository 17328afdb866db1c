package io.zokor.spring.boot.reactive;

import java.io.IOException;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes what a publisher emits. The publisher's threads only leave their signals, and the exchange's thread writes and asks for
 * more: a client that reads slowly holds no other thread and a few buffers.
 */
final class BodyWriter {

    /** How many buffers may wait to be written: enough for a publisher to work while its buffer before is being written. */
    static final int PREFETCH = 4;

    private final ReactiveExchange exchange;
    private final boolean flush;
    private volatile boolean cancelled;

    private BodyWriter(ReactiveExchange exchange, boolean flush) {
        this.exchange = exchange;
        this.flush = flush;
    }

    static Mono<Void> write(ReactiveExchange exchange, Publisher<? extends DataBuffer> body, boolean flush) {
        return Mono.defer(() -> new BodyWriter(exchange, flush).write(body));
    }

    /** The publisher is hidden, as Reactor fuses those it knows: a buffer that waits in one is not discarded if nobody asks for it. */
    private Mono<Void> write(Publisher<? extends DataBuffer> body) {
        return Flux.<DataBuffer>from(body).hide().publishOn(exchange.scheduler(), PREFETCH).doOnNext(this::write)
                .doOnComplete(this::complete).doOnDiscard(DataBuffer.class, DataBufferUtils::release).then()
                .doOnCancel(() -> cancelled = true).doAfterTerminate(exchange::endIfUnwritable);
    }

    private void write(DataBuffer buffer) {
        try {
            exchange.write(buffer, flush);
        } catch (IOException | RuntimeException e) {
            failed(e);
        } finally {
            DataBufferUtils.release(buffer);
        }
    }

    private void complete() {
        if (flush) {
            try {
                exchange.flush();
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        }
    }

    /** The application is told before the exchange ends, unless it waits no more. */
    private void failed(Exception e) {
        exchange.writeFailed(e);
        if (!cancelled) {
            throw Exceptions.propagate(exchange.clientError(e));
        }
        exchange.endIfUnwritable();
    }
}
