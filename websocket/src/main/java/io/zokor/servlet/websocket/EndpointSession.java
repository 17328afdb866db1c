package io.zokor.servlet.websocket;

import java.io.IOException;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.zokor.websocket.CloseStatus;
import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketClose;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Extension;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import org.jspecify.annotations.Nullable;

/**
 * A session as an endpoint sees it. Any thread. It is in use until {@code onClose} has returned; from then on all methods but
 * {@code close}, {@code isOpen} and {@code getId} throw, as the interface wants it. Who reads is {@link EndpointRun}.
 */
final class EndpointSession implements Session {

    private final ZokorServerContainer container;

    private final String id;

    private final String endpointKey;

    private final SessionFacts facts;

    private final WebSocket socket;

    private final MessageHandlers handlers;

    private final Map<String, Object> userProperties;

    private final BasicRemote basic;

    private final AsyncRemote async;

    private volatile long idleMillis;

    private volatile boolean over;

    EndpointSession(ZokorServerContainer container, String endpointKey, SessionFacts facts, SessionConfig config,
            MessageHandlers handlers, Encoders encoders, WebSocket socket) {
        this.container = container;
        this.id = container.nextId();
        this.endpointKey = endpointKey;
        this.facts = facts;
        this.socket = socket;
        this.handlers = handlers;
        this.userProperties = SessionConfig.copy(config.getUserProperties());
        this.basic = new BasicRemote(socket, encoders);
        this.async = new AsyncRemote(this, socket, encoders, container.getDefaultAsyncSendTimeout());
        this.idleMillis = container.getDefaultMaxSessionIdleTimeout();
    }

    private void check() {
        if (over) {
            throw new IllegalStateException("the WebSocket session " + id + " is closed");
        }
    }

    /** From now on it is not to be used any more. */
    void end() {
        over = true;
    }

    String endpointKey() {
        return endpointKey;
    }

    WebSocket socket() {
        return socket;
    }

    MessageHandlers handlers() {
        return handlers;
    }

    void addMethod(MessageMethod method, EndpointCalls.Annotated calls) {
        handlers.add(MethodHandler.of(method, calls, this));
        boolean sized = method.maxMessageSize() >= 0 && !method.partial();
        if (sized && method.kind() == MessageKind.TEXT) {
            socket.maxTextSize(Math.max(1, (int) method.maxMessageSize()));
        } else if (sized && method.kind() == MessageKind.BINARY) {
            socket.maxBinarySize(Math.max(1, (int) method.maxMessageSize()));
        }
    }

    // ---- handlers

    @Override
    public void addMessageHandler(MessageHandler handler) {
        check();
        handlers.add(BasicRemote.given(handler, "a message handler"));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Whole<T> handler) {
        check();
        handlers.add(BasicRemote.given(type, "the type of messages"), BasicRemote.given(handler, "a message handler"));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Partial<T> handler) {
        check();
        handlers.add(BasicRemote.given(type, "the type of messages"), BasicRemote.given(handler, "a message handler"));
    }

    @Override
    public Set<MessageHandler> getMessageHandlers() {
        check();
        return handlers.all();
    }

    @Override
    public void removeMessageHandler(MessageHandler handler) {
        check();
        handlers.remove(handler);
    }

    // ---- what was agreed

    @Override
    public WebSocketContainer getContainer() {
        check();
        return container;
    }

    @Override
    public String getProtocolVersion() {
        check();
        return "13";
    }

    @Override
    public String getNegotiatedSubprotocol() {
        check();
        String subprotocol = socket.subprotocol();
        return subprotocol == null ? "" : subprotocol;
    }

    @Override
    public List<Extension> getNegotiatedExtensions() {
        check();
        return socket.extensions().stream().map(NegotiatedExtension::of).toList();
    }

    @Override
    public boolean isSecure() {
        check();
        return facts.secure();
    }

    // ---- limits

    @Override
    public long getMaxIdleTimeout() {
        check();
        return idleMillis;
    }

    @Override
    public void setMaxIdleTimeout(long milliseconds) {
        check();
        idleMillis = milliseconds;
        socket.idleTimeout(milliseconds <= 0 ? null : Duration.ofMillis(milliseconds));
    }

    @Override
    public void setMaxBinaryMessageBufferSize(int length) {
        check();
        socket.maxBinarySize(length);
    }

    @Override
    public int getMaxBinaryMessageBufferSize() {
        check();
        return socket.maxBinarySize();
    }

    @Override
    public void setMaxTextMessageBufferSize(int length) {
        check();
        socket.maxTextSize(length);
    }

    @Override
    public int getMaxTextMessageBufferSize() {
        check();
        return socket.maxTextSize();
    }

    // ---- sending

    @Override
    public RemoteEndpoint.Async getAsyncRemote() {
        check();
        return async;
    }

    @Override
    public RemoteEndpoint.Basic getBasicRemote() {
        check();
        return basic;
    }

    // ---- the end

    @Override
    public String getId() {
        return id;
    }

    @Override
    public boolean isOpen() {
        return !over && socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close(CloseStatus.NORMAL);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the code may not be sent (RFC 6455 section 7.4): 1004, 1015 or one that is not assigned.
     *         1005 is a Close frame without a code, and 1006 no Close frame at all
     */
    @Override
    public void close(CloseReason reason) throws IOException {
        int code = BasicRemote.given(reason, "a close reason").getCloseCode().getCode();
        if (code == CloseStatus.ABNORMAL.code()) {
            socket.abort();
        } else {
            // The API's own class has no null here, but Tomcat's copy of it, where that is on the class path, has.
            String phrase = Objects.requireNonNullElse(reason.getReasonPhrase(), "");
            socket.close(new CloseStatus(code, code == CloseStatus.NONE.code() ? "" : phrase));
        }
    }

    /** Returns how it has ended, or is about to. */
    CloseReason closeReason() {
        WebSocketClose close = socket.closed();
        CloseStatus status = close == null ? CloseStatus.NORMAL : close.status();
        return new CloseReason(CloseReason.CloseCodes.getCloseCode(status.code()), status.reason());
    }

    // ---- the request that opened it

    @Override
    public URI getRequestURI() {
        check();
        return facts.uri();
    }

    @Override
    public Map<String, List<String>> getRequestParameterMap() {
        check();
        return facts.parameters();
    }

    @Override
    public @Nullable String getQueryString() {
        check();
        return facts.query();
    }

    @Override
    public Map<String, String> getPathParameters() {
        check();
        return facts.pathParameters();
    }

    @Override
    public Map<String, Object> getUserProperties() {
        check();
        return userProperties;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        check();
        return facts.principal();
    }

    @Override
    public Set<Session> getOpenSessions() {
        check();
        return container.sessions().open(endpointKey);
    }

    @Override
    public String toString() {
        return "WebSocket session " + id + " " + facts.uri().getPath();
    }
}
