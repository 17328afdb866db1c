package io.zokor.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What is said to a peer before its connection is closed, best effort and bounded in time whoever watches the deadlines then: a
 * helper thread says it, the caller waits a while and goes on to close, which ends the helper. Stateless.
 */
final class LastWords {

    /** How long sending a close_notify or an alert may take. */
    private static final long SENDING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long the peer is given to read them. */
    private static final long LINGERING_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How much of what the peer goes on sending is read meanwhile. */
    private static final int MOST = 64 * 1024;

    private LastWords() {
    }

    /**
     * Sends them.
     *
     * @param conn where to
     * @param words the bytes
     * @return whether they were sent in time
     */
    static boolean say(Conn conn, ByteBuffer words) {
        return !words.hasRemaining() || within(SENDING_NANOS, () -> conn.write(words));
    }

    /**
     * Sends them, ends the output and reads on until the peer has ended too: closing with unread input would reset the
     * connection and could take the words away from the peer before it has read them (RFC 9112 section 9.6).
     *
     * @param conn where to
     * @param words the bytes
     */
    static void sayAndLinger(Conn conn, ByteBuffer words) {
        within(LINGERING_NANOS, () -> {
            conn.write(words);
            conn.shutdownOutput();
            ByteBuffer rest = ByteBuffer.allocate(1024);
            int n = 0;
            for (int total = 0; n >= 0 && total < MOST; total += n) {
                n = conn.read(rest.clear());
            }
        });
    }

    /** What may take long, or fail. */
    private interface Action {
        void run() throws IOException;
    }

    private static boolean within(long nanos, Action action) {
        boolean[] done = new boolean[1];
        Thread helper = Thread.ofVirtual().name("zokor-tls-last-words").inheritInheritableThreadLocals(false)
                .start(() -> {
                    try {
                        action.run();
                        done[0] = true;
                    } catch (IOException e) {
                        // The peer has gone or time is over: it misses a courtesy. The caller has its own reason to end this.
                        System.getLogger("io.zokor.net").log(System.Logger.Level.TRACE, "last words were not heard", e);
                    }
                });
        // Interrupts belong to the application, and this is no time to obey them.
        boolean interrupted = Interrupts.clear();
        long end = System.nanoTime() + nanos;
        boolean ended = false;
        for (long left = nanos; !ended && left > 0; left = end - System.nanoTime()) {
            try {
                ended = helper.join(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Interrupts.restore(interrupted);
        return ended && done[0];
    }
}
