package io.zokor.servlet.internal.registry;

import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.FilterConfig;
import jakarta.servlet.Registration;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;

/**
 * What servlets and filters have in common as registrations (Servlet 6.1 section 4.4). Changed by the thread that starts the
 * context alone; read-only from then on.
 *
 * @param <T> {@code Servlet} or {@code Filter}
 */
public abstract class Registered<T> implements Registration.Dynamic {

    private final RegistrationScope scope;

    private final String name;

    private final Map<String, String> initParameters = new LinkedHashMap<>();

    private @Nullable Class<? extends T> type;

    /** The instance given at registration: it cannot be made again. */
    private @Nullable T given;

    private volatile boolean asyncSupported;

    Registered(RegistrationScope scope, String name) {
        this.scope = scope;
        this.name = name;
    }

    /** Completes a registration that was made by name alone. */
    public void complete(Class<? extends T> registeredType, @Nullable T instance) {
        type = registeredType;
        given = instance;
    }

    public final boolean isComplete() {
        return type != null || given != null;
    }

    public final boolean isInstance(T candidate) {
        return given == candidate;
    }

    /** {@return the instance given, or a new one of the class} */
    public final T instance() throws ServletException {
        T instance = given;
        if (instance != null) {
            return instance;
        }
        if (type == null) {
            throw new ServletException(name + " has no class");
        }
        return scope.instantiate(type);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public final @Nullable String getClassName() {
        T instance = given;
        return instance != null ? instance.getClass().getName() : type != null ? type.getName() : null;
    }

    public boolean asyncSupported() {
        return asyncSupported;
    }

    @Override
    public void setAsyncSupported(boolean isAsyncSupported) {
        checkNotInitialized();
        asyncSupported = isAsyncSupported;
    }

    @Override
    public boolean setInitParameter(String name, String value) {
        checkInitParameter(name, value);
        checkNotInitialized();
        return initParameters.putIfAbsent(name, value) == null;
    }

    @Override
    public Set<String> setInitParameters(Map<String, String> parameters) {
        parameters.forEach(Registered::checkInitParameter);
        checkNotInitialized();
        Set<String> conflicts = new LinkedHashSet<>(parameters.keySet());
        conflicts.retainAll(initParameters.keySet());
        if (conflicts.isEmpty()) {
            initParameters.putAll(parameters);
        }
        return conflicts;
    }

    @Override
    public @Nullable String getInitParameter(String name) {
        return initParameters.get(name);
    }

    @Override
    public Map<String, String> getInitParameters() {
        return Collections.unmodifiableMap(initParameters);
    }

    /** @throws IllegalStateException if the application is configured for good */
    final void checkNotInitialized() {
        scope.phase().checkNotInitialized();
    }

    public Config config() {
        return new Config(name, scope.servletContext(), Map.copyOf(initParameters));
    }

    private static void checkInitParameter(@Nullable String name, @Nullable String value) {
        if (name == null || value == null) {
            throw new IllegalArgumentException("name and value of an init parameter must not be null");
        }
    }

    static void checkNames(String @Nullable [] names, String what) {
        if (names == null || names.length == 0) {
            throw new IllegalArgumentException("no " + what + " given");
        }
    }

    /** What a servlet or filter is initialised with. */
    public record Config(String name, ServletContext context, Map<String, String> parameters)
            implements
            ServletConfig,
            FilterConfig {

        @Override
        public String getServletName() {
            return name;
        }

        @Override
        public String getFilterName() {
            return name;
        }

        @Override
        public ServletContext getServletContext() {
            return context;
        }

        @Override
        public @Nullable String getInitParameter(String name) {
            return parameters.get(name);
        }

        @Override
        public Enumeration<String> getInitParameterNames() {
            return Collections.enumeration(parameters.keySet());
        }
    }
}
