package io.zokor.servlet.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketMessage;

import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import org.jspecify.annotations.Nullable;

/** Sends and waits. Any thread: the session's writes are serialised. */
final class BasicRemote extends Remote implements RemoteEndpoint.Basic {

    private final Encoders encoders;

    BasicRemote(WebSocket socket, Encoders encoders) {
        super(socket);
        this.encoders = encoders;
    }

    /** @throws IllegalArgumentException if it is null, as the interfaces want it */
    static <T> T given(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalArgumentException(what + " must be given, not null");
        }
        return value;
    }

    @Override
    public void sendText(String text) throws IOException {
        socket().write(given(text, "the text"));
    }

    @Override
    public void sendBinary(ByteBuffer data) throws IOException {
        socket().write(given(data, "the data"));
    }

    @Override
    public void sendText(String part, boolean isLast) throws IOException {
        socket().write(given(part, "the text"), isLast);
    }

    @Override
    public void sendBinary(ByteBuffer part, boolean isLast) throws IOException {
        socket().write(given(part, "the data"), isLast);
    }

    @Override
    public OutputStream getSendStream() throws IOException {
        checkOpen();
        return new MessageStreams.Binary(socket());
    }

    @Override
    public Writer getSendWriter() throws IOException {
        checkOpen();
        return new MessageStreams.Text(socket());
    }

    @Override
    public void sendObject(Object data) throws IOException, EncodeException {
        socket().write(message(encoders.encode(given(data, "the object"))));
    }

    static WebSocketMessage message(Encoders.Encoded encoded) {
        return switch (encoded) {
            case Encoders.Encoded.Text(String text) -> new WebSocketMessage.Text(text);
            case Encoders.Encoded.Binary(ByteBuffer bytes) -> new WebSocketMessage.Binary(bytes);
        };
    }
}
