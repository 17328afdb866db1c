package io.zokor.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;

/** Where connections come from. One thread accepts; the other methods may be called by any thread. */
public interface Listener extends Closeable {

    /**
     * Waits for the next connection.
     *
     * @return the connection, before its handshake
     * @throws java.nio.channels.ClosedChannelException once this is closed, or shut down and nothing waits any more
     * @throws IOException if accepting failed; a later call may succeed
     */
    Conn accept() throws IOException;

    /** {@return the address it listens on} */
    SocketAddress address();

    /** {@return whether it has been neither closed nor shut down} */
    boolean isOpen();

    /**
     * Has {@link #accept()} return what waits already and then throw {@link java.nio.channels.ClosedChannelException}, which
     * closes this.
     *
     * @throws IOException if that fails
     */
    void shutdown() throws IOException;

    /** Stops listening at once; a blocked {@link #accept()} throws. */
    @Override
    void close() throws IOException;
}
