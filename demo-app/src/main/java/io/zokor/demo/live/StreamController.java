package io.zokor.demo.live;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.springframework.context.SmartLifecycle;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends a snapshot a second to each client that listens, from a virtual thread of its own: a client that reads slowly blocks that
 * thread and nobody else. When the application stops, the streams end first, so that they do not hold up a graceful shutdown;
 * browsers then connect again by themselves. The latch is replaced by the thread that starts the application.
 */
@RestController
class StreamController implements SmartLifecycle {

    static final String PATH = "/api/stream";

    private static final long NO_TIMEOUT = 0L;

    private final LiveStats stats;

    private final AtomicLong streams = new AtomicLong();

    private volatile CountDownLatch stopping = new CountDownLatch(1);

    private volatile boolean running;

    StreamController(LiveStats stats) {
        this.stats = stats;
    }

    @GetMapping(path = PATH, produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream() {
        SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
        AtomicBoolean gone = new AtomicBoolean();
        emitter.onCompletion(() -> gone.set(true));
        emitter.onError(_ -> gone.set(true));
        Thread.ofVirtual().name("stream-" + streams.incrementAndGet()).start(() -> send(emitter, gone));
        return emitter;
    }

    private void send(SseEmitter emitter, AtomicBoolean gone) {
        CountDownLatch stop = stopping;
        try {
            long tick = 0;
            do {
                emitter.send(SseEmitter.event().id(Long.toString(tick++)).name("stats").data(stats.now(),
                        MediaType.APPLICATION_JSON));
            } while (!gone.get() && !stop.await(1, TimeUnit.SECONDS));
            emitter.complete();
        } catch (IOException e) {
            // The client left; the container tells the emitter.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            emitter.complete();
        } catch (IllegalStateException e) {
            // The emitter was completed between the question and the answer.
        }
    }

    @Override
    public void start() {
        stopping = new CountDownLatch(1);
        running = true;
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
