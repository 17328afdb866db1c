package io.zokor.internal.exchange;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;

import io.zokor.config.Compression;
import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.ConnectionState;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.event.RequestPhase;
import io.zokor.http.AbortHandlerException;
import io.zokor.http.Handler;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.http.ServerError;
import io.zokor.http.ServerErrorBody;
import io.zokor.http.Upgrade;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * One request and its response, whatever the protocol: calls the handler, and decides once what becomes of whatever leaves it.
 * Owned by the thread that makes and runs it; a response's controller, the connection and those who look on may reach it from others,
 * through volatile fields.
 */
public final class Exchange implements Turn {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private static final int MAX_CAUSES = 50;

    private final ExchangeCodec codec;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Handler handler;

    private final Deadlines deadlines;

    private final Response response;

    private final RequestBody body;

    private final ExchangeRequest request;

    private final Limits limits;

    private final Thread thread = Thread.currentThread();

    private volatile @Nullable RequestGuard guard;

    private volatile boolean panicked;

    /** A panic came before the response was committed: the connection ends with it. */
    private volatile boolean lastByPanic;

    private volatile boolean cancelled;

    /** Whether the gate has let this in and it has not left yet; of the exchange's thread alone. */
    private boolean inside;

    /** Whether its end was told: at the latest when it has run, and before where the handler has switched the protocol itself. */
    private boolean told;

    private @Nullable RejectReason rejected;

    /** What the handler answers by itself although it was refused. */
    private volatile @Nullable RejectedRequestException refused;

    /**
     * Makes one that is yet to run.
     *
     * @param codec the protocol's side
     * @param connection the connection
     * @param number number of the request on its connection
     * @param handler what answers
     */
    public Exchange(ExchangeCodec codec, ConnectionContext connection, long number, Handler handler) {
        this.codec = codec;
        this.connection = connection;
        this.server = connection.server();
        this.handler = handler;
        this.limits = server.limits().get();
        this.deadlines = new Deadlines(codec, server, limits, server.ticker().nanos());
        this.response = new Response(codec, deadlines, this);
        this.body = new RequestBody(codec, deadlines, response, limits.maxRequestBody(), expectsContinue(codec.head()));
        this.request = new ExchangeRequest(codec, body, connection, number);
    }

    /** Whether the client waits for 100 before it sends the body; without a body there is nothing to wait for. */
    public static boolean expectsContinue(RequestHead head) {
        return !head.http10() && head.contentLength() != 0
                && "100-continue".equalsIgnoreCase(head.headers().get("Expect"));
    }

    /**
     * Runs the request's handler and completes its response. Called once, by the thread that has made this.
     *
     * @return what the protocol is to do next
     */
    public Outcome run() {
        if (!server.gate().enter(this)) {
            return cancelled ? leave()
                    : refuse(new RejectedRequestException(503, RejectReason.OVERLOAD,
                            "too many requests at once; zokor.limits.max-concurrent-requests and queue-size raise the limit"));
        }
        inside = true;
        deadlines.phase(RequestPhase.HANDLER);
        server.listener().requestStarted(connection, request);
        ClassLoader loader = server.classLoader();
        if (loader != null) {
            thread.setContextClassLoader(loader);
        }
        Outcome outcome = new Outcome.Aborted(CloseReason.SERVER);
        try {
            outcome = handle();
        } finally {
            response.end();
            body.end();
            endGuard();
            leaveGate();
            tell(outcome);
            // What the handler has left behind on the thread is not the next one's.
            Thread.interrupted();
        }
        return outcome;
    }

    private void tell(Outcome outcome) {
        if (!told) {
            told = true;
            server.listener().exchangeEnded(summary(outcome));
        }
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

    private Outcome handle() {
        try {
            if (server.config().timeouts().request() != null) {
                requestDeadline(Deadline.after(now(), server.config().timeouts().request()));
            }
            check();
            handler.handle(request, response);
            if (endGuard()) {
                throw new DeadlineExceededException(TimeoutKind.REQUEST);
            }
            if (response.isHijacked()) {
                return new Outcome.Hijacked();
            }
            if (response.isUpgraded()) {
                return new Outcome.Upgraded(null);
            }
            if (response.isAborted()) {
                return new Outcome.Aborted(CloseReason.APP_ABORT);
            }
            leaveGate();
            countRefusal();
            response.finish();
            Upgrade next = response.switched();
            if (next != null) {
                return new Outcome.Upgraded(next);
            }
            return lastByPanic ? new Outcome.Final(CloseReason.APP_ABORT) : new Outcome.Completed();
        } catch (Throwable t) {
            return failed(t);
        }
    }

    /** What is refused before the handler sees it. */
    private void check() throws RejectedRequestException {
        RequestHead head = codec.head();
        long max = limits.maxRequestBody();
        if (max != Limits.OFF && head.contentLength() > max) {
            throw RequestBody.tooLarge(max);
        }
        if (!head.http10()) {
            for (String expectation : head.headers().all("Expect")) {
                if (!expectation.equalsIgnoreCase("100-continue")) {
                    throw new RejectedRequestException(417, RejectReason.EXPECTATION, "unknown expectation");
                }
            }
        }
    }

    /** A request for which there is no room: answered before its body is read and before a handler is found. */
    private Outcome refuse(RejectedRequestException refusal) {
        Outcome outcome;
        try {
            outcome = reject(refusal);
        } catch (IOException e) {
            outcome = unanswered(e);
        } finally {
            response.end();
            body.end();
        }
        tell(outcome);
        return outcome;
    }

    /** The client has given the request up before it ran. */
    private Outcome leave() {
        response.end();
        body.end();
        Outcome outcome = abort(CloseReason.CLIENT_ABORT);
        tell(outcome);
        return outcome;
    }

    /**
     * The handler has done its work: another request may run. Before the client can see the end of the response, so that its
     * next request finds the room that this one leaves.
     */
    private void leaveGate() {
        if (inside) {
            inside = false;
            server.gate().leave();
        }
    }

    // ---- what can be seen from outside

    @Override
    public long number() {
        return request.number();
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Thread thread() {
        return thread;
    }

    @Override
    public long startedNanos() {
        return codec.head().startedNanos();
    }

    @Override
    public void cancel() {
        cancelled = true;
        server.gate().recheck();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public ConnectionSnapshot.RequestSnapshot snapshot(long now) {
        return new ConnectionSnapshot.RequestSnapshot(request.number(), request.protocol(),
                request.protocolRequestId(), request.method(),
                request.path(), ConnectionContext.since(codec.head().startedNanos(), now), deadlines.phase(),
                body.bytesRead(), response.written(), thread.getName());
    }

    // ---- what the response's controller asks

    long now() {
        return server.ticker().nanos();
    }

    void requestDeadline(long deadline) {
        RequestGuard current = guard;
        if (deadline == Deadline.NONE) {
            endGuard();
        } else if (current != null) {
            current.deadline(deadline);
        } else {
            RequestGuard made = new RequestGuard(thread, deadline);
            guard = made;
            deadlines.guard(made);
            server.reaper().watch(made);
        }
    }

    /** The handler owns the connection now, and its time, and no longer counts; fails where the server has cut it before. */
    void hijacked() throws IOException {
        endGuard();
        leaveGate();
        if (!connection.transition(ConnectionState.ACTIVE, ConnectionState.HIJACKED)) {
            throw new ClosedChannelException();
        }
    }

    /** The handler itself serves another protocol from now on: the exchange is over. */
    void upgraded(@Nullable Upgrade next) {
        endGuard();
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

    void panic(Throwable cause) {
        if (isClientGone(cause)) {
            LOGGER.log(Level.DEBUG, () -> "client " + connection.remote() + " left", cause);
            return;
        }
        RequestGuard current = guard;
        if (current != null && current.isExpired()) {
            // A servlet container reports what its application threw when it was interrupted: that is a timeout.
            LOGGER.log(Level.DEBUG, () -> connection + ": interrupted at its deadline", cause);
            return;
        }
        if (panicked) {
            return;
        }
        panicked = true;
        if (!response.isCommitted()) {
            lastByPanic = true;
            response.last();
        }
        LOGGER.log(Level.ERROR, "panic serving " + connection.remote() + ": " + cause, cause);
        server.listener().panic(connection, cause);
    }

    @Nullable
    GzipBody compression(int status, Headers fields, boolean bodyAllowed, long length) {
        Compression config = server.config().compression();
        boolean head = codec.head().method().equals("HEAD");
        if (!config.enabled() || !bodyAllowed && !head
                || !CompressionRule.eligible(config, status, fields, head && length == 0 ? -1 : length)) {
            return null;
        }
        if (!fields.containsToken("Vary", "Accept-Encoding") && !fields.containsToken("Vary", "*")) {
            fields.add("Vary", "Accept-Encoding");
        }
        if (!CompressionRule.accepted(config, codec.head().headers())) {
            return null;
        }
        fields.remove("Content-Length");
        fields.remove("Accept-Ranges");
        fields.set("Content-Encoding", "gzip");
        return head ? null : new GzipBody(codec);
    }

    /** The application may answer itself what was found wrong with its request: it counts as if the server had. */
    private void countRefusal() {
        if (panicked || response.status() < 400) {
            return;
        }
        RejectedRequestException told = refused;
        switch (told != null ? told : body.failure()) {
            case RejectedRequestException refusal -> {
                rejected = refusal.reason();
                server.listener().requestRejected(connection, refusal.reason(), response.status());
            }
            case DeadlineExceededException timeout -> {
                rejected = RejectReason.TIMEOUT;
                server.listener().timeout(connection, timeout.kind());
                server.listener().requestRejected(connection, RejectReason.TIMEOUT, response.status());
            }
            case null, default -> {
            }
        }
    }

    // ---- what becomes of a Throwable: the one place that decides

    private Outcome failed(Throwable thrown) {
        boolean late = endGuard();
        Throwable cause = late ? new DeadlineExceededException(TimeoutKind.REQUEST) : thrown;
        if (response.isHijacked()) {
            // The socket is the handler's: it is not touched.
            if (!wasCut(cause)) {
                panic(cause);
            }
            return new Outcome.Hijacked();
        }
        if (response.isUpgraded()) {
            return failedUpgraded(cause);
        }
        if (wasCut(cause)) {
            return abort(CloseReason.SHUTDOWN);
        }
        if (cause instanceof AbortHandlerException) {
            response.abort(null);
        }
        if (response.isAborted()) {
            return new Outcome.Aborted(CloseReason.APP_ABORT);
        }
        if (isClientGone(cause)) {
            LOGGER.log(Level.DEBUG, () -> "client " + connection.remote() + " left", cause);
            return abort(CloseReason.CLIENT_ABORT);
        }
        try {
            DeadlineExceededException timeout = find(cause, DeadlineExceededException.class);
            if (timeout != null) {
                return timedOut(timeout);
            }
            RejectedRequestException refusal = find(cause, RejectedRequestException.class);
            if (refusal != null) {
                return reject(refusal);
            }
            if (cause instanceof ShortResponseException) {
                server.cuts().log(() -> "response to " + connection.remote() + " cut: " + cause.getMessage());
                return cut(CloseReason.APP_ABORT);
            }
            panic(cause);
            if (response.failure() instanceof DeadlineExceededException missed) {
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
        DeadlineExceededException timeout = find(failure, DeadlineExceededException.class);
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
        if (response.isCommitted() || kind == TimeoutKind.WRITE) {
            return cut(CloseReason.TIMEOUT);
        }
        int status = kind == TimeoutKind.REQUEST ? 503 : 408;
        return reject(status, kind == TimeoutKind.REQUEST ? RejectReason.REQUEST_TIMEOUT : RejectReason.TIMEOUT,
                CloseReason.TIMEOUT);
    }

    private Outcome reject(RejectedRequestException refusal) throws IOException {
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + refusal.status() + ": " + refusal.getMessage());
        CloseReason reason = switch (refusal.reason()) {
            case BODY_TOO_LARGE, HEADER_TOO_LARGE, URI_TOO_LONG, OVERLOAD -> CloseReason.LIMIT;
            default -> CloseReason.PROTOCOL_ERROR;
        };
        if (response.isCommitted()) {
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
        if (response.isCommitted()) {
            return cut(reason);
        }
        response.last();
        ServerErrorBody text = errorBody(status);
        Headers headers = new Headers();
        headers.set("Content-Type", text.contentType());
        if (status == 503) {
            headers.set("Retry-After", "1");
        }
        deadlines.guard(null);
        leaveGate();
        response.replace(status, headers, text.content());
        return new Outcome.Final(reason);
    }

    /**
     * Ends what cannot go on after its response has begun. One that is whole stays so: the client may have it already, and nothing
     * in it is wrong.
     */
    private Outcome cut(CloseReason reason) {
        if (response.isWhole()) {
            try {
                response.finish();
                return new Outcome.Final(reason);
            } catch (IOException e) {
                LOGGER.log(Level.DEBUG, () -> "the end for " + connection.remote() + " could not be written", e);
            }
        }
        response.cut();
        return new Outcome.Aborted(reason);
    }

    private Outcome abort(CloseReason reason) {
        codec.abort();
        return new Outcome.Aborted(reason);
    }

    private boolean isClientGone(Throwable cause) {
        return find(cause, PeerGoneException.class) != null || response.failure() instanceof PeerGoneException
                || isBrokenInput(body.failure());
    }

    /** Whatever else ends the input, such as a TLS record that cannot be decrypted, is the client's doing as well. */
    private static boolean isBrokenInput(@Nullable IOException failure) {
        return failure != null && !(failure instanceof DeadlineExceededException)
                && !(failure instanceof RejectedRequestException);
    }

    private boolean endGuard() {
        RequestGuard current = guard;
        if (current == null) {
            return false;
        }
        guard = null;
        deadlines.guard(null);
        server.reaper().forget(current);
        return current.end();
    }

    private static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }

    private ExchangeSummary summary(Outcome outcome) {
        ExchangeOutcome ended = switch (outcome) {
            case Outcome.Completed() ->
                rejected != null
                        ? ExchangeOutcome.REJECTED
                        : panicked ? ExchangeOutcome.PANIC : ExchangeOutcome.COMPLETED;
            case Outcome.Hijacked() -> ExchangeOutcome.HIJACKED;
            case Outcome.Upgraded(Upgrade ignored) -> ExchangeOutcome.UPGRADED;
            case Outcome.Final(CloseReason ignored) -> rejected != null
                    ? ExchangeOutcome.REJECTED
                    : panicked ? ExchangeOutcome.PANIC : ExchangeOutcome.COMPLETED;
            case Outcome.Aborted(CloseReason reason) -> panicked
                    ? ExchangeOutcome.PANIC
                    : reason == CloseReason.CLIENT_ABORT ? ExchangeOutcome.CLIENT_GONE : ExchangeOutcome.ABORTED;
        };
        int status = response.committedNanos() == 0 ? 0 : response.status();
        CloseReason closing = switch (outcome) {
            case Outcome.Completed() -> null;
            case Outcome.Hijacked() -> CloseReason.HIJACKED;
            case Outcome.Upgraded(Upgrade ignored) -> null;
            case Outcome.Final(CloseReason reason) -> reason;
            case Outcome.Aborted(CloseReason reason) -> reason;
        };
        return new ExchangeSummary(connection, request.number(), request, null, status, ended, rejected,
                body.bytesRead(),
                response.written(),
                codec.head().startedNanos(), response.committedNanos(), now(), closing);
    }
}
