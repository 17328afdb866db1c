package io.zokor.spring.accesslog;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.Objects;

import io.zokor.event.CloseReason;
import io.zokor.event.ExchangeSummary;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.TlsInfo;

import org.jspecify.annotations.Nullable;

/**
 * One request as the access log sees it. What may change after the request has ended is taken at its end; the rest is read when
 * the line is written, by another thread. Immutable.
 *
 * @param server name of the server
 * @param summary what became of the request
 * @param began when its first byte came
 * @param client the client as trusted proxies name it, otherwise the peer
 * @param trace the trace as the application knows it, or {@code null} where it has none
 */
record AccessLogEntry(String server, ExchangeSummary summary, Instant began, SocketAddress client,
        @Nullable String trace) {

    /** Length of a version 00 trace context: version, trace, parent and flags (W3C Trace Context section 3.2). */
    private static final int TRACEPARENT_LENGTH = 55;

    @Nullable
    Request request() {
        return summary.request();
    }

    long durationNanos() {
        return Math.max(0, summary.endedNanos() - summary.startedNanos());
    }

    /** {@return how long the first byte took, or -1 where none was sent} */
    long firstByteNanos() {
        return summary.status() == 0 || summary.firstByteNanos() == 0
                ? -1
                : Math.max(0, summary.firstByteNanos() - summary.startedNanos());
    }

    @Nullable
    TlsInfo tls() {
        return summary.connection().tls();
    }

    @Nullable
    String rejected() {
        RejectReason reason = summary.rejected();
        return reason == null ? null : reason.tag();
    }

    /** {@return why the exchange ended otherwise than by its completion, or {@code null}; an HTTP/1 connection ends with it} */
    @Nullable
    String closing() {
        CloseReason reason = summary.closing();
        return reason == null ? null : reason.tag();
    }

    /** {@return the values of a header field, or {@code null} where it has none or is empty} */
    @Nullable
    String header(String name) {
        Request request = summary.request();
        if (request == null) {
            return null;
        }
        String value = String.join(", ", request.headers().all(name));
        return value.isEmpty() ? null : value;
    }

    @Nullable
    String requestLine() {
        Request request = summary.request();
        return request == null
                ? summary.refusedLine()
                : request.method() + " " + request.target().raw() + " " + request.protocol();
    }

    /** {@return the trace that the request belongs to: as the application knows it, otherwise as the client names it} */
    @Nullable
    String traceId() {
        if (trace != null) {
            return trace;
        }
        Request request = summary.request();
        String parent = request == null ? null : request.headers().get("traceparent");
        if (parent == null || parent.length() < TRACEPARENT_LENGTH || parent.charAt(2) != '-'
                || parent.charAt(35) != '-') {
            return null;
        }
        String id = parent.substring(3, 35);
        return id.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f') ? id : null;
    }

    /** {@return an address without its port; a Unix domain socket's peer has none} */
    static @Nullable String text(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return inet.getAddress() == null ? inet.getHostString() : inet.getAddress().getHostAddress();
        }
        String text = Objects.toString(address, "");
        return text.isEmpty() ? null : text;
    }
}
