package io.zokor.spring.accesslog;

import java.util.function.BiConsumer;

import io.zokor.event.ExchangeSummary;
import io.zokor.http.Request;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a line, for JSON and for structured logging: named as in the Elastic Common Schema where that has a name,
 * otherwise under {@code zokor}. Durations are nanoseconds, as that schema wants them. Stateless.
 */
final class AccessLogFields {

    private AccessLogFields() {
    }

    /** Tells all fields that have a value: strings, and numbers as {@link Long}. */
    static void forEach(AccessLogEntry entry, BiConsumer<String, Object> field) {
        ExchangeSummary summary = entry.summary();
        field.accept("zokor.server", entry.server());
        text(field, "client.address", AccessLogEntry.text(entry.client()));
        text(field, "source.address", AccessLogEntry.text(summary.connection().remoteAddress()));
        Request request = entry.request();
        if (request != null) {
            field.accept("http.request.method", request.method());
            text(field, "url.path", request.path());
            text(field, "url.query", request.query());
            field.accept("http.version", request.protocol().replaceFirst("^HTTP/", ""));
            text(field, "url.domain", request.host());
            text(field, "http.request.referrer", entry.header("Referer"));
            text(field, "user_agent.original", entry.header("User-Agent"));
            text(field, "trace.id", entry.traceId());
        }
        if (request == null) {
            text(field, "zokor.refused_line", summary.refusedLine());
        }
        if (summary.status() != 0) {
            field.accept("http.response.status_code", (long) summary.status());
        }
        field.accept("http.request.body.bytes", summary.bytesRead());
        field.accept("http.response.body.bytes", summary.bytesWritten());
        field.accept("event.duration", entry.durationNanos());
        if (entry.firstByteNanos() >= 0) {
            field.accept("zokor.first_byte", entry.firstByteNanos());
        }
        field.accept("zokor.connection", summary.connection().id());
        field.accept("zokor.request", summary.number());
        field.accept("zokor.outcome", summary.outcome().tag());
        text(field, "zokor.rejected", entry.rejected());
        text(field, "zokor.close", entry.closing());
        TlsInfo tls = entry.tls();
        if (tls != null) {
            field.accept("tls.version", tls.protocol());
            field.accept("tls.cipher", tls.cipherSuite());
        }
    }

    private static void text(BiConsumer<String, Object> field, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            field.accept(name, value);
        }
    }

    /** Adds the fields as one JSON object on one line. */
    static void addJson(StringBuilder out, AccessLogEntry entry) {
        out.append("{\"time\":\"").append(entry.began()).append('"');
        forEach(entry, (name, value) -> {
            out.append(",\"").append(name).append("\":");
            if (value instanceof Long number) {
                out.append(number.longValue());
            } else {
                out.append('"');
                Escaped.addJson(out, value.toString());
                out.append('"');
            }
        });
        out.append('}');
    }

    /** {@return a number of nanoseconds in a unit of the log's patterns: s, ms or us} */
    static long in(String unit, long nanos) {
        return switch (unit) {
            case "s" -> nanos / 1_000_000_000;
            case "ms" -> nanos / 1_000_000;
            case "us" -> nanos / 1_000;
            default -> throw new IllegalArgumentException("no unit: " + unit);
        };
    }
}
