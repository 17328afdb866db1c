package io.zokor.internal.http1;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

import io.zokor.net.ByteReader;

/** What a hijacked connection sends, first what the server had read ahead. Owned by the thread that reads it. */
final class ConnInput extends InputStream {

    private final ByteReader in;

    ConnInput(ByteReader in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        return length == 0 ? 0 : in.read(bytes, offset, length);
    }

    @Override
    public int available() {
        return in.available();
    }
}
