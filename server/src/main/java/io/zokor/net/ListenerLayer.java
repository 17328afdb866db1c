package io.zokor.net;

import java.io.IOException;
import java.net.SocketAddress;

/** A listener on another one, whose connections it puts a layer on. Threads as for {@link Listener}. */
abstract class ListenerLayer implements Listener {

    private final Listener inner;

    ListenerLayer(Listener inner) {
        this.inner = inner;
    }

    /** Puts the layer on a connection. */
    abstract Conn layer(Conn conn);

    @Override
    public final Conn accept() throws IOException {
        return layer(inner.accept());
    }

    @Override
    public final SocketAddress address() {
        return inner.address();
    }

    @Override
    public final boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public final void shutdown() throws IOException {
        inner.shutdown();
    }

    @Override
    public final void close() throws IOException {
        inner.close();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + inner + "]";
    }
}
