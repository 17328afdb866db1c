package io.zokor.internal.exchange;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;

import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.ServerError;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Upgrade;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * How an exchange ends: decides once what becomes of whatever leaves its handler, answers where the handler did not, and tells the end to
 * those who listen, once. Owned by the exchange's thread; what is reported of the application may come from any, through volatile fields.
 */
final class Ending {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private final ExchangeCodec codec;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Request request;

    private final Deadlines deadlines;

    private final ResponseOutput output;

    private final RequestBody body;

    private volatile boolean panicked;

    /** A panic came before the response was committed: the connection ends with it. */
    private volatile boolean lastByPanic;

    /** What the gate has let this in by, while it has not left yet; of the exchange's thread alone. */
    private RequestGate.@Nullable Place place;

    /** Whether its end was told: at the latest when it has run, and before where the handler has switched the protocol itself. */
    private boolean told;

    private @Nullable RejectReason rejected;

    /** What the handler answers by itself although it was refused. */
    private volatile @Nullable RejectedRequestException refused;

    Ending(ExchangeCodec codec, ConnectionContext connection, Request request, Deadlines deadlines,
            ResponseOutput output,
            RequestBody body) {
        this.codec = codec;
        this.connection = connection;
        this.server = connection.server();
        this.request = request;
        this.deadlines = deadlines;
        this.output = output;
        this.body = body;
    }

    // ---- the gate

    /** Waits for room for it to run; fails where there is none. */
    void enterGate(RequestGate.Visitor visitor) throws RejectedRequestException {
        place = server.gate().enter(visitor);
    }

    /**
     * The handler has done its work: another request may run. Before the client can see the end of the response, so that its
     * next request finds the room that this one leaves.
     */
    void leaveGate() {
        RequestGate.Place taken = place;
        if (taken != null) {
            place = null;
            server.gate().leave(taken);
        }
    }

    // ---- ends

    /** The handler has returned and said nothing against its response. */
    Outcome completed() throws IOException {
        if (output.state() == ResponseState.HIJACKED) {
            return new Outcome.Hijacked();
        }
        if (output.state() == ResponseState.UPGRADED) {
            return new Outcome.Upgraded(null);
        }
        if (output.state() == ResponseState.ABORTED) {
            return new Outcome.Aborted(CloseReason.APP_ABORT);
        }
        leaveGate();
        countRefusal();
        output.finish();
        Upgrade next = output.draft().switched(codec.head());
        if (next != null) {
            return new Outcome.Upgraded(next);
        }
        return lastByPanic ? new Outcome.Final(CloseReason.APP_ABORT) : new Outcome.Completed();
    }

    /** A request for which there is no room: answered before its body is read and before a handler is found. */
    Outcome refused(RejectedRequestException refusal) {
        try {
            return reject(refusal);
        } catch (IOException e) {
            return unanswered(e);
        }
    }

    /** The client has given the request up before it ran. */
    Outcome cancelled() {
        return abort(CloseReason.CLIENT_ABORT);
    }

    /** What becomes of a Throwable: the one place that decides. */
    Outcome failed(Throwable thrown) {
        boolean late = deadlines.endHandler();
        output.seal(true);
        body.seal();
        Throwable cause = late ? new DeadlineExceededException(TimeoutKind.REQUEST) : thrown;
        if (output.state() == ResponseState.HIJACKED) {
            // The socket is the handler's: it is not touched.
            if (!wasCut(cause)) {
                panic(cause);
            }
            return new Outcome.Hijacked();
        }
        if (output.state() == ResponseState.UPGRADED) {
            return failedUpgraded(cause);
        }
        if (wasCut(cause)) {
            return abort(CloseReason.SHUTDOWN);
        }
        if (cause instanceof AbortHandlerException) {
            output.abort();
        }
        if (output.state() == ResponseState.ABORTED) {
            return new Outcome.Aborted(CloseReason.APP_ABORT);
        }
        if (isClientGone(cause)) {
            LOGGER.log(Level.DEBUG, () -> "client " + connection.remote() + " left", cause);
            return abort(CloseReason.CLIENT_ABORT);
        }
        try {
            DeadlineExceededException timeout = Causes.find(cause, DeadlineExceededException.class);
            if (timeout != null) {
                return timedOut(timeout);
            }
            RejectedRequestException refusal = Causes.find(cause, RejectedRequestException.class);
            if (refusal != null) {
                return reject(refusal);
            }
            if (cause instanceof ShortResponseException) {
                server.cuts().log(() -> "response to " + connection.remote() + " cut: " + cause.getMessage());
                return cut(CloseReason.APP_ABORT);
            }
            panic(cause);
            if (output.failure() instanceof DeadlineExceededException missed) {
                server.listener().timeout(connection, missed.kind());
                return cut(CloseReason.APP_ABORT);
            }
            return answer(500, CloseReason.APP_ABORT);
        } catch (IOException e) {
            return unanswered(e);
        }
    }

    /** An answer of the server's own could not be written. Where that was for a time limit, the client has not left. */
    private Outcome unanswered(IOException failure) {
        LOGGER.log(Level.DEBUG, () -> "the answer to " + connection.remote() + " could not be written", failure);
        DeadlineExceededException timeout = Causes.find(failure, DeadlineExceededException.class);
        if (timeout == null) {
            return abort(CloseReason.CLIENT_ABORT);
        }
        server.listener().timeout(connection, timeout.kind());
        return abort(panicked ? CloseReason.APP_ABORT : CloseReason.TIMEOUT);
    }

    /** The exchange was over when the handler failed; what it has sent may not look whole. */
    private Outcome failedUpgraded(Throwable cause) {
        if (!wasCut(cause) && !(cause instanceof IOException) && !(cause instanceof AbortHandlerException)) {
            panic(cause);
        }
        return abort(CloseReason.APP_ABORT);
    }

    /** Whether the server has cut the connection, so that the handler has met the consequences. */
    private boolean wasCut(Throwable cause) {
        boolean cut = connection.state() == ConnectionState.CLOSED;
        if (cut) {
            LOGGER.log(Level.DEBUG, () -> connection + " was cut", cause);
        }
        return cut;
    }

    private Outcome timedOut(DeadlineExceededException timeout) throws IOException {
        TimeoutKind kind = timeout.kind();
        server.listener().timeout(connection, kind);
        LOGGER.log(Level.DEBUG, () -> connection + ": " + timeout.getMessage());
        if (output.isCommitted() || kind == TimeoutKind.WRITE) {
            return cut(CloseReason.TIMEOUT);
        }
        RejectReason why = kind == TimeoutKind.REQUEST ? RejectReason.REQUEST_TIMEOUT : RejectReason.TIMEOUT;
        return reject(why.status(), why, CloseReason.of(why));
    }

    private Outcome reject(RejectedRequestException refusal) throws IOException {
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + refusal.status() + ": " + refusal.getMessage());
        CloseReason reason = CloseReason.of(refusal.reason());
        if (output.isCommitted()) {
            return cut(reason);
        }
        return reject(refusal.status(), refusal.reason(), reason);
    }

    private Outcome reject(int status, RejectReason why, CloseReason reason) throws IOException {
        rejected = why;
        server.listener().requestRejected(connection, why, status);
        return answer(status, reason);
    }

    /** An answer of the server's own: a constant text that tells nothing of the request or the server. */
    private Outcome answer(int status, CloseReason reason) throws IOException {
        if (output.isCommitted()) {
            return cut(reason);
        }
        output.last();
        ServerErrorBody text = errorBody(status);
        Headers headers = new Headers();
        headers.set("Content-Type", text.contentType());
        if (status == 503 || status == 429) {
            headers.set("Retry-After", "1");
        }
        leaveGate();
        output.replace(status, headers, text.content());
        return new Outcome.Final(reason);
    }

    /**
     * Ends what cannot go on after its response has begun. One that is whole stays so: the client may have it already, and nothing
     * in it is wrong.
     */
    private Outcome cut(CloseReason reason) {
        if (output.isWhole()) {
            try {
                output.finish();
                return new Outcome.Final(reason);
            } catch (IOException e) {
                LOGGER.log(Level.DEBUG, () -> "the end for " + connection.remote() + " could not be written", e);
            }
        }
        output.cut();
        return new Outcome.Aborted(reason);
    }

    private Outcome abort(CloseReason reason) {
        codec.abort();
        return new Outcome.Aborted(reason);
    }

    private boolean isClientGone(Throwable cause) {
        return Causes.find(cause, PeerGoneException.class) != null || output.failure() instanceof PeerGoneException
                || Causes.isBrokenInput(body.failure());
    }

    // ---- what the application reports

    /** The handler owns the connection now, and its time, and no longer counts; fails where the server has cut it before. */
    void hijacked() throws IOException {
        deadlines.endHandler();
        leaveGate();
        if (!connection.transition(ConnectionState.ACTIVE, ConnectionState.HIJACKED)) {
            throw new ClosedChannelException();
        }
    }

    /** The handler itself serves another protocol from now on: the exchange is over. */
    void upgraded(@Nullable Upgrade next) {
        deadlines.endHandler();
        leaveGate();
        tell(new Outcome.Upgraded(next));
    }

    void aborted(@Nullable Throwable cause) {
        LOGGER.log(Level.DEBUG, () -> "response to " + connection.remote() + " aborted", cause);
    }

    void refusedByHandler(RejectedRequestException refusal) {
        refused = refusal;
    }

    ServerErrorBody errorBody(int status) {
        RejectReason why = rejected != null ? rejected : refusalReason(body.failure());
        return server.errors().to(new ServerError(status, why, connection, request));
    }

    private @Nullable RejectReason refusalReason(@Nullable IOException failure) {
        RejectedRequestException told = refused;
        if (told != null) {
            return told.reason();
        }
        return switch (failure) {
            case RejectedRequestException refusal -> refusal.reason();
            case DeadlineExceededException timeout when timeout.kind() != TimeoutKind.REQUEST -> RejectReason.TIMEOUT;
            case null, default -> null;
        };
    }

    void panic(Throwable cause) {
        if (isClientGone(cause)) {
            LOGGER.log(Level.DEBUG, () -> "client " + connection.remote() + " left", cause);
            return;
        }
        if (deadlines.isHandlerLate()) {
            // A servlet container reports what its application threw when it was interrupted: that is a timeout.
            LOGGER.log(Level.DEBUG, () -> connection + ": interrupted at its deadline", cause);
            return;
        }
        if (panicked) {
            return;
        }
        panicked = true;
        if (!output.isCommitted()) {
            lastByPanic = true;
            output.last();
        }
        LOGGER.log(Level.ERROR, "panic serving " + connection.remote() + ": " + cause, cause);
        server.listener().panic(connection, cause);
    }

    /** The application may answer itself what was found wrong with its request: it counts as if the server had. */
    private void countRefusal() {
        if (panicked || output.draft().status() < 400) {
            return;
        }
        RejectedRequestException told = refused;
        switch (told != null ? told : body.failure()) {
            case RejectedRequestException refusal -> {
                rejected = refusal.reason();
                server.listener().requestRejected(connection, refusal.reason(), output.draft().status());
            }
            case DeadlineExceededException timeout -> {
                rejected = RejectReason.TIMEOUT;
                server.listener().timeout(connection, timeout.kind());
                server.listener().requestRejected(connection, RejectReason.TIMEOUT, output.draft().status());
            }
            case null, default -> {
            }
        }
    }

    // ---- the summary

    void tell(Outcome outcome) {
        if (!told) {
            told = true;
            server.listener().exchangeEnded(summary(outcome));
        }
    }

    private ExchangeSummary summary(Outcome outcome) {
        ExchangeOutcome ended = switch (outcome) {
            case Outcome.Hijacked _ -> ExchangeOutcome.HIJACKED;
            case Outcome.Upgraded _ -> ExchangeOutcome.UPGRADED;
            case Outcome.Completed _,Outcome.Final _ when rejected != null -> ExchangeOutcome.REJECTED;
            case Outcome _ when panicked -> ExchangeOutcome.PANIC;
            case Outcome.Completed _,Outcome.Final _ -> ExchangeOutcome.COMPLETED;
            case Outcome.Aborted(CloseReason reason) ->
                reason == CloseReason.CLIENT_ABORT ? ExchangeOutcome.CLIENT_GONE : ExchangeOutcome.ABORTED;
        };
        int status = output.committedNanos() == 0 ? 0 : output.draft().status();
        return new ExchangeSummary(connection, request.number(), request, null, status, ended, rejected,
                body.bytesRead(),
                output.length().written(),
                codec.head().startedNanos(), output.committedNanos(), deadlines.now(), outcome.closing());
    }
}
