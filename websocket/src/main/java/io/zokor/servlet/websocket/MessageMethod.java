package io.zokor.servlet.websocket;

import java.lang.reflect.Method;
import java.util.List;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/**
 * A method with {@code @OnMessage}: whole or in parts, of one kind of messages. Immutable.
 *
 * @param flagFirst true if a method for parts has its flag before the part
 * @param maxMessageSize in bytes, -1 for the session's
 */
record MessageMethod(MethodBinding binding, MessageKind kind, Class<?> type, boolean partial, boolean flagFirst,
        long maxMessageSize) {

    /** @throws DeploymentException if the method has no message or too many, or its type needs a decoder that is missing */
    static MessageMethod of(Method method, OnMessage annotation, CoderTypes<Decoder> decoders)
            throws DeploymentException {
        if (annotation.maxMessageSize() > Integer.MAX_VALUE) {
            throw new DeploymentException("The maxMessageSize of " + method + " is more than " + Integer.MAX_VALUE);
        }
        MethodBinding binding = MethodBinding.of(method, List.of(Session.class), true);
        List<Class<?>> types = binding.payloadTypes();
        if (types.size() == 1) {
            MessageKind kind = kindOfWhole(types.getFirst(), decoders);
            if (kind != null) {
                return new MessageMethod(binding, kind, types.getFirst(), false, false, annotation.maxMessageSize());
            }
            throw new DeploymentException("The WebSocket method " + method + " takes messages of the type "
                    + types.getFirst().getName() + ", for which the endpoint names no decoder");
        }
        if (types.size() == 2) {
            boolean flagFirst = Primitives.boxed(types.getFirst()) == Boolean.class;
            Class<?> flag = flagFirst ? types.getFirst() : types.getLast();
            Class<?> part = flagFirst ? types.getLast() : types.getFirst();
            MessageKind kind = MessageKind.ofPartial(part);
            if (kind != null && Primitives.boxed(flag) == Boolean.class) {
                return new MessageMethod(binding, kind, part, true, flagFirst, annotation.maxMessageSize());
            }
        }
        throw new DeploymentException("The WebSocket method " + method
                + " must have one parameter for the message, or a "
                + "String, byte[] or ByteBuffer for a part of it and a boolean; besides Session and @PathParam");
    }

    private static @Nullable MessageKind kindOfWhole(Class<?> type, CoderTypes<Decoder> decoders) {
        // a pong is never decoded, everything else may be: the application's decoders come first
        MessageKind decoded = type == PongMessage.class ? null : decoders.kindOf(type);
        return decoded == null ? MessageKind.ofWhole(type) : decoded;
    }

    /** Returns the arguments of a call for a part. */
    List<Object> part(Object part, boolean last) {
        return flagFirst ? List.of(last, part) : List.of(part, last);
    }
}
