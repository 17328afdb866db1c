package io.zokor.spring.accesslog;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.zokor.event.ExchangeSummary;
import io.zokor.event.ServerListener;
import io.zokor.http.Request;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each request of a server to the logger {@code zokor.access}. Requests never wait for it: they leave an entry
 * in a bounded queue, from which one daemon thread makes the lines; an entry that finds the queue full is dropped and counted.
 * Safe for use by many threads.
 */
public final class AccessLog implements ServerListener, AutoCloseable {

    private static final Log logger = LogFactory.getLog(AccessLog.class);

    /** Some tenths of a second of the heaviest traffic. */
    private static final int CAPACITY = 8 * 1024;

    private static final long WARNING_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

    private final String server;
    private final AccessLogFormat format;
    private final Function<Request, SocketAddress> client;
    private final @Nullable TraceIds traces;
    private final Runnable dropped;
    private final LogTarget target;
    private final BlockingQueue<AccessLogEntry> queue;
    private final AtomicLong offered = new AtomicLong();
    private final Thread writer;
    private long warnedNanos;
    private long failures;
    private volatile long written;
    private volatile boolean closed;

    /**
     * Makes a log.
     *
     * @param server name of the server
     * @param format how its lines look
     * @param client tells a request's client as trusted proxies name it; called by the threads of requests
     * @param traces the traces of running requests, or {@code null} where only what clients say is known
     * @param dropped called for each line that is dropped
     */
    public AccessLog(String server, AccessLogFormat format, Function<Request, SocketAddress> client,
            @Nullable TraceIds traces, Runnable dropped) {
        this(server, format, client, traces, dropped, LogTarget.create(), CAPACITY);
        if (traces != null) {
            traces.want();
        }
    }

    AccessLog(String server, AccessLogFormat format, Function<Request, SocketAddress> client,
            @Nullable TraceIds traces, Runnable dropped, LogTarget target, int capacity) {
        this.server = server;
        this.format = format;
        this.client = client;
        this.traces = traces;
        this.dropped = dropped;
        this.target = target;
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.writer = Thread.ofPlatform().daemon().name("zokor-" + server + "-access-log")
                .inheritInheritableThreadLocals(false).unstarted(this::writeAll);
    }

    /** Begins to write lines; what came before waits in the queue. Called once. */
    public void start() {
        writer.start();
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        String trace = traces == null ? null : traces.take(summary.connection().id(), summary.number());
        log(server, summary, trace);
    }

    /**
     * Lets another server write to this log. It counts its connections itself, so its lines bear its own name, and the traces of this
     * log's server, which go by the numbers of connections, are not looked for.
     *
     * @param other name of that server
     * @return what that server is to tell
     */
    public ServerListener of(String other) {
        return new ServerListener() {
            @Override
            public void exchangeEnded(ExchangeSummary summary) {
                log(other, summary, null);
            }
        };
    }

    private void log(String from, ExchangeSummary summary, @Nullable String trace) {
        if (!target.isEnabled()) {
            return;
        }
        Request request = summary.request();
        Instant began = Instant.now().minusNanos(Math.max(0, summary.endedNanos() - summary.startedNanos()));
        SocketAddress address = request == null ? summary.connection().remoteAddress() : client.apply(request);
        AccessLogEntry entry = new AccessLogEntry(from, summary, began, address, trace);
        if (!closed && queue.offer(entry)) {
            offered.incrementAndGet();
        } else {
            dropped.run();
        }
    }

    private void writeAll() {
        try {
            while (!closed || !queue.isEmpty()) {
                AccessLogEntry entry = queue.poll(1, TimeUnit.SECONDS);
                if (entry != null) {
                    write(entry);
                }
            }
        } catch (InterruptedException e) {
            logger.warn("the access log of " + server + " was interrupted and ends", e);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void write(AccessLogEntry entry) {
        try {
            target.write(format.line(entry), entry);
        } catch (RuntimeException e) {
            // A line that cannot be made or written must not end the log.
            dropped.run();
            warn(e);
        } finally {
            written = written + 1;
        }
    }

    /** Each is counted; a log that is full would otherwise fill the other one. Called by the writer alone. */
    private void warn(RuntimeException e) {
        long now = System.nanoTime();
        failures++;
        if (warnedNanos == 0 || now - warnedNanos >= WARNING_INTERVAL_NANOS) {
            logger.warn("lines of the access log could not be written, " + failures + " since the last such message",
                    e);
            warnedNanos = now;
            failures = 0;
        }
    }

    /** Waits until the lines of all requests that have ended so far are written, for two seconds at most. */
    public void flush() {
        long end = System.nanoTime() + FLUSH_TIMEOUT.toNanos();
        long wanted = offered.get();
        try {
            while (written < wanted && writer.isAlive() && System.nanoTime() - end < 0) {
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is left, for two seconds at most; the thread ends within a second more. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        flush();
    }
}
