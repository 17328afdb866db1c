package io.zokor.spring.boot;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import io.zokor.http.Request;
import io.zokor.websocket.CloseStatus;
import io.zokor.websocket.WebSocket;
import io.zokor.websocket.WebSocketClose;
import io.zokor.websocket.WebSocketClose.By;
import io.zokor.websocket.WebSocketListener;

/** Counts what happens to a server's WebSocket sessions. All state is in adders; safe for use by many threads. */
public final class WebSocketCounters implements WebSocketListener {

    /** Reasons of {@link WebSocketListener#rejected}, as far as they are known in advance. */
    private static final List<String> REASONS = List.of("method", "upgrade", "version", "key", "body", "origin",
            "syntax",
            "max-sessions");

    /** The last status that RFC 6455 section 7.4.2 gives to its successors. */
    private static final int LAST_DEFINED = 1015;

    private final ServerCounters counters;
    private final LongAdder opened;
    private final LongAdder received;
    private final LongAdder sent;
    private final LongAdder bytesReceived;
    private final LongAdder bytesSent;
    private final ServerCounters.Times times = new ServerCounters.Times(new LongAdder(), new LongAdder());

    WebSocketCounters(ServerCounters counters) {
        this.counters = counters;
        this.opened = counters.series(ServerCounters.WS_OPENED, null, null).count();
        this.received = counters.series(ServerCounters.WS_MESSAGES, "received", null).count();
        this.sent = counters.series(ServerCounters.WS_MESSAGES, "sent", null).count();
        this.bytesReceived = counters.series(ServerCounters.WS_BYTES, "received", null).count();
        this.bytesSent = counters.series(ServerCounters.WS_BYTES, "sent", null).count();
        // Present from the start, so that rates and alerts see the first event; other ends appear when they come.
        for (By by : By.values()) {
            for (String code : List.of("1000", "1001", "1006")) {
                counters.series(ServerCounters.WS_CLOSED, code, by.tag());
            }
        }
        REASONS.forEach(reason -> counters.series(ServerCounters.WS_REJECTED, reason, null));
    }

    /** {@return how long the sessions that have ended were open} */
    public ServerCounters.Times times() {
        return times;
    }

    @Override
    public void opened(WebSocket session) {
        opened.increment();
    }

    @Override
    public void closed(WebSocket session, WebSocketClose close) {
        counters.count(ServerCounters.WS_CLOSED, codeTag(close.status()), close.by().tag());
        times.add(session.snapshot().age());
    }

    /** What a peer may choose freely must not become a series each. */
    private static String codeTag(CloseStatus status) {
        int code = status.code();
        return code <= LAST_DEFINED ? Integer.toString(code) : code / 1000 + "xxx";
    }

    @Override
    public void received(WebSocket session, long bytes) {
        received.increment();
        bytesReceived.add(bytes);
    }

    @Override
    public void sent(WebSocket session, long bytes) {
        sent.increment();
        bytesSent.add(bytes);
    }

    @Override
    public void rejected(Request request, String reason, int status) {
        counters.count(ServerCounters.WS_REJECTED, reason, null);
    }
}
