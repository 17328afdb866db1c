package io.zokor.servlet.websocket;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import jakarta.websocket.Decoder;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import org.jspecify.annotations.Nullable;

/**
 * A session's message handlers, at most one for each kind of messages. The application adds and removes from any thread while
 * the session's thread looks them up: every method holds the monitor.
 */
final class MessageHandlers {

    private final CoderTypes<Decoder> decoders;
    private final Map<MessageKind, Entry> byKind = new EnumMap<>(MessageKind.class);

    MessageHandlers(CoderTypes<Decoder> decoders) {
        this.decoders = decoders;
    }

    /** A handler and what it takes. */
    record Entry(MessageHandler handler, Class<?> type, boolean partial) {
    }

    /**
     * Adds a handler whose class says what it takes.
     *
     * @throws IllegalStateException if it does not, as with a lambda; if nothing makes such messages; if its kind is taken
     */
    synchronized void add(MessageHandler handler) {
        boolean partial = handler instanceof MessageHandler.Partial<?>;
        if (partial == handler instanceof MessageHandler.Whole<?>) {
            throw new IllegalStateException(handler.getClass().getName()
                    + " must implement one of MessageHandler.Whole and MessageHandler.Partial");
        }
        Class<?> type = TypeArguments.of(handler.getClass(),
                partial ? MessageHandler.Partial.class : MessageHandler.Whole.class);
        if (type == null) {
            throw new IllegalStateException(
                    "The class " + handler.getClass().getName() + " does not say which messages it "
                            + "takes: use the addMessageHandler that has the type as well");
        }
        put(new Entry(handler, type, partial));
    }

    /** Adds a handler of whole messages; throws as {@link #add}. */
    synchronized <T> void add(Class<T> type, MessageHandler.Whole<T> handler) {
        put(new Entry(handler, type, false));
    }

    /** Adds a handler of parts; throws as {@link #add}. */
    synchronized <T> void add(Class<T> type, MessageHandler.Partial<T> handler) {
        put(new Entry(handler, type, true));
    }

    private void put(Entry entry) {
        MessageKind kind = kindOf(entry);
        if (kind == null) {
            throw new IllegalStateException("The session has no decoder that makes a " + entry.type.getName()
                    + (entry.partial ? " of parts: these are String, byte[] or ByteBuffer" : ""));
        }
        Entry taken = byKind.putIfAbsent(kind, entry);
        if (taken != null) {
            throw new IllegalStateException("The session has a handler of " + kind + " messages already: "
                    + taken.handler.getClass().getName());
        }
    }

    private @Nullable MessageKind kindOf(Entry entry) {
        if (entry.partial) {
            return MessageKind.ofPartial(entry.type);
        }
        MessageKind decoded = entry.type == PongMessage.class ? null : decoders.kindOf(entry.type);
        return decoded == null ? MessageKind.ofWhole(entry.type) : decoded;
    }

    /** Removes a handler; nothing happens if it is not there. */
    synchronized void remove(MessageHandler handler) {
        byKind.values().removeIf(entry -> entry.handler == handler);
    }

    synchronized @Nullable Entry of(MessageKind kind) {
        return byKind.get(kind);
    }

    /** Returns a copy. */
    synchronized Set<MessageHandler> all() {
        Set<MessageHandler> all = new LinkedHashSet<>();
        byKind.values().forEach(entry -> all.add(entry.handler));
        return Set.copyOf(all);
    }
}
