package io.zokor.servlet.websocket;

import java.util.List;
import java.util.Map;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/** How the endpoint of one session is called. Used by the thread that serves the session, so by one at a time. */
sealed interface EndpointCalls {

    /**
     * A session has begun.
     *
     * @throws Throwable what the application threw
     */
    void open(EndpointSession session, EndpointConfig config) throws Throwable;

    /**
     * A session is over.
     *
     * @throws Throwable what the application threw
     */
    void close(EndpointSession session, CloseReason reason) throws Throwable;

    /**
     * Something has failed.
     *
     * @return whether anybody was told
     * @throws Throwable what the application threw
     */
    boolean error(EndpointSession session, Throwable failure) throws Throwable;

    /** A subclass of {@link Endpoint}, whose methods do nothing unless they are overridden. */
    record Programmatic(Endpoint endpoint) implements EndpointCalls {

        @Override
        public void open(EndpointSession session, EndpointConfig config) {
            endpoint.onOpen(session, config);
        }

        @Override
        public void close(EndpointSession session, CloseReason reason) {
            endpoint.onClose(session, reason);
        }

        @Override
        public boolean error(EndpointSession session, Throwable failure) {
            endpoint.onError(session, failure);
            return hasOwnOnError(endpoint.getClass());
        }
    }

    private static boolean hasOwnOnError(Class<?> type) {
        try {
            return type.getMethod("onError", Session.class, Throwable.class).getDeclaringClass() != Endpoint.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every endpoint has it", e);
        }
    }

    /** An object of an annotated class. */
    record Annotated(AnnotatedEndpoint methods, Object endpoint, Map<String, String> path) implements EndpointCalls {

        @Override
        public void open(EndpointSession session, EndpointConfig config) throws Throwable {
            for (MessageMethod method : methods.onMessage().values()) {
                session.addMethod(method, this);
            }
            call(methods.onOpen(), session, config, null, null);
        }

        @Override
        public void close(EndpointSession session, CloseReason reason) throws Throwable {
            call(methods.onClose(), session, null, reason, null);
        }

        @Override
        public boolean error(EndpointSession session, Throwable failure) throws Throwable {
            call(methods.onError(), session, null, null, failure);
            return methods.onError() != null;
        }

        private void call(@Nullable MethodBinding method, Session session, @Nullable EndpointConfig config,
                @Nullable CloseReason reason, @Nullable Throwable error) throws Throwable {
            if (method != null) {
                method.invoke(endpoint, new MethodBinding.Call(session, path, config, reason, error, List.of()));
            }
        }

        /** Calls a method for a message or a part of one, and sends what it returns. */
        void message(MethodBinding method, EndpointSession session, List<Object> payloads) throws Throwable {
            Object answer = method.invoke(endpoint,
                    new MethodBinding.Call(session, path, null, null, null, payloads));
            if (answer != null) {
                session.getBasicRemote().sendObject(answer);
            }
        }
    }
}
