package io.zokor.servlet.websocket;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * The decoders or the encoders that an endpoint names, looked at when it is deployed: which types they are for, and in which
 * forms. The order is the endpoint's, the first that fits is used. Immutable.
 *
 * @param <C> {@link Decoder} or {@link Encoder}
 */
final class CoderTypes<C> {

    private static final List<Class<?>> DECODERS = List.of(Decoder.Text.class, Decoder.TextStream.class,
            Decoder.Binary.class, Decoder.BinaryStream.class);
    private static final List<Class<?>> ENCODERS = List.of(Encoder.Text.class, Encoder.TextStream.class,
            Encoder.Binary.class, Encoder.BinaryStream.class);

    private final List<Entry<C>> entries;

    private CoderTypes(List<Entry<C>> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * One form of one coder; a coder may have several.
     *
     * @param form the nested interface of {@link Decoder} or {@link Encoder}
     * @param type what it makes of a message, or a message of
     */
    record Entry<C>(Class<? extends C> coder, Class<?> form, Class<?> type) {

        MessageKind kind() {
            return form.getSimpleName().startsWith("Text") ? MessageKind.TEXT : MessageKind.BINARY;
        }
    }

    static CoderTypes<Decoder> ofDecoders(List<Class<? extends Decoder>> classes) throws DeploymentException {
        return of(classes, DECODERS);
    }

    static CoderTypes<Encoder> ofEncoders(List<Class<? extends Encoder>> classes) throws DeploymentException {
        return of(classes, ENCODERS);
    }

    private static <C> CoderTypes<C> of(List<Class<? extends C>> classes, List<Class<?>> forms)
            throws DeploymentException {
        List<Entry<C>> entries = new ArrayList<>();
        for (Class<? extends C> coder : classes) {
            if (!Modifier.isPublic(coder.getModifiers())
                    || Stream.of(coder.getConstructors()).noneMatch(each -> each.getParameterCount() == 0)) {
                throw new DeploymentException(
                        coder.getName() + " must be a public class with a public constructor without parameters");
            }
            int before = entries.size();
            for (Class<?> form : forms) {
                if (form.isAssignableFrom(coder)) {
                    entries.add(new Entry<>(coder, form, typeOf(coder, form)));
                }
            }
            if (entries.size() == before) {
                throw new DeploymentException(
                        coder.getName() + " implements none of the forms of a decoder or encoder: "
                                + "Text, TextStream, Binary, BinaryStream");
            }
        }
        return new CoderTypes<>(entries);
    }

    private static Class<?> typeOf(Class<?> coder, Class<?> form) throws DeploymentException {
        Class<?> type = TypeArguments.of(coder, form);
        if (type == null) {
            throw new DeploymentException(coder.getName() + " does not say for which type it is: name it, as in "
                    + "implements " + form.getCanonicalName() + "<Order>");
        }
        return type;
    }

    List<Entry<C>> entries() {
        return entries;
    }

    /** Returns the kind of messages that becomes this type, by the first decoder that makes such objects, or null. */
    @Nullable
    MessageKind kindOf(Class<?> type) {
        for (Entry<C> entry : entries) {
            if (Primitives.boxed(type).isAssignableFrom(entry.type)) {
                return entry.kind();
            }
        }
        return null;
    }

    /** Returns true if objects of this class can be encoded by one of them. */
    boolean takes(Class<?> type) {
        return entries.stream().anyMatch(entry -> entry.type.isAssignableFrom(Primitives.boxed(type)));
    }
}
