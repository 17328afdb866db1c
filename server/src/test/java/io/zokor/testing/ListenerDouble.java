package io.zokor.testing;

import java.io.IOException;
import java.net.SocketAddress;

import io.zokor.net.Listener;

/** A listener in front of another one; who extends it changes how connections are accepted. As safe for threads as the other one. */
public abstract class ListenerDouble implements Listener {

    /** The real one. */
    protected final Listener inner;

    protected ListenerDouble(Listener inner) {
        this.inner = inner;
    }

    @Override
    public SocketAddress address() {
        return inner.address();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void shutdown() throws IOException {
        inner.shutdown();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }
}
