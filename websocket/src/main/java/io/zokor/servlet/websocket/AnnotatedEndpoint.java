package io.zokor.servlet.websocket;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/**
 * The methods of a class with {@code @ServerEndpoint}, found and checked when it is deployed, so that what is wrong ends the
 * start of the application and not the first session. Immutable.
 *
 * @param onOpen called when a session begins, null if the class has none
 * @param onClose called once when it has ended
 * @param onError called with what was thrown
 * @param onMessage at most one of each kind
 */
record AnnotatedEndpoint(@Nullable MethodBinding onOpen, @Nullable MethodBinding onClose,
        @Nullable MethodBinding onError, Map<MessageKind, MessageMethod> onMessage) {

    /**
     * Finds the methods of a class, those that it inherits as well unless it overrides them.
     *
     * @throws DeploymentException that names the method which has no meaning, or the two of which only one may be there
     */
    static AnnotatedEndpoint of(Class<?> type, CoderTypes<Decoder> decoders, CoderTypes<Encoder> encoders)
            throws DeploymentException {
        if (Modifier.isAbstract(type.getModifiers()) || !Modifier.isPublic(type.getModifiers())) {
            throw new DeploymentException(
                    "The WebSocket endpoint " + type.getName() + " must be public and not abstract");
        }
        List<Method> methods = methods(type);
        MethodBinding onError = only(methods, OnError.class, List.of(Session.class, Throwable.class));
        if (onError != null && !onError.takes(Throwable.class)) {
            throw new DeploymentException("The WebSocket method " + onError + " must have a parameter of the type "
                    + "Throwable");
        }
        return new AnnotatedEndpoint(only(methods, OnOpen.class, List.of(Session.class, EndpointConfig.class)),
                only(methods, OnClose.class, List.of(Session.class, CloseReason.class)), onError,
                messageMethods(methods, decoders, encoders));
    }

    /** Returns the methods of the class and those above it that are not overridden, without the compiler's bridges. */
    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            for (Method method : each.getDeclaredMethods()) {
                if (!method.isBridge() && methods.stream().noneMatch(below -> overrides(below, method))) {
                    methods.add(method);
                }
            }
        }
        return methods;
    }

    private static boolean overrides(Method below, Method method) {
        return !Modifier.isPrivate(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
                && below.getName().equals(method.getName())
                && Arrays.equals(below.getParameterTypes(), method.getParameterTypes());
    }

    private static @Nullable MethodBinding only(List<Method> methods, Class<? extends Annotation> annotation,
            List<Class<?>> given) throws DeploymentException {
        MethodBinding only = null;
        for (Method method : methods) {
            if (method.isAnnotationPresent(annotation)) {
                if (only != null) {
                    throw new DeploymentException("Only one method may have @" + annotation.getSimpleName() + ": "
                            + only + ", or " + method);
                }
                only = MethodBinding.of(method, given, false);
            }
        }
        return only;
    }

    private static Map<MessageKind, MessageMethod> messageMethods(List<Method> methods, CoderTypes<Decoder> decoders,
            CoderTypes<Encoder> encoders) throws DeploymentException {
        Map<MessageKind, MessageMethod> found = new EnumMap<>(MessageKind.class);
        for (Method method : methods) {
            OnMessage annotation = method.getAnnotation(OnMessage.class);
            if (annotation != null) {
                MessageMethod message = MessageMethod.of(method, annotation, decoders);
                checkReturn(method, encoders);
                MessageMethod other = found.put(message.kind(), message);
                if (other != null) {
                    throw new DeploymentException("Only one method with @OnMessage may take " + message.kind()
                            + " messages: " + other.binding() + ", or " + method);
                }
            }
        }
        return Map.copyOf(found);
    }

    /** Interfaces and classes that are not final are left to the call: an encoder may fit what is really returned. */
    private static void checkReturn(Method method, CoderTypes<Encoder> encoders) throws DeploymentException {
        Class<?> type = method.getReturnType();
        boolean plain = type == void.class || type == String.class || type == byte[].class || type == ByteBuffer.class
                || Primitives.isOne(type);
        if (!plain && Modifier.isFinal(type.getModifiers()) && !encoders.takes(type)) {
            throw new DeploymentException("The WebSocket method " + method + " returns " + type.getName()
                    + ", for which the endpoint names no encoder");
        }
    }
}
