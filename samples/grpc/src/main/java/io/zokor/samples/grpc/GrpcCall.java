package io.zokor.samples.grpc;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** The messages of a call: each five bytes (compressed or not, and the length) and the message. Used by one thread. */
final class GrpcCall {

    private static final int MAX_MESSAGE = 4 << 20;

    private final DataInputStream in;
    private final OutputStream out;
    private final HttpServletResponse response;

    GrpcCall(HttpServletRequest request, HttpServletResponse response) throws IOException {
        this.in = new DataInputStream(request.getInputStream());
        this.out = response.getOutputStream();
        this.response = response;
    }

    /** {@return the next message of the client, or {@code null} where it has ended its side} */
    @Nullable
    String read() throws IOException {
        int compressed = in.read();
        if (compressed < 0) {
            return null;
        }
        int length = in.readInt();
        if (compressed != 0) {
            throw new GrpcStatusException(12, "compressed messages are not taken");
        }
        if (length < 0 || length > MAX_MESSAGE) {
            throw new GrpcStatusException(8, "a message larger than " + MAX_MESSAGE + " bytes");
        }
        byte[] message = new byte[length];
        in.readFully(message);
        return new String(message, StandardCharsets.UTF_8);
    }

    /** Sends a message at once. */
    void write(String message) throws IOException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        out.write(ByteBuffer.allocate(5 + bytes.length).put((byte) 0).putInt(bytes.length).put(bytes).array());
        response.flushBuffer();
    }
}
