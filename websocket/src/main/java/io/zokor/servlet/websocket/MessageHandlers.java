package io.zokor.servlet.websocket;

import java.io.InputStream;
import java.io.Reader;
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

    /** Where a message goes. */
    interface Sink {

        /**
         * Takes a message, or a part of one.
         *
         * @throws Throwable what the application threw
         */
        void accept(Object message, boolean last) throws Throwable;
    }

    /**
     * A handler and what it takes.
     *
     * @param streamed whether it reads the message itself, as it comes
     */
    record Entry(MessageHandler handler, Class<?> type, boolean partial, boolean streamed, Sink sink) {
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
        put(handler, type, partial, sink(handler));
    }

    @SuppressWarnings("unchecked") // what it is given is what its type says
    private static Sink sink(MessageHandler handler) {
        return handler instanceof MessageHandler.Partial<?>
                ? ((MessageHandler.Partial<Object>) handler)::onMessage
                : (message, last) -> ((MessageHandler.Whole<Object>) handler).onMessage(message);
    }

    /** Adds a handler of whole messages; throws as {@link #add}. */
    synchronized <T> void add(Class<T> type, MessageHandler.Whole<T> handler) {
        put(handler, type, false, sink(handler));
    }

    /** Adds a handler of parts; throws as {@link #add}. */
    synchronized <T> void add(Class<T> type, MessageHandler.Partial<T> handler) {
        put(handler, type, true, sink(handler));
    }

    /** Adds a method of an annotated endpoint; throws as {@link #add}. */
    synchronized void add(MethodHandler method) {
        put(method.handler(), method.method.type(), method.method.partial(), method);
    }

    private void put(MessageHandler handler, Class<?> type, boolean partial, Sink sink) {
        MessageKind decoded = partial || type == PongMessage.class ? null : decoders.kindOf(type);
        MessageKind kind = decoded != null ? decoded
                : partial ? MessageKind.ofPartial(type) : MessageKind.ofWhole(type);
        if (kind == null) {
            throw new IllegalStateException("The session has no decoder that makes a " + type.getName()
                    + (partial ? " of parts: these are String, byte[] or ByteBuffer" : ""));
        }
        boolean streamed = decoded == null && (type == Reader.class || type == InputStream.class);
        Entry taken = byKind.putIfAbsent(kind, new Entry(handler, type, partial, streamed, sink));
        if (taken != null) {
            throw new IllegalStateException("The session has a handler of " + kind + " messages already: "
                    + taken.handler.getClass().getName());
        }
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
