package io.zokor.servlet.websocket;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;

import org.jspecify.annotations.Nullable;

/** Which type a class gives to the one variable of a generic interface, as in {@code MessageHandler.Whole<T>}. Stateless. */
final class TypeArguments {

    private TypeArguments() {
    }

    /** Returns the class that stands for the variable, or null where it was erased, as with a lambda. */
    static @Nullable Class<?> of(Class<?> implementation, Class<?> wanted) {
        Type argument = find(implementation, wanted);
        return argument == null ? null : erased(argument);
    }

    private static @Nullable Type find(Type type, Class<?> wanted) {
        Class<?> raw = erased(type);
        if (raw == null || !wanted.isAssignableFrom(raw)) {
            return null;
        }
        if (raw == wanted) {
            return type instanceof ParameterizedType parameterized ? parameterized.getActualTypeArguments()[0] : null;
        }
        for (Type parent : raw.getGenericInterfaces()) {
            Type found = find(parent, wanted);
            if (found != null) {
                return resolved(found, raw, type);
            }
        }
        Type superclass = raw.getGenericSuperclass();
        Type found = superclass == null ? null : find(superclass, wanted);
        return found == null ? null : resolved(found, raw, type);
    }

    /** A variable of the class that declares the parent becomes what that class' user gave it. */
    private static Type resolved(Type found, Class<?> declaring, Type use) {
        if (found instanceof TypeVariable<?> && use instanceof ParameterizedType parameterized) {
            TypeVariable<?>[] variables = declaring.getTypeParameters();
            for (int i = 0; i < variables.length; i++) {
                if (variables[i].equals(found)) {
                    return parameterized.getActualTypeArguments()[i];
                }
            }
        }
        return found;
    }

    private static @Nullable Class<?> erased(Type type) {
        return switch (type) {
            case Class<?> plain -> plain;
            case ParameterizedType parameterized -> (Class<?>) parameterized.getRawType();
            case GenericArrayType array -> {
                Class<?> element = erased(array.getGenericComponentType());
                yield element == null ? null : element.arrayType();
            }
            default -> null;
        };
    }
}
