package io.zokor.internal.exchange;

import io.zokor.config.Limits;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionSnapshot;
import io.zokor.event.RequestPhase;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Request;
import io.zokor.net.AddressRange;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * One request and its response, whatever the protocol: lets it in, calls the handler, and waits until no thread of the application's uses
 * it any more. Owned by the thread that makes and runs it; those who look on may reach it from others.
 */
public final class Exchange implements Turn {

    private final ExchangeCodec codec;

    private final ServerContext server;

    private final ConnectionContext connection;

    private final Handler handler;

    private final Limits limits;

    private final Thread thread = Thread.currentThread();

    private final Deadlines deadlines;

    private final ResponseOutput output;

    private final RequestBody body;

    private final ExchangeRequest request;

    private final Ending ending;

    private final Response response;

    private volatile boolean cancelled;

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
        ResponseDraft draft = new ResponseDraft();
        this.output = new ResponseOutput(codec, deadlines, server.config().compression(), draft);
        this.body = new RequestBody(codec, deadlines, output, limits.maxRequestBody(), expectsContinue(codec.head()));
        this.request = new ExchangeRequest(codec, body, connection, number);
        this.ending = new Ending(codec, connection, request, deadlines, output, body);
        this.response = new Response(draft, output, new ResponseControls(codec, deadlines, output, body, ending));
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
        Outcome outcome = new Outcome.Aborted(CloseReason.SERVER);
        try {
            outcome = enterAndHandle();
        } finally {
            output.end();
            body.seal();
            deadlines.endHandler();
            ending.leaveGate();
            ending.tell(outcome);
            awaitReader(outcome);
            // What the handler has left behind on the thread is not the next one's.
            Thread.interrupted();
        }
        return outcome;
    }

    private Outcome enterAndHandle() {
        try {
            ending.enterGate(this);
        } catch (RejectedRequestException e) {
            return cancelled ? ending.cancelled() : ending.refused(e);
        }
        deadlines.phase(RequestPhase.HANDLER);
        server.listener().requestStarted(connection, request);
        ClassLoader loader = server.classLoader();
        if (loader != null) {
            thread.setContextClassLoader(loader);
        }
        return handle();
    }

    private Outcome handle() {
        try {
            if (server.config().timeouts().request() != null) {
                deadlines.handler(deadlines.after(server.config().timeouts().request()));
            }
            check();
            handler.handle(request, response);
            boolean late = deadlines.endHandler();
            output.seal(late);
            body.seal();
            if (late) {
                throw new DeadlineExceededException(TimeoutKind.REQUEST);
            }
            return ending.completed();
        } catch (Throwable t) {
            return ending.failed(t);
        }
    }

    /**
     * A thread of the application's may still be reading: what it reads next must be this request's. It has the time that an unread
     * body has, and the client has its answer meanwhile.
     */
    private void awaitReader(Outcome outcome) {
        // A connection that is the handler's is its readers' as well.
        if (!(outcome instanceof Outcome.Hijacked) && !body.awaitReader(Deadline.toNanos(limits.drainTimeout()))) {
            server.listener().timeout(connection, TimeoutKind.DRAIN);
            body.expelReader();
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
    public @Nullable AddressRange client() {
        return server.clients().of(request, connection.conn());
    }

    @Override
    public ConnectionSnapshot.RequestSnapshot snapshot(long now) {
        return new ConnectionSnapshot.RequestSnapshot(request.number(), request.protocol(),
                request.protocolRequestId(), request.method(),
                request.path(), ConnectionContext.since(codec.head().startedNanos(), now), deadlines.phase(),
                body.bytesRead(), output.length().written(), thread.getName());
    }
}
