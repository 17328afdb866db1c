package io.zokor.http;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.zokor.net.DeadlineExceededException;
import io.zokor.net.Ticker;
import io.zokor.net.TimeoutKind;

/**
 * Bytes in both directions once a request has switched its protocol: what a 101 leaves of an HTTP/1 connection (RFC 9110 section
 * 7.8), or the stream of an extended CONNECT in HTTP/2 (RFC 8441). One thread may read while another writes; deadlines,
 * {@link #close()} and {@link #abort()} may come from any thread. Deadlines behave as those of {@link io.zokor.net.Conn}: moments on
 * {@link #ticker()}, {@link io.zokor.net.Deadline#NONE} for none.
 */
public interface Tunnel {

    /** {@return the connection that carries it} */
    ConnectionInfo connection();

    /** {@return the clock that deadlines are moments of} */
    Ticker ticker();

    /** {@return for how long in all reading a message may be blocked before its rate is judged, in nanoseconds; the server's limit of stalls} */
    long stallNanos();

    /** {@return bytes a second that a message must come with while reading it is blocked; the server's limit} */
    int minRate();

    /**
     * Reads at least one byte, waiting for it.
     *
     * @param target where the bytes go; has room
     * @return how many bytes were read, or -1 at the end of the input
     * @throws DeadlineExceededException if the read deadline passes
     * @throws io.zokor.net.PeerGoneException if the peer has reset it
     * @throws IOException if it is closed
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Writes all of two buffers at once, waiting for the peer to take them; in one system call where that is possible.
     *
     * @param first the bytes to go first; its position moves to its limit
     * @param second the bytes to follow, which may be none; its position moves to its limit
     * @throws DeadlineExceededException if the write deadline passes
     * @throws io.zokor.net.PeerGoneException if the peer has reset it
     * @throws IOException if it is closed
     */
    void write(ByteBuffer first, ByteBuffer second) throws IOException;

    /**
     * Sets when reading must be over.
     *
     * @param deadline a moment, or {@link io.zokor.net.Deadline#NONE}
     * @param kind which limit that is
     * @throws DeadlineExceededException if the deadline set before has passed and its expiry has begun
     */
    void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException;

    /**
     * Sets when writing must be over.
     *
     * @param deadline a moment, or {@link io.zokor.net.Deadline#NONE}
     * @param kind which limit that is
     * @throws DeadlineExceededException if the deadline set before has passed and its expiry has begun
     */
    void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException;

    /** Gives back the buffers that reading has made and that hold nothing; to be called before a long wait for input. */
    void release();

    /**
     * Ends the output; the peer reads to the end and may go on sending.
     *
     * @throws IOException if that fails
     */
    void shutdownOutput() throws IOException;

    /**
     * Closes it; blocked reads and writes end. What was written is still delivered.
     *
     * @throws IOException if that fails
     */
    void close() throws IOException;

    /** Resets it, so that the peer cannot take what it has read for whole. Never throws. */
    void abort();
}
