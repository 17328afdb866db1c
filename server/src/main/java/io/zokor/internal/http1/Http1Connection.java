package io.zokor.internal.http1;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Collection;
import java.util.List;

import io.zokor.config.Limits;
import io.zokor.config.Timeouts;
import io.zokor.event.CloseReason;
import io.zokor.event.ConnectionState;
import io.zokor.http.Handler;
import io.zokor.http.Headers;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.Outcome;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.exchange.Refusal;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1 on one connection, one request after the other. Owned by the connection's thread; what runs, be it a turn or an upgrade,
 * is volatile, so that others can see and tell it.
 */
public final class Http1Connection implements ProtocolConnection {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** How long an answer that the server makes by itself may take to be written where no other limit says. */
    private static final long ERROR_WRITE_NANOS = 5_000_000_000L;

    /** A body that a client sends behind its answer is dropped to its end where it has at most so many times the drain limit. */
    private static final int DROPPED_WHOLE = 32;

    /**
     * After so many requests the thread lets others have the processor. A client whose next request is always there already would
     * keep it otherwise; but threads that yield every time stay in their carrier's own queue, which never empties under load, and
     * the poller, whose wake-up waits in the shared queue, and all who wait for it, starve behind them.
     */
    private static final int TURN = 8;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Conn conn;

    private final Handler handler;

    private final ByteReader in;

    private final Http1RequestReader requests;

    private volatile @Nullable Exchange current;

    private volatile @Nullable Upgrade upgrade;

    /** What is to serve the connection instead, once the stack of the request that asked for it has unwound. */
    private @Nullable Upgrade next;

    private boolean drainCounted;

    /** When the first byte of the head that is or was read came. */
    private long headNanos;

    /**
     * Makes one.
     *
     * @param connection the connection, after its handshake
     * @param in its input, of which the first bytes may have been looked at
     * @param handler what answers its requests
     */
    public Http1Connection(ConnectionContext connection, ByteReader in, Handler handler) {
        this.connection = connection;
        this.server = connection.server();
        this.conn = connection.conn();
        this.handler = handler;
        this.in = in;
        this.requests = new Http1RequestReader(in, conn.tls() != null);
    }

    @Override
    public CloseReason serve() throws IOException {
        while (true) {
            prepareWait();
            // The frames of a parked thread stay in the heap: an idle connection waits here and no deeper.
            if (in.available() == 0 && !in.more() || !beginRequest()) {
                return connection.isDraining() ? CloseReason.SHUTDOWN : CloseReason.CLIENT;
            }
            CloseReason last = serveRequest();
            if (next != null) {
                return serveUpgrade(next);
            }
            if (last != null) {
                return last;
            }
            if (!settle()) {
                return CloseReason.SHUTDOWN;
            }
        }
    }

    @Override
    public void drain() {
        connection.closeFrom(ConnectionState.IDLE);
        Upgrade running = upgrade;
        if (running != null) {
            running.drain();
        }
    }

    @Override
    public void expire(long now) {
        Upgrade running = upgrade;
        if (running != null) {
            running.expire(now);
        }
    }

    @Override
    public Collection<Exchange> turns() {
        Exchange running = current;
        return running == null ? List.of() : List.of(running);
    }

    @Override
    public Collection<Upgrade> upgrades() {
        Upgrade running = upgrade;
        return running == null ? List.of() : List.of(running);
    }

    /** {@return why the connection is to end after this request, or {@code null} where it goes on} */
    private @Nullable CloseReason serveRequest() throws IOException {
        Limits limits = server.limits().get();
        RequestHead head;
        try {
            head = readHead(limits);
        } catch (RejectedRequestException e) {
            return reject(e);
        } catch (DeadlineExceededException e) {
            return rejectSlow(e);
        }
        Http1Codec codec = new Http1Codec(this, connection, in, requests.lines(), head, limits);
        Exchange exchange = new Exchange(codec, connection, connection.requestCount(), handler);
        current = exchange;
        Outcome outcome = exchange.run();
        current = null;
        return switch (outcome) {
            case Outcome.Completed() -> codec.keepAlive() && drain(codec)
                    ? null
                    : end(CloseReason.COMPLETE, codec.bodyRemaining());
            case Outcome.Final(CloseReason reason) -> end(reason, codec.bodyRemaining());
            case Outcome.Aborted(CloseReason reason) -> endCut(reason, codec);
            case Outcome.Hijacked() -> CloseReason.HIJACKED;
            case Outcome.Upgraded(Upgrade task) -> {
                next = task;
                yield CloseReason.COMPLETE;
            }
        };
    }

    // ---- another protocol

    /** The head that switches has gone out: from now on the connection is in another state and has other time limits. */
    Tunnel upgrade(Upgrade task) throws IOException {
        // A helper that watches for the client's leaving may still have the socket; whoever reads waits for it, nobody else.
        conn.readDeadline(Deadline.NONE, TimeoutKind.READ);
        conn.writeDeadline(Deadline.NONE, TimeoutKind.WRITE);
        upgrade = task;
        ConnectionState state = task.protocol().equalsIgnoreCase("websocket")
                ? ConnectionState.WEBSOCKET
                : ConnectionState.UPGRADED;
        if (!connection.transition(ConnectionState.ACTIVE, state)) {
            throw new ClosedChannelException();
        }
        if (connection.isDraining()) {
            // It may have been told before there was anybody to tell.
            task.drain();
        }
        return new Http1Tunnel(connection, in);
    }

    /** Runs on the bare stack of the connection's thread: what the request has left behind can be collected. */
    private CloseReason serveUpgrade(Upgrade task) throws IOException {
        next = null;
        Tunnel tunnel = upgrade(task);
        try {
            task.serve(tunnel);
        } catch (RuntimeException | Error e) {
            tunnel.abort();
            LOGGER.log(Level.ERROR, "panic serving " + connection.remote() + ": " + e, e);
            server.listener().panic(connection, e);
            return CloseReason.APP_ABORT;
        }
        return connection.isDraining() ? CloseReason.SHUTDOWN : CloseReason.COMPLETE;
    }

    /** Sets the time limit for the next request to come, where it has not come already. */
    private void prepareWait() throws IOException {
        long count = connection.requestCount();
        if (count % TURN == TURN - 1) {
            Thread.yield();
        }
        if (connection.state() == ConnectionState.ACTIVE) {
            return;
        }
        if (count == 0) {
            headDeadline(connection.acceptedNanos(), connection.acceptedNanos());
        } else {
            in.release();
            conn.readDeadline(Deadline.after(connection.stateNanos(), server.config().timeouts().idle()),
                    TimeoutKind.IDLE);
        }
        in.sync();
    }

    /**
     * The first byte of a request is there. The deadline is replaced before the state changes: where it has passed, the request
     * that comes just then is not begun.
     *
     * @return whether it may begin
     */
    private boolean beginRequest() throws IOException {
        ConnectionState state = connection.state();
        long now = now();
        headNanos = now;
        headDeadline(connection.requestCount() == 0 ? connection.acceptedNanos() : now, now);
        if (state == ConnectionState.ACTIVE) {
            connection.stayActive(now);
            return true;
        }
        // A connection that a stop has closed meanwhile stays closed, even if a helper has read a request before.
        return state != ConnectionState.CLOSED && connection.transition(state, ConnectionState.ACTIVE, now);
    }

    /**
     * Sets the earlier of the limits for a head and for a whole request: the second holds for the head as well, and alone
     * where the first is off.
     *
     * @param from since when the head counts: for the first one since accept
     * @param firstByte since when the request counts
     */
    private void headDeadline(long from, long firstByte) throws DeadlineExceededException {
        Timeouts timeouts = server.config().timeouts();
        long header = Deadline.after(from, timeouts.readHeader());
        long whole = Deadline.after(firstByte, timeouts.read());
        if (whole < header) {
            conn.readDeadline(whole, TimeoutKind.READ);
        } else {
            conn.readDeadline(header, TimeoutKind.READ_HEADER);
        }
    }

    private RequestHead readHead(Limits limits) throws IOException {
        connection.countRequest();
        RequestHead head = requests.read(limits, headNanos);
        conn.readDeadline(Deadline.NONE, TimeoutKind.READ);
        return head;
    }

    private boolean drain(Http1Codec codec) {
        try {
            return codec.drain();
        } catch (DeadlineExceededException e) {
            drainTimedOut(e);
            return false;
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "the rest of a body from " + conn.remoteAddress() + " cannot be read", e);
            return false;
        }
    }

    /** Between two requests the connection is idle unless more waits. {@code false} where it is not to wait for another. */
    private boolean settle() {
        return in.available() > 0 || !connection.transition(ConnectionState.ACTIVE, ConnectionState.IDLE)
                || !connection.isDraining() || !connection.closeFrom(ConnectionState.IDLE);
    }

    // ---- ends

    private CloseReason reject(RejectedRequestException refusal) {
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + refusal.status() + ": " + refusal.getMessage());
        return end(answer(refusal.status(), refusal.reason()), -1);
    }

    private CloseReason rejectSlow(DeadlineExceededException timeout) {
        server.listener().timeout(connection, timeout.kind());
        return answer(RejectReason.TIMEOUT.status(), RejectReason.TIMEOUT);
    }

    private CloseReason answer(int status, RejectReason reason) {
        return new Refusal(connection, connection.requestCount(), requests.refusedLine(),
                requests.method().equals("HEAD"), headNanos)
                .answer(reason, status, this::send);
    }

    private void send(int status, Headers fields, byte[] content) throws IOException {
        ByteWriter out = new ByteWriter(conn);
        out.add(StatusLines.of(status));
        fields.forEach(out::addField);
        out.addField("Connection", "close");
        out.addLineEnd();
        out.add(content);
        conn.writeDeadline(Deadline.after(now(), ERROR_WRITE_NANOS), TimeoutKind.WRITE);
        out.flush();
        conn.writeDeadline(Deadline.NONE, TimeoutKind.WRITE);
    }

    /**
     * Ends the output and, where the client may still be sending, goes on reading for a while: closing at once would reset the
     * connection, and the client could lose the answer (RFC 9112 section 9.6). Many clients write their whole request before they
     * read: a body of a length that can pass in that time is read to its end. Of one without end, or of what is no request, not more
     * than the limit; after that the connection is only held open, so that the client can read.
     *
     * @param remaining bytes of the request that are still to come: 0 for none, -1 where unknown
     */
    private CloseReason end(CloseReason reason, long remaining) {
        if (remaining == 0 && in.available() == 0 && !conn.hasInput()) {
            return reason;
        }
        Limits limits = server.limits().get();
        long most = remaining > 0 && remaining / DROPPED_WHOLE <= limits.drain() ? remaining + limits.drain()
                : limits.drain();
        try {
            conn.shutdownOutput();
            DrainTime time = new DrainTime(conn, now(), limits);
            time.allow(0);
            // A helper that watches for the client's leaving may still have the socket.
            in.sync();
            ByteBuffer scrap = ByteBuffer.allocate(8 * 1024);
            long dropped = 0;
            while (dropped < most) {
                int n = conn.read(scrap.clear().limit((int) Math.min(most - dropped, scrap.capacity())));
                if (n < 0) {
                    return reason;
                }
                dropped += n;
                time.allow(dropped);
            }
            hold(limits);
        } catch (DeadlineExceededException e) {
            drainTimedOut(e);
        } catch (PeerGoneException e) {
            LOGGER.log(Level.DEBUG, () -> connection + " has seen the answer, or not", e);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> connection + " cannot be read to its end", e);
        }
        return reason;
    }

    /** Ends a response that was cut: in good order where its framing shows the cut, otherwise by a reset, for which it has time. */
    private CloseReason endCut(CloseReason reason, Http1Codec codec) {
        if (!conn.isOpen()) {
            return reason;
        }
        if (codec.endsWithConnection()) {
            // What the kernel has not sent yet would be lost with the reset.
            hold(server.limits().get());
            conn.abort();
            return reason;
        }
        return end(reason, codec.bodyRemaining());
    }

    private void drainTimedOut(DeadlineExceededException e) {
        // Another kind has passed before, and was counted then; this one is met again when the output has ended.
        if (e.kind() == TimeoutKind.DRAIN && !drainCounted) {
            drainCounted = true;
            server.listener().timeout(connection, TimeoutKind.DRAIN);
        }
        LOGGER.log(Level.DEBUG, () -> connection + " is still sending");
    }

    private void hold(Limits limits) {
        try {
            Thread.sleep(limits.drainTimeout().dividedBy(4));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long now() {
        return server.ticker().nanos();
    }
}
