package io.zokor.spring.boot;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.zokor.server.Server;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.web.server.GracefulShutdownCallback;
import org.springframework.boot.web.server.GracefulShutdownResult;

/**
 * One graceful shutdown: serves on for the drain delay, then lets the running requests end, however long they take: how long
 * that may be is Spring's lifecycle to say, which ends the wait by {@link #abort()}. Runs on a thread of its own; one latch
 * tells it of the abort, the other those who began it that nothing is accepted any more.
 */
final class GracefulShutdown {

    private static final Log logger = LogFactory.getLog(GracefulShutdown.class);

    /** Longer than any process lives, short enough for arithmetic in nanoseconds. */
    private static final Duration UNBOUNDED = Duration.ofDays(10_000);

    /** Clients that come faster than they are accepted keep a backlog from ever being empty. */
    private static final Duration BACKLOG = Duration.ofSeconds(2);

    private final Server server;
    private final Duration drainDelay;
    private final CountDownLatch refusing = new CountDownLatch(1);
    private final CountDownLatch aborted = new CountDownLatch(1);
    /** Which of the two ends comes first; it is said once, by the thread that brings it. */
    private final AtomicBoolean ended = new AtomicBoolean();

    GracefulShutdown(Server server, Duration drainDelay) {
        this.server = server;
        this.drainDelay = drainDelay;
    }

    /** Returns when new connections are refused, unless the drain delay has them served for now. */
    void begin(GracefulShutdownCallback callback) {
        logger.info("Commencing graceful shutdown. Waiting for active requests to complete"
                + (drainDelay.isZero() ? "" : ", requests are served for another " + drainDelay.toMillis() + " ms"));
        // No daemon: the JVM must not end in the middle of a callback.
        Thread.ofPlatform().name("zokor-" + server.config().name() + "-shutdown").daemon(false)
                .inheritInheritableThreadLocals(false).start(() -> run(callback));
        if (drainDelay.isZero()) {
            awaitRefusing();
        }
    }

    private void awaitRefusing() {
        try {
            refusing.await(BACKLOG.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Is told by the server that nothing is accepted any more. */
    void refusing() {
        refusing.countDown();
    }

    private void run(GracefulShutdownCallback callback) {
        GracefulShutdownResult result = GracefulShutdownResult.REQUESTS_ACTIVE;
        try {
            if (awaitDrainDelay() && server.shutdown(UNBOUNDED) && ended.compareAndSet(false, true)) {
                result = GracefulShutdownResult.IDLE;
                logger.info("Graceful shutdown complete");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            refusing.countDown();
            callback.shutdownComplete(result);
        }
    }

    /** {@return whether the delay passed without an abort} */
    private boolean awaitDrainDelay() throws InterruptedException {
        return !aborted.await(drainDelay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Says so itself: when this happens because the JVM ends, another thread may come too late for that. */
    void abort() {
        if (ended.compareAndSet(false, true)) {
            logger.info("Graceful shutdown aborted with one or more requests still active");
        }
        aborted.countDown();
    }
}
