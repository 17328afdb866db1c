package io.zokor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A Unix domain socket behind the methods of {@link Socket} that {@link RawClient} uses; the JDK has channels only. */
final class UnixSocket extends Socket {

    private final SocketChannel channel;
    private final Selector selector;
    private volatile int timeout;

    private UnixSocket(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    static UnixSocket connect(UnixDomainSocketAddress address) throws IOException {
        return new UnixSocket(SocketChannel.open(address), Selector.open());
    }

    @Override
    public void setSoTimeout(int millis) {
        timeout = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeout;
    }

    @Override
    public int getLocalPort() {
        return 0;
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer target = ByteBuffer.wrap(bytes, offset, length);
                int count = channel.read(target);
                if (count == 0) {
                    selector.select(timeout);
                    selector.selectedKeys().clear();
                    count = channel.read(target);
                }
                if (count == 0) {
                    throw new SocketTimeoutException("nothing came for " + timeout + " ms");
                }
                return count;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] { (byte) b }, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
                try (Selector writable = Selector.open()) {
                    channel.register(writable, SelectionKey.OP_WRITE);
                    while (source.hasRemaining()) {
                        if (channel.write(source) == 0 && writable.select(timeout) == 0) {
                            throw new SocketTimeoutException("nothing was taken for " + timeout + " ms");
                        }
                        writable.selectedKeys().clear();
                    }
                }
            }
        };
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    /** A Unix domain socket has no reset: closing with unread input is the nearest. */
    @Override
    public void setSoLinger(boolean on, int seconds) {
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
