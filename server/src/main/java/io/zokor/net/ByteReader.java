package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Buffered reading of a connection. Owned by the connection's thread; a {@link #beginWatch watch} lends the socket to a helper,
 * and whoever needs more than is there waits for it to give the socket back.
 *
 * <p>
 * Callers look at {@link #array()} between {@link #position()} and {@link #limit()} and call {@link #more()} when they need
 * more: bytes are parsed where they were read. The buffer begins small, grows with what must be held at once, and shrinks in
 * {@link #release()}, so that an idle connection costs little.
 */
public final class ByteReader {

    private static final int SMALL = 256;

    private static final byte[] NOTHING = {};

    /** What a connection whose requests do not fit in the small buffer keeps while it is idle. */
    private static final int MEDIUM = 1024;

    /** What a watch may read of a body that nobody wants yet, before it sees no more of the peer. */
    private static final int AHEAD = 16 * 1024;

    /** What a buffer grows to first, so that a usual head is read in two system calls at most. */
    private static final int GROWN = 4 * 1024;

    private final Conn conn;

    private byte[] buffer = new byte[SMALL];

    private ByteBuffer target = ByteBuffer.wrap(buffer);

    private int position;

    private int limit;

    private boolean ended;

    /** What a helper met when it read. */
    private @Nullable IOException failure;

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
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            return false;
        }
        makeRoom(1);
        int n = conn.read(target.limit(buffer.length).position(limit));
        if (n < 0) {
            ended = true;
            return false;
        }
        limit += n;
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
        if (position == limit && !sync()) {
            if (length >= MEDIUM && failure == null && !ended) {
                int n = conn.read(ByteBuffer.wrap(bytes, offset, length));
                ended = n < 0;
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

    /**
     * Reads bytes, waiting for at least one, straight from the connection where none were read ahead.
     *
     * @param bytes where they go; has room
     * @return how many, or -1 at the end of the input
     * @throws IOException as {@link Conn#read} does
     */
    public int read(ByteBuffer bytes) throws IOException {
        if (position == limit && !sync()) {
            if (failure != null) {
                throw failure;
            }
            if (ended) {
                return -1;
            }
            int n = conn.read(bytes);
            ended = n < 0;
            return n;
        }
        int n = Math.min(bytes.remaining(), limit - position);
        bytes.put(buffer, position, n);
        position += n;
        return n;
    }

    /** Gives the whole buffer back if nothing is in it, for those who read straight from the connection from now on. */
    public void releaseAll() {
        if (position == limit) {
            position = 0;
            limit = 0;
            use(NOTHING);
        }
    }

    /** Gives a grown buffer back if nothing is in it; called when the connection goes idle. */
    public void release() {
        if (position == limit) {
            position = 0;
            limit = 0;
            if (buffer.length > MEDIUM) {
                use(new byte[MEDIUM]);
            }
        }
    }

    /**
     * Lends the socket to a helper thread, which waits for the peer to leave: one read, so that it is over as soon as anything
     * comes, and what came is not lost. A mere end of input is no leaving, and after it no leaving can be seen: the system
     * reports the end again, be there a reset or not.
     *
     * @param inBody whether a body is still to come, of which more is taken at once
     * @param gone what to do when the peer has gone, by the helper
     * @return what the helper is to run, or {@code null} where one is at it already, or as much as may be was read ahead
     */
    public @Nullable Runnable beginWatch(boolean inBody, Runnable gone) {
        Watch current = watch;
        if (current != null && current.done.getCount() > 0) {
            // The request before has left it behind; its read is still the next one.
            current.gone.set(gone);
            return null;
        }
        sync();
        if (ended || available() >= AHEAD) {
            return null;
        }
        Watch made = new Watch(gone, inBody ? GROWN : SMALL);
        watch = made;
        return made;
    }

    /** Nobody is to be told any more that the peer has gone. */
    public void endWatch() {
        Watch current = watch;
        if (current != null) {
            current.gone.set(null);
        }
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
        current.gone.set(null);
        boolean interrupted = Interrupts.clear();
        while (true) {
            try {
                current.done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Interrupts.restore(interrupted);
        watch = null;
        ended |= current.end;
        failure = current.failure;
        int count = current.bytes.flip().remaining();
        if (count > 0) {
            makeRoom(count);
            current.bytes.get(buffer, limit, count);
            limit += count;
        }
        return count > 0;
    }

    private void makeRoom(int count) {
        if (position == limit) {
            position = 0;
            limit = 0;
        }
        if (buffer.length - limit >= count) {
            return;
        }
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (buffer.length - limit < count) {
            use(Arrays.copyOf(buffer, Math.max(GROWN, Math.max(buffer.length * 2, limit + count))));
        }
    }

    private void use(byte[] next) {
        buffer = next;
        target = ByteBuffer.wrap(next);
    }

    /**
     * A helper's loan of the socket. It reads into a buffer of its own, so that what the reader holds already can be used
     * meanwhile; its results belong to the helper until the latch tells that the socket was given back.
     */
    private final class Watch implements Runnable {

        private final CountDownLatch done = new CountDownLatch(1);

        private final AtomicReference<@Nullable Runnable> gone;

        private final ByteBuffer bytes;

        private boolean end;

        private @Nullable IOException failure;

        private Watch(Runnable gone, int room) {
            this.gone = new AtomicReference<>(gone);
            this.bytes = ByteBuffer.allocate(room);
        }

        @Override
        public void run() {
            try {
                end = conn.read(bytes) < 0;
            } catch (DeadlineExceededException e) {
                // The connection's own thread meets it when it reads next.
            } catch (IOException e) {
                failure = e;
                Runnable action = gone.getAndSet(null);
                if (action != null) {
                    action.run();
                }
            } finally {
                done.countDown();
            }
        }
    }
}
