package io.zokor.servlet.websocket;

import java.lang.reflect.InvocationTargetException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import jakarta.websocket.EndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * One object of each coder for one session (the specification: one instance per endpoint instance), from {@code init} to
 * {@code destroy}. Made and closed by the thread that serves the session; in between it does not change.
 *
 * @param <C> Decoder or Encoder
 */
final class CoderInstances<C> {

    private final Map<Class<? extends C>, C> instances = new LinkedHashMap<>();
    private final Consumer<C> destroy;

    /**
     * Makes and initialises the coders; if one fails, those before it are destroyed.
     *
     * @throws IllegalStateException with the cause, if a coder cannot be made
     */
    CoderInstances(CoderTypes<C> types, EndpointConfig config, BiConsumer<C, EndpointConfig> init,
            Consumer<C> destroy) {
        this.destroy = destroy;
        boolean whole = false;
        try {
            for (CoderTypes.Entry<C> entry : types.entries()) {
                if (!instances.containsKey(entry.coder())) {
                    C coder = make(entry.coder());
                    init.accept(coder, config);
                    instances.put(entry.coder(), coder);
                }
            }
            whole = true;
        } finally {
            if (!whole) {
                destroy();
            }
        }
    }

    private static <T> T make(Class<T> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException("The constructor of " + type.getName() + " failed", thrown.getCause());
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(type.getName() + " needs a public constructor without parameters", failure);
        }
    }

    C get(Class<? extends C> type) {
        @Nullable C coder = instances.get(type);
        if (coder == null) {
            throw new IllegalArgumentException(type + " is not one of the session's");
        }
        return coder;
    }

    /** Destroys each once, also if another one's {@code destroy} throws; the first failure is thrown at the end. */
    void destroy() {
        @Nullable RuntimeException first = null;
        for (C coder : instances.values()) {
            try {
                destroy.accept(coder);
            } catch (RuntimeException failure) {
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        instances.clear();
        if (first != null) {
            throw first;
        }
    }
}
