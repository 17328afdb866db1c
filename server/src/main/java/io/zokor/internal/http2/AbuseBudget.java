package io.zokor.internal.http2;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much a peer may cost without work that is worth it: frames that carry nothing, and streams that are reset before their
 * response has ended (CVE-2019-9511 to -9518, CVE-2023-44487, CVE-2025-8671). Two buckets of tokens, which refill with time and
 * with real work; a fixed rate alone cuts busy services and browsers. Spent by the reader alone, earned by any thread.
 */
final class AbuseBudget {

    private static final long SECOND = 1_000_000_000L;

    /** What a HEADERS frame, and a DATA frame that carries something, are worth in small frames. */
    private static final int WORK = 10;

    private final Bucket frames;

    private final Bucket resets;

    AbuseBudget(long now) {
        this.frames = new Bucket(1000, 100, now);
        this.resets = new Bucket(500, 50, now);
    }

    /** A frame has come that carries nothing. */
    void frame(long now) throws Http2Error {
        if (!frames.spend(now)) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many frames that carry nothing");
        }
    }

    /** A stream is reset, by either side, before its response has ended. */
    void reset(long now) throws Http2Error {
        if (!resets.spend(now)) {
            throw Http2Error.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many streams that were reset");
        }
    }

    /** A frame that carries something has come or gone. */
    void work() {
        frames.earned.addAndGet(WORK);
    }

    /** A response has ended. */
    void finished() {
        resets.earned.incrementAndGet();
        frames.earned.addAndGet(WORK);
    }

    private static final class Bucket {

        private final long burst;

        private final long perSecond;

        private final AtomicLong earned = new AtomicLong();

        private long tokens;

        private long filled;

        private Bucket(long burst, long perSecond, long now) {
            this.burst = burst;
            this.perSecond = perSecond;
            this.tokens = burst;
            this.filled = now;
        }

        private boolean spend(long now) {
            if (tokens == 0) {
                fill(now);
            }
            if (tokens == 0) {
                return false;
            }
            tokens--;
            return true;
        }

        private void fill(long now) {
            long since = Math.max(0, now - filled);
            long byTime = since >= burst * SECOND / perSecond ? burst : since * perSecond / SECOND;
            tokens = Math.min(burst, byTime + earned.getAndSet(0));
            if (tokens > 0) {
                filled = now;
            }
        }
    }
}
