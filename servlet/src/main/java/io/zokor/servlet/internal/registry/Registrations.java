package io.zokor.servlet.internal.registry;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The servlets or the filters of an application by name, in the order of registration (Servlet 6.1 section 4.4). Changed by the
 * thread that starts the context alone; read-only from then on.
 *
 * @param <T> {@code Servlet} or {@code Filter}
 * @param <H> their registrations
 */
public final class Registrations<T, H extends Registered<T>> {

    private final String what;

    private final Function<String, H> maker;

    private final Map<String, H> byName = new LinkedHashMap<>();

    /**
     * @param what what is registered, for messages
     * @param maker makes an incomplete registration of a name
     */
    public Registrations(String what, Function<String, H> maker) {
        this.what = what;
        this.maker = maker;
    }

    /**
     * Registers a class or an instance of it, or completes the registration of that name.
     *
     * @return the registration; {@code null} if the name is taken, or the instance registered already
     * @throws IllegalArgumentException if the name is {@code null} or empty
     */
    @Nullable
    public H add(@Nullable String name, Class<? extends T> type, @Nullable T instance) {
        String checked = checkName(name, what);
        if (instance != null && byName.values().stream().anyMatch(holder -> holder.isInstance(instance))) {
            return null;
        }
        H holder = byName.computeIfAbsent(checked, maker);
        if (holder.isComplete()) {
            return null;
        }
        holder.complete(type, instance);
        return holder;
    }

    @Nullable
    public H get(@Nullable String name) {
        return byName.get(name);
    }

    public Collection<H> values() {
        return byName.values();
    }

    public Map<String, H> copy() {
        return new LinkedHashMap<>(byName);
    }

    public static String checkName(@Nullable String name, String what) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a " + what + " needs a name");
        }
        return name;
    }
}
