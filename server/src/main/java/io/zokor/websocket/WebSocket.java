package io.zokor.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A session (RFC 6455). One thread reads; any thread writes, closes and sets limits. Pings and Close frames of the peer are answered
 * by themselves while somebody reads. An interrupt does not end it.
 */
public interface WebSocket extends AutoCloseable {

    // ---- reading

    /**
     * Waits until the next message begins, and reads nothing of it yet: who reads can choose by its kind whether to take it whole, in
     * parts or as a stream. A second call before anything is read answers the same.
     *
     * @return its kind, or {@code null} when the session has ended
     * @throws IllegalStateException if a message was read in part before
     */
    WebSocketMessage.@Nullable Kind await();

    /**
     * Reads the next message, waiting for it.
     *
     * @return it, whole, or {@code null} when the session has ended; {@link #closed()} says how
     * @throws IllegalStateException if a message was read in part before
     */
    @Nullable
    WebSocketMessage read();

    /**
     * Reads the next part of a message, waiting for it: what has come, be it of one frame or of a piece of one. The limits of sizes do
     * not count.
     *
     * @return the part, or {@code null} when the session has ended
     */
    @Nullable
    WebSocketMessage readPart();

    /**
     * Reads the next message, which must be text, as a stream; to be read to its end before anything else is read.
     *
     * @return the stream, or {@code null} when the session has ended, which it has, with 1003, after a binary message
     */
    @Nullable
    Reader nextText();

    /**
     * Reads the next message, which must be binary, as a stream; to be read to its end before anything else is read.
     *
     * @return the stream, or {@code null} when the session has ended, which it has, with 1003, after a text
     */
    @Nullable
    InputStream nextBinary();

    // ---- writing

    /**
     * Sends a message or a part of one, waiting until the peer's window takes it, for {@code zokor.websocket.send-timeout} at most.
     * Between the parts of a message no other data may be sent: what is whole counts as the last part.
     *
     * @param message the message or part
     * @throws WebSocketException if the session is closed or closing
     * @throws IOException if the peer is gone or takes too long, which ends the session
     * @throws IllegalStateException if it does not fit to the parts before
     */
    void write(WebSocketMessage message) throws IOException;

    /**
     * Sends a text.
     *
     * @param text the text
     * @throws IOException as {@link #write(WebSocketMessage)} does
     */
    default void write(String text) throws IOException {
        write(new WebSocketMessage.Text(text, true));
    }

    /**
     * Sends a part of a text.
     *
     * @param text the part
     * @param last whether it is the last one
     * @throws IOException as {@link #write(WebSocketMessage)} does
     */
    default void write(String text, boolean last) throws IOException {
        write(new WebSocketMessage.Text(text, last));
    }

    /**
     * Sends bytes.
     *
     * @param bytes the bytes
     * @throws IOException as {@link #write(WebSocketMessage)} does
     */
    default void write(ByteBuffer bytes) throws IOException {
        write(new WebSocketMessage.Binary(bytes, true));
    }

    /**
     * Sends a part of a binary message.
     *
     * @param bytes the part
     * @param last whether it is the last one
     * @throws IOException as {@link #write(WebSocketMessage)} does
     */
    default void write(ByteBuffer bytes, boolean last) throws IOException {
        write(new WebSocketMessage.Binary(bytes, last));
    }

    /**
     * Puts a message into the queue of those that a thread of the session's own sends. Never waits for the peer.
     *
     * @param message the message or part, not to be changed before it is sent
     * @param done is called once, by any thread: with {@code null} when the bytes were written, otherwise with what kept them; must
     *        not block. When the queue holds {@code zokor.websocket.send-queue} bytes already, that is a {@link WebSocketException}
     *        at once, and the session goes on
     */
    void send(WebSocketMessage message, Consumer<@Nullable Throwable> done);

    /**
     * Sends a ping.
     *
     * @param payload at most 125 bytes
     * @throws IOException as {@link #write(WebSocketMessage)} does
     * @throws IllegalArgumentException if the payload is too long
     */
    void ping(ByteBuffer payload) throws IOException;

    /**
     * Sends a pong that nobody has asked for.
     *
     * @param payload at most 125 bytes
     * @throws IOException as {@link #write(WebSocketMessage)} does
     * @throws IllegalArgumentException if the payload is too long
     */
    void pong(ByteBuffer payload) throws IOException;

    /**
     * Sets who is told of pongs, apart from those that answer the server's own pings. Called by the thread that reads.
     *
     * @param handler gets the payload; {@code null} for nobody
     */
    void onPong(@Nullable Consumer<ByteBuffer> handler);

    /**
     * Sets who is told of pings, which are answered anyway. Called by the thread that reads.
     *
     * @param handler gets the payload; {@code null} for nobody
     */
    void onPing(@Nullable Consumer<ByteBuffer> handler);

    // ---- the end

    /** Closes with 1000; see {@link #close(CloseStatus)}. In a session by {@link WebSockets#accept} it then waits for the end. */
    @Override
    void close();

    /**
     * Sends a Close frame; nothing can be sent after it. Whoever reads goes on until the peer has answered, for
     * {@code zokor.websocket.close-timeout} at most. It never waits for another thread's write beyond 50 ms: the connection is reset
     * then. Does nothing on a session that is closing or closed. Does not throw when the peer is gone.
     *
     * @param status why; {@link CloseStatus#NONE} for a frame without a status
     * @throws IllegalArgumentException if the status may not be sent (RFC 6455 section 7.4.1)
     */
    void close(CloseStatus status);

    /**
     * Closes with a reason.
     *
     * @param status why
     * @param reason text for people, at most 123 bytes of UTF-8
     */
    default void close(CloseStatus status, String reason) {
        close(status.withReason(reason));
    }

    /** Resets the connection: what the peer sees is 1006. */
    void abort();

    /**
     * Sets who is told once when the session begins to end, whoever ends it: for those that wait for something else than input.
     *
     * @param action is run by the thread that ends the session, or at once where one has; must be quick and must not block
     */
    void onClosing(Runnable action);

    /** {@return whether nobody has begun to close it} */
    boolean isOpen();

    /** {@return how it ended or is about to, or {@code null} while it is open} */
    @Nullable
    WebSocketClose closed();

    // ---- what was agreed

    /** {@return the facts of the request} */
    WebSocketRequest request();

    /** {@return the subprotocol, or {@code null} for none} */
    @Nullable
    String subprotocol();

    /** {@return the extensions that were agreed, as in the response's field} */
    List<String> extensions();

    // ---- limits, changeable by any thread; they hold from the next message, frame or sweep on

    /** {@return bytes that a text may have} */
    int maxTextSize();

    /**
     * Sets how large a text may be.
     *
     * @param bytes at least 1
     */
    void maxTextSize(int bytes);

    /** {@return bytes that a binary message may have} */
    int maxBinarySize();

    /**
     * Sets how large a binary message may be.
     *
     * @param bytes at least 1
     */
    void maxBinarySize(int bytes);

    /**
     * Sets for how long there may be no message in either direction.
     *
     * @param timeout positive, or {@code null} for any time
     */
    void idleTimeout(@Nullable Duration timeout);

    /**
     * Sets how long a write may take.
     *
     * @param timeout positive, or {@code null} for any time
     */
    void sendTimeout(@Nullable Duration timeout);

    /** {@return what can be seen of it from outside: counts, times, queue} */
    WebSocketSnapshot snapshot();
}
