package io.zokor.servlet.websocket;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import org.jspecify.annotations.Nullable;

/** A method of an annotated endpoint and where each of its parameters comes from. Immutable. */
final class MethodBinding {

    private final Method method;
    private final List<Parameter> parameters;

    private MethodBinding(Method method, List<Parameter> parameters) {
        this.method = method;
        this.parameters = List.copyOf(parameters);
    }

    /** Where a parameter comes from. */
    sealed interface Parameter {

        /** The call's object of one of the API's types: Session, EndpointConfig, CloseReason, Throwable. */
        record Given(Class<?> type) implements Parameter {
        }

        /** A value of the path. */
        record PathValue(String name, Class<?> type) implements Parameter {
        }

        /** What only {@code @OnMessage} has: the message, and whether a part is the last one. */
        record Payload(Class<?> type) implements Parameter {
        }
    }

    /** What a call has to give. {@code payloads}: the message, and the flag where the method takes parts. */
    record Call(Session session, Map<String, String> path, @Nullable EndpointConfig config,
            @Nullable CloseReason reason, @Nullable Throwable error, List<Object> payloads) {

        @Nullable
        Object given(Class<?> type) {
            if (type == Session.class) {
                return session;
            }
            if (type == EndpointConfig.class) {
                return config;
            }
            return type == CloseReason.class ? reason : error;
        }
    }

    /**
     * Looks at a method's parameters. Each of the given types may be there once; with {@code payloads} every other type is
     * taken for the message's.
     *
     * @param given which of the API's types this kind of method may have
     * @throws DeploymentException if the method is not public or a parameter has no meaning
     */
    static MethodBinding of(Method method, List<Class<?>> given, boolean payloads) throws DeploymentException {
        if (!Modifier.isPublic(method.getModifiers())) {
            throw new DeploymentException("The WebSocket method " + method + " must be public");
        }
        List<Parameter> parameters = new ArrayList<>();
        for (java.lang.reflect.Parameter declared : method.getParameters()) {
            Class<?> type = declared.getType();
            PathParam path = declared.getAnnotation(PathParam.class);
            Parameter parameter;
            if (path != null) {
                parameter = pathValue(method, path.value(), type);
            } else if (given.contains(type)) {
                parameter = new Parameter.Given(type);
                if (parameters.contains(parameter)) {
                    throw new DeploymentException("The WebSocket method " + method + " has two parameters of the type "
                            + type.getName());
                }
            } else if (payloads) {
                parameter = new Parameter.Payload(type);
            } else {
                throw new DeploymentException("The WebSocket method " + method + " has a parameter of the type "
                        + type.getName() + ", which it cannot be given: it may have " + names(given)
                        + " and parameters with @PathParam");
            }
            parameters.add(parameter);
        }
        return new MethodBinding(method, parameters);
    }

    private static Parameter pathValue(Method method, String name, Class<?> type) throws DeploymentException {
        if (type != String.class && !Primitives.isOne(type)) {
            throw new DeploymentException(
                    "The WebSocket method " + method + " wants the path parameter " + name + " as "
                            + type.getName() + ": it may be a String, a primitive type or a box");
        }
        return new Parameter.PathValue(name, type);
    }

    private static List<String> names(List<Class<?>> types) {
        return types.stream().<String>map(Class::getSimpleName).toList();
    }

    boolean takes(Class<?> given) {
        return parameters.contains(new Parameter.Given(given));
    }

    /** Returns the types of the parameters that hold the message, in their order. */
    List<Class<?>> payloadTypes() {
        List<Class<?>> types = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (parameter instanceof Parameter.Payload payload) {
                types.add(payload.type);
            }
        }
        return types;
    }

    Method method() {
        return method;
    }

    /**
     * Calls the method.
     *
     * @return what it returned, null for void
     * @throws DecodeException if a value of the path cannot become what the method asks for
     * @throws Throwable what the method threw
     */
    @Nullable
    Object invoke(Object endpoint, Call call) throws Throwable {
        @Nullable Object[] arguments = new @Nullable Object[parameters.size()];
        int payloads = 0;
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch (parameters.get(i)) {
                case Parameter.Given given -> call.given(given.type);
                case Parameter.PathValue value -> pathArgument(value, call.path.get(value.name));
                case Parameter.Payload payload -> call.payloads.get(payloads++);
            };
        }
        try {
            return method.invoke(endpoint, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getTargetException();
        }
    }

    private static @Nullable Object pathArgument(Parameter.PathValue value, @Nullable String text)
            throws DecodeException {
        if (text == null && value.type.isPrimitive()) {
            throw new DecodeException("", "The path has no parameter " + value.name);
        }
        return text == null || value.type == String.class ? text : Primitives.read(value.type, text);
    }

    @Override
    public String toString() {
        return method.toString();
    }
}
