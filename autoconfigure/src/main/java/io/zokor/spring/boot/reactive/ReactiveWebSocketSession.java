package io.zokor.spring.boot.reactive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketClose;
import io.zokor.websocket.WebSocketMessage.Binary;
import io.zokor.websocket.WebSocketMessage.Text;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.adapter.AbstractWebSocketSession;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * A session as WebFlux wants it. The connection's thread reads in {@link #serve} and gives messages on as {@link Inbound} is asked for
 * them; any thread sends. What a handler's end means is noted by whatever thread it comes on, and told by closing.
 */
final class ReactiveWebSocketSession extends AbstractWebSocketSession<WebSocket> {

    private final WebSocket session;
    private final Inbound inbound;
    private final Sinks.One<CloseStatus> closeStatus = Sinks.one();

    /** Why the handler has failed. */
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    ReactiveWebSocketSession(WebSocket session, HandshakeInfo info, DataBufferFactory bufferFactory) {
        super(session, session.request().connection().id() + "-" + session.request().connection().requestCount(), info,
                bufferFactory);
        this.session = session;
        this.inbound = new Inbound(session, bufferFactory);
    }

    /** Has a handler handle the session, until that has ended; by the connection's thread. */
    void serve(WebSocketHandler handler) throws Exception {
        session.onPong(inbound::pong);
        session.onClosing(inbound::closing);
        try {
            // A handler that throws at once is one that fails.
            Mono.defer(() -> handler.handle(this)).subscribe(new HandlerSubscriber());
            inbound.run();
        } finally {
            WebSocketClose close = session.closed();
            closeStatus.tryEmitValue(close == null
                    ? CloseStatus.NO_CLOSE_FRAME
                    : CloseStatus.create(close.status().code(), reason(close.status().reason())));
            inbound.end();
        }
        switch (failure.get()) {
            case null -> {
                // It has ended, or goes on without the session.
            }
            case Exception exception -> throw exception;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    private static @Nullable String reason(String reason) {
        return reason.isEmpty() ? null : reason;
    }

    @Override
    public Flux<WebSocketMessage> receive() {
        return Flux.from(inbound);
    }

    /** Asks for the next message when the bytes of the one before were written. Completes at the end of the session at the latest. */
    @Override
    public Mono<Void> send(Publisher<WebSocketMessage> messages) {
        return Flux.from(messages).takeUntilOther(closeStatus.asMono()).concatMap(this::sendOne, 0)
                .doOnDiscard(WebSocketMessage.class, WebSocketMessage::release).then();
    }

    private Mono<Void> sendOne(WebSocketMessage message) {
        return Mono.create(sink -> {
            ByteBuffer payload = taken(message.getPayload());
            switch (message.getType()) {
                case TEXT -> session.send(new Text(StandardCharsets.UTF_8.decode(payload).toString()),
                        failed -> end(sink, failed));
                case BINARY -> session.send(new Binary(payload), failed -> end(sink, failed));
                case PING -> blocking(sink, () -> session.ping(payload));
                case PONG -> blocking(sink, () -> session.pong(payload));
            }
        });
    }

    private static ByteBuffer taken(DataBuffer buffer) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(buffer.readableByteCount());
            buffer.toByteBuffer(bytes);
            return bytes;
        } finally {
            DataBufferUtils.release(buffer);
        }
    }

    private static void end(MonoSink<Void> sink, @Nullable Throwable failed) {
        if (failed == null) {
            sink.success();
        } else {
            sink.error(failed);
        }
    }

    @Override
    public boolean isOpen() {
        return session.isOpen();
    }

    @Override
    public Mono<CloseStatus> closeStatus() {
        return closeStatus.asMono();
    }

    @Override
    public Mono<Void> close(CloseStatus status) {
        String reason = status.getReason();
        return Mono.create(sink -> blocking(sink, () -> session
                .close(new io.zokor.websocket.CloseStatus(status.getCode(), reason == null ? "" : reason))));
    }

    /** What may wait for the peer is no thing for a thread of Reactor. */
    private static void blocking(MonoSink<Void> sink, Blocking action) {
        Thread.ofVirtual().name("zokor-websocket-send").start(() -> {
            try {
                action.run();
                sink.success();
            } catch (IOException | RuntimeException e) {
                sink.error(e);
            }
        });
    }

    @FunctionalInterface
    private interface Blocking {

        void run() throws IOException;
    }

    /** Waits for the end of the handler, which is that of the session. */
    private final class HandlerSubscriber implements CoreSubscriber<Void> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Void value) {
            // There are no values.
        }

        @Override
        public void onError(Throwable cause) {
            failure.set(cause);
            end(io.zokor.websocket.CloseStatus.SERVER_ERROR);
        }

        @Override
        public void onComplete() {
            end(io.zokor.websocket.CloseStatus.NORMAL);
        }

        /** The connection's thread is not to be kept from reading; closing might wait for a peer that does not read either. */
        private void end(io.zokor.websocket.CloseStatus status) {
            Thread.ofVirtual().name("zokor-websocket-close").start(() -> session.close(status));
        }
    }
}
