package io.zokor.websocket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

import io.zokor.http.Tunnel;
import io.zokor.internal.websocket.Turn;
import io.zokor.net.Deadline;
import io.zokor.net.TimeoutKind;

import org.jspecify.annotations.Nullable;

/**
 * The time limits of a session. The thread that reads and those that write note moments; the server's reaper compares them, and has
 * what must be written written by a virtual thread. Silence counts only while somebody reads: an application that takes its time does
 * not make its peer a dead one.
 */
final class Liveness {

    private static final long SECOND = 1_000_000_000;

    private final Session session;

    private final Sender sender;

    private final Tunnel tunnel;

    /** A message must bring so many bytes in each such while that reading it was blocked. */
    private final long stallNanos;

    private final long stallBytes;

    private final long openedNanos;

    private final long pingInterval;

    private final long pongTimeout;

    private final long closeTimeout;

    private volatile long idleTimeout;

    private volatile long sendTimeout;

    /** Since when the thread that reads waits for input, or 0. */
    private volatile long blockedSince;

    /** When a message, or a fragment of one, was received or sent last. */
    private volatile long movedNanos;

    private volatile long closeDeadline = Deadline.NONE;

    private volatile boolean lingering;

    private volatile boolean over;

    private volatile @Nullable TimeoutKind timedOut;

    private volatile boolean inMessage;

    /** Within a message: for how long reading was blocked, and how much has come. Written by the thread that reads. */
    private volatile long messageNanos;

    private volatile long messageBytes;

    /** When the last ping of the server's own was sent; its payload. */
    private volatile long pingNanos;

    private volatile long pongNanos;

    private volatile long roundTrip = -1;

    private final Turn turn;

    private int reads;

    Liveness(Session session, Sender sender, Tunnel tunnel, WebSocketOptions options, Turn turn) {
        this.session = session;
        this.sender = sender;
        this.tunnel = tunnel;
        this.turn = turn;
        this.stallNanos = tunnel.stallNanos();
        this.stallBytes = stallNanos == Deadline.NONE ? 0 : Math.max(1, stallNanos / SECOND * tunnel.minRate());
        this.openedNanos = now();
        this.movedNanos = openedNanos;
        this.pingInterval = Deadline.toNanos(options.pingInterval());
        this.pongTimeout = Deadline.toNanos(options.pongTimeout());
        this.closeTimeout = Deadline.toNanos(options.closeTimeout());
        this.idleTimeout = Deadline.toNanos(options.idleTimeout());
        this.sendTimeout = Deadline.toNanos(options.sendTimeout());
    }

    private long now() {
        return Math.max(1, tunnel.ticker().nanos());
    }

    // ---- the thread that reads

    int read(ByteBuffer target) throws IOException {
        if (++reads <= 2) {
            // What the server had read ahead is in the first one.
            tunnel.release();
        }
        turn.pause();
        long from = now();
        blockedSince = from;
        try {
            int n = tunnel.read(target);
            long took = now() - from;
            turn.waited(took);
            if (inMessage) {
                count(took, n);
            }
            return n;
        } finally {
            blockedSince = 0;
        }
    }

    /** Between pieces of work. */
    void pause() {
        turn.pause();
    }

    private void count(long nanos, int bytes) {
        long blocked = messageNanos + nanos;
        long moved = messageBytes + bytes;
        boolean enough = blocked >= stallNanos && moved >= stallBytes;
        messageBytes = enough ? 0 : moved;
        messageNanos = enough ? 0 : blocked;
    }

    void messageBegun() {
        messageNanos = 0;
        messageBytes = 0;
        inMessage = true;
    }

    void messageEnded() {
        inMessage = false;
    }

    /** {@return whether the pong answers the server's own ping} */
    boolean pong(byte[] payload) {
        long sent = pingNanos;
        if (sent == 0 || !Arrays.equals(payload, payload(sent))) {
            return false;
        }
        long now = now();
        pongNanos = now;
        roundTrip = now - sent;
        return true;
    }

    private static byte[] payload(long nanos) {
        return ByteBuffer.allocate(8).putLong(nanos).array();
    }

    // ---- any thread

    void moved() {
        movedNanos = now();
    }

    void idleTimeout(long nanos) {
        idleTimeout = nanos;
    }

    void sendTimeout(long nanos) {
        sendTimeout = nanos;
    }

    void closing() {
        closeDeadline = Deadline.after(now(), closeTimeout);
    }

    /** Both Close frames have passed: now the peer's end is waited for. */
    void lingering() {
        lingering = true;
        if (closeDeadline == Deadline.NONE) {
            closing();
        }
    }

    void over() {
        over = true;
    }

    /** {@return whether somebody waits for input} */
    boolean waits() {
        return blockedSince != 0;
    }

    @Nullable
    TimeoutKind timedOut() {
        return timedOut;
    }

    // ---- the reaper

    void expire(long now) {
        if (over) {
            return;
        }
        long writing = sender.writingSince();
        if (writing != 0 && now - writing >= sendTimeout) {
            reset(TimeoutKind.WEBSOCKET_SEND);
        } else if (now >= closeDeadline) {
            if (lingering) {
                tunnel.abort();
            } else {
                reset(TimeoutKind.WEBSOCKET_CLOSE);
            }
        } else if (session.isOpen()) {
            expireOpen(now);
        }
    }

    private void expireOpen(long now) {
        if (now - movedNanos >= idleTimeout) {
            end(TimeoutKind.WEBSOCKET_IDLE, CloseStatus.GOING_AWAY.withReason("idle"));
            return;
        }
        long blocked = blockedSince;
        if (blocked == 0) {
            return;
        }
        if (inMessage && messageNanos + now - blocked >= stallNanos && messageBytes < stallBytes) {
            end(TimeoutKind.STALL, CloseStatus.POLICY.withReason("the message comes too slowly"));
        } else if (pingInterval != Deadline.NONE) {
            if (now - blocked >= Deadline.after(pingInterval, pongTimeout)) {
                reset(TimeoutKind.WEBSOCKET_PONG);
            } else if (now - Math.max(blocked, pingNanos) >= pingInterval) {
                pingNanos = now;
                Thread.ofVirtual().name("zokor-websocket-ping").start(() -> ping(now));
            }
        }
    }

    private void reset(TimeoutKind kind) {
        if (timedOut == null) {
            timedOut = kind;
        }
        session.reset();
    }

    private void end(TimeoutKind kind, CloseStatus status) {
        if (timedOut == null) {
            timedOut = kind;
            Thread.ofVirtual().name("zokor-websocket-close")
                    .start(() -> session.close(status, WebSocketClose.By.SERVER));
        }
    }

    private void ping(long nanos) {
        try {
            sender.tryPing(payload(nanos));
        } catch (IOException e) {
            // The thread that reads sees the end as well, and tells of it.
            session.lost();
        }
    }

    WebSocketSnapshot snapshot(String path, @Nullable String subprotocol, long received, long sent) {
        long now = now();
        long writing = sender.writingSince();
        return new WebSocketSnapshot(path, subprotocol, Duration.ofNanos(now - openedNanos), received, sent,
                sender.queued(), roundTrip < 0 ? null : Duration.ofNanos(now - pongNanos),
                roundTrip < 0 ? null : Duration.ofNanos(roundTrip),
                writing == 0 ? null : Duration.ofNanos(now - writing));
    }
}
