package io.zokor.internal.http2;

import java.io.IOException;
import java.lang.System.Logger.Level;

import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.ServerError;
import io.zokor.http.ServerErrorBody;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.ServerContext;
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

    private final ServerContext server;

    private final FrameWriter writer;

    private final Http2Stream stream;

    RefusedHead(ConnectionContext connection, FrameWriter writer, Http2Stream stream) {
        this.connection = connection;
        this.server = connection.server();
        this.writer = writer;
        this.stream = stream;
    }

    void answer(long number, String method, RejectedRequestException refusal, long startedNanos) {
        int status = refusal.status();
        RejectReason reason = refusal.reason();
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + status + ": " + refusal.getMessage());
        ServerErrorBody body = server.errors().to(new ServerError(status, reason, connection, null));
        byte[] text = method.equals("HEAD") ? new byte[0] : body.content();
        Headers headers = new Headers();
        headers.set("content-type", body.contentType());
        headers.set("content-length", Integer.toString(body.content().length));
        server.listener().requestRejected(connection, reason, status);
        long answered = server.ticker().nanos();
        int sent = 0;
        try {
            stream.writing().set(Deadline.after(answered, WRITE_NANOS), TimeoutKind.WRITE);
            writer.send(stream, Http2Codec.head(server, status, headers), text, 0, text.length, true, null);
            sent = status;
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "the answer to " + connection.remote() + " could not be written", e);
        }
        CloseReason closing = switch (reason) {
            case HEADER_TOO_LARGE, URI_TOO_LONG, BODY_TOO_LARGE -> CloseReason.LIMIT;
            default -> CloseReason.PROTOCOL_ERROR;
        };
        server.listener().exchangeEnded(new ExchangeSummary(connection, number, null, null, sent,
                ExchangeOutcome.REJECTED, reason, 0, sent == 0 ? 0 : text.length, startedNanos, answered,
                server.ticker().nanos(), closing));
    }
}
