package io.zokor.spring.boot.reactive;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;

/**
 * Writes what a publisher emits. The publisher's threads only leave their signals with the exchange, whose thread writes and then
 * asks for as many buffers as it has written: a client that reads slowly holds no other thread and a few buffers.
 */
final class BodyWriter implements CoreSubscriber<DataBuffer> {

    /** How many buffers may wait to be written: enough for a publisher to work while its buffer before is being written. */
    static final int PREFETCH = 4;

    private final ReactiveExchange exchange;
    private final boolean flush;
    private final MonoSink<Void> sink;
    private volatile @Nullable Subscription upstream;
    private volatile boolean cancelled;

    /** Of the exchange's thread. */
    private boolean finished;

    private BodyWriter(ReactiveExchange exchange, boolean flush, MonoSink<Void> sink) {
        this.exchange = exchange;
        this.flush = flush;
        this.sink = sink;
    }

    static Mono<Void> write(ReactiveExchange exchange, Publisher<? extends DataBuffer> body, boolean flush) {
        return Mono.create(sink -> {
            BodyWriter writer = new BodyWriter(exchange, flush, sink);
            sink.onCancel(writer::cancel);
            body.subscribe(writer);
        });
    }

    @Override
    public Context currentContext() {
        return Context.of(sink.contextView());
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        if (cancelled) {
            subscription.cancel();
        } else {
            subscription.request(PREFETCH);
        }
    }

    @Override
    public void onNext(DataBuffer buffer) {
        exchange.execute(new Write(buffer));
    }

    @Override
    public void onError(Throwable failure) {
        exchange.execute(() -> {
            if (!finished) {
                finished = true;
                exchange.callback(() -> sink.error(failure));
            }
        });
    }

    @Override
    public void onComplete() {
        exchange.execute(this::complete);
    }

    private void complete() {
        if (finished || cancelled) {
            return;
        }
        finished = true;
        try {
            if (flush) {
                exchange.flush();
            }
        } catch (IOException | RuntimeException e) {
            exchange.writeFailed(e, () -> sink.error(exchange.clientError(e)));
            return;
        }
        exchange.callback(sink::success);
    }

    /** Signals of one subscription are serial (Reactive Streams rule 2.7), so that the exchange's thread passes this one on too. */
    private void cancel() {
        cancelled = true;
        exchange.execute(new Cancel());
    }

    private void cancelUpstream() {
        Subscription current = upstream;
        if (current != null) {
            current.cancel();
        }
    }

    /** One buffer; released whatever becomes of it. */
    private final class Write implements ReactiveExchange.Task {

        private final DataBuffer buffer;

        Write(DataBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void run() {
            if (finished || cancelled) {
                discard();
                return;
            }
            try {
                exchange.write(buffer, flush);
            } catch (IOException | RuntimeException e) {
                finished = true;
                exchange.writeFailed(e, () -> {
                    cancelUpstream();
                    if (!cancelled) {
                        sink.error(exchange.clientError(e));
                    }
                });
                return;
            } finally {
                DataBufferUtils.release(buffer);
            }
            exchange.callback(() -> {
                Subscription current = upstream;
                if (current != null) {
                    current.request(1);
                }
            });
        }

        @Override
        public void discard() {
            DataBufferUtils.release(buffer);
        }
    }

    /** The end of a subscription that nobody waits for any more. */
    private final class Cancel implements ReactiveExchange.Task {

        @Override
        public void run() {
            exchange.callback(BodyWriter.this::cancelUpstream);
        }

        @Override
        public void discard() {
            cancelUpstream();
        }
    }
}
