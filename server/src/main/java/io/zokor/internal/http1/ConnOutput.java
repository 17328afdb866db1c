package io.zokor.internal.http1;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import io.zokor.net.Conn;

/** Writes to a hijacked connection, unbuffered. Owned by the thread that writes it. */
final class ConnOutput extends OutputStream {

    private final Conn conn;

    ConnOutput(Conn conn) {
        this.conn = conn;
    }

    @Override
    public void write(int b) throws IOException {
        conn.write(ByteBuffer.wrap(new byte[] { (byte) b }));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        conn.write(ByteBuffer.wrap(bytes, offset, length));
    }
}
