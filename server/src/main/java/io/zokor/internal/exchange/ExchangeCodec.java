package io.zokor.internal.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

/**
 * What a protocol does for one exchange; all verbs block. Legal order: {@link #writeInterim} any number of times, then
 * {@link #writeHead} once, then {@link #writeBody} and {@link #flush} any number of times, then {@link #finish} once; reading
 * the body at any time before finish; {@link #abort} or {@link #hijack} ends it instead. One thread reads while one writes.
 */
public interface ExchangeCodec {

    /** The two halves of an exchange, which may be used by two threads at once. */
    enum Direction {
        /** Of the request's body. */
        READING,
        /** Of the response. */
        WRITING
    }

    /** {@return the head of the request} */
    RequestHead head();

    /** {@return the body of the request, always the same} */
    BodySource body();

    /**
     * Sends an interim response at once.
     *
     * @param head its status and fields
     * @throws IOException if it cannot be written
     */
    void writeInterim(ResponseHead head) throws IOException;

    /**
     * Takes the head; it stays in a buffer until something follows it, so that this never waits for the client.
     *
     * @param head status and fields
     * @param size how long the body is
     * @throws IllegalStateException if the fields exceed the limit; nothing was written then
     */
    void writeHead(ResponseHead head, BodySize size);

    /**
     * Writes a piece of the body; it may stay in a buffer.
     *
     * @param bytes the piece; its position moves to its limit
     * @throws IOException if it cannot be written
     */
    void writeBody(ByteBuffer bytes) throws IOException;

    /**
     * Writes a piece of a file as body.
     *
     * @param file where it is
     * @param position its first byte
     * @param count how many bytes
     * @throws IOException if it cannot be written
     */
    void writeBody(FileChannel file, long position, long count) throws IOException;

    /**
     * Sends what is in the buffer.
     *
     * @throws IOException if it cannot be written
     */
    void flush() throws IOException;

    /**
     * Ends the body and sends everything.
     *
     * @param trailers fields to send behind it where the protocol can
     * @throws IOException if it cannot be written
     */
    void finish(Headers trailers) throws IOException;

    /** Ends the exchange at once, so that the client cannot take the response for complete; what was not sent is lost. */
    void abort();

    /**
     * Ends the exchange in the middle of its response: sends what is in the buffer, and then no end, so that the client can see that
     * more was to come. Under the write deadline.
     *
     * @throws IOException if it cannot be written; {@link #abort} is to follow
     */
    default void cut() throws IOException {
        flush();
        abort();
    }

    /**
     * Gives the connection away.
     *
     * @return the connection
     * @throws IOException if a 101 cannot be written
     * @throws UnsupportedOperationException if the protocol cannot
     */
    HijackedConnection hijack() throws IOException;

    /**
     * Switches the protocol: the head has gone out by {@link #finish}, and what follows in both directions is the upgrade's. No
     * deadline is set any more.
     *
     * @param upgrade what is told of the connection's end and of passing time
     * @return the bytes
     * @throws IOException if the connection was cut meanwhile
     */
    Tunnel upgrade(Upgrade upgrade) throws IOException;

    /**
     * Sets when reading or writing must be over. One that passes while a read is blocked ends the body for good: that read and all
     * further ones fail, and the response can still be written.
     *
     * @param direction which of the two
     * @param deadline a moment
     * @param kind which limit that is
     * @throws DeadlineExceededException if the one before has passed
     */
    void deadline(Direction direction, long deadline, TimeoutKind kind) throws DeadlineExceededException;

    /**
     * {@return how many windows of the stall limit one wait of a write may take where the one before was fast enough: a write to a
     * socket is not seen to move until the kernel has room}
     */
    default int patience() {
        return Pace.WRITING;
    }

    /**
     * Watches, by a helper thread, for the client's leaving until the exchange ends; after that nothing. Not while the body is read.
     *
     * @param gone what to do, once
     */
    void watch(Runnable gone);
}
