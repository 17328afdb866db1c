package io.zokor.demo.trouble;

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
}
