package io.zokor.matrix.http2;

import java.net.URI;

/** A client of HTTP/2 as people use it, set up to trust the test's certificate. Thread-safe. */
interface Http2Caller extends AutoCloseable {

    /**
     * What came.
     *
     * @param version the client's own word for the protocol, {@code 2} for HTTP/2
     * @param status the status
     * @param body the body
     */
    record Answer(String version, int status, byte[] body) {
    }

    /**
     * Posts, and waits for the answer.
     *
     * @param to where; plain HTTP/2 by prior knowledge where it begins with {@code http:}
     * @param body what
     * @return the answer
     * @throws Exception if there is none
     */
    Answer post(URI to, byte[] body) throws Exception;

    @Override
    void close() throws Exception;
}
