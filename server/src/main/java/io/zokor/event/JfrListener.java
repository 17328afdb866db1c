package io.zokor.event;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

import io.zokor.http.ConnectionInfo;
import io.zokor.http.RejectReason;
import io.zokor.http.Request;
import io.zokor.net.TlsInfo;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Tells Flight Recorder of connections, requests, refusals, panics, accept retries, TLS handshakes and HTTP/2's errors, as events
 * {@code io.zokor.*}. Costs next to nothing while nothing is recorded. Holds no header field and no query. Stateless.
 */
public final class JfrListener implements ServerListener {

    /** Makes one. */
    public JfrListener() {
    }

    /** {@return whether this Java runtime has Flight Recorder} */
    public static boolean isAvailable() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }

    @Override
    public void connectionClosed(ConnectionInfo connection, CloseReason reason) {
        ConnectionEvent event = new ConnectionEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            event.remoteAddress = connection.remoteAddress().toString();
            event.reason = reason.tag();
            event.requests = connection.requestCount();
            event.elapsed = connection.age().toNanos();
            event.commit();
        }
    }

    @Override
    public void exchangeEnded(ExchangeSummary summary) {
        RequestEvent event = new RequestEvent();
        if (event.shouldCommit()) {
            Request request = summary.request();
            event.connection = summary.connection().id();
            event.request = summary.number();
            if (request != null) {
                event.protocol = request.protocol();
                event.stream = request.protocolRequestId();
                event.method = request.method();
                event.path = request.path();
            }
            event.status = summary.status();
            event.outcome = summary.outcome().tag();
            event.bytesRead = summary.bytesRead();
            event.bytesWritten = summary.bytesWritten();
            if (summary.firstByteNanos() != 0) {
                event.firstByte = Math.max(0, summary.firstByteNanos() - summary.startedNanos());
            }
            event.elapsed = Math.max(0, summary.endedNanos() - summary.startedNanos());
            event.commit();
        }
    }

    @Override
    public void requestRejected(ConnectionInfo connection, RejectReason reason, int status) {
        RejectionEvent event = new RejectionEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            event.remoteAddress = connection.remoteAddress().toString();
            event.reason = reason.tag();
            event.status = status;
            event.commit();
        }
    }

    @Override
    public void panic(ConnectionInfo connection, Throwable failure) {
        PanicEvent event = new PanicEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            event.exception = failure.toString();
            event.commit();
        }
    }

    @Override
    public void acceptRetry(SocketAddress listener, IOException cause, Duration pause) {
        AcceptRetryEvent event = new AcceptRetryEvent();
        if (event.shouldCommit()) {
            event.listener = listener.toString();
            event.cause = cause.toString();
            event.pause = pause.toNanos();
            event.commit();
        }
    }

    @Override
    public void tlsHandshake(ConnectionInfo connection, @Nullable TlsInfo tls, Duration duration,
            @Nullable IOException failure) {
        TlsHandshakeEvent event = new TlsHandshakeEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            if (tls != null) {
                event.protocol = tls.protocol();
                event.cipherSuite = tls.cipherSuite();
            }
            if (failure != null) {
                event.failure = failure.toString();
            }
            event.elapsed = duration.toNanos();
            event.commit();
        }
    }

    @Override
    public void streamReset(ConnectionInfo connection, Side by, String code) {
        StreamResetEvent event = new StreamResetEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            event.by = by.tag();
            event.code = code;
            event.commit();
        }
    }

    @Override
    public void goAway(ConnectionInfo connection, Side by, String code) {
        GoAwayEvent event = new GoAwayEvent();
        if (event.shouldCommit()) {
            event.connection = connection.id();
            event.by = by.tag();
            event.code = code;
            event.commit();
        }
    }

    @Name("io.zokor.Connection")
    @Label("Connection Ended")
    @Description("A connection was closed")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class ConnectionEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("Remote Address")
        @Nullable
        String remoteAddress;

        @Label("Reason")
        @Nullable
        String reason;

        @Label("Requests")
        long requests;

        @Label("Elapsed Time")
        @Timespan(Timespan.NANOSECONDS)
        long elapsed;
    }

    @Name("io.zokor.Request")
    @Label("Request Ended")
    @Description("A request ended, or the head of one was refused")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class RequestEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("Number")
        long request;

        @Label("Protocol")
        @Nullable
        String protocol;

        @Label("Stream")
        @Description("The stream that carried it in HTTP/2, empty in HTTP/1")
        @Nullable
        String stream;

        @Label("Method")
        @Nullable
        String method;

        @Label("Path")
        @Nullable
        String path;

        @Label("Status")
        int status;

        @Label("Outcome")
        @Nullable
        String outcome;

        @Label("Bytes Read")
        @DataAmount
        long bytesRead;

        @Label("Bytes Written")
        @DataAmount
        long bytesWritten;

        @Label("Time to First Byte")
        @Timespan(Timespan.NANOSECONDS)
        long firstByte;

        @Label("Elapsed Time")
        @Timespan(Timespan.NANOSECONDS)
        long elapsed;
    }

    @Name("io.zokor.Rejection")
    @Label("Request Refused")
    @Description("The server refused a request by itself")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class RejectionEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("Remote Address")
        @Nullable
        String remoteAddress;

        @Label("Reason")
        @Nullable
        String reason;

        @Label("Status")
        int status;
    }

    @Name("io.zokor.Panic")
    @Label("Panic")
    @Description("An exception left a handler")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class PanicEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("Exception")
        @Nullable
        String exception;
    }

    @Name("io.zokor.AcceptRetry")
    @Label("Accept Retry")
    @Description("Accepting failed and is tried again")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class AcceptRetryEvent extends Event {

        @Label("Listener")
        @Nullable
        String listener;

        @Label("Cause")
        @Nullable
        String cause;

        @Label("Pause")
        @Timespan(Timespan.NANOSECONDS)
        long pause;
    }

    @Name("io.zokor.TlsHandshake")
    @Label("TLS Handshake")
    @Description("A TLS handshake ended")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class TlsHandshakeEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("Protocol")
        @Nullable
        String protocol;

        @Label("Cipher Suite")
        @Nullable
        String cipherSuite;

        @Label("Failure")
        @Nullable
        String failure;

        @Label("Elapsed Time")
        @Timespan(Timespan.NANOSECONDS)
        long elapsed;
    }

    @Name("io.zokor.StreamReset")
    @Label("HTTP/2 Stream Reset")
    @Description("A stream of HTTP/2 was reset by RST_STREAM")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class StreamResetEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("By")
        @Nullable
        String by;

        @Label("Error Code")
        @Nullable
        String code;
    }

    @Name("io.zokor.GoAway")
    @Label("HTTP/2 GOAWAY")
    @Description("A GOAWAY was sent or has come: the connection of HTTP/2 is about to end")
    @Category({ "Zokor" })
    @StackTrace(false)
    static final class GoAwayEvent extends Event {

        @Label("Connection")
        long connection;

        @Label("By")
        @Nullable
        String by;

        @Label("Error Code")
        @Nullable
        String code;
    }
}
