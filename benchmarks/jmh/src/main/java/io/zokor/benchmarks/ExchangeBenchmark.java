package io.zokor.benchmarks;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.zokor.http.Handler;
import io.zokor.server.Server;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole exchanges on a connection in memory, a thousand on each: the connection's loop, the parser, the handler and the
 * response, without a socket. The time includes a thousandth of what a new connection and its thread cost.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class ExchangeBenchmark {

    private static final int EXCHANGES = 1000;

    /** What the client sends. */
    public enum Kind {
        /** A GET with few fields. */
        SMALL(Messages.SMALL),
        /** A GET with a browser's fields. */
        BROWSER(Messages.BROWSER),
        /** A body of 1 KiB that comes back. */
        ECHO(Messages.post(1024)),
        /** The same in 16 chunks, there and back. */
        CHUNKED(Messages.chunkedPost(16, 64));

        private final byte[] message;

        Kind(byte[] message) {
            this.message = message;
        }
    }

    /** What is asked for. */
    @Param
    public Kind kind = Kind.SMALL;

    private final MemoryListener listener = new MemoryListener();

    private @Nullable Server server;

    /** For JMH. */
    public ExchangeBenchmark() {
    }

    /** Starts the server. */
    @Setup
    public void setUp() {
        byte[] ok = { 'o', 'k' };
        Handler handler = (request, response) -> {
            switch (kind) {
                case SMALL, BROWSER -> {
                    response.headers().set("Content-Type", "text/plain");
                    response.write(ok);
                }
                case ECHO -> response.write(request.body().readAllBytes());
                case CHUNKED -> {
                    byte[] body = request.body().readAllBytes();
                    for (int i = 0; i < body.length; i += 64) {
                        response.write(body, i, 64);
                        response.flush();
                    }
                }
            }
        };
        server = Server.builder().handler(handler).build().start(listener);
    }

    /** Stops the server. */
    @TearDown
    public void tearDown() {
        Objects.requireNonNull(server).close();
    }

    /**
     * A connection with its exchanges.
     *
     * @return bytes that were written
     * @throws InterruptedException never
     */
    @Benchmark
    @OperationsPerInvocation(EXCHANGES)
    public long exchange() throws InterruptedException {
        MemoryConn conn = new MemoryConn(kind.message, EXCHANGES);
        listener.offer(conn);
        long written = conn.awaitClosed();
        if (written < EXCHANGES * 40L) {
            throw new IllegalStateException("only " + written + " bytes were written");
        }
        return written;
    }
}
