package io.zokor.servlet.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

import io.zokor.websocket.CloseStatus;
import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketClose;
import io.zokor.websocket.WebSocketHandler;
import io.zokor.websocket.WebSocketMessage;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.PongMessage;
import jakarta.websocket.SessionException;
import org.jspecify.annotations.Nullable;

/**
 * The life of one session: opened, message after message, closed. All calls of the application are made by the thread that serves
 * the connection, so by one at a time; it has the application's class loader meanwhile.
 */
final class EndpointRun implements WebSocketHandler {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.servlet.websocket");

    private final ZokorServerContainer container;

    private final Deployment deployment;

    private final EndpointCalls calls;

    private final SessionConfig config;

    private final SessionFacts facts;

    /** The HTTP session by whose end this one ends, or null. */
    private final @Nullable HttpSession http;

    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();

    EndpointRun(ZokorServerContainer container, Deployment deployment, EndpointCalls calls, SessionConfig config,
            SessionFacts facts, @Nullable HttpSession http) {
        this.container = container;
        this.deployment = deployment;
        this.calls = calls;
        this.config = config;
        this.facts = facts;
        this.http = http;
    }

    @Override
    public void serve(WebSocket socket) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            withCoders(socket);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private void withCoders(WebSocket socket) {
        Decoders decoders = new Decoders(deployment.decoders(), config);
        try {
            Encoders encoders = new Encoders(deployment.encoders(), config);
            try {
                String key = config.getPath() + " " + config.getEndpointClass().getName();
                EndpointSession session = new EndpointSession(container, key, facts, config,
                        new MessageHandlers(deployment.decoders()), encoders, socket);
                run(session, decoders);
            } finally {
                encoders.destroy();
            }
        } finally {
            decoders.destroy();
        }
    }

    private void run(EndpointSession session, Decoders decoders) {
        WebSocket socket = session.socket();
        container.opened(session, http);
        try {
            socket.onPong(payload -> pong(session, payload));
            if (open(session)) {
                while (socket.isOpen()) {
                    WebSocketMessage.Kind kind = socket.await();
                    if (kind != null) {
                        receive(session, kind, decoders);
                    }
                }
            }
        } finally {
            socket.onPong(null);
            close(session);
            container.closed(session, http);
            session.end();
        }
    }

    private boolean open(EndpointSession session) {
        try {
            calls.open(session, config);
            return true;
        } catch (Throwable e) {
            failed(session, e);
            session.socket().close(CloseStatus.SERVER_ERROR);
            return false;
        }
    }

    private void close(EndpointSession session) {
        WebSocketClose closed = session.socket().closed();
        if (closed == null) {
            // Only by an error on its way out of here.
            session.socket().close(CloseStatus.SERVER_ERROR);
        } else if (closed.status().code() == CloseStatus.ABNORMAL.code()
                && closed.by() != WebSocketClose.By.APPLICATION
                || closed.status().code() == CloseStatus.TOO_BIG.code() && closed.by() == WebSocketClose.By.SERVER) {
            failed(session, new SessionException(cause(closed), null, session));
        }
        try {
            calls.close(session, session.closeReason());
        } catch (Throwable e) {
            failed(session, e);
        }
    }

    private static String cause(WebSocketClose closed) {
        if (closed.status().code() == CloseStatus.TOO_BIG.code()) {
            return "a message is larger than zokor.websocket.max-message-size, or what the session was set to, allows";
        }
        return closed.by() == WebSocketClose.By.PEER
                ? "the peer has gone without a Close frame"
                : "a time limit has passed: zokor.websocket.pong-timeout, send-timeout or close-timeout";
    }

    /** Tells the endpoint of a failure; the log, where the endpoint has nobody for it. */
    private void failed(EndpointSession session, Throwable failure) {
        try {
            if (!calls.error(session, failure)) {
                if (failure instanceof SessionException) {
                    LOGGER.log(Level.DEBUG, "a session of the endpoint " + deployment + " was cut", failure);
                } else {
                    container.failures().log(() -> "the endpoint " + deployment
                            + " has failed, and has no onError that would be told", failure);
                }
            }
        } catch (Throwable e) {
            if (e != failure) {
                e.addSuppressed(failure);
            }
            container.failures().log(() -> "onError of the endpoint " + deployment + " has failed", e);
            session.socket().close(CloseStatus.SERVER_ERROR);
        }
    }

    // ---- messages

    private void receive(EndpointSession session, WebSocketMessage.Kind kind, Decoders decoders) {
        MessageHandlers.Entry entry = session.handlers()
                .of(kind == WebSocketMessage.Kind.TEXT ? MessageKind.TEXT : MessageKind.BINARY);
        if (entry == null) {
            discard(session.socket());
        } else if (entry.partial()) {
            parts(session, entry);
        } else if (entry.streamed()) {
            stream(session, entry, kind);
        } else {
            whole(session, entry, decoders);
        }
    }

    /** A message that nobody asks for is read past, whatever its size. */
    private static void discard(WebSocket socket) {
        WebSocketMessage part;
        do {
            part = socket.readPart();
        } while (part != null && !part.last());
    }

    private void whole(EndpointSession session, MessageHandlers.Entry entry, Decoders decoders) {
        WebSocketMessage message = session.socket().read();
        if (message != null) {
            try {
                Object decoded = switch (message) {
                    case WebSocketMessage.Text(String text, boolean last) -> decoders.text(entry.type(), text);
                    case WebSocketMessage.Binary(ByteBuffer bytes, boolean last) ->
                        decoders.binary(entry.type(), bytes);
                };
                entry.sink().accept(decoded, true);
            } catch (Throwable e) {
                failed(session, e);
            }
        }
    }

    private void parts(EndpointSession session, MessageHandlers.Entry entry) {
        WebSocketMessage part;
        do {
            part = session.socket().readPart();
            if (part != null) {
                try {
                    entry.sink().accept(payload(entry.type(), part), part.last());
                } catch (Throwable e) {
                    failed(session, e);
                }
            }
        } while (part != null && !part.last());
    }

    private static Object payload(Class<?> type, WebSocketMessage part) {
        return switch (part) {
            case WebSocketMessage.Text(String text, boolean last) -> text;
            case WebSocketMessage.Binary(ByteBuffer bytes, boolean last) -> type == byte[].class ? array(bytes) : bytes;
        };
    }

    private static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(array);
        return array;
    }

    /** The rest that the application leaves is read past. */
    private void stream(EndpointSession session, MessageHandlers.Entry entry, WebSocketMessage.Kind kind) {
        try (Reader text = kind == WebSocketMessage.Kind.TEXT ? session.socket().nextText() : null;
                InputStream binary = kind == WebSocketMessage.Kind.BINARY ? session.socket().nextBinary() : null) {
            Object stream = text == null ? binary : text;
            if (stream != null) {
                try {
                    entry.sink().accept(stream, true);
                } catch (Throwable e) {
                    failed(session, e);
                }
            }
        } catch (IOException e) {
            // The session has ended within the message: the loop sees it.
            LOGGER.log(Level.DEBUG, "a message was cut", e);
        }
    }

    private void pong(EndpointSession session, ByteBuffer payload) {
        MessageHandlers.Entry entry = session.handlers().of(MessageKind.PONG);
        if (entry != null) {
            try {
                entry.sink().accept((PongMessage) () -> payload, true);
            } catch (Throwable e) {
                failed(session, e);
            }
        }
    }
}
