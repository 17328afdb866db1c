package io.zokor.benchmarks;

import java.util.concurrent.TimeUnit;

import io.zokor.http.Headers;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Header fields as handlers and the server use them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HeadersBenchmark {

    private final Headers request = new Headers();

    /** For JMH. */
    public HeadersBenchmark() {
        String[] names = { "Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cookie", "Referer",
            "Cache-Control", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Connection" };
        for (String name : names) {
            request.add(name, "value of " + name);
        }
        request.set("Connection", "keep-alive, Upgrade");
    }

    /**
     * The fields of a usual answer.
     *
     * @return the fields
     */
    @Benchmark
    public Headers response() {
        return new Headers().set("Content-Type", "text/plain").set("Content-Length", "2")
                .set("Cache-Control", "no-store")
                .add("Vary", "Accept-Encoding");
    }

    /**
     * The last field, its name in another case.
     *
     * @return its value
     */
    @Benchmark
    public @Nullable String found() {
        return request.get("sec-fetch-mode");
    }

    /**
     * A field that is not there.
     *
     * @return {@code null}
     */
    @Benchmark
    public @Nullable String missing() {
        return request.get("Authorization");
    }

    /**
     * A word of a list.
     *
     * @return whether it is there
     */
    @Benchmark
    public boolean token() {
        return request.containsToken("Connection", "upgrade");
    }
}
