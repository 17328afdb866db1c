package io.zokor.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.zokor.event.ServerListener;
import io.zokor.net.Conn;
import io.zokor.net.Interrupts;
import io.zokor.net.Listener;

import org.jspecify.annotations.Nullable;

/**
 * Accepts connections on one listener until it is closed. A failing accept is tried again after 5 ms, doubling to 1 s: a server
 * that runs out of descriptors must come back by itself. Owned by the thread that runs it; {@link #stop()} may be called by any.
 */
final class AcceptLoop implements Runnable {

    private static final System.Logger LOGGER = System.getLogger("io.zokor.server");

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Failures of a listener that was shut down, 5 ms apart: what waits in its backlog shall not be lost for one of them. */
    private static final int LATE_FAILURES = 10;

    /** Longer than the longest pause: after that long without a failure, accepting works. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long LOG_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Listener listener;

    private final Gate gate;

    private final ServerListener events;

    private final Consumer<Conn> accepted;

    private final CountDownLatch stopped = new CountDownLatch(1);

    private final CountDownLatch ended = new CountDownLatch(1);

    private Duration pause = Duration.ZERO;

    /** Of {@link System#nanoTime()}: the first and the last of a row of failures, {@code null} for none. */
    private volatile long @Nullable [] failures;

    private long loggedNanos;

    private long silent;

    private int lateFailures;

    /** Where the loop waits before it accepts, and what it asks to be done when accepting fails again and again. */
    interface Gate {

        /** Waits until there is room for a connection or the loop is to stop. */
        void awaitRoom(CountDownLatch stopped);

        /** Accepting failed, and again after a pause: descriptors may be short. */
        void relieve();
    }

    AcceptLoop(Listener listener, Gate gate, ServerListener events, Consumer<Conn> accepted) {
        this.listener = listener;
        this.gate = gate;
        this.events = events;
        this.accepted = accepted;
    }

    Listener listener() {
        return listener;
    }

    @Override
    public void run() {
        try {
            while (true) {
                gate.awaitRoom(stopped);
                Conn conn;
                try {
                    conn = listener.accept();
                } catch (IOException | RuntimeException | Error e) {
                    // Open or not decides, not the kind of failure: a loop that dies by mistake leaves a deaf server.
                    if (!listener.isOpen() && (e instanceof ClosedChannelException || ++lateFailures > LATE_FAILURES)) {
                        return;
                    }
                    retry(e instanceof IOException io ? io : new IOException(e));
                    continue;
                }
                pause = Duration.ZERO;
                failures = null;
                try {
                    accepted.accept(conn);
                } catch (RuntimeException | Error e) {
                    conn.abort();
                    LOGGER.log(Level.ERROR, "a connection on " + listener.address() + " could not be served", e);
                }
            }
        } finally {
            abandon();
        }
    }

    /** Closes the listener; nothing is accepted any more. */
    void abandon() {
        try {
            listener.close();
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, () -> "closing " + listener.address(), e);
        }
        ended.countDown();
    }

    /** Has the loop end once the listener, which the caller closes or shuts down, has nothing more to accept. */
    void stop() {
        stopped.countDown();
    }

    boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** Waits until the loop has ended; {@code false} where the time is over first. */
    boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits until the loop has ended; its listener must be closed. */
    void awaitEnd() {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Interrupts.restore(interrupted);
    }

    private void retry(IOException cause) {
        boolean again = !pause.isZero();
        Duration doubled = pause.multipliedBy(2);
        pause = !again ? FIRST_PAUSE : doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        noteFailure(again);
        log(cause);
        events.acceptRetry(listener.address(), cause, pause);
        if (again) {
            gate.relieve();
        }
        try {
            if (isStopped()) {
                Thread.sleep(FIRST_PAUSE);
            } else if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.log(Level.DEBUG, () -> "stopped while accepting on " + listener.address() + " fails");
            }
        } catch (InterruptedException e) {
            // The thread is the server's own; the listener's end is what ends it.
            LOGGER.log(Level.DEBUG, "interrupted while waiting to accept again", e);
        }
    }

    private void noteFailure(boolean again) {
        long now = System.nanoTime();
        long[] before = failures;
        failures = new long[] { again && before != null && now - before[1] < STALE_NANOS ? before[0] : now, now };
    }

    /**
     * How long accepting has failed in a row. A failure that no other followed is over, even if nobody has connected since.
     */
    Duration failing() {
        long[] seen = failures;
        if (seen == null || System.nanoTime() - seen[1] >= STALE_NANOS) {
            return Duration.ZERO;
        }
        return Duration.ofNanos(seen[1] - seen[0]);
    }

    /** The first failure at once, then at most one line a minute with how many there were. */
    private void log(IOException cause) {
        long now = System.nanoTime();
        silent++;
        if (loggedNanos != 0 && now - loggedNanos < LOG_INTERVAL_NANOS) {
            return;
        }
        String more = silent > 1 ? " (" + silent + " times since the last such line)" : "";
        LOGGER.log(Level.WARNING, "Accept error: " + cause.getMessage() + "; retrying in " + pause.toMillis() + "ms"
                + more + " on " + listener.address());
        loggedNanos = now;
        silent = 0;
    }
}
