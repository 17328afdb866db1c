package io.zokor.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;

/**
 * How fast the processor is that it runs on: prints the seconds that a fixed amount of work takes, the best of some tries, so that two
 * runs of {@code benchmarks/compare} can be told apart. One figure is for what a program computes, the other for what the kernel does
 * for it. Everything happens on the main thread.
 */
public final class Calibration {

    private static final int TRIES = 5;

    private static final int STEPS = 100_000_000;

    /** A table of 256 KiB: more than the first cache holds, less than the second. */
    private static final int TABLE = 1 << 16;

    private static final int ROUND_TRIPS = 50_000;

    private Calibration() {
    }

    /**
     * Prints both figures, with a blank between them.
     *
     * @param args none
     * @throws IOException if the loopback interface cannot be used
     */
    public static void main(String[] args) throws IOException {
        double loopback = Double.MAX_VALUE;
        double compute = Double.MAX_VALUE;
        int[] table = new int[TABLE];
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            int left = walk(table);
            compute = Math.min(compute, (System.nanoTime() - start) / 1e9);
            loopback = Math.min(loopback, roundTrips(left) / 1e9);
        }
        System.out.printf(Locale.ROOT, "%.4f %.4f%n", compute, loopback);
    }

    /** Numbers that look random (xorshift), each an index into the table, whose entries depend on one another. */
    private static int walk(int[] table) {
        int x = 1;
        int sum = 0;
        for (int i = 0; i < STEPS; i++) {
            x ^= x << 13;
            x ^= x >>> 17;
            x ^= x << 5;
            int at = x & TABLE - 1;
            sum += table[at];
            table[at] = sum ^ x;
        }
        return sum;
    }

    /** Two bytes there and back over TCP, again and again, both ends in this thread. */
    private static long roundTrips(int seed) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel here = SocketChannel.open(listener.getLocalAddress());
                SocketChannel there = listener.accept()) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(2).putShort(0, (short) seed);
            long start = System.nanoTime();
            for (int i = 0; i < ROUND_TRIPS; i++) {
                pass(bytes, here, there);
                pass(bytes, there, here);
            }
            return System.nanoTime() - start;
        }
    }

    private static void pass(ByteBuffer bytes, SocketChannel from, SocketChannel to) throws IOException {
        from.write(bytes.clear());
        bytes.clear();
        while (bytes.hasRemaining()) {
            if (to.read(bytes) < 0) {
                throw new IOException("the loopback connection has ended");
            }
        }
    }
}
