package io.zokor.internal.http1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

import io.zokor.net.Conn;
import io.zokor.net.TimeoutKind;

/**
 * A connection whose peer has sent everything before and then ended: what it sent comes in pieces, a call each. Never blocks;
 * time does not pass. For one thread.
 */
final class ScriptedConn implements Conn {

    private final byte[] input;
    private final int[] cuts;
    private final int piece;
    private int position;
    private boolean outputShut;
    private boolean closed;
    private boolean aborted;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private ScriptedConn(byte[] input, int piece, int[] cuts) {
        this.input = input;
        this.piece = piece;
        this.cuts = cuts;
    }

    /** Comes in pieces of equal length. */
    static ScriptedConn inPieces(byte[] input, int piece) {
        return new ScriptedConn(input, piece, new int[0]);
    }

    /** Comes whole but for cuts at these offsets, ascending. */
    static ScriptedConn cutAt(byte[] input, int... cuts) {
        return new ScriptedConn(input, Integer.MAX_VALUE, cuts);
    }

    /** What was written. */
    String output() {
        return output.toString(StandardCharsets.ISO_8859_1);
    }

    boolean isAborted() {
        return aborted;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (position == input.length) {
            return -1;
        }
        int end = (int) Math.min(input.length, (long) position + piece);
        for (int cut : cuts) {
            if (cut > position) {
                end = Math.min(end, cut);
                break;
            }
        }
        int count = Math.min(target.remaining(), end - position);
        target.put(input, position, count);
        position += count;
        return count;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        if (closed || outputShut) {
            throw new ClosedChannelException();
        }
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        output.writeBytes(bytes);
    }

    @Override
    public void transferFrom(FileChannel file, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void readDeadline(long deadline, TimeoutKind kind) {
        // Time does not pass.
    }

    @Override
    public void writeDeadline(long deadline, TimeoutKind kind) {
        // Time does not pass.
    }

    @Override
    public void expire(long now) {
        // Time does not pass.
    }

    @Override
    public SocketAddress remoteAddress() {
        return InetSocketAddress.createUnresolved("client", 50000);
    }

    @Override
    public SocketAddress localAddress() {
        return InetSocketAddress.createUnresolved("server", 80);
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort() {
        aborted = true;
        closed = true;
    }
}
