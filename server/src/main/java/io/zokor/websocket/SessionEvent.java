package io.zokor.websocket;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Tells Flight Recorder of a session that has ended; holds no field, no query and no message. */
@Name("io.zokor.WebSocket")
@Label("WebSocket Session Ended")
@Description("A WebSocket session ended")
@Category({ "Zokor" })
@StackTrace(false)
final class SessionEvent extends Event {

    @Label("Connection")
    long connection;

    @Label("Path")
    @Nullable
    String path;

    @Label("Subprotocol")
    @Nullable
    String subprotocol;

    @Label("Close Code")
    int code;

    @Label("Closed By")
    @Nullable
    String by;

    @Label("Messages Received")
    long received;

    @Label("Messages Sent")
    long sent;

    @Label("Elapsed Time")
    @Timespan(Timespan.NANOSECONDS)
    long elapsed;

    static void ended(WebSocket session, WebSocketClose close) {
        SessionEvent event = new SessionEvent();
        if (event.shouldCommit()) {
            WebSocketSnapshot last = session.snapshot();
            event.connection = session.request().connection().id();
            event.path = last.path();
            event.subprotocol = last.subprotocol();
            event.code = close.status().code();
            event.by = close.by().tag();
            event.received = last.received();
            event.sent = last.sent();
            event.elapsed = last.age().toNanos();
            event.commit();
        }
    }
}
