package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Buffered reading of a connection. Owned by the connection's thread; a {@link #watch watch} lends the socket to a helper, and
 * whoever reads next waits for it to give the socket back.
 *
 * <p>
 * Callers look at {@link #array()} between {@link #position()} and {@link #limit()} and call {@link #more()} when they need
 * more: bytes are parsed where they were read. The buffer begins small, grows with what must be held at once, and shrinks in
 * {@link #release()}, so that an idle connection costs little.
 */
public final class ByteReader {

    private static final int SMALL = 256;

    /** What a connection whose requests do not fit in the small buffer keeps while it is idle. */
    private static final int MEDIUM = 1024;

    /** What a buffer grows to first, so that a usual head is read in two system calls at most. */
    private static final int GROWN = 4 * 1024;

    private static final int LARGE = 16 * 1024;

    private final Conn conn;

    private byte[] buffer = new byte[SMALL];

    private ByteBuffer target = ByteBuffer.wrap(buffer);

    private int position;

    private int limit;

    private boolean ended;

    private long total;

    private volatile @Nullable Watch watch;

    /**
     * Makes a reader.
     *
     * @param conn what to read
     */
    public ByteReader(Conn conn) {
        this.conn = conn;
    }

    /** {@return the buffer; valid until the next call that reads} */
    public byte[] array() {
        return buffer;
    }

    /** {@return index of the next byte} */
    public int position() {
        return position;
    }

    /** {@return index behind the last byte that was read} */
    public int limit() {
        return limit;
    }

    /** {@return how many bytes can be had without reading} */
    public int available() {
        return limit - position;
    }

    /** {@return bytes read from the connection so far} */
    public long total() {
        return total;
    }

    /**
     * Passes over bytes.
     *
     * @param count at most {@link #available()}
     */
    public void skip(int count) {
        position += count;
    }

    /**
     * Reads more bytes behind those that are there, which keep their distance from {@link #position()} while array and
     * position may change.
     *
     * @return whether any came; otherwise the input has ended
     * @throws IOException as {@link Conn#read} does
     */
    public boolean more() throws IOException {
        if (sync()) {
            return true;
        }
        if (ended) {
            return false;
        }
        makeRoom();
        int n = conn.read(target.limit(buffer.length).position(limit));
        if (n < 0) {
            ended = true;
            return false;
        }
        limit += n;
        total += n;
        return true;
    }

    /**
     * Reads bytes, waiting for at least one. Large reads pass by the buffer.
     *
     * @param bytes where they go
     * @param offset the first place
     * @param length how many at most, at least 1
     * @return how many, or -1 at the end of the input
     * @throws IOException as {@link Conn#read} does
     */
    public int read(byte[] bytes, int offset, int length) throws IOException {
        sync();
        if (position == limit) {
            if (ended) {
                return -1;
            }
            if (length >= MEDIUM) {
                int n = conn.read(ByteBuffer.wrap(bytes, offset, length));
                if (n < 0) {
                    ended = true;
                } else {
                    total += n;
                }
                return n;
            }
            if (!more()) {
                return -1;
            }
        }
        int n = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, offset, n);
        position += n;
        return n;
    }

    /** Gives a grown buffer back if nothing is in it; called when the connection goes idle. */
    public void release() {
        if (!isLent() && position == limit) {
            position = 0;
            limit = 0;
            if (buffer.length > MEDIUM) {
                use(new byte[MEDIUM]);
            }
        }
    }

    /**
     * Lends the socket to the calling helper thread: it reads ahead, as far as the buffer goes, until the peer has gone or the
     * watch is ended. A mere end of input does not end it. At most one watch at a time.
     *
     * @param watch says when to end
     * @param gone what to do when the peer has gone
     */
    public void watch(Watch watch, Runnable gone) {
        try {
            while (!watch.ended && limit - position < LARGE) {
                if (ended) {
                    // After a half-close only an error tells that the peer is gone: look for one now and then.
                    if (watch.await(500)) {
                        return;
                    }
                    probe();
                    continue;
                }
                makeRoom();
                int n = conn.read(target.limit(buffer.length).position(limit));
                if (n < 0) {
                    ended = true;
                } else {
                    limit += n;
                    total += n;
                }
            }
        } catch (DeadlineExceededException e) {
            // The connection's own thread meets it when it reads next.
            return;
        } catch (IOException e) {
            if (!watch.ended) {
                gone.run();
            }
        } finally {
            watch.done.countDown();
        }
    }

    /**
     * Registers a watch, before its helper is started.
     *
     * @return the watch, for {@link #watch(Watch, Runnable)} and {@link #endWatch()}
     * @throws IllegalStateException if there is one already
     */
    public Watch newWatch() {
        if (watch != null) {
            throw new IllegalStateException("the connection is being watched already");
        }
        Watch made = new Watch(limit - position);
        watch = made;
        return made;
    }

    /** Has the watch, if there is one, end when its read returns; what it reads until then is not lost. */
    public void endWatch() {
        Watch current = watch;
        if (current != null) {
            current.end();
        }
    }

    /** {@return whether a helper has the socket, so that the next call that reads waits for it} */
    public boolean isLent() {
        return watch != null;
    }

    /**
     * Takes the socket back from a helper, waiting until its read has returned.
     *
     * @return whether the helper has read bytes
     */
    public boolean sync() {
        Watch current = watch;
        if (current == null) {
            return false;
        }
        current.end();
        boolean interrupted = Thread.interrupted();
        while (true) {
            try {
                current.done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        watch = null;
        return limit - position > current.available;
    }

    /** Reads one byte after the end of the input: nothing comes, but a reset shows as an exception. */
    private void probe() throws IOException {
        conn.read(ByteBuffer.allocate(1));
    }

    private void makeRoom() {
        if (position == limit) {
            position = 0;
            limit = 0;
        }
        if (limit < buffer.length) {
            return;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        } else {
            use(Arrays.copyOf(buffer, Math.max(GROWN, buffer.length * 2)));
        }
    }

    private void use(byte[] next) {
        buffer = next;
        target = ByteBuffer.wrap(next);
    }

    /** A helper's loan of the socket. Its flag is volatile; the latch tells that the socket was given back. */
    public static final class Watch {

        private final CountDownLatch done = new CountDownLatch(1);

        private final CountDownLatch ending = new CountDownLatch(1);

        /** Bytes that were in the buffer when the socket was lent. */
        private final int available;

        private volatile boolean ended;

        private Watch(int available) {
            this.available = available;
        }

        private void end() {
            ended = true;
            ending.countDown();
        }

        private boolean await(long millis) {
            try {
                return ending.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
    }
}
