package io.zokor.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The response to one request. There is one buffer and one commit point: the head goes out with the first bytes that leave
 * the buffer, and a response that fits in the buffer gets its Content-Length by itself. Not safe for use by several threads at
 * once; calls from several threads one after the other need a happens-before between them.
 *
 * <p>
 * The server adds Date, framing and connection fields. What a status or method forbids (a body for HEAD, 204, 304) is dropped
 * without an error; more bytes than a declared Content-Length throw, fewer end the connection.
 */
public interface ResponseWriter {

    /** {@return the header fields of the response; changes after the head has been written have no effect} */
    Headers headers();

    /** {@return the trailer fields, sent after a chunked body (RFC 9110 section 6.5)} */
    Headers trailers();

    /** {@return the status that is or will be sent; 200 at first} */
    int status();

    /**
     * Sets the status, to be sent with the first bytes of the body or at the end. No effect once the head is written.
     *
     * @param status 200 to 999, or 101
     * @throws IllegalArgumentException for any other value
     */
    void status(int status);

    /**
     * Sets the status and fixes the head: later calls, and later changes to {@link #headers()}, have no effect. The head may
     * still wait in the buffer. Statuses from 100 to 199 apart from 101 are sent at once as interim responses and fix nothing.
     *
     * @param status 100 to 999
     * @throws IllegalArgumentException for any other value
     * @throws IOException if an interim response cannot be written
     */
    void writeHead(int status) throws IOException;

    /**
     * Writes a piece of the body.
     *
     * @param bytes where the piece is
     * @param offset its first byte
     * @param length how many bytes it has
     * @throws IOException if the client has gone, the time is over, or more bytes come than the Content-Length says
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Writes a piece of the body.
     *
     * @param bytes the piece
     * @throws IOException as {@link #write(byte[], int, int)} does
     */
    default void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /**
     * Writes the rest of a buffer.
     *
     * @param bytes the piece; its position moves to its limit
     * @throws IOException as {@link #write(byte[], int, int)} does
     */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Writes text as UTF-8.
     *
     * @param text the piece
     * @throws IOException as {@link #write(byte[], int, int)} does
     */
    default void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends what is in the buffer, the head first.
     *
     * @throws IOException as {@link #write(byte[], int, int)} does
     */
    void flush() throws IOException;

    /** {@return a stream that writes to this response; closing it flushes} */
    OutputStream body();

    /** {@return the controls that few handlers need} */
    ResponseController controller();
}
