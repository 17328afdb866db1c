package io.zokor.internal.exchange;

import java.io.IOException;
import java.lang.System.Logger.Level;

import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.ServerError;
import io.zokor.http.ServerErrorBody;

import org.jspecify.annotations.Nullable;

/**
 * The answer to what is refused before there is an exchange, and its end, for those who listen. Immutable; rendering may call the
 * application, so it belongs to a thread that may wait.
 *
 * @param connection where it came
 * @param number of the request on its connection
 * @param line as much of its first line as could be read, or {@code null}
 * @param head whether it is known to be a HEAD, which gets no content
 * @param startedNanos when its first byte came
 */
public record Refusal(ConnectionContext connection, long number, @Nullable String line, boolean head,
        long startedNanos) {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** Sends an answer in the way of a protocol. */
    @FunctionalInterface
    public interface Sender {

        /**
         * Sends it, within a time limit of its own.
         *
         * @param status its status
         * @param fields all its fields but those of the framing and the connection
         * @param content its content, empty for none
         * @throws IOException if it cannot be sent
         */
        void send(int status, Headers fields, byte[] content) throws IOException;
    }

    /**
     * Answers with what the server's error handler renders; what the client accepts is not known.
     *
     * @param reason why it is refused
     * @param status the status
     * @param sender sends the answer
     * @return why the connection, or the stream, ends
     */
    public CloseReason answer(RejectReason reason, int status, Sender sender) {
        return answer(reason, status,
                connection.server().errors().to(new ServerError(status, reason, connection, null)), sender);
    }

    /**
     * Answers.
     *
     * @param reason why it is refused
     * @param status the status
     * @param body what to say
     * @param sender sends the answer
     * @return why the connection, or the stream, ends
     */
    public CloseReason answer(RejectReason reason, int status, ServerErrorBody body, Sender sender) {
        ServerContext server = connection.server();
        byte[] content = head ? new byte[0] : body.content();
        Headers fields = new Headers();
        fields.set("Content-Type", body.contentType());
        fields.set("Content-Length", Integer.toString(body.content().length));
        fields.set("Date", server.date().value());
        String name = server.config().serverHeader();
        if (name != null) {
            fields.set("Server", name);
        }
        server.listener().requestRejected(connection, reason, status);
        long answered = server.ticker().nanos();
        int sent = 0;
        try {
            sender.send(status, fields, content);
            sent = status;
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "the answer to " + connection.remote() + " could not be written", e);
        }
        CloseReason closing = CloseReason.of(reason);
        server.listener()
                .exchangeEnded(new ExchangeSummary(connection, number, null, line, sent, ExchangeOutcome.REJECTED,
                        reason, 0,
                        sent == 0 ? 0 : content.length, startedNanos, answered, server.ticker().nanos(), closing));
        return closing;
    }
}
