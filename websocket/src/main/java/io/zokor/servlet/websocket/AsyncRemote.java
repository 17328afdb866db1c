package io.zokor.servlet.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketMessage;

import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import org.jspecify.annotations.Nullable;

/** Puts messages into the session's queue, which is bounded, and never waits. Any thread. */
final class AsyncRemote extends Remote implements RemoteEndpoint.Async {

    private final EndpointSession session;

    private final Encoders encoders;

    private volatile long timeoutMillis;

    AsyncRemote(EndpointSession session, WebSocket socket, Encoders encoders, long timeoutMillis) {
        super(socket);
        this.session = session;
        this.encoders = encoders;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public long getSendTimeout() {
        return timeoutMillis;
    }

    @Override
    public void setSendTimeout(long millis) {
        checkMayBeSet();
        timeoutMillis = millis;
        socket().sendTimeout(millis <= 0 ? null : Duration.ofMillis(millis));
    }

    @Override
    public void sendText(String text, SendHandler handler) {
        send(text(text), told(handler));
    }

    @Override
    public Future<Void> sendText(String text) {
        return send(text(text));
    }

    @Override
    public void sendBinary(ByteBuffer data, SendHandler handler) {
        send(binary(data), told(handler));
    }

    @Override
    public Future<Void> sendBinary(ByteBuffer data) {
        return send(binary(data));
    }

    @Override
    public void sendObject(Object data, SendHandler handler) {
        Consumer<@Nullable Throwable> done = told(handler);
        WebSocketMessage message;
        try {
            message = encoded(data);
        } catch (IOException | EncodeException e) {
            done.accept(e);
            return;
        }
        send(message, done);
    }

    @Override
    public Future<Void> sendObject(Object data) {
        try {
            return send(encoded(data));
        } catch (IOException | EncodeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private WebSocketMessage encoded(Object data) throws IOException, EncodeException {
        return BasicRemote.message(encoders.encode(BasicRemote.given(data, "the object")));
    }

    private static WebSocketMessage text(String text) {
        return new WebSocketMessage.Text(BasicRemote.given(text, "the text"));
    }

    private static WebSocketMessage binary(ByteBuffer data) {
        return new WebSocketMessage.Binary(BasicRemote.given(data, "the data"));
    }

    private Consumer<@Nullable Throwable> told(SendHandler handler) {
        SendHandler given = BasicRemote.given(handler, "the handler");
        return failure -> given
                .onResult(failure == null ? new SendResult(session) : new SendResult(session, failure));
    }

    private Future<Void> send(WebSocketMessage message) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        send(message, failure -> {
            if (failure == null) {
                future.complete(null);
            } else {
                future.completeExceptionally(failure);
            }
        });
        return future;
    }

    private void send(WebSocketMessage message, Consumer<@Nullable Throwable> done) {
        socket().send(message, done);
    }
}
