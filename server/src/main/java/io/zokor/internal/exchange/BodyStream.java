package io.zokor.internal.exchange;

import java.io.IOException;
import java.io.OutputStream;

import io.zokor.http.ResponseWriter;

/** A response's body as a stream. Threads as for the response. */
final class BodyStream extends OutputStream {

    private final ResponseWriter response;

    BodyStream(ResponseWriter response) {
        this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
        response.write(new byte[] { (byte) b }, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        response.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        response.flush();
    }

    @Override
    public void close() throws IOException {
        response.flush();
    }
}
