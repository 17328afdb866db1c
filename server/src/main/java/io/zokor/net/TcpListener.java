package io.zokor.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Accepts connections of TCP or of a Unix domain socket. The accepting thread waits on a selector rather than in
 * {@code accept}, so that a shutdown can tell an empty backlog from a waiting connection. The flags are volatile; any thread
 * may set them.
 */
public final class TcpListener implements Listener {

    private final ServerSocketChannel channel;

    private final Selector selector;

    private final SocketAddress address;

    private volatile boolean shutdown;

    private TcpListener(ServerSocketChannel channel, Selector selector, SocketAddress address) {
        this.channel = channel;
        this.selector = selector;
        this.address = address;
    }

    /**
     * Binds an address and listens on it.
     *
     * @param address an {@link InetSocketAddress}, port 0 for any free one, or a {@link UnixDomainSocketAddress}
     * @param backlog how many connections the kernel may hold before they are accepted
     * @return the listener
     * @throws java.net.BindException if the address is in use, not of this machine or not permitted
     * @throws IOException if binding fails otherwise
     */
    public static TcpListener bind(SocketAddress address, int backlog) throws IOException {
        boolean unix = address instanceof UnixDomainSocketAddress;
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new UnknownHostException(inet.getHostString() + ": no such host");
        }
        ServerSocketChannel channel = unix
                ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                : ServerSocketChannel.open();
        try {
            if (!unix) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            }
            channel.bind(address, backlog);
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_ACCEPT);
            return new TcpListener(channel, selector, channel.getLocalAddress());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Conn accept() throws IOException {
        // An interrupt of the accepting thread, which may be an application's, is no reason to end, nor to select in vain.
        boolean interrupted = Interrupts.clear();
        try {
            while (true) {
                SocketChannel accepted = channel.accept();
                if (accepted != null) {
                    return open(accepted);
                }
                if (shutdown) {
                    close();
                    throw new ClosedChannelException();
                }
                try {
                    selector.select();
                    selector.selectedKeys().clear();
                } catch (ClosedSelectorException e) {
                    throw new ClosedChannelException();
                }
                interrupted |= Interrupts.clear();
            }
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    private Conn open(SocketChannel accepted) throws IOException {
        try {
            if (address instanceof InetSocketAddress) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            return new SocketConn(accepted);
        } catch (IOException e) {
            accepted.close();
            throw e;
        }
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public boolean isOpen() {
        return !shutdown && channel.isOpen();
    }

    @Override
    public void shutdown() {
        shutdown = true;
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        shutdown = true;
        channel.close();
        // Closing the selector releases the descriptor, which a registered channel keeps until then, and wakes the acceptor.
        selector.close();
    }

    @Override
    public String toString() {
        return "TcpListener[" + address + "]";
    }
}
