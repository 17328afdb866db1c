package io.zokor.internal.http1;

import java.io.IOException;

import io.zokor.config.Limits;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import org.jspecify.annotations.NullMarked;

/**
 * Opens the parsers of this package, which nobody else may see, to the benchmarks. It stands in the benchmarks' module, so the
 * server's jar does not hold it. Owned by the thread that runs the benchmark.
 */
@NullMarked
public final class Wire {

    private final ByteReader in;

    private final Http1RequestReader heads;

    private final Limits limits = Limits.defaults();

    /**
     * Makes one.
     *
     * @param conn where the bytes come from
     */
    public Wire(Conn conn) {
        in = new ByteReader(conn);
        heads = new Http1RequestReader(in, false);
    }

    /**
     * Parses the head of a request.
     *
     * @return the head
     * @throws IOException if it is malformed
     */
    public Object head() throws IOException {
        return heads.read(limits, 0);
    }

    /**
     * Reads a chunked body to its end.
     *
     * @param buffer where the data go, piece by piece
     * @return how many bytes of data there were
     * @throws IOException if it is malformed
     */
    public long chunkedBody(byte[] buffer) throws IOException {
        BodyInput body = new ChunkedInput(in, heads.lines(), limits);
        long count = 0;
        int n;
        while ((n = body.read(buffer, 0, buffer.length)) >= 0) {
            count += n;
        }
        return count;
    }
}
