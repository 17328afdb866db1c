package io.zokor.internal.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

import io.zokor.config.Limits;
import io.zokor.http.Headers;
import io.zokor.http.HijackedConnection;
import io.zokor.http.Tunnel;
import io.zokor.http.Upgrade;
import io.zokor.internal.exchange.BodySize;
import io.zokor.internal.exchange.BodySource;
import io.zokor.internal.exchange.ConnectionContext;
import io.zokor.internal.exchange.Exchange;
import io.zokor.internal.exchange.ExchangeCodec;
import io.zokor.internal.exchange.RequestHead;
import io.zokor.internal.exchange.ResponseHead;
import io.zokor.internal.message.HeadLimits;
import io.zokor.internal.message.TrailerRules;
import io.zokor.net.ByteReader;
import io.zokor.net.Conn;
import io.zokor.net.Deadline;
import io.zokor.net.DeadlineExceededException;
import io.zokor.net.PeerGoneException;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * One exchange in HTTP/1: framing, keep-alive, draining, hijack (RFC 9112). The reading half belongs to the thread that reads
 * the body, the writing half to the one that writes the response.
 */
final class Http1Codec implements ExchangeCodec {

    private enum Framing {
        NONE, FIXED, CHUNKED, UNTIL_CLOSE
    }

    private final Http1Connection owner;

    private final ConnectionContext connection;

    private final Conn conn;

    private final ByteReader in;

    private final RequestHead head;

    private final Limits limits;

    private final BodyInput body;

    private final ByteWriter out;

    /** What is to be done when the client has gone; guarded by this. */
    private @Nullable Runnable gone;

    /** Nobody is told any more; guarded by this. */
    private boolean ended;

    private Framing framing = Framing.NONE;

    private volatile boolean keepAlive;

    private boolean continueSent;

    private boolean hijacked;

    Http1Codec(Http1Connection owner, ConnectionContext connection, ByteReader in, LineReader lines, RequestHead head,
            Limits limits) {
        this.owner = owner;
        this.connection = connection;
        this.conn = connection.conn();
        this.in = in;
        this.head = head;
        this.limits = limits;
        this.body = head.contentLength() == RequestFraming.CHUNKED
                ? new ChunkedInput(in, lines, limits)
                : new FixedInput(in, head.contentLength());
        this.out = new ByteWriter(conn);
        this.keepAlive = KeepAlive.requested(head.http10(), head.headers());
    }

    // ---- what the connection's loop asks

    boolean keepAlive() {
        return keepAlive && !body.isBroken();
    }

    /** Whether nothing of the request's body is left in the connection. */
    boolean bodyEnded() {
        return bodyRemaining() == 0;
    }

    /** Bytes of the request's body that are still to come: 0 for none, -1 where unknown. */
    long bodyRemaining() {
        return body.isBroken() ? -1 : body.remaining();
    }

    /** Passes over the rest of the body; {@code false} if that would take too long or too much. */
    boolean drain() throws IOException {
        if (bodyEnded()) {
            return true;
        }
        DrainTime time = new DrainTime(conn, connection.server().ticker().nanos(), limits);
        byte[] scrap = new byte[8 * 1024];
        long dropped = 0;
        while (dropped <= limits.drain()) {
            time.allow(dropped);
            int n = body.read(scrap, 0, scrap.length);
            if (n < 0) {
                return true;
            }
            dropped += n;
        }
        return false;
    }

    // ---- reading

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public BodySource body() {
        return body;
    }

    @Override
    public void deadline(Direction direction, long deadline, TimeoutKind kind) throws DeadlineExceededException {
        if (direction == Direction.READING) {
            conn.readDeadline(deadline, kind);
        } else {
            conn.writeDeadline(deadline, kind);
        }
    }

    @Override
    public void watch(Runnable action) {
        Runnable helper;
        synchronized (this) {
            if (ended) {
                return;
            }
            gone = action;
            helper = in.beginWatch(!bodyEnded(), this::peerGone);
        }
        if (helper != null) {
            Thread.ofVirtual().name(Thread.currentThread().getName() + "-watch").inheritInheritableThreadLocals(false)
                    .start(helper);
        }
    }

    private void peerGone() {
        Runnable action;
        synchronized (this) {
            action = gone;
            gone = null;
        }
        if (action != null) {
            action.run();
        }
    }

    // ---- writing

    @Override
    public void writeInterim(ResponseHead interim) throws IOException {
        continueSent |= interim.status() == 100;
        out.add(StatusLines.of(interim.status()));
        interim.headers().forEach(out::addField);
        out.addLineEnd();
        flush();
    }

    @Override
    public void writeHead(ResponseHead response, BodySize size) {
        int status = response.status();
        Headers headers = response.headers();
        boolean http10 = head.http10();
        framing = switch (size) {
            case BodySize.None(),BodySize.Switched() -> Framing.NONE;
            case BodySize.Fixed(long ignored) -> Framing.FIXED;
            case BodySize.Unknown() -> http10 ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
        };
        boolean continuePending = Exchange.expectsContinue(head) && !continueSent;
        keepAlive = keepAlive && !response.last() && framing != Framing.UNTIL_CLOSE && connection.keepsAlive()
                && !body.isBroken()
                && !switchesProtocol(status)
                && !headers.containsToken("Connection", "close")
                && KeepAlive.canDrain(body.remaining(), continuePending, limits.drain());
        int before = out.count();
        out.add(StatusLines.of(status));
        addFields(status, headers, http10);
        out.addLineEnd();
        try {
            HeadLimits.checkResponse(out.count() - before, limits.maxResponseHeaderBytes());
        } catch (IllegalStateException e) {
            out.truncate(before);
            throw e;
        }
    }

    /** What follows such a response is not HTTP: where no handler has taken the connection, nobody can read it. */
    private boolean switchesProtocol(int status) {
        return status == 101 || status < 300 && head.method().equals("CONNECT");
    }

    private void addFields(int status, Headers headers, boolean http10) {
        boolean date = false;
        boolean server = false;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            switch (name.length()) {
                case 4 -> date |= name.equalsIgnoreCase("Date");
                case 6 -> server |= name.equalsIgnoreCase("Server");
                case 10 -> {
                    // Connection and Keep-Alive are the server's, but for a switch of protocols.
                    if (status != 101 && (name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive"))) {
                        continue;
                    }
                }
                default -> {
                }
            }
            out.addField(name, headers.value(i));
        }
        if (!date) {
            out.add(connection.server().date().bytes());
        }
        String serverHeader = connection.server().config().serverHeader();
        if (!server && serverHeader != null) {
            out.addField("Server", serverHeader);
        }
        if (framing == Framing.CHUNKED) {
            out.addField("Transfer-Encoding", "chunked");
        }
        if (status != 101) {
            if (!keepAlive) {
                out.addField("Connection", "close");
            } else if (http10) {
                out.addField("Connection", "keep-alive");
            }
        }
    }

    @Override
    public void writeBody(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        if (length == 0) {
            return;
        }
        try {
            if (framing == Framing.CHUNKED) {
                out.addHex(length);
                out.addLineEnd();
                out.write(bytes);
                out.addLineEnd();
            } else {
                out.write(bytes);
            }
        } catch (PeerGoneException e) {
            peerGone();
            throw e;
        }
    }

    @Override
    public void writeBody(FileChannel file, long position, long count) throws IOException {
        if (count == 0) {
            return;
        }
        if (framing == Framing.CHUNKED) {
            out.addHex(count);
            out.addLineEnd();
        }
        flush();
        try {
            conn.transferFrom(file, position, count);
        } catch (PeerGoneException e) {
            peerGone();
            throw e;
        }
        if (framing == Framing.CHUNKED) {
            out.addLineEnd();
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (PeerGoneException e) {
            peerGone();
            throw e;
        }
    }

    @Override
    public void finish(Headers trailers) throws IOException {
        if (framing == Framing.CHUNKED) {
            out.add('0');
            out.addLineEnd();
            trailers.forEach((name, value) -> {
                if (TrailerRules.isAllowed(name)) {
                    out.addField(name, value);
                }
            });
            out.addLineEnd();
        }
        flush();
        end();
    }

    /** Nobody is to be told any more that the client left. */
    private synchronized void end() {
        ended = true;
        gone = null;
        in.endWatch();
    }

    @Override
    public void abort() {
        end();
        conn.abort();
    }

    /** Where the framing shows that something is missing, the end of the output does; a reset could take it from the client unread. */
    @Override
    public void cut() throws IOException {
        flush();
        end();
        keepAlive = false;
        if (framing != Framing.UNTIL_CLOSE) {
            conn.shutdownOutput();
        }
    }

    /** Whether nothing but a reset can show the client that its response is not whole. */
    boolean endsWithConnection() {
        return framing == Framing.UNTIL_CLOSE;
    }

    @Override
    public Tunnel upgrade(Upgrade upgrade) throws IOException {
        return owner.upgrade(upgrade);
    }

    @Override
    public HijackedConnection hijack() throws IOException {
        if (hijacked) {
            throw new IllegalStateException("the connection was taken over already");
        }
        hijacked = true;
        end();
        out.flush();
        conn.readDeadline(Deadline.NONE, TimeoutKind.READ);
        conn.writeDeadline(Deadline.NONE, TimeoutKind.WRITE);
        return new HijackedConnection(conn, new ConnInput(in), new ConnOutput(conn));
    }
}
