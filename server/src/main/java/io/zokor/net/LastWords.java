package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What is said to a peer before its connection is closed, best effort and bounded in time. Used by the thread that writes to
 * the connection at that moment.
 */
final class LastWords {

    /** How long sending a close_notify or an alert may take. */
    private static final long SENDING = Duration.ofMillis(500).toNanos();

    /** How long the peer is given to read them. */
    private static final long LINGERING = Duration.ofSeconds(1).toNanos();

    /** How much of what the peer goes on sending is read meanwhile. */
    private static final int MOST = 64 * 1024;

    private final Conn conn;

    private final Ticker ticker;

    LastWords(Conn conn, Ticker ticker) {
        this.conn = conn;
        this.ticker = ticker;
    }

    /**
     * Sends them.
     *
     * @param words the bytes
     * @param latest the moment at which the connection must be free in any case
     * @return whether they were sent
     */
    boolean send(ByteBuffer words, long latest) {
        try {
            conn.writeDeadline(Math.min(latest, Deadline.after(ticker.nanos(), SENDING)), TimeoutKind.WRITE);
            conn.write(words);
            return true;
        } catch (IOException e) {
            // The peer has gone or does not read: it misses a courtesy. The caller has its own, better reason to end this.
            return false;
        }
    }

    /**
     * Sends them, ends the output and reads on until the peer has ended too: closing with unread input would reset the
     * connection and could take the words away from the peer before it has read them (RFC 9112 section 9.6).
     *
     * @param words the bytes
     * @param latest the moment at which the connection must be free in any case
     */
    void sendAndLinger(ByteBuffer words, long latest) {
        if (!send(words, latest)) {
            return;
        }
        try {
            conn.shutdownOutput();
            conn.readDeadline(Math.min(latest, Deadline.after(ticker.nanos(), LINGERING)), TimeoutKind.TLS_HANDSHAKE);
            ByteBuffer rest = ByteBuffer.allocate(1024);
            int n = 0;
            for (int total = 0; n >= 0 && total < MOST; total += n) {
                n = conn.read(rest.clear());
            }
        } catch (IOException e) {
            // As above: the peer has gone, or time is over.
        }
    }
}
