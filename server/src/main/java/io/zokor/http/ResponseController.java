package io.zokor.http;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Controls of a response that few handlers need; see {@link ResponseWriter#controller()}. Threads as for
 * {@link ResponseWriter}, where nothing else is said.
 */
public interface ResponseController {

    /** {@return bytes of body that are held back before the head must go out; default 8 KiB} */
    int bufferSize();

    /**
     * Sets how much body is held back.
     *
     * @param bytes at least 0; the buffer grows only as it fills
     * @throws IllegalStateException if body bytes were written already
     */
    void bufferSize(int bytes);

    /** {@return whether the head has left for the client, so that nothing of it can change} */
    boolean isCommitted();

    /** {@return bytes of body that were written since the last reset, whether held back, sent or, in a response to HEAD, dropped} */
    long written();

    /**
     * How much is missing of the length that the response's Content-Length declares. More than that cannot be written.
     *
     * @return bytes, or -1 where no length is declared or the response has no body
     * @throws IllegalStateException if the field is set to something that is no length
     */
    long remaining();

    /**
     * Whether bytes would be held back with those that are already, so that a write of them does not block. May be asked by any
     * thread and does not wait.
     *
     * @param length how many, at least 0
     * @return whether there is room for them; {@code false} while another thread writes
     */
    boolean holds(int length);

    /**
     * Drops body bytes that are still held back; status and fields stay.
     *
     * @throws IllegalStateException if the response is committed
     */
    void resetBuffer();

    /**
     * Drops body bytes, status, fields and trailers: the response is as it was at first.
     *
     * @throws IllegalStateException if the response is committed
     */
    void reset();

    /**
     * Sends an interim response (RFC 9110 section 15.2), for example 103 with Link fields. Nothing is sent to an HTTP/1.0
     * client, nor once the response is committed.
     *
     * @param status 100 or 102 to 199
     * @param headers its fields
     * @throws IOException if it cannot be written
     */
    void writeInterim(int status, Headers headers) throws IOException;

    /**
     * Takes the connection over: the server neither reads nor writes nor closes it from now on. Nothing is sent for the
     * response unless its status is 101, which is sent with its fields first.
     *
     * @return the connection
     * @throws IOException if the 101 cannot be written
     * @throws IllegalStateException if the response is committed, or the connection was taken already
     * @throws UnsupportedOperationException if the protocol has no connection to give (HTTP/2)
     */
    HijackedConnection hijack() throws IOException;

    /**
     * Switches the protocol once the handler has returned (RFC 9110 section 7.8). The response's head goes out then, as the handler
     * and those around it have left it: status 101, or 2xx for an extended CONNECT; with any other status nothing is switched. The
     * exchange ends with it and no longer counts as a running request; the connection stays the server's: it is counted and shown,
     * its time limits pass, and a shutdown tells it and waits for it.
     *
     * @param upgrade what serves the new protocol
     * @throws IllegalStateException if the response is committed
     */
    void upgrade(Upgrade upgrade);

    /**
     * Switches the protocol now, as {@link #upgrade(Upgrade)} does later: the head goes out, and the handler itself serves the new
     * protocol until it returns; {@link Upgrade#serve} is not called. The exchange ends here.
     *
     * @param upgrade who is told of the server's end and of passing time
     * @return the bytes in both directions
     * @throws IOException if the head cannot be written
     * @throws IllegalStateException if the response is committed, or its status is neither 101 nor 2xx to an extended CONNECT
     */
    Tunnel upgradeNow(Upgrade upgrade) throws IOException;

    /**
     * Replaces the deadline for reading the request body, {@code zokor.timeouts.read}.
     *
     * @param fromNow positive, or {@code null} for none
     */
    void readDeadline(@Nullable Duration fromNow);

    /**
     * Replaces the deadline for writing the response, {@code zokor.timeouts.write}. May be called by any thread, also
     * while another is blocked in a write, which the new deadline then holds for.
     *
     * @param fromNow positive, or {@code null} for none
     */
    void writeDeadline(@Nullable Duration fromNow);

    /**
     * Replaces the deadline of the handler, {@code zokor.timeouts.request}.
     *
     * @param fromNow positive, or {@code null} for none
     * @throws IllegalStateException if the handler has returned
     */
    void requestDeadline(@Nullable Duration fromNow);

    /**
     * Has an action run once when the client has gone: its connection was reset, or a write failed. A client that merely ended
     * its sending side (half-close) has not gone; once it has, or has sent its next request ahead, only a failed write tells of
     * its leaving. Starts a helper thread that waits for it; while another thread reads the body, none, as that read tells. The action runs
     * on the helper's thread, or on the one whose write fails. Of a body that was not read yet the helper takes what comes
     * first, up to 4 KiB, for the reads to come, and ends: whoever still waits then calls this again. Beyond 16 KiB nothing
     * more is taken, and a client's leaving is not seen until the body is read.
     *
     * @param action what to do
     * @throws IllegalStateException if the handler has returned
     */
    void onPeerGone(Runnable action);

    /**
     * Ends the connection so that no client can take the response for complete. What is committed leaves first, as far as it does so
     * within a second; a body that ends with the connection ends with a reset. The handler should return soon after. May be called by
     * any thread; a write that another one is in has a second to end.
     *
     * @param cause for the log, at level DEBUG
     */
    void abort(@Nullable Throwable cause);

    /**
     * Reports a failure of the application that the handler itself answers, as a servlet container does with its error pages:
     * logged with its stack and counted like a Throwable that leaves the handler, and the connection closes after this
     * response; but if the response is committed already, a handler that then returns says that it is whole, and the connection
     * goes on. A cause that stems from the client's leaving is no failure: it is logged at level DEBUG only.
     *
     * @param cause what the application threw
     */
    void panic(Throwable cause);

    /**
     * Reports a refusal that the handler itself answers, as a servlet container does with its error pages: counted like one that
     * leaves the handler, if the response is an error in the end and not cut. What the body's stream has thrown need not be
     * reported. May be called by any thread that handles the request.
     *
     * @param refusal why the request was refused
     */
    void refused(RejectedRequestException refusal);

    /**
     * Renders an error as the server renders those that it answers by itself, for handlers that answer one and have nothing of
     * their own to say.
     *
     * @param status status of the response
     * @return the body, by the server's {@link ServerErrorHandler}; nothing is written
     */
    ServerErrorBody renderError(int status);

    /**
     * Writes a piece of a file as body, without passing it through the heap where the connection allows it.
     *
     * @param file where the bytes are
     * @param position its first byte
     * @param count how many bytes
     * @throws IOException if the file ends early or as {@link ResponseWriter#write(byte[], int, int)} does
     */
    void transferFrom(FileChannel file, long position, long count) throws IOException;
}
