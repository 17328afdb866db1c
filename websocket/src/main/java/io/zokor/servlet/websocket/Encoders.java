package io.zokor.servlet.websocket;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;

import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of objects. The application's encoders come first, one for the object's own class before one for a class
 * above it; then text of Java's primitive types and String, and binary messages of bytes. Any thread may encode: the
 * application's encoders see the threads that send.
 */
final class Encoders {

    private final CoderTypes<Encoder> types;
    private final CoderInstances<Encoder> instances;

    Encoders(CoderTypes<Encoder> types, EndpointConfig config) {
        this.types = types;
        this.instances = new CoderInstances<>(types, config, Encoder::init, Encoder::destroy);
    }

    /** A message that is ready to be sent. */
    sealed interface Encoded {

        /** A text message. */
        record Text(String text) implements Encoded {
        }

        /** A binary message. */
        record Binary(ByteBuffer bytes) implements Encoded {
        }
    }

    /**
     * Returns the message for an object.
     *
     * @throws EncodeException if no encoder takes it, or the one that does refuses it
     * @throws IOException what a stream encoder throws
     */
    Encoded encode(Object object) throws EncodeException, IOException {
        CoderTypes.Entry<Encoder> entry = entryFor(object.getClass());
        if (entry != null) {
            return encode(entry, object);
        }
        return switch (object) {
            case String text -> new Encoded.Text(text);
            case ByteBuffer bytes -> new Encoded.Binary(bytes);
            case byte[] bytes -> new Encoded.Binary(ByteBuffer.wrap(bytes));
            case Object primitive when Primitives.isOne(primitive.getClass()) -> new Encoded.Text(primitive.toString());
            default ->
                throw new EncodeException(object, "The endpoint has no encoder for " + object.getClass().getName());
        };
    }

    private CoderTypes.@Nullable Entry<Encoder> entryFor(Class<?> type) {
        CoderTypes.@Nullable Entry<Encoder> above = null;
        for (CoderTypes.Entry<Encoder> entry : types.entries()) {
            if (entry.type() == type) {
                return entry;
            }
            if (above == null && entry.type().isAssignableFrom(type)) {
                above = entry;
            }
        }
        return above;
    }

    /** The entry's type was compared with the object's class: the casts hold. */
    @SuppressWarnings("unchecked")
    private Encoded encode(CoderTypes.Entry<Encoder> entry, Object object) throws EncodeException, IOException {
        Encoder encoder = instances.get(entry.coder());
        if (entry.form() == Encoder.Text.class) {
            return new Encoded.Text(((Encoder.Text<Object>) encoder).encode(object));
        }
        if (entry.form() == Encoder.TextStream.class) {
            StringWriter text = new StringWriter();
            ((Encoder.TextStream<Object>) encoder).encode(object, text);
            return new Encoded.Text(text.toString());
        }
        if (entry.form() == Encoder.Binary.class) {
            return new Encoded.Binary(((Encoder.Binary<Object>) encoder).encode(object));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ((Encoder.BinaryStream<Object>) encoder).encode(object, bytes);
        return new Encoded.Binary(ByteBuffer.wrap(bytes.toByteArray()));
    }

    void destroy() {
        instances.destroy();
    }
}
