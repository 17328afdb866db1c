package io.zokor.internal.http2;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Collection;

import io.zokor.config.Http2;
import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeOutcome;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.Handler;
import io.zokor.http.RejectReason;
import io.zokor.http.RejectedRequestException;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.ProtocolConnection;
import io.zokor.internal.exchange.ServerContext;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/2 on one connection (RFC 9113): its thread reads, each stream has a thread of its own, and their output is combined. This
 * is the connection's life, from its preface to its end; the frames are {@link Http2Reader}'s, the streams {@link Streams}'. Owned by
 * the connection's thread; {@link #drain()}, {@link #expire} and {@link #turns()} may come from any.
 */
public final class Http2Connection implements ProtocolConnection {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    /** How long a client that sends on and on has to read why it is cut. */
    private static final long HOLD_MILLIS = 250;

    private final ConnectionContext connection;

    private final ServerContext server;

    private final Conn conn;

    private final Handler handler;

    private final Http2 config;

    private final Streams streams;

    private final FrameWriter writer;

    private final Output output;

    private final Control control;

    private final Http2Reader reader;

    private final Farewell farewell;

    private final Liveness liveness;

    private final String threadName = Thread.currentThread().getName();

    /**
     * Makes one.
     *
     * @param connection the connection, after its handshake
     * @param in its input, of which the first bytes may have been looked at
     * @param handler what answers its requests
     * @param config what holds for HTTP/2
     */
    public Http2Connection(ConnectionContext connection, ByteReader in, Handler handler, Http2 config) {
        this.connection = connection;
        this.server = connection.server();
        this.conn = connection.conn();
        this.handler = handler;
        this.config = config;
        this.streams = new Streams(connection, config);
        AbuseBudget budget = new AbuseBudget(server.ticker().nanos());
        this.writer = new FrameWriter(connection, streams, budget);
        this.output = writer.output();
        this.control = new Control(connection, streams, writer);
        this.reader = new Http2Reader(this, connection, in, config, streams, writer, control, budget);
        this.farewell = new Farewell(connection, streams, control, output);
        this.liveness = new Liveness(connection, control, output, config.pingInterval());
    }

    /**
     * Whether bytes may be the beginning of a client's preface (RFC 9113 section 3.4).
     *
     * @param bytes where they are
     * @param from the first
     * @param count how many
     * @return whether they are, as far as they go
     */
    public static boolean isPreface(byte[] bytes, int from, int count) {
        return FrameReader.isPreface(bytes, from, count);
    }

    /** {@return how many bytes a client's preface has} */
    public static int prefaceLength() {
        return FrameReader.prefaceLength();
    }

    // ---- its life

    @Override
    public CloseReason serve() throws IOException {
        try {
            return read();
        } finally {
            // Whoever is writing fails now; handlers that run on still count as this connection's.
            output.fail(new PeerGoneException("the connection of HTTP/2 has ended", null));
            conn.close();
            streams.awaitThreads();
        }
    }

    private CloseReason read() throws IOException {
        try {
            conn.readDeadline(Deadline.after(connection.acceptedNanos(), server.config().timeouts().readHeader()),
                    TimeoutKind.READ_HEADER);
            checkSecurity();
            if (!reader.greet()) {
                return refuse(Http2Error.connection(ErrorCode.PROTOCOL_ERROR, "no preface (section 3.4)"));
            }
            reader.run();
            return inputEnded();
        } catch (Http2Error e) {
            return refuse(e);
        } catch (DeadlineExceededException e) {
            return timedOut(e);
        } catch (IOException e) {
            // Whoever is writing fails as well, perhaps for a reason that is not the client's.
            conn.abort();
            IOException first = output.awaitFailure(e);
            if (first instanceof DeadlineExceededException missed) {
                throw missed;
            }
            if (farewell.isOver()) {
                return farewell.reason();
            }
            throw e;
        }
    }

    /** Section 9.2.2: what TLS 1.2 has beside ephemeral keys and authenticated encryption is prohibited. */
    private void checkSecurity() throws Http2Error {
        TlsInfo tls = conn.tls();
        if (tls != null && tls.protocol().equals("TLSv1.2") && !isAdequate(tls.cipherSuite())) {
            throw Http2Error.connection(ErrorCode.INADEQUATE_SECURITY, "the cipher suite " + tls.cipherSuite()
                    + " is prohibited in HTTP/2 (section 9.2.2)");
        }
    }

    static boolean isAdequate(String suite) {
        return (suite.startsWith("TLS_ECDHE_") || suite.startsWith("TLS_DHE_"))
                && (suite.contains("_GCM_") || suite.contains("_CHACHA20_") || suite.contains("_CCM"));
    }

    /** The client has ended its output. What it has asked for completely is still answered; it may read on. */
    private CloseReason inputEnded() throws IOException {
        boolean cut = false;
        IOException cause = new PeerGoneException("the client has ended the connection within a request", null);
        for (Http2Stream stream : streams.all()) {
            if (!stream.isRemoteEnded()) {
                cut = true;
                stream.input().fail(cause);
            }
        }
        writer.inputEnded();
        streams.awaitThreads();
        boolean over = farewell.isOver();
        farewell.endOutput();
        if (output.failure() instanceof DeadlineExceededException missed) {
            throw missed;
        }
        if (over || connection.isDraining()) {
            return farewell.reason();
        }
        return cut ? CloseReason.CLIENT_ABORT : CloseReason.CLIENT;
    }

    /** What the client did wrong ends the connection; it is told, and has a moment to read that. */
    private CloseReason refuse(Http2Error e) {
        LOGGER.log(Level.DEBUG, () -> connection + " refused with " + e.code() + ": " + e.getMessage());
        CloseReason reason = e.code() == ErrorCode.ENHANCE_YOUR_CALM
                ? CloseReason.LIMIT
                : CloseReason.PROTOCOL_ERROR;
        farewell.say(e.code(), new PeerGoneException("the connection was ended: " + e.getMessage(), e));
        readAway();
        return reason;
    }

    private CloseReason timedOut(DeadlineExceededException e) throws IOException {
        if (farewell.isOver()) {
            return farewell.reason();
        }
        boolean idle = e.kind() == TimeoutKind.IDLE;
        if (idle && streams.deadlines().isLeaving()) {
            return CloseReason.CLIENT;
        }
        farewell.say(idle ? ErrorCode.NO_ERROR : ErrorCode.PROTOCOL_ERROR,
                new PeerGoneException("the connection was ended: " + e.getMessage(), e));
        throw e;
    }

    /**
     * Closing on what has come unread would reset the connection, and the client could lose what it was told. Not more is read than the
     * limit says; after that the connection is only held open for a moment.
     */
    private void readAway() {
        try {
            conn.readDeadline(Deadline.after(server.ticker().nanos(), Output.LAST_WORDS_NANOS), TimeoutKind.DRAIN);
            ByteBuffer scrap = ByteBuffer.allocate(8 * 1024);
            long left = server.limits().get().drain();
            while (left > 0) {
                int n = conn.read(scrap.clear());
                if (n < 0) {
                    return;
                }
                left -= n;
            }
            Thread.sleep(HOLD_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> connection + " has seen the end, or not", e);
        }
    }

    // ---- what the reader and the streams tell

    /** The reader looks for the next frame. */
    void alive() {
        liveness.seen();
    }

    void pong(long data) {
        if (!farewell.pong(data)) {
            liveness.pong(data);
        }
    }

    /**
     * A response is about to be sent; where the server keeps no connections, this one ends in good order.
     *
     * @param closing whether the handler has asked for that
     */
    void headWritten(boolean closing) {
        if (closing || !connection.keepsAlive()) {
            farewell.begin();
        }
    }

    /** A request could not be understood at all: it is reset, and counts as refused. */
    void malformed(long startedNanos) {
        long number = connection.countRequest();
        long now = server.ticker().nanos();
        server.listener().requestRejected(connection, RejectReason.FIELD, 400);
        server.listener().exchangeEnded(new ExchangeSummary(connection, number, null, null, 0, ExchangeOutcome.REJECTED,
                RejectReason.FIELD, 0, 0, startedNanos, 0, now, CloseReason.PROTOCOL_ERROR));
    }

    /** Runs a stream that was opened, on a thread of its own. */
    void start(Http2Stream stream, String method, @Nullable RejectedRequestException refusal, long startedNanos) {
        long number = connection.countRequest();
        Runnable task = refusal == null
                ? () -> run(stream, number)
                : () -> answer(stream, number, method, refusal, startedNanos);
        boolean started = false;
        try {
            server.threads().newThread(threadName + "-" + stream.id(), () -> guarded(stream, task)).start();
            started = true;
        } finally {
            if (!started) {
                writer.threadEnded(stream);
            }
        }
    }

    private void guarded(Http2Stream stream, Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            LOGGER.log(Level.ERROR, "serving stream " + stream.id() + " of " + connection + " failed", t);
        } finally {
            writer.threadEnded(stream);
        }
    }

    private void run(Http2Stream stream, long number) {
        Http2Codec codec = new Http2Codec(this, server, writer, stream, config.maxStreamWindow());
        Exchange exchange = new Exchange(codec, connection, number, handler);
        stream.exchange(exchange);
        exchange.run();
    }

    private void answer(Http2Stream stream, long number, String method, RejectedRequestException refusal,
            long startedNanos) {
        new RefusedHead(connection, writer, stream).answer(number, method, refusal, startedNanos);
    }

    // ---- what others ask

    @Override
    public void drain() {
        farewell.begin();
    }

    @Override
    public boolean relieve() {
        return farewell.endIdle();
    }

    @Override
    public void expire(long now) {
        for (Http2Stream stream : streams.all()) {
            control.expire(stream, now);
        }
        farewell.expire(now);
        liveness.expire(now);
    }

    @Override
    public Collection<Exchange> turns() {
        return streams.turns();
    }

    /** {@return whether its streams are accounted for, for tests} */
    boolean isConsistent() {
        return streams.isConsistent();
    }
}
