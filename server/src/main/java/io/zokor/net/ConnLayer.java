package io.zokor.net;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import org.jspecify.annotations.Nullable;

/** A connection on another one: what a layer does not do itself is that one's. Threads as for {@link Conn}. */
abstract class ConnLayer implements Conn {

    /** The connection below. */
    final Conn inner;

    ConnLayer(Conn inner) {
        this.inner = inner;
    }

    @Override
    public void preamble() throws IOException {
        inner.preamble();
    }

    @Override
    public void handshake() throws IOException {
        inner.handshake();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return inner.read(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        inner.write(source);
    }

    @Override
    public void write(ByteBuffer first, ByteBuffer second) throws IOException {
        inner.write(first, second);
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        inner.transferFrom(file, position, count);
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        inner.readDeadline(deadline, kind);
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        inner.writeDeadline(deadline, kind);
    }

    @Override
    public void expire(long now) {
        inner.expire(now);
    }

    @Override
    public SocketAddress remoteAddress() {
        return inner.remoteAddress();
    }

    @Override
    public @Nullable SocketAddress clientAddress() {
        return inner.clientAddress();
    }

    @Override
    public SocketAddress localAddress() {
        return inner.localAddress();
    }

    @Override
    public @Nullable TlsInfo tls() {
        return inner.tls();
    }

    @Override
    public boolean isEncrypted() {
        return inner.isEncrypted();
    }

    @Override
    public void shutdownOutput() throws IOException {
        inner.shutdownOutput();
    }

    @Override
    public boolean hasInput() {
        return inner.hasInput();
    }

    @Override
    public boolean isOpen() {
        return inner.isOpen();
    }

    @Override
    public void close() throws IOException {
        inner.close();
    }

    @Override
    public void abort() {
        inner.abort();
    }
}
