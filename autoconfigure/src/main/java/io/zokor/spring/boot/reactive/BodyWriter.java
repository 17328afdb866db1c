package io.zokor.spring.boot.reactive;

import java.io.IOException;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
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

    /** How many parts of a stream are asked for ahead: sources that cannot wait, {@code Flux.interval} for one, fail otherwise. */
    private static final int PARTS = 16;

    /** Stands behind each part of a stream; known by its identity. */
    private static final DataBuffer FLUSH = DefaultDataBufferFactory.sharedInstance.wrap(new byte[0]);

    private final ReactiveExchange exchange;

    /** Whether there are flushes among the buffers. */
    private final boolean flushed;
    private volatile boolean cancelled;

    private BodyWriter(ReactiveExchange exchange, boolean flushed) {
        this.exchange = exchange;
        this.flushed = flushed;
    }

    static Mono<Void> write(ReactiveExchange exchange, Publisher<? extends DataBuffer> body) {
        return Mono.defer(() -> new BodyWriter(exchange, false).write(body));
    }

    /**
     * Parts are written one after the other, each flushed, an error after all those before it: as the last of them it waits for its
     * turn, where as the error of the outer publisher it would take those with it that wait.
     */
    static Mono<Void> writeAndFlush(ReactiveExchange exchange,
            Publisher<? extends Publisher<? extends DataBuffer>> body) {
        Flux<DataBuffer> buffers = Flux.<Publisher<? extends DataBuffer>>from(body)
                .onErrorResume(e -> Flux.just(Mono.error(e)))
                .concatMap(part -> Flux.<DataBuffer>from(part).concatWith(Mono.just(FLUSH)), PARTS);
        return Mono.defer(() -> new BodyWriter(exchange, true).write(buffers));
    }

    /** The publisher is hidden, as Reactor fuses those it knows: a buffer that waits in one is not discarded if nobody asks for it. */
    private Mono<Void> write(Publisher<? extends DataBuffer> body) {
        return Flux.<DataBuffer>from(body).hide().publishOn(exchange.scheduler(), PREFETCH).doOnNext(this::write)
                .doOnDiscard(DataBuffer.class, DataBufferUtils::release).then()
                .doOnCancel(() -> cancelled = true).doAfterTerminate(exchange::endIfUnwritable);
    }

    private void write(DataBuffer buffer) {
        try {
            if (buffer == FLUSH) {
                exchange.flush();
            } else {
                exchange.write(buffer, flushed);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        } finally {
            DataBufferUtils.release(buffer);
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
