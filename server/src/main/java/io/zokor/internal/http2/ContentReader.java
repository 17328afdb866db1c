package io.zokor.internal.http2;

import java.io.IOException;

import io.zokor.http.Headers;
import io.zokor.internal.exchange.ServerContext;

import org.jspecify.annotations.Nullable;

/**
 * Takes DATA (RFC 9113 sections 5.2, 6.1 and 6.9): hands content to its stream as it comes, and gives the connection credit for it at
 * once, so that no handler that does not read holds back the others. Owned by the connection's reader.
 */
final class ContentReader {

    /** What the client may send of content before it gets credit. */
    static final int CONNECTION_WINDOW = 16 * 1024 * 1024;

    private static final int CONNECTION_BATCH = 256 * 1024;

    /** DATA of so many bytes is real work. */
    private static final int WORK = 1024;

    private static final Headers NO_TRAILERS = new Headers().seal();

    private final ServerContext server;

    private final FrameReader frames;

    private final Streams streams;

    private final Control control;

    private final AbuseBudget budget;

    private final InboundWindow window = new InboundWindow(CONNECTION_WINDOW, CONNECTION_BATCH);

    ContentReader(ServerContext server, FrameReader frames, Streams streams, Control control, AbuseBudget budget) {
        this.server = server;
        this.frames = frames;
        this.streams = streams;
        this.control = control;
        this.budget = budget;
    }

    /** Takes a frame, whose header has been read. */
    void take() throws IOException {
        int id = frames.stream();
        int length = frames.length();
        frames.whole();
        if (id == 0) {
            throw Http2Error.protocol("DATA without a stream (section 6.1)");
        }
        if (!window.receive(length)) {
            throw Http2Error.connection(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the connection's window");
        }
        int padding = 0;
        int content = length;
        if (frames.has(Frames.PADDED)) {
            if (length == 0) {
                throw Http2Error.connection(ErrorCode.FRAME_SIZE_ERROR, "padding without its length");
            }
            padding = frames.octet();
            content = length - 1 - padding;
            if (content < 0) {
                throw Http2Error.protocol("padding as long as its frame (section 6.1)");
            }
        }
        Http2Error fault = null;
        Http2Stream stream = null;
        try {
            stream = receiver(id, length);
        } catch (Http2Error e) {
            if (!e.isOfStream()) {
                throw e;
            }
            fault = e;
        }
        if (stream != null && !stream.receive(content)) {
            fault = Http2Error.stream(ErrorCode.PROTOCOL_ERROR, "more content than Content-Length (section 8.1.1)");
        }
        content(fault == null ? stream : null, content);
        skip(padding);
        creditConnection(length);
        if (content >= WORK) {
            budget.work();
        } else if (content == 0 && !frames.has(Frames.END_STREAM)) {
            budget.frame(server.ticker().nanos());
        }
        if (fault != null) {
            throw fault;
        }
        if (stream != null) {
            stream.input().skip(length - content);
            if (frames.has(Frames.END_STREAM)) {
                streams.remoteEnd(stream, NO_TRAILERS);
            }
        }
    }

    /** The stream that takes DATA, {@code null} where nobody does. */
    private @Nullable Http2Stream receiver(int id, int length) throws Http2Error {
        Http2Stream stream = streams.known(id);
        if (stream == null) {
            if (!streams.isResetByServer(id)) {
                throw Http2Error.stream(ErrorCode.STREAM_CLOSED, "DATA on a stream that has ended (section 5.1)");
            }
            return null;
        }
        if (stream.isRemoteEnded()) {
            throw Http2Error.stream(ErrorCode.STREAM_CLOSED, "DATA behind the end of a stream (section 5.1)");
        }
        if (!stream.input().receive(length)) {
            throw Http2Error.stream(ErrorCode.FLOW_CONTROL_ERROR, "more DATA than the stream's window");
        }
        return stream;
    }

    private void content(@Nullable Http2Stream stream, int count) throws IOException {
        for (int left = count; left > 0;) {
            int n = frames.piece(left);
            if (stream != null) {
                stream.input().put(frames.bytes(), frames.taken() - n, n);
            }
            left -= n;
        }
    }

    private void skip(int count) throws IOException {
        for (int left = count; left > 0;) {
            left -= frames.piece(left);
        }
    }

    private void creditConnection(int length) throws Http2Error {
        window.consume(length);
        if (window.isDue()) {
            control.creditConnection(window.credit());
        }
    }
}
