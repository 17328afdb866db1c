package io.zokor.internal.http2;

import java.io.IOException;
import java.lang.System.Logger.Level;

import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Refusal;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;

/**
 * Answers a head that was understood and is refused, for which there is no exchange: 400, 413, 421, 431, 501. Owned by the stream's
 * thread, since whoever renders the answer may be the application.
 */
final class RefusedHead {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** How long the answer may take to be written. */
    private static final long WRITE_NANOS = 5_000_000_000L;

    private final ConnectionContext connection;

    private final FrameWriter writer;

    private final Http2Stream stream;

    RefusedHead(ConnectionContext connection, FrameWriter writer, Http2Stream stream) {
        this.connection = connection;
        this.writer = writer;
        this.stream = stream;
    }

    void answer(long number, String method, RejectedRequestException refusal, long startedNanos) {
        int status = refusal.status();
        RejectReason reason = refusal.reason();
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + status + ": " + refusal.getMessage());
        new Refusal(connection, number, null, method.equals("HEAD"), startedNanos).answer(reason, status, this::send);
    }

    private void send(int status, Headers fields, byte[] content) throws IOException {
        stream.writing().set(Deadline.after(connection.server().ticker().nanos(), WRITE_NANOS), TimeoutKind.WRITE);
        writer.send(stream, FieldBlock.head(status, fields), content, 0, content.length, true, null);
    }
}
