package io.zokor.servlet.websocket;

import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;

import jakarta.websocket.PongMessage;
import org.jspecify.annotations.Nullable;

/** What kinds of messages a session may have one handler each for. */
enum MessageKind {

    TEXT, BINARY, PONG;

    /** Returns the kind of the messages that a handler takes in this form without a decoder, or null. */
    static @Nullable MessageKind ofWhole(Class<?> type) {
        if (type == Reader.class || Primitives.isOne(type)) {
            return TEXT;
        }
        if (type == InputStream.class) {
            return BINARY;
        }
        return type == PongMessage.class ? PONG : ofPartial(type);
    }

    /** Returns the kind of the messages that a handler takes in parts of this type, or null. */
    static @Nullable MessageKind ofPartial(Class<?> type) {
        if (type == String.class) {
            return TEXT;
        }
        return type == ByteBuffer.class || type == byte[].class ? BINARY : null;
    }
}
