package io.zokor.demo.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.springframework.context.SmartLifecycle;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Keeps a snapshot a second for the last five minutes, so that a page that is opened has something to draw. A virtual thread takes
 * them; the lock guards the snapshots, the latch is replaced by the thread that starts the application.
 */
@RestController
final class History implements SmartLifecycle {

    private static final int KEPT = 300;

    private final LiveStats stats;

    private final ReentrantLock lock = new ReentrantLock();

    private final Deque<Snapshot> snapshots = new ArrayDeque<>();

    private volatile CountDownLatch stopping = new CountDownLatch(1);

    private volatile boolean running;

    History(LiveStats stats) {
        this.stats = stats;
    }

    @GetMapping("/api/history")
    List<Snapshot> history() {
        lock.lock();
        try {
            return List.copyOf(snapshots);
        } finally {
            lock.unlock();
        }
    }

    private void take(CountDownLatch stop) {
        try {
            do {
                add(stats.now().withoutRunning());
            } while (!stop.await(1, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(Snapshot snapshot) {
        lock.lock();
        try {
            snapshots.addLast(snapshot);
            if (snapshots.size() > KEPT) {
                snapshots.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void start() {
        CountDownLatch stop = new CountDownLatch(1);
        stopping = stop;
        running = true;
        Thread.ofVirtual().name("history").start(() -> take(stop));
    }

    @Override
    public void stop() {
        running = false;
        stopping.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
