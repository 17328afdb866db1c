package io.zokor.servlet.websocket;

import java.util.Map;
import java.util.function.Function;

import jakarta.websocket.DecodeException;
import org.jspecify.annotations.Nullable;

/** Java's primitive types and their boxes as text, for messages and path parameters. Stateless. */
final class Primitives {

    private static final Map<Class<?>, Function<String, Object>> READERS = Map.of(Boolean.class, Boolean::valueOf,
            Byte.class, Byte::valueOf, Character.class, Primitives::letter, Short.class, Short::valueOf,
            Integer.class, Integer::valueOf, Long.class, Long::valueOf, Float.class, Float::valueOf,
            Double.class, Double::valueOf);

    private static final Map<Class<?>, Class<?>> BOXES = Map.of(boolean.class, Boolean.class, byte.class, Byte.class,
            char.class, Character.class, short.class, Short.class, int.class, Integer.class, long.class, Long.class,
            float.class, Float.class, double.class, Double.class);

    private Primitives() {
    }

    /** Returns the box of a primitive type, and any other type itself. */
    static Class<?> boxed(Class<?> type) {
        return BOXES.getOrDefault(type, type);
    }

    static boolean isOne(Class<?> type) {
        return READERS.containsKey(boxed(type));
    }

    /**
     * Reads a value as {@code valueOf} of its box would; a char is a text of length 1.
     *
     * @param type a primitive type or a box
     * @throws DecodeException if the text is not such a value
     */
    static Object read(Class<?> type, String text) throws DecodeException {
        @Nullable Function<String, Object> reader = READERS.get(boxed(type));
        if (reader == null) {
            throw new IllegalArgumentException(type + " is not a primitive type");
        }
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException notOne) {
            throw new DecodeException(text, "The text is not a " + type.getSimpleName(), notOne);
        }
    }

    private static Object letter(String text) {
        if (text.length() != 1) {
            throw new IllegalArgumentException("not one char");
        }
        return text.charAt(0);
    }
}
