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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Heads of requests, from bytes to their parts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ParserBenchmark {

    private final Wire small = new Wire(new MemoryConn(Messages.SMALL, Long.MAX_VALUE));

    private final Wire browser = new Wire(new MemoryConn(Messages.BROWSER, Long.MAX_VALUE));

    /** For JMH. */
    public ParserBenchmark() {
    }

    /**
     * Three fields.
     *
     * @return the head
     * @throws IOException never
     */
    @Benchmark
    public Object smallHead() throws IOException {
        return small.head();
    }

    /**
     * Seventeen fields, 0.9 KB.
     *
     * @return the head
     * @throws IOException never
     */
    @Benchmark
    public Object browserHead() throws IOException {
        return browser.head();
    }
}
