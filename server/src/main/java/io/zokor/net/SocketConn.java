package io.zokor.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;

/**
 * A connection on a blocking socket channel, of TCP or of a Unix domain. The channel serialises reads and writes each for
 * itself; the deadlines are lock-free slots.
 */
final class SocketConn implements Conn {

    /** The JDK copies a heap buffer whole before each system call: larger ones would be copied again after a partial write. */
    private static final int MAX_SLICE = 128 * 1024;

    /** Who has written so much may go on for a long time without ever having to wait. */
    private static final int SHARE = 8 * 1024;

    /** What is sent of a file in one system call, so that others may be let go in between. */
    private static final int MAX_TRANSFER = 1024 * 1024;

    private final SocketChannel channel;

    private final SocketAddress remote;

    private final SocketAddress local;

    private final DeadlineSlot reading = new DeadlineSlot();

    private final DeadlineSlot writing = new DeadlineSlot();

    /** Bytes written since others were let go; of the threads that write, which may miscount when there are several. */
    private int written;

    SocketConn(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.remote = channel.getRemoteAddress();
        this.local = channel.getLocalAddress();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        StarvationGuard.checkpoint();
        reading.check();
        boolean interrupted = Interrupts.clear();
        int n;
        try {
            n = channel.read(target);
        } catch (IOException e) {
            reading.check();
            throw translate("reading", e);
        } finally {
            Interrupts.restore(interrupted);
        }
        if (n < 0) {
            reading.check();
        }
        return n;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        int count = source.remaining();
        writeAll(source);
        letOthersGo(count);
    }

    private void writeAll(ByteBuffer source) throws IOException {
        boolean interrupted = Interrupts.clear();
        try {
            writing.check();
            if (source.isDirect()) {
                while (source.hasRemaining()) {
                    channel.write(source);
                }
                return;
            }
            int limit = source.limit();
            while (source.position() < limit) {
                source.limit(Math.min(limit, source.position() + MAX_SLICE));
                channel.write(source);
                source.limit(limit);
            }
        } catch (IOException e) {
            writing.check();
            throw translate("writing", e);
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    @Override
    public void write(ByteBuffer first, ByteBuffer second) throws IOException {
        if (second.remaining() > MAX_SLICE) {
            write(first);
            write(second);
            return;
        }
        int count = first.remaining() + second.remaining();
        writeBoth(first, second);
        letOthersGo(count);
    }

    private void writeBoth(ByteBuffer first, ByteBuffer second) throws IOException {
        boolean interrupted = Interrupts.clear();
        try {
            writing.check();
            ByteBuffer[] both = { first, second };
            while (first.hasRemaining() || second.hasRemaining()) {
                channel.write(both);
            }
        } catch (IOException e) {
            writing.check();
            throw translate("writing", e);
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) throws IOException {
        boolean interrupted = Interrupts.clear();
        try {
            long at = position;
            long end = position + count;
            while (at < end) {
                writing.check();
                long n = file.transferTo(at, Math.min(end - at, MAX_TRANSFER), channel);
                if (n <= 0 && at >= file.size()) {
                    throw new EOFException("the file ends at byte " + at + ", before byte " + end);
                }
                at += n;
                letOthersGo((int) n);
            }
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            writing.check();
            throw translate("writing", e);
        } finally {
            Interrupts.restore(interrupted);
        }
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        reading.set(deadline, kind);
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) throws DeadlineExceededException {
        writing.set(deadline, kind);
    }

    @Override
    public void expire(long now) {
        if (writing.claim(now)) {
            abort();
        }
        if (reading.claim(now)) {
            try {
                // Wakes the blocked reader with an end of input; a last answer can still be written.
                channel.shutdownInput();
            } catch (IOException e) {
                // The connection is gone already, which wakes the reader as well.
                abort();
            }
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public SocketAddress localAddress() {
        return local;
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean hasInput() {
        if (!(remote instanceof InetSocketAddress)) {
            return false;
        }
        try {
            return channel.socket().getInputStream().available() > 0;
        } catch (IOException e) {
            // The input has ended.
            return false;
        }
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public void abort() {
        try {
            if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException e) {
            // Closed already, or reset by the peer: closing below is all that is left.
        }
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger("io.zokor.net").log(System.Logger.Level.DEBUG, "closing " + remote, e);
        }
    }

    @Override
    public String toString() {
        return "SocketConn[" + remote + "]";
    }

    private void letOthersGo(int count) {
        written += count;
        if (written >= SHARE) {
            written = 0;
            StarvationGuard.checkpoint();
        }
    }

    private IOException translate(String doing, IOException e) {
        if (e instanceof ClosedChannelException && !(e instanceof AsynchronousCloseException && channel.isOpen())) {
            return e;
        }
        return new PeerGoneException("the peer of " + remote + " left while " + doing, e);
    }
}
