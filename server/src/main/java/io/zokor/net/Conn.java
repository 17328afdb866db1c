package io.zokor.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import org.jspecify.annotations.Nullable;

/**
 * One connection: bytes in, bytes out, deadlines. One thread may read while another writes; deadlines, {@link #close()} and
 * {@link #abort()} may come from any thread.
 *
 * <p>
 * Deadlines are moments on the server's {@link Ticker}, {@link Deadline#NONE} for none. One that passes while a read is blocked
 * ends the input for good: the read throws {@link DeadlineExceededException}, and a last answer can still be written. One that
 * passes while a write is blocked closes the connection. A deadline that has passed unnoticed is seen when the next one is set.
 *
 * <p>
 * Interrupts belong to the application: reading and writing clear the thread's interrupt flag and put it back afterwards.
 */
public interface Conn extends Closeable {

    /**
     * Reads what a proxy has sent before everything else, a PROXY protocol header; nothing where none is expected. Called by the
     * connection's own thread, before the {@link #handshake()}, which does this where nobody has; under the read deadline.
     *
     * @throws IOException if what comes is no such header, or the peer leaves, or takes too long
     */
    default void preamble() throws IOException {
    }

    /**
     * Does what must come before the first byte, such as a TLS handshake; nothing for plain connections. Called once, by the
     * connection's own thread, under the read deadline.
     *
     * @throws IOException if the peer does not keep to the protocol, leaves, or takes too long
     */
    default void handshake() throws IOException {
    }

    /**
     * Reads at least one byte, waiting for it.
     *
     * @param target where the bytes go; has room
     * @return how many bytes were read, or -1 at the end of the input
     * @throws DeadlineExceededException if the read deadline passes
     * @throws PeerGoneException if the connection was reset
     * @throws IOException if it is closed
     */
    int read(ByteBuffer target) throws IOException;

    /**
     * Writes all of a buffer, waiting for the peer to take it.
     *
     * @param source the bytes; its position moves to its limit
     * @throws DeadlineExceededException if the write deadline passes
     * @throws PeerGoneException if the connection was reset
     * @throws IOException if it is closed
     */
    void write(ByteBuffer source) throws IOException;

    /**
     * Writes all of two buffers, in one system call where that is possible.
     *
     * @param first the bytes to go first
     * @param second the bytes to follow
     * @throws IOException as {@link #write(ByteBuffer)} does
     */
    default void write(ByteBuffer first, ByteBuffer second) throws IOException {
        write(first);
        write(second);
    }

    /**
     * Writes a piece of a file, in the kernel where that is possible.
     *
     * @param file where the bytes are
     * @param position its first byte
     * @param count how many bytes
     * @throws java.io.EOFException if the file ends early
     * @throws IOException as {@link #write(ByteBuffer)} does
     */
    void transferFrom(FileChannel file, long position, long count) throws IOException;

    /**
     * Sets when reading must be over.
     *
     * @param deadline a moment, or {@link Deadline#NONE}
     * @param kind which limit that is
     * @throws DeadlineExceededException if the deadline set before has passed and its expiry has begun
     */
    void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException;

    /**
     * Sets when writing must be over.
     *
     * @param deadline a moment, or {@link Deadline#NONE}
     * @param kind which limit that is
     * @throws DeadlineExceededException if the deadline set before has passed and its expiry has begun
     */
    void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException;

    /**
     * Ends what has a deadline at or before a moment. Called by the server's {@link DeadlineReaper}, over and over; a wrapper
     * hands it on to what it wraps.
     *
     * @param now the moment, on the server's ticker
     */
    void expire(long now);

    /** {@return the peer's address} */
    SocketAddress remoteAddress();

    /**
     * The address of the client: the peer's, or what a PROXY protocol header announces, once it was read.
     *
     * @return the address, or {@code null} where the peer is a proxy that has not announced one, or not yet
     */
    default @Nullable SocketAddress clientAddress() {
        return remoteAddress();
    }

    /** {@return the address the peer connected to} */
    SocketAddress localAddress();

    /** {@return what is known of the encryption once the handshake is done, or {@code null} where there is none} */
    default @Nullable TlsInfo tls() {
        return null;
    }

    /** {@return whether it is encrypted, or will be once the handshake is done} */
    default boolean isEncrypted() {
        return false;
    }

    /**
     * Ends the output; the peer reads to the end and may go on sending.
     *
     * @throws IOException if that fails
     */
    void shutdownOutput() throws IOException;

    /**
     * Whether bytes have come that nobody has read. Closing on them resets the connection, and the peer can lose what was written
     * last (RFC 9112 section 9.6).
     *
     * @return {@code false} also where that cannot be known
     */
    default boolean hasInput() {
        return false;
    }

    /** {@return whether it has not been closed} */
    boolean isOpen();

    /** Closes; blocked reads and writes end. What was written is still delivered. */
    @Override
    void close() throws IOException;

    /** Resets the connection, so that the peer cannot take what it has read for a complete message. Never throws. */
    void abort();
}
