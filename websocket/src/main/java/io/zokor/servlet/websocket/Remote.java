package io.zokor.servlet.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketException;

import jakarta.websocket.RemoteEndpoint;

/**
 * What both ways of sending have. Any thread. Messages are never held back: the interface leaves it to the container whether it
 * collects small ones where that is allowed.
 */
abstract class Remote implements RemoteEndpoint {

    private final WebSocket socket;

    private volatile boolean batching;

    Remote(WebSocket socket) {
        this.socket = socket;
    }

    final WebSocket socket() {
        return socket;
    }

    final void checkOpen() throws IOException {
        if (!socket.isOpen()) {
            throw new WebSocketException("the session is closed");
        }
    }

    /** The interface wants this exception where settings of a closed session are changed. */
    final void checkMayBeSet() {
        if (!socket.isOpen()) {
            throw new IllegalArgumentException("the session is closed");
        }
    }

    @Override
    public void setBatchingAllowed(boolean allowed) throws IOException {
        checkMayBeSet();
        batching = allowed;
    }

    @Override
    public boolean getBatchingAllowed() {
        return batching;
    }

    @Override
    public void flushBatch() throws IOException {
        checkOpen();
    }

    @Override
    public void sendPing(ByteBuffer applicationData) throws IOException {
        socket.ping(BasicRemote.given(applicationData, "the data"));
    }

    @Override
    public void sendPong(ByteBuffer applicationData) throws IOException {
        socket.pong(BasicRemote.given(applicationData, "the data"));
    }
}
