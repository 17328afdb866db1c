package io.zokor.demo.trouble;

import java.util.concurrent.TimeUnit;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.PositiveOrZero;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Requests that try the server's patience. */
@RestController
class TroubleController {

    /** A request that took its time. */
    record Slept(long ms, String thread, boolean virtual) {
    }

    /**
     * Fails with an exception that nobody catches: it leaves the filter chain, so the server counts and logs a panic, answers
     * 500 and ends this connection alone.
     */
    @RequestMapping("/api/panic")
    void panic() {
        throw new IllegalStateException("a panic on purpose");
    }

    /** Blocks the connection's own virtual thread, which is what such a thread is for. */
    @GetMapping("/api/slow")
    Slept slow(@RequestParam(defaultValue = "1000") @PositiveOrZero @Max(120_000) long ms) throws InterruptedException {
        Thread.sleep(ms);
        Thread thread = Thread.currentThread();
        return new Slept(ms, thread.getName(), thread.isVirtual());
    }

    /**
     * Keeps a processor busy, as a badly chosen regular expression does. As many of these as there are processors leave none for
     * other requests: that is what a management port of its own is for.
     */
    @GetMapping("/api/busy")
    long busy(@RequestParam(defaultValue = "1000") @PositiveOrZero @Max(60_000) long ms) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        long rounds = 0;
        while (System.nanoTime() - end < 0 && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
            rounds++;
        }
        return rounds;
    }
}
