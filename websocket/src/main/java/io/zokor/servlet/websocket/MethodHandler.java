package io.zokor.servlet.websocket;

import java.util.List;

import jakarta.websocket.MessageHandler;

/** A method with {@code @OnMessage} as a message handler of a session. Called by the thread that serves the session. */
abstract class MethodHandler implements MessageHandlers.Sink {

    final MessageMethod method;

    private final EndpointCalls.Annotated calls;

    private final EndpointSession session;

    private MethodHandler(MessageMethod method, EndpointCalls.Annotated calls, EndpointSession session) {
        this.method = method;
        this.calls = calls;
        this.session = session;
    }

    static MethodHandler of(MessageMethod method, EndpointCalls.Annotated calls, EndpointSession session) {
        return method.partial() ? new Parts(method, calls, session) : new Messages(method, calls, session);
    }

    /** The handler as the application sees it. */
    abstract MessageHandler handler();

    final void call(List<Object> payloads) throws Throwable {
        calls.message(method.binding(), session, payloads);
    }

    /** For an application that calls a handler of {@code getMessageHandlers} itself. */
    final void callUnchecked(List<Object> payloads) {
        try {
            call(payloads);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Messages extends MethodHandler implements MessageHandler.Whole<Object> {

        Messages(MessageMethod method, EndpointCalls.Annotated calls, EndpointSession session) {
            super(method, calls, session);
        }

        @Override
        MessageHandler handler() {
            return this;
        }

        @Override
        public void accept(Object message, boolean last) throws Throwable {
            call(List.of(message));
        }

        @Override
        public void onMessage(Object message) {
            callUnchecked(List.of(message));
        }
    }

    private static final class Parts extends MethodHandler implements MessageHandler.Partial<Object> {

        Parts(MessageMethod method, EndpointCalls.Annotated calls, EndpointSession session) {
            super(method, calls, session);
        }

        @Override
        MessageHandler handler() {
            return this;
        }

        @Override
        public void accept(Object part, boolean last) throws Throwable {
            call(method.part(part, last));
        }

        @Override
        public void onMessage(Object part, boolean last) {
            callUnchecked(method.part(part, last));
        }
    }
}
