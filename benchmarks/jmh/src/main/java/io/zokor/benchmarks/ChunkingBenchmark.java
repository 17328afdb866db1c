package io.zokor.benchmarks;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import io.zokor.internal.http1.Wire;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** 64 KiB in the chunked coding, read to the end. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ChunkingBenchmark {

    private static final int BODY = 64 * 1024;

    /** Bytes of each chunk. */
    @Param({ "16", "1024", "65536" })
    public int chunk;

    private final byte[] buffer = new byte[8 * 1024];

    private Wire wire = new Wire(new MemoryConn(new byte[1], 1));

    /** For JMH. */
    public ChunkingBenchmark() {
    }

    /** Makes the body. */
    @Setup
    public void setUp() {
        wire = new Wire(new MemoryConn(Messages.chunks(BODY / chunk, chunk), Long.MAX_VALUE));
    }

    /**
     * Reads a body.
     *
     * @return its length
     * @throws IOException never
     */
    @Benchmark
    public long read() throws IOException {
        long count = wire.chunkedBody(buffer);
        if (count != BODY) {
            throw new IllegalStateException("the body had " + count + " bytes");
        }
        return count;
    }
}
