package io.zokor.spring.boot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.zokor.config.Http2;
import io.zokor.config.Limits;
import io.zokor.config.Timeouts;

import org.jspecify.annotations.Nullable;

/** Which limits differ from the defaults, as properties, for the line that is logged at start. Stateless. */
final class ChangedLimits {

    private ChangedLimits() {
    }

    static List<String> of(Timeouts timeouts, Limits limits, Http2 http2) {
        List<String> changed = new ArrayList<>();
        Timeouts usual = Timeouts.defaults();
        time(changed, "tls-handshake", timeouts.tlsHandshake(), usual.tlsHandshake());
        time(changed, "read-header", timeouts.readHeader(), usual.readHeader());
        time(changed, "read", timeouts.read(), usual.read());
        time(changed, "write", timeouts.write(), usual.write());
        time(changed, "stall", timeouts.stall(), usual.stall());
        time(changed, "idle", timeouts.idle(), usual.idle());
        time(changed, "request", timeouts.request(), usual.request());
        addLimits(changed, limits, Limits.defaults());
        if (http2.enabled()) {
            addHttp2(changed, http2, Http2.defaults());
        }
        return changed;
    }

    private static void addLimits(List<String> changed, Limits limits, Limits usual) {
        bytes(changed, "max-header-bytes", limits.maxHeaderBytes(), usual.maxHeaderBytes());
        number(changed, "max-header-count", limits.maxHeaderCount(), usual.maxHeaderCount());
        number(changed, "max-cookies", limits.maxCookies(), usual.maxCookies());
        bytes(changed, "max-response-header-bytes", limits.maxResponseHeaderBytes(), usual.maxResponseHeaderBytes());
        bytes(changed, "max-request-body", limits.maxRequestBody(), usual.maxRequestBody());
        bytes(changed, "max-form-size", limits.maxFormSize(), usual.maxFormSize());
        number(changed, "max-parameters", limits.maxParameters(), usual.maxParameters());
        number(changed, "max-parts", limits.maxParts(), usual.maxParts());
        bytes(changed, "max-part-header-size", limits.maxPartHeaderSize(), usual.maxPartHeaderSize());
        number(changed, "max-connections", limits.maxConnections(), usual.maxConnections());
        number(changed, "max-concurrent-requests", limits.maxConcurrentRequests(), usual.maxConcurrentRequests());
        number(changed, "queue-size", limits.queueSize(), usual.queueSize());
        add(changed, "limits.queue-timeout", text(limits.queueTimeout()), text(usual.queueTimeout()));
        bytes(changed, "drain", limits.drain(), usual.drain());
        add(changed, "limits.drain-timeout", text(limits.drainTimeout()), text(usual.drainTimeout()));
        bytes(changed, "min-rate", limits.minRate(), usual.minRate());
    }

    private static void addHttp2(List<String> changed, Http2 http2, Http2 usual) {
        add(changed, "http2.max-streams", Integer.toString(http2.maxStreams()), Integer.toString(usual.maxStreams()));
        add(changed, "http2.max-stream-window", bytes(http2.maxStreamWindow()), bytes(usual.maxStreamWindow()));
        add(changed, "http2.ping-interval", text(http2.pingInterval()), text(usual.pingInterval()));
        add(changed, "http2.any-scheme", Boolean.toString(http2.anyScheme()), Boolean.toString(usual.anyScheme()));
    }

    private static void time(List<String> changed, String name, @Nullable Duration value, @Nullable Duration usual) {
        add(changed, "timeouts." + name, text(value), text(usual));
    }

    private static void number(List<String> changed, String name, long value, long usual) {
        add(changed, "limits." + name, value == Limits.OFF ? "off" : Long.toString(value),
                usual == Limits.OFF ? "off" : Long.toString(usual));
    }

    private static void bytes(List<String> changed, String name, long value, long usual) {
        add(changed, "limits." + name, bytes(value), bytes(usual));
    }

    private static void add(List<String> changed, String name, String value, String usual) {
        if (!value.equals(usual)) {
            changed.add("zokor." + name + "=" + value);
        }
    }

    private static String text(@Nullable Duration duration) {
        if (duration == null) {
            return "off";
        }
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    private static String bytes(long bytes) {
        if (bytes == Limits.OFF) {
            return "off";
        }
        if (bytes == 0 || bytes % 1024 != 0) {
            return bytes + "B";
        }
        long kilobytes = bytes / 1024;
        return kilobytes % 1024 == 0 ? kilobytes / 1024 + "MB" : kilobytes + "KB";
    }
}
