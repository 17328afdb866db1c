package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.Tunnel;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.Ticker;
import io.zokor.net.TimeoutKind;

/** The bytes of a connection behind a 101, first what the server had read ahead. Threads as for {@link Tunnel}. */
final class Http1Tunnel implements Tunnel {

    private final ConnectionContext connection;

    private final Conn conn;

    private final ByteReader in;

    Http1Tunnel(ConnectionContext connection, ByteReader in) {
        this.connection = connection;
        this.conn = connection.conn();
        this.in = in;
    }

    @Override
    public ConnectionInfo connection() {
        return connection;
    }

    @Override
    public Ticker ticker() {
        return connection.server().ticker();
    }

    @Override
    public long stallNanos() {
        return Deadline.toNanos(connection.server().config().timeouts().stall());
    }

    @Override
    public int minRate() {
        return connection.server().limits().get().minRate();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return in.read(target);
    }

    @Override
    public void write(ByteBuffer first, ByteBuffer second) throws IOException {
        conn.write(first, second);
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        conn.readDeadline(deadline, kind);
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        conn.writeDeadline(deadline, kind);
    }

    @Override
    public void release() {
        in.releaseAll();
    }

    @Override
    public void shutdownOutput() throws IOException {
        conn.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        conn.close();
    }

    @Override
    public void abort() {
        conn.abort();
    }
}
