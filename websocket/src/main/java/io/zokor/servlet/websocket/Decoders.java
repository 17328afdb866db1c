package io.zokor.servlet.websocket;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EndpointConfig;

/**
 * Makes of whole messages what an endpoint's methods and handlers ask for. The application's decoders come first, so that it
 * may have its own for String or int; then the forms that need none. Used by the thread that reads the session.
 */
final class Decoders {

    private final CoderTypes<Decoder> types;
    private final CoderInstances<Decoder> instances;

    Decoders(CoderTypes<Decoder> types, EndpointConfig config) {
        this.types = types;
        this.instances = new CoderInstances<>(types, config, Decoder::init, Decoder::destroy);
    }

    /**
     * Decodes a text message.
     *
     * @throws DecodeException if no decoder takes it, or the one that does refuses it
     * @throws IOException what a stream decoder throws
     */
    Object text(Class<?> wanted, String text) throws DecodeException, IOException {
        for (CoderTypes.Entry<Decoder> entry : types.entries()) {
            if (entry.kind() == MessageKind.TEXT && Primitives.boxed(wanted).isAssignableFrom(entry.type())) {
                Decoder decoder = instances.get(entry.coder());
                if (entry.form() == Decoder.TextStream.class) {
                    return ((Decoder.TextStream<?>) decoder).decode(new StringReader(text));
                }
                Decoder.Text<?> whole = (Decoder.Text<?>) decoder;
                if (whole.willDecode(text)) {
                    return whole.decode(text);
                }
            }
        }
        if (wanted.isAssignableFrom(String.class)) {
            return text;
        }
        if (wanted == Reader.class) {
            return new StringReader(text);
        }
        if (Primitives.isOne(wanted)) {
            return Primitives.read(wanted, text);
        }
        throw new DecodeException(text, "No decoder makes a " + wanted.getName() + " of this text message");
    }

    /**
     * Decodes a binary message.
     *
     * @param bytes the caller's for the time of the call; a result that is a buffer is the same one
     * @throws DecodeException if no decoder takes it, or the one that does refuses it
     * @throws IOException what a stream decoder throws
     */
    Object binary(Class<?> wanted, ByteBuffer bytes) throws DecodeException, IOException {
        for (CoderTypes.Entry<Decoder> entry : types.entries()) {
            if (entry.kind() == MessageKind.BINARY && Primitives.boxed(wanted).isAssignableFrom(entry.type())) {
                Decoder decoder = instances.get(entry.coder());
                if (entry.form() == Decoder.BinaryStream.class) {
                    return ((Decoder.BinaryStream<?>) decoder).decode(new ByteArrayInputStream(copy(bytes)));
                }
                Decoder.Binary<?> whole = (Decoder.Binary<?>) decoder;
                // each decoder gets a view, so that one that looks and declines moves nobody's position
                if (whole.willDecode(bytes.slice())) {
                    return whole.decode(bytes.slice());
                }
            }
        }
        if (wanted == ByteBuffer.class) {
            return bytes;
        }
        if (wanted == byte[].class) {
            return copy(bytes);
        }
        if (wanted == InputStream.class) {
            return new ByteArrayInputStream(copy(bytes));
        }
        throw new DecodeException(bytes, "No decoder makes a " + wanted.getName() + " of this binary message");
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }

    void destroy() {
        instances.destroy();
    }
}
